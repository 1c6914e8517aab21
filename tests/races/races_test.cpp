// 1,000 concurrent callers for what only few of them can have: never over capacity, and every 409
// was true when it was decided (domain rules: scheduling, "Examples to make true"). One command
// runs them all, those over HTTP too (e2e/races_test.py):
//     ops/test races
#include "domain/scheduling/series.hpp"
#include "domain/tenancy/sandbox.hpp"
#include "tests/races/race.hpp"

namespace almanac::races {
namespace {
using namespace std::chrono_literals;
using std::chrono::days;

const Instant ten = at("2026-12-28T10:00");
const Instant before = at("2026-12-02T00:00");  // of appointments that are there already
const std::string hold_expired = "scheduling.hold_expired";
const std::string series_conflict = "scheduling.series_conflict";

Uuid some_id(std::uint8_t number) {
    return eventstore::tenant_number(number);
}

// A hold is booked as long as it lives; what it keeps is nobody else's until then.
bool judge_named(const Picture& picture, const Call& call) {
    if (!call.want.hold_id) return false;
    const bool lives = picture.holds(*call.want.hold_id, call.now);
    EXPECT_EQ(lives, call.answer.has_value());
    if (call.answer) return false;
    EXPECT_EQ(call.answer.error().code, hold_expired);
    EXPECT_EQ(call.answer.error().kind, kernel::RejectionKind::conflict);
    return true;
}

// The judge itself: what it would say of a house that books twice.
TEST(Picture, SeesWhatOverlapsAndWhatIsFree) {
    const ResourceId chair{some_id(1)};
    const ServiceId cut{some_id(2)};
    const Services services{{cut, Terms{.capacity = 2, .resources = {chair}}}};
    Picture picture(services);
    const auto book = [&](std::uint8_t number, Instant start, int party) {
        AppointmentBooked e;
        e.id = AppointmentId{some_id(number)};
        e.occupancy.service_id = cut;
        e.occupancy.start = start;
        e.occupancy.end = start + 60min;
        e.occupancy.party_size = party;
        e.occupancy.resources = {{"chair", chair}};
        const auto event = std::make_shared<const AppointmentBooked>(e);
        const auto given =
            picture.apply({1, ten, {{&kernel::event_type<AppointmentBooked>(), event}}});
        return picture.is_within_capacity(given.at(0), ten);
    };
    const Want want{cut, ten, 1, {chair}};
    EXPECT_TRUE(book(10, ten, 1));
    EXPECT_EQ(picture.most_seats(want, ten), 1);
    EXPECT_EQ(picture.most_seats(want.at(ten + 30min), ten), 0);
    EXPECT_EQ(picture.most_seats(want.at(ten + 60min), ten), 2);
    EXPECT_TRUE(book(11, ten, 1));
    EXPECT_EQ(picture.most_seats(want, ten), 0);
    EXPECT_FALSE(book(12, ten, 1));
    EXPECT_FALSE(book(13, ten + 30min, 1));
}

TEST_F(Race, BookingsThatOverlap) {
    over_seeds([&] {
        const auto chair = add_resource();
        const auto cut = add_service({.resources = {chair}});
        const auto colour =
            add_service({.minutes_before = 10, .minutes_after = 20, .resources = {chair}});
        std::vector<Call> calls;
        while (calls.size() < callers) {
            calls.push_back(booking(cut, ten));
            calls.push_back(booking(colour, ten + 30min));
        }
        run(calls);
        EXPECT_EQ(judge(calls).codes, (Codes{{"", 1}, {slot_taken, callers - 1}}));
    });
}

TEST_F(Race, HoldsAndBookings) {
    over_seeds([&] {
        const auto cut = add_service({.resources = {add_resource()}});
        std::vector<Call> calls;
        while (calls.size() < callers) {
            calls.push_back(holding(cut, later(ten, pick(2))));
            calls.push_back(booking(cut, later(ten, pick(2))));
        }
        run(calls);
        EXPECT_EQ(judge(calls).codes, (Codes{{"", 1}, {slot_taken, callers - 1}}));
    });
}

TEST_F(Race, BookingsThatNameOneHold) {
    over_seeds([&] {
        const auto cut = add_service({.resources = {add_resource()}});
        std::vector<Call> holds;
        for (std::size_t i = 0; i < 50; ++i) holds.push_back(holding(cut, later(before, 2 * i)));
        std::vector<Call> calls;
        for (const auto& held : made_by(std::move(holds))) {
            for (int i = 0; i < 10; ++i) {
                calls.push_back(booking(cut, held.start));
                calls.push_back(naming(held, want(cut, held.start)));
            }
        }
        run(calls);
        EXPECT_EQ(judge(calls, judge_named).codes,
                  (Codes{{"", 50}, {hold_expired, 450}, {slot_taken, 500}}));
    });
}

// The clock comes to the holds' end while they are being booked, by name or by whom they are
// against; before that instant the one wins, from it on the other.
TEST_F(Race, EndsOfHoldsAndBookings) {
    const auto body = [&] {
        const auto cut = add_service({.resources = {add_resource()}});
        std::vector<Call> holds;
        for (std::size_t i = 0; i < 50; ++i) holds.push_back(holding(cut, later(before, 2 * i)));
        std::vector<Call> calls;
        for (const auto& held : made_by(std::move(holds))) {
            for (int i = 0; i < 10; ++i) {
                calls.push_back(booking(cut, held.start));
                calls.push_back(naming(held, want(cut, held.start)));
            }
        }
        const auto end = store_->clock().now() + 300s;
        bool moved = false;
        run(calls, callers / 50 + pick(callers / 10), [&] {
            moved =
                submit(eventstore::house_request(store_->catalogue(), "move_clock",
                                                 kernel::system_tenant, tenancy::MoveClock{end}))
                    .get()
                    .has_value();
        });
        EXPECT_TRUE(moved);
        const auto judged = judge(calls, judge_named);
        for (const auto& [owner, taken] : judged.picture.taken()) {
            EXPECT_FALSE(taken.expires_at) << to_string(owner) << " is neither booked nor ended";
        }
    };
    over_seeds(body, at("2026-12-01T08:00"));
}

// 500 appointments of one chair want to move while 500 others are booked: onto the same and
// overlapping times, and onto the times that those who move leave.
TEST_F(Race, ReschedulingsAndBookings) {
    over_seeds([&] {
        const auto chair = add_resource();
        const auto cut = add_service({.resources = {chair}});
        std::vector<Call> calls;
        for (std::size_t i = 0; i < callers / 2; ++i)
            calls.push_back(booking(cut, later(before, 2 * i)));
        const auto made = made_by(std::move(calls));
        calls.clear();
        for (std::size_t i = 0; i < made.size(); ++i) {
            // Half of them where everybody wants to be, half where there is more room.
            const auto to = i % 2 == 0 ? later(ten, pick(4)) : later(ten - 2 * days{1}, pick(48));
            auto wanted = want(cut, to);
            wanted.except = made[i].id;
            calls.push_back(call("reschedule_appointment",
                                 RescheduleAppointment{AppointmentId{made[i].id}, to, {}}, wanted));
        }
        while (calls.size() < callers) {
            const bool left = calls.size() % 4 == 0;
            calls.push_back(
                booking(cut, left ? made[2 * pick(250) + 1].start : later(ten, pick(4))));
        }
        run(calls);
        const auto judged = judge(calls);
        const auto& taken = judged.picture.taken();
        const auto at_ten = std::ranges::count_if(
            taken, [](const auto& each) { return each.second.occupancy.start >= ten; });
        EXPECT_EQ(at_ten, 2);  // of four starts that overlap in a row
        for (const auto& each : made) {
            EXPECT_EQ(fold<Appointment>(AppointmentId{each.id}).occupancy,
                      taken.at(each.id).occupancy);
        }
    });
}

TEST_F(Race, ReassignmentsAndBookings) {
    over_seeds([&] {
        const auto first = add_resource();
        const auto second = add_resource();
        const auto cut = add_service({.resources = {first, second}});
        const auto with = [&](Instant start, const ResourceId& resource) {
            auto wanted = want(cut, start);
            wanted.among = {resource};
            return wanted;
        };
        std::vector<Call> calls;
        for (std::size_t i = 0; i < callers / 4; ++i)
            calls.push_back(booking(with(later(before, 2 * i), first)));
        const auto made = made_by(std::move(calls));
        calls.clear();
        for (const auto& each : made) {
            auto wanted = with(each.start, second);
            calls.push_back(booking(wanted));
            calls.push_back(booking(with(each.start, first)));
            calls.push_back(booking(cut, each.start));  // with anybody
            wanted.except = each.id;
            calls.push_back(call("reassign_appointment",
                                 ReassignAppointment{AppointmentId{each.id}, {second}}, wanted));
        }
        run(calls);
        const auto judged = judge(calls);
        for (const auto& each : made) {
            const auto now = store_->clock().now();
            EXPECT_EQ(judged.picture.seats(with(each.start, second), second, now), 0);
            EXPECT_EQ(fold<Appointment>(AppointmentId{each.id}).occupancy,
                      judged.picture.taken().at(each.id).occupancy);
        }
    });
}

TEST_F(Race, TheLastSeat) {
    over_seeds([&] {
        const int capacity = 2 + static_cast<int>(pick(20));
        const auto yoga = add_service({.capacity = capacity, .resources = {add_resource()}});
        std::vector<Call> calls;
        for (int i = 1; i < capacity; ++i) calls.push_back(booking(yoga, ten));
        made_by(std::move(calls));
        calls.clear();
        while (calls.size() < callers) calls.push_back(booking(yoga, ten));
        EXPECT_EQ(offered(yoga, ten, ten + 1min).at(0).remaining, 1);
        run(calls);
        EXPECT_EQ(judge(calls).codes, (Codes{{"", 1}, {slot_taken, callers - 1}}));
        EXPECT_TRUE(offered(yoga, ten, ten + 1min).empty());
    });
}

// One class that all want, and many that end up with seats left.
TEST_F(Race, PartiesOfAClassOfTen) {
    over_seeds([&] {
        const int capacity = 10;
        const auto yoga = add_service({.capacity = capacity, .resources = {add_resource()}});
        std::vector<Call> calls;
        while (calls.size() < callers) {
            const auto start = calls.size() % 2 == 0 ? ten : later(before, 2 * pick(80));
            const int party = 1 + static_cast<int>(pick(3));
            calls.push_back(pick(4) == 0 ? holding(yoga, start, party)
                                         : booking(yoga, start, party));
        }
        run(calls);
        const auto judged = judge(calls);
        std::map<Instant, int> left{{ten, capacity}};
        for (std::size_t i = 0; i < 80; ++i) left[later(before, 2 * i)] = capacity;
        for (const auto& [_, taken] : judged.picture.taken())
            left[taken.occupancy.start] -= taken.occupancy.party_size;
        std::map<Instant, int> remaining;
        for (const auto& slot : offered(yoga, before, before + days{4}))
            remaining[slot.start] = slot.remaining;
        for (const auto& slot : offered(yoga, ten, ten + 1min))
            remaining[slot.start] = slot.remaining;
        EXPECT_EQ(left[ten], 0);
        for (const auto& [start, seats] : left) {
            EXPECT_GE(seats, 0) << to_string(start);
            EXPECT_EQ(remaining[start], seats) << to_string(start);
        }
    });
}

TEST_F(Race, WalkInsAndBookings) {
    over_seeds([&] {
        const auto cut = add_service({.resources = {add_resource()}});
        const auto now = store_->clock().now();
        std::vector<Call> calls;
        while (calls.size() < callers) {
            const auto walked_in = want(cut, now + 5min * static_cast<int>(pick(12)));
            auto wish = wish_for(walked_in);
            wish.client_id.reset();
            wish.method = BookingMethod::walk_in;
            calls.push_back(call("book_appointment", wish, walked_in));
            calls.push_back(booking(cut, later(now, pick(3))));
        }
        run(calls);
        const auto won = judge(calls).codes.at("");
        EXPECT_TRUE(won == 1 || won == 2) << won;  // one from 08:00, or one in between
    });
}

// ---- series and blocks --------------------------------------------------------------------------

class SeriesRace : public Race {
  protected:
    static constexpr int occurrences = 5;

