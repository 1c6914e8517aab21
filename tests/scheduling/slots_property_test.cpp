// Random worlds: what is offered is what evaluate accepts is what the oracle says, and the four
// properties of the domain page. ALMANAC_SLOT_WORLDS sets how many worlds, ALMANAC_SLOT_SEED
// repeats a run; every failure names its world's seed.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/scheduling/slots_oracle.hpp"

namespace almanac::scheduling::slot_tests {
namespace {
using kernel::Instant;
using std::chrono::days;
using std::chrono::minutes;

unsigned long from_environment(const char* name, unsigned long otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoul(value, nullptr, 10);
}

class RandomWorld {
  public:
    int number(int least, int most) {
        return least + static_cast<int>(random_() % static_cast<unsigned>(most - least + 1));
    }
    bool chance(int one_in) { return number(1, one_in) == 1; }
    template <class List>
    const auto& pick(const List& list) {
        return list[static_cast<std::size_t>(number(0, static_cast<int>(std::size(list)) - 1))];
    }

    explicit RandomWorld(unsigned long seed) : random_(seed) {
        const auto& [name, day] = pick(places);
        zone_ = zone(name);
        base_ = zone_.day(date(day) + days{number(-2, 1)}).first;
        make_service();
        make_locations();
        const int resources = number(1, 5);
        for (int r = 0; r < resources; ++r) make_resource(r);
        make_roles();
        const int allocations = number(0, 8);
        for (int a = 0; a < allocations; ++a) allocate();
        for (int d = -1; d < 4 && chance(4); ++d) {
            snapshot.day_counts.push_back({zone_.local_date(base_) + days{d}, number(0, 3)});
        }
        now = base_ + minutes{number(-3000, 1500)};
        if (chance(3)) now += kernel::Micros{number(-1, 1)};
    }

    Instant any_time() { return base_ + minutes{number(-600, 4000)}; }
    std::mt19937_64& random() { return random_; }

    // One more booking somewhere; half of them of this service on its grid.
    Allocation allocate() {
        Allocation a;
        a.owner = id("o" + std::to_string(++owners_));
        const bool own = chance(2);
        a.service = own ? snapshot.service.id : id("other");
        a.start = base_ + minutes{number(-8, 40) * (own ? 60 : 35)};
        const auto& first = pick(snapshot.resources);
        a.resources = {first.id};
        const auto& second = pick(snapshot.resources);
        if (chance(3) && second.id != first.id) a.resources.push_back(second.id);
        if (own && chance(2)) join_another(a);
        a.end = a.start + minutes{own ? snapshot.service.duration_minutes : number(0, 12) * 10};
        a.buffer_before_minutes = chance(3) ? number(0, 3) * 5 : 0;
        a.buffer_after_minutes = chance(3) ? number(0, 3) * 5 : 0;
        a.party = number(1, 2);
        a.hold = chance(4);
        book(a);
        return a;
    }
    void book(const Allocation& a) {
        for (auto& resource : snapshot.resources) {
            if (std::ranges::count(a.resources, resource.id) > 0) resource.allocations.push_back(a);
        }
    }
    SlotQuery query() {
        SlotQuery q;
        q.from = base_ + minutes{number(-300, 600)};
        q.to = q.from + minutes{number(0, 3000)};
        q.now = now;
        q.party_size = chance(4) ? 2 : 1;
        q.resource_ids = some_resources();
        if (chance(6)) q.location = pick(snapshot.locations).id;
        q.viewer = chance(2) ? zone_ : zone("Asia/Kolkata");
        return q;
    }
    std::vector<kernel::Uuid> some_resources() {
        std::vector<kernel::Uuid> ids;
        for (const auto& resource : snapshot.resources) {
            if (chance(10)) ids.push_back(resource.id);
        }
        return ids;
    }
    SlotContext context() {
        SlotContext c;
        c.now = now;
        c.ignore_notice = chance(4);
        c.ignore_window = chance(4);
        c.ignore_working_time = chance(5);
        c.ignore_grid = chance(3);
        c.ignore_day_limit = chance(4);
        if (chance(3) && owners_ > 0) {
            c.except = Except{id("o" + std::to_string(number(1, owners_))), std::nullopt};
            if (chance(2)) c.except->service_day = zone_.local_date(base_) + days{number(0, 1)};
        }
        if (chance(6)) c.location = pick(snapshot.locations).id;
        return c;
    }
    void shuffle() {
        for (auto& resource : snapshot.resources) {
            std::ranges::shuffle(resource.allocations, random_);
            std::ranges::shuffle(resource.schedules, random_);
            std::ranges::shuffle(resource.overrides, random_);
            std::ranges::shuffle(resource.blocks, random_);
            for (auto& a : resource.allocations) std::ranges::shuffle(a.resources, random_);
            for (auto& s : resource.schedules) std::ranges::shuffle(s.windows, random_);
        }
        for (auto& role : snapshot.roles) std::ranges::shuffle(role.candidates, random_);
        std::ranges::shuffle(snapshot.resources, random_);
        std::ranges::shuffle(snapshot.locations, random_);
        std::ranges::shuffle(snapshot.day_counts, random_);
    }

    Snapshot snapshot;
    Instant now;

  private:
    static constexpr std::pair<const char*, const char*> places[] = {
        {"UTC", "2026-06-05"},
        {"Europe/Madrid", "2026-03-29"},
        {"Europe/Madrid", "2026-10-25"},
        {"America/New_York", "2026-03-08"},
        {"Australia/Lord_Howe", "2026-04-05"},  // a step of half an hour
        {"Africa/Cairo", "2026-04-24"},         // midnight does not exist
        {"Asia/Beirut", "2026-10-25"},          // midnight comes twice
        {"Pacific/Apia", "2011-12-30"}};        // a date that does not exist

    void make_service() {
        auto& s = snapshot.service;
        s.id = id("service");
        static constexpr int durations[] = {20, 30, 45, 60, 90, 200};
        static constexpr int steps[] = {0, 15, 30, 50, 60};
        s.duration_minutes = pick(durations);
        s.slot_step_minutes = pick(steps);
        s.buffer_before_minutes = chance(3) ? 10 : 0;
        s.buffer_after_minutes = chance(3) ? 15 : 0;
        s.capacity = chance(2) ? 1 : number(2, 4);
        s.min_notice_minutes = chance(3) ? number(0, 2000) : 0;
        s.booking_window_days = chance(3) ? number(0, 3) : 365;
        if (chance(4)) s.max_per_day = number(1, 3);
    }
    void make_locations() {
        snapshot.locations.push_back({id("here"), zone_, {}});
        if (chance(4)) {
            snapshot.locations.push_back({id("there"), chance(2) ? zone_ : zone("Asia/Tokyo"), {}});
        }
        if (chance(8)) snapshot.blocks.push_back(block());
        if (chance(8)) snapshot.locations[0].blocks.push_back(block());
    }
    Block block() {
        const auto start = any_time();
        return {id("block"), start, start + minutes{number(0, 500)}};
    }
    kernel::LocalTime time() { return {number(0, 47) * 30}; }
    Schedule schedule() {
        Schedule s;
        const auto from = time();
        const auto to = kernel::LocalTime{number(1, 48) * 30};
        for (int day = 0; day < 7; ++day) {
            if (chance(6)) continue;
            const auto weekday = static_cast<kernel::Weekday>(day);
            const auto max = chance(6) ? std::optional{number(1, 2)} : std::nullopt;
            s.windows.push_back({weekday, from, to == from ? kernel::LocalTime{1440} : to, max});
            if (chance(3)) s.breaks.push_back({weekday, time(), {number(1, 48) * 30}});
        }
        if (chance(6)) s.effective_from = zone_.local_date(base_) + days{number(-1, 2)};
        if (chance(6)) s.effective_until = zone_.local_date(base_) + days{number(-1, 2)};
        return s;
    }
    void make_resource(int number_of_it) {
        SlotResource r;
        r.id = id("r" + std::to_string(number_of_it));
        std::ranges::shuffle(r.id.bytes, random_);
        r.location = pick(snapshot.locations).id;
        r.needs_schedule = !chance(3);
        r.active = !chance(12);
        if (chance(4)) r.capacity = number(1, 3);
        if (chance(8)) r.duration_minutes = number(1, 4) * 25;
        const int schedules = r.needs_schedule && !chance(10) ? number(1, 2) : number(0, 1);
        for (int s = 0; s < schedules; ++s) r.schedules.push_back(schedule());
        for (int d = -1; d < 3; ++d) {
            if (!chance(8)) continue;
            Override o{zone_.local_date(base_) + days{d}, chance(2), {}};
            if (!o.closed) o.windows.push_back({time(), time()});
            if (!o.closed && o.windows[0].from == o.windows[0].to) o.windows[0].to.minutes = 1440;
            r.overrides.push_back(o);
        }
        if (chance(5)) r.blocks.push_back(block());
        snapshot.resources.push_back(std::move(r));
    }
    void make_roles() {
        const int roles = chance(2) ? 1 : number(2, 3);
        const int surely_required = number(0, roles - 1);
        for (int i = 0; i < roles; ++i) {
            SlotRole role{"role" + std::to_string(i), {}, chance(5) ? 2 : 1, true, {}};
            role.required = i == surely_required || !chance(3);
            for (const auto& r : snapshot.resources) {
                if (!chance(4)) role.candidates.push_back(r.id);
                if (chance(4)) role.preference.push_back(r.id);
            }
            snapshot.roles.push_back(std::move(role));
        }
    }
    void join_another(Allocation& a) {
        const auto& other = pick(snapshot.resources).allocations;
        if (other.empty() || pick(other).service != a.service) return;
        const auto& session = other.front();
        if (session.service != a.service) return;
        a.start = session.start;
        a.resources = session.resources;
    }