    Call series(const Want& first, OnConflict on_conflict) {
        BookSeries wish;
        static_cast<BookAppointment&>(wish) = wish_for(first);
        wish.rrule = fmt::format("FREQ=DAILY;COUNT={}", occurrences);
        wish.on_conflict = on_conflict;
        return call("book_series", std::move(wish), first);
    }
    Call blocking(const ResourceId& resource, Instant from, Instant to) {
        AddBlock wish;
        wish.scope.resource_id = resource;
        wish.start = from;
        wish.end = to;
        return call("add_block", std::move(wish), Want{});
    }

    static bool judge_all(const Picture& picture, const Call& call) {
        if (call.type->name == "add_block") {
            judge_block(picture, call, *static_cast<const AddBlock*>(call.wish.get()));
        } else if (call.type->name == "book_series") {
            judge_series(picture, call, *static_cast<const BookSeries*>(call.wish.get()));
        } else {
            return false;
        }
        return true;
    }

  private:
    // Accepted whatever is there, and it names just that.
    static void judge_block(const Picture& picture, const Call& call, const AddBlock& wish) {
        ASSERT_TRUE(call.answer) << call.answer.error().code;
        std::vector<std::string> conflicts;
        for (const auto& id : call.answer->more.at("conflicts").as_array())
            conflicts.emplace_back(id.as_string());
        EXPECT_EQ(conflicts, picture.met(*wish.scope.resource_id, *wish.start, *wish.end));
    }
    // It names every start that cannot be had, and no other.
    static void judge_series(const Picture& picture, const Call& call, const BookSeries& wish) {
        using Starts = std::map<std::string, std::string>;  // and why not
        Starts lost;
        Starts named;
        for (int i = 0; i < occurrences; ++i) {
            const auto one = call.want.at(wish.start + i * days{1});
            if (picture.is_blocked(one)) {
                lost[to_string(one.start)] = outside_working_time;
            } else if (picture.most_seats(one, call.now) < 1) {
                lost[to_string(one.start)] = slot_taken;
            }
        }
        const bool all_lost = lost.size() == occurrences;
        const bool refused = wish.on_conflict == OnConflict::fail ? !lost.empty() : all_lost;
        ASSERT_EQ(call.answer.has_value(), !refused);
        if (call.answer) {
            for (const auto& each : call.answer->more.at("conflicts").as_array()) {
                const auto& conflict = each.as_object();
                named[std::string(conflict.at("start").as_string())] =
                    std::string(conflict.at("code").as_string());
            }
            EXPECT_EQ(call.answer->more.at("appointments").as_array().size(),
                      occurrences - lost.size());
        } else {
            EXPECT_EQ(call.answer.error().code, series_conflict);
            for (const auto& error : call.answer.error().errors) {
                const int nth = error.pointer.back() - '0';
                EXPECT_EQ(error.pointer, "/occurrences/" + std::to_string(nth));
                named[to_string(wish.start + nth * days{1})] = error.code;
            }
        }
        EXPECT_EQ(named, lost);
    }
};

TEST_F(SeriesRace, SeriesBookingsAndBlocks) {
    over_seeds([&] {
        const auto chair = add_resource();
        const auto cut = add_service({.resources = {chair}});
        const auto day = [&](std::size_t n) { return at("2026-12-10T10:00") + days{1} * int(n); };
        std::vector<Call> calls;
        for (std::size_t i = 0; i < 5; ++i)
            calls.push_back(blocking(chair, day(2 * i + 1) - 1h, day(2 * i + 1) + 3h));
        for (std::size_t i = 0; i < 200; ++i) {
            const auto first = want(cut, later(day(pick(8)), pick(8)));
            calls.push_back(series(first, pick(2) == 0 ? OnConflict::fail : OnConflict::skip));
        }
        while (calls.size() < callers) calls.push_back(booking(cut, later(day(pick(12)), pick(8))));
        run(calls);
        const auto judged = judge(calls, judge_all);
        EXPECT_GT(judged.codes.at(""), 5U);
        EXPECT_GT(judged.codes.at(slot_taken), 0U);
        EXPECT_GT(judged.codes.at(series_conflict), 0U);
    });
}

}  // namespace
}  // namespace almanac::races