    std::mt19937_64 random_;
    kernel::Zone zone_ = kernel::Zone::utc();
    Instant base_;
    int owners_ = 0;
};

std::string show(const std::expected<Slot, SlotRefusal>& answer) {
    if (!answer) return std::string(name(answer.error()));
    auto line = kernel::to_string(answer->start) + " to " + kernel::to_string(answer->end) +
                " seats " + std::to_string(answer->remaining) + " at " + text(answer->location) +
                " on " + kernel::to_string(answer->date);
    for (const auto& r : answer->resources) line += " " + r.role + "=" + kernel::to_string(r.id);
    return line;
}

// Calls `check` with many worlds and the seed of each.
void in_many_worlds(unsigned long worlds, const std::function<void(RandomWorld&)>& check) {
    auto seed = from_environment("ALMANAC_SLOT_SEED", std::random_device{}());
    worlds = from_environment("ALMANAC_SLOT_WORLDS", worlds);
    std::printf("seed %lu, %lu worlds\n", seed, worlds);
    for (unsigned long i = 0; i < worlds && !testing::Test::HasFatalFailure(); ++i, ++seed) {
        SCOPED_TRACE(testing::Message() << "ALMANAC_SLOT_SEED=" << seed);
        RandomWorld world(seed);
        check(world);
    }
}

TEST(SlotProperties, OfferedIsAcceptedIsWhatTheOracleSays) {
    std::size_t offered = 0;
    in_many_worlds(5000, [&](RandomWorld& world) {
        const auto query = world.query();
        const Oracle oracle(world.snapshot, query.from, query.to);
        const auto list = slots(world.snapshot, query);
        auto next = list.slots.begin();
        for (const auto start : oracle.grid_starts(query.from, query.to)) {
            SlotContext context;
            context.now = query.now;
            context.location = query.location;
            const auto said =
                evaluate(world.snapshot, start, query.party_size, query.resource_ids, context);
            const auto right =
                oracle.answer({start, query.party_size, query.resource_ids, context});
            ASSERT_EQ(show(said), show(right)) << kernel::to_string(start);
            if (!said) continue;
            ASSERT_TRUE(next != list.slots.end()) << "not offered: " << show(said);
            ASSERT_EQ(show(*next), show(said));
            ++next;
        }
        ASSERT_TRUE(next == list.slots.end()) << "offered: " << show(*next);
        offered += list.slots.size();
    });
    std::printf("%zu slots offered\n", offered);
    EXPECT_GT(offered, 0U);
}

TEST(SlotProperties, EvaluateIsRightAtAnyTimeWithAnyLeave) {
    std::map<std::string, int> answers;
    in_many_worlds(5000, [&](RandomWorld& world) {
        for (int i = 0; i < 8; ++i) {
            auto start = world.any_time();
            if (world.chance(2)) start = std::chrono::floor<std::chrono::hours>(start);
            if (world.chance(10)) start += kernel::Micros{1};
            const Oracle::Question question{start, world.chance(4) ? 2 : 1, world.some_resources(),
                                            world.context()};
            const auto said = evaluate(world.snapshot, start, question.party, question.resource_ids,
                                       question.context);
            const Oracle oracle(world.snapshot, start, start);
            ASSERT_EQ(show(said), show(oracle.answer(question))) << kernel::to_string(start);
            ++answers[said ? "ok" : std::string(name(said.error()))];
        }
    });
    if (std::getenv("ALMANAC_SLOT_SEED") != nullptr) return;
    EXPECT_EQ(answers.size(), 9U);  // every answer there is came up
}

TEST(SlotProperties, DaysCountTheirSlotsAndEmptyOnesSayWhy) {
    std::map<EmptyDay, int> reasons;
    in_many_worlds(1000, [&](RandomWorld& world) {
        const auto query = world.query();
        const Oracle oracle(world.snapshot, query.from, query.to);
        const auto list = slots(world.snapshot, query);
        for (const auto& day : list.days) {
            const auto [start, end] = query.viewer.day(day.date);
            ASSERT_EQ(day.slots, std::ranges::count_if(list.slots, [&](const Slot& s) {
                          return start <= s.start && s.start < end;
                      }));
            ASSERT_EQ(day.slots == 0, day.reason.has_value());
            if (!day.reason) continue;
            ++reasons[*day.reason];
            bool staffed = false, near = false, noticed = false, seated = false;
            for (const auto t :
                 oracle.grid_starts(std::max(start, query.from), std::min(end, query.to))) {
                Oracle::Question q{t, query.party_size, query.resource_ids, {}};
                q.context.now = query.now;
                q.context.location = query.location;
                const auto earliest =
                    query.now + minutes{world.snapshot.service.min_notice_minutes};
                staffed = staffed || oracle.staffed(q, false);
                near = near || oracle.staffed(q, true);
                noticed = noticed || (t >= earliest && oracle.staffed(q, true));
                seated = seated || (t >= earliest && oracle.seated(q));
            }
            if (!staffed) {
                ASSERT_TRUE(day.reason == EmptyDay::closed || day.reason == EmptyDay::no_resource);
            } else {
                const auto right = !near      ? EmptyDay::window
                                   : !noticed ? EmptyDay::notice
                                   : seated   ? EmptyDay::full
                                              : EmptyDay::no_resource;
                ASSERT_EQ(name(*day.reason), name(right)) << kernel::to_string(day.date);
            }
        }
    });
    if (std::getenv("ALMANAC_SLOT_SEED") != nullptr) return;
    EXPECT_EQ(reasons.size(), 5U);
}

std::set<Instant> starts(const SlotList& list) {
    std::set<Instant> times;
    for (const auto& slot : list.slots) times.insert(slot.start);
    return times;
}

TEST(SlotProperties, AnAllocationMoreNeverAddsASlot) {
    in_many_worlds(3000, [](RandomWorld& world) {
        const auto query = world.query();
        const auto before = starts(slots(world.snapshot, query));
        world.allocate();
        const auto after = starts(slots(world.snapshot, query));
        ASSERT_TRUE(std::ranges::includes(before, after));
    });
}

TEST(SlotProperties, QueriesSideBySideAreTheQueryOverBoth) {
    in_many_worlds(3000, [](RandomWorld& world) {
        const auto whole = world.query();
        auto first = whole;
        auto second = whole;
        first.to = second.from = whole.from + (whole.to - whole.from) / 3;
        auto joined = slots(world.snapshot, first).slots;
        const auto rest = slots(world.snapshot, second).slots;
        joined.insert(joined.end(), rest.begin(), rest.end());
        ASSERT_EQ(joined, slots(world.snapshot, whole).slots);
    });
}

TEST(SlotProperties, ViewersZoneChangesNoInstant) {
    in_many_worlds(3000, [](RandomWorld& world) {
        auto query = world.query();
        const auto here = slots(world.snapshot, query).slots;
        query.viewer = zone("Pacific/Auckland");
        ASSERT_EQ(here, slots(world.snapshot, query).slots);
    });
}

TEST(SlotProperties, OrderOfTheInputChangesNothing) {
    in_many_worlds(3000, [](RandomWorld& world) {
        const auto query = world.query();
        const auto before = slots(world.snapshot, query);
        world.shuffle();
        const auto after = slots(world.snapshot, query);
        ASSERT_EQ(before.slots, after.slots);
        ASSERT_EQ(before.days, after.days);
    });
}

TEST(SlotProperties, WhatIsOfferedCanBeBookedOneAfterTheOther) {
    in_many_worlds(300, [](RandomWorld& world) {
        auto query = world.query();
        const auto& service = world.snapshot.service;
        world.snapshot.service.max_per_day.reset();
        int owner = 0;
        for (auto list = slots(world.snapshot, query); !list.slots.empty() && owner < 60;
             list = slots(world.snapshot, query)) {
            const auto& slot = world.pick(list.slots);
            Allocation a{id("n" + std::to_string(++owner)),
                         service.id,
                         slot.start,
                         slot.end,
                         service.buffer_before_minutes,
                         service.buffer_after_minutes,
                         query.party_size,
                         false,
                         {}};
            for (const auto& r : slot.resources) a.resources.push_back(r.id);
            const auto again = [&] {
                SlotContext context;
                context.now = query.now;
                return evaluate(world.snapshot, slot.start, query.party_size, a.resources, context);
            };
            ASSERT_TRUE(again()) << name(again().error());
            world.book(a);
            if (!again()) continue;
            ASSERT_GE(slot.remaining, 2 * query.party_size);
        }
    });
}

}  // namespace
}  // namespace almanac::scheduling::slot_tests
