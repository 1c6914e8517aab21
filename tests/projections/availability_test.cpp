// The view of availability offers what a decision on the folds accepts, after any history.
#include "projections/availability/availability.hpp"

#include <gtest/gtest.h>

#include "tests/projections/happened.hpp"
#include "tests/projections/replayed.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Micros;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class AvailabilityTest : public testing::Test {
  protected:
    std::size_t pick(std::size_t count) { return random() % count; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[pick(list.size())];
    }
    std::string staff(std::string_view name, std::string_view more = "") {
        return house.make(
            tenant, "create_resource",
            "{'type':'staff','name':'" + std::string(name) + "'" + std::string(more) + "}");
    }
    std::string daily(const std::string& from, const std::string& to) {
        std::string windows;
        for (const auto* day :
             {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}) {
            windows += std::string(windows.empty() ? "" : ",") + "{'day':'" + day + "','from':'" +
                       from + "','to':'" + to + "'}";
        }
        return "{'windows':[" + windows + "],'breaks':[]}";
    }
    void works(const std::string& resource, const std::string& from = "09:00",
               const std::string& to = "18:00") {
        house.make(tenant, "set_schedule", daily(from, to), resource);
    }
    FindSlots asked(const std::string& service, Instant from, Instant to) {
        FindSlots query;
        query.service_id = ServiceId{id_of(service)};
        query.from = from;
        query.to = to;
        return query;
    }
    SlotAnswer find(const FindSlots& query) {
        return must(views.slots.find_slots(tenant, query, house.clock().now()));
    }
    Result<eventstore::CommandAnswer> book(const std::string& service, Instant start,
                                           const std::string& more = "") {
        return house.run(tenant, "book_appointment",
                         "{'service_id':'" + service + "','client_id':'" + client + "','start':'" +
                             kernel::to_string(start) + "'" + more + "}");
    }
    std::string code(const FindSlots& query) {
        const auto answer = views.slots.find_slots(tenant, query, house.clock().now());
        if (answer) return "";
        return answer.error().errors.empty()
                   ? answer.error().code
                   : answer.error().errors[0].pointer + " " + answer.error().errors[0].code;
    }
    // The same question to the folds.
    Result<SlotList> by_folds(const FindSlots& query) {
        Replayed read(house, tenant);
        FoldSource folds(read, house.clock().now());
        const auto& service = read.get<Record<Service>>(query.service_id);
        auto snapshot = build_snapshot(folds, query.service_id, service, query.from, query.to,
                                       query.resource_ids);
        if (!snapshot) return std::unexpected(snapshot.error());
        SlotQuery slot_query;
        slot_query.from = query.from;
        slot_query.to = query.to;
        slot_query.now = house.clock().now();
        slot_query.party_size = query.party_size;
        slot_query.resource_ids.assign(query.resource_ids.begin(), query.resource_ids.end());
        slot_query.location = query.location_id;
        slot_query.viewer = *kernel::Zone::find("Europe/Madrid");
        return slots(*snapshot, slot_query);
    }

    std::mt19937_64 random{seed_of_test()};
    House house;
    TenantId tenant = house.found("salon", "Europe/Madrid");
    std::string client = house.make(tenant, "create_client", "{'first_name':'Ana'}");
    Views views{house, house.path("views"), {.batch_events_max = 7}};
};

TEST_F(AvailabilityTest, a_day_of_one_chair) {
    const auto chair = staff("Eva");
    works(chair, "10:00", "13:00");
    const auto cut = house.make(tenant, "create_service", "{'name':'Cut','duration_minutes':60}");
    ASSERT_TRUE(book(cut, at("2026-12-05T10:00")));
    views.catch_up();
    auto query = asked(cut, at("2026-12-05"), at("2026-12-06T23:00"));
    const auto answer = find(query);
    EXPECT_EQ(answer.position, house.log().last_position());
    ASSERT_EQ(answer.list.slots.size(), 5U);  // Madrid is one hour ahead
    EXPECT_EQ(answer.list.slots[0].start, at("2026-12-05T09:00"));
    EXPECT_EQ(answer.list.slots[1].start, at("2026-12-05T11:00"));
    EXPECT_EQ(answer.list.slots[0].remaining, 1);
    ASSERT_EQ(answer.list.days.size(), 2U);
    EXPECT_EQ(answer.list.days[0].slots, 2);
    const auto json = kernel::json::parse_own(answer.json());
    EXPECT_EQ(
        json.at("data").at(0),
        kernel::json::parse_own(
            R"({"start":"2026-12-05T09:00:00Z","end":"2026-12-05T10:00:00Z","remaining":1,"resources":[{"role":"staff","id":")" +
            chair + R"("}]})"));
    EXPECT_EQ(json.at("days").at(1),
              kernel::json::parse_own(R"({"date":"2026-12-06","slots":3,"reason":null})"));

    query.time_zone = "Asia/Tokyo";
    const auto tokyo = find(query);
    EXPECT_EQ(tokyo.list.slots, answer.list.slots);
    ASSERT_EQ(tokyo.list.days.size(), 3U);
    EXPECT_EQ(tokyo.list.days[2].reason, EmptyDay::closed);
}

TEST_F(AvailabilityTest, what_cannot_be_asked_is_refused) {
    const auto chair = staff("Eva");
    works(chair);
    const auto cut =
        house.make(tenant, "create_service", "{'name':'Cut','duration_minutes':60,'capacity':2}");
    views.catch_up();
    const auto query = asked(cut, at("2026-12-05"), at("2026-12-06"));
    EXPECT_EQ(code(query), "");
    EXPECT_EQ(code(asked(cut, at("2026-12-05"), at("2026-12-05"))), "/to before_from");
    EXPECT_EQ(code(asked(cut, at("2026-12-05"), at("2026-12-05") + days{93})), "");
    EXPECT_EQ(code(asked(cut, at("2026-12-05"), at("2026-12-05") + days{93} + Micros{1})),
              "/to range");
    EXPECT_EQ(code(asked(chair, at("2026-12-05"), at("2026-12-06"))), "not_found");
    auto other = query;
    other.party_size = 3;
    EXPECT_EQ(code(other), "/party_size max");
    other = query;
    other.resource_ids = {ResourceId{id_of(chair)}, ResourceId{id_of(cut)}};
    EXPECT_EQ(code(other), "/resource_ids/1 not_found");
    other = query;
    other.time_zone = "Europe/Atlantis";
    EXPECT_EQ(code(other), "/time_zone format");
    other = query;
    other.location_id = LocationId{id_of(cut)};
    EXPECT_EQ(code(other), "/location_id not_found");
    house.make(tenant, "change_service", "{'active':false}", cut);
    views.catch_up();
    EXPECT_EQ(code(query), "/service_id inactive");
    house.make(tenant, "delete_service", "{}", cut);
    views.catch_up();
    EXPECT_EQ(code(query), "not_found");
    const auto elsewhere = house.found("clinic");
    views.catch_up();
    EXPECT_EQ(views.slots.find_slots(elsewhere, query, house.clock().now()).error().code,
              "not_found");
}

TEST_F(AvailabilityTest, too_many_candidates_ask_for_resource_ids) {
    const auto first = staff("S0");
    works(first);
    const auto cut = house.make(tenant, "create_service", "{'name':'Cut','duration_minutes':60}");
    for (int i = 1; i <= role_candidates_max; ++i) staff("S" + std::to_string(i));
    views.catch_up();
    auto query = asked(cut, at("2026-12-05"), at("2026-12-06"));
    EXPECT_EQ(code(query), "/resource_ids required");
    query.resource_ids = {ResourceId{id_of(first)}};
    EXPECT_FALSE(find(query).list.slots.empty());
}

// Chairs in two zones, a room, three services, and everything that can happen to them.
class AvailabilityHistoryTest : public AvailabilityTest {
  protected:
    void build() {
        room = house.make(tenant, "create_resource", "{'type':'room','name':'R1','capacity':3}");
        far =
            house.make(tenant, "create_location", "{'name':'Far','time_zone':'America/New_York'}");
        for (int i = 0; i < 3; ++i) {
            chairs.push_back(
                staff("S" + std::to_string(i), i == 2 ? ",'location_id':'" + far + "'" : ""));
            works(chairs.back(), i == 0 ? "22:00" : "09:00", i == 0 ? "02:00" : "14:30");
        }
        const auto add = [&](const std::string& body) {
            services.push_back(house.make(tenant, "create_service", body));
        };
        add("{'name':'Cut','duration_minutes':45,'buffer_after_minutes':15,"
            "'slot_step_minutes':15}");
        add("{'name':'Class','duration_minutes':60,'capacity':4,'max_per_day':3,'requirements':"
            "[{'role':'room','match':{'type':'room'}},{'role':'teacher','candidates':['" +
            chairs[1] + "','" + chairs[2] + "'],'required':false}]}");
        add("{'name':'Long','duration_minutes':300,'buffer_before_minutes':30}");
    }
    // Compares the answers of view and folds, and books one of the starts.
    void ask_and_book(const std::string& service, Instant soon) {
        auto query = asked(service, soon, soon + hours(1 + pick(70)));
        if (pick(5) == 0) query.resource_ids = {ResourceId{id_of(one_of(chairs))}};
        if (pick(6) == 0) query.location_id = LocationId{id_of(far)};
        if (pick(4) == 0) query.party_size = 2;
        query.time_zone = "Europe/Madrid";
        const auto offered = views.slots.find_slots(tenant, query, house.clock().now());
        if (!offered) return;
        const auto expected = must(by_folds(query));
        EXPECT_EQ(offered->list.slots, expected.slots);
        EXPECT_EQ(offered->list.days, expected.days);
        if (offered->list.slots.empty() || query.location_id) return;
        const auto& slot = one_of(offered->list.slots);
        auto more = ",'party_size':" + std::to_string(query.party_size);
        for (const auto& id : query.resource_ids)
            more += ",'resource_ids':['" + to_string(id) + "']";
        const auto answer = book(service, slot.start, more);
        EXPECT_TRUE(answer) << answer.error().code;
        if (answer) appointments.push_back(answer->id);
    }
    // Some of it is refused, as it comes.
    void happen_something(Instant soon) {
        const auto may = [&](std::string_view command, std::string body,
                             const std::string& target) {
            [[maybe_unused]] const auto done = house.run(tenant, command, std::move(body), target);
        };
        const auto priced =
            "{'active':true,'prices':[{'service_id':'" + services[0] + "','duration_minutes':30}]}";
        const auto later = kernel::to_string(soon + minutes(15 * pick(100)));
        const auto appointment = appointments.empty() ? room : one_of(appointments);
        const auto hold = holds.empty() ? room : one_of(holds);
        switch (pick(17)) {
            case 0:
                return may("cancel_appointment", "{}", appointment);
            case 1:
                return may("complete_appointment", "{}", appointment);
            case 2:
                return may("mark_no_show", "{}", appointment);
            case 3:
                return may("reschedule_appointment", "{'start':'" + later + "'}", appointment);
            case 4:
                return may("change_resource", pick(2) ? "{'active':false}" : priced,
                           one_of(chairs));
            case 5:
                return may("set_schedule", daily(pick(2) ? "08:00" : "12:00", "20:00"),
                           one_of(chairs));
            case 6:
                return may("delete_resource", "{}", pick(2) ? room : chairs[1]);
            case 7:
                return may("reassign_appointment", "{'resource_ids':['" + one_of(chairs) + "']}",
                           appointment);
            case 8:
            case 9:
                return hold_one(later);
            case 10:
                return may("release_hold", "{}", hold);
            case 11:
            case 12:
                return override_one(soon);
            case 13:
            case 14:
                return add_one_block(soon);
            case 15:
                return may("remove_block", "{}", blocks.empty() ? room : one_of(blocks));
            default:
                return may("restore_resource", "{}", pick(2) ? room : chairs[1]);
        }
    }

    void hold_one(const std::string& start) {
        const auto placed =
            house.run(tenant, "hold_slot",
                      "{'service_id':'" + one_of(services) + "','start':'" + start +
                          "','ttl_seconds':" + std::to_string(30 + pick(1700)) + "}");
        if (placed) holds.push_back(placed->id);
    }
    // Of any scope, once or by a rule, in instants or in local time.
    void add_one_block(Instant soon) {
        const std::vector<std::string> scopes{"'resource_id':'" + one_of(chairs) + "'",
                                              "'resource_id':'" + room + "'",
                                              "'location_id':'" + far + "'", "'everything':true"};
        const std::vector<std::string> rules{"", "", ",'rrule':'FREQ=DAILY;COUNT=3'",
                                             ",'rrule':'FREQ=WEEKLY'",
                                             ",'rrule':'FREQ=HOURLY;INTERVAL=9;UNTIL=20261231'"};
        const auto start = soon + minutes(15 * pick(200)) - days{pick(3)};
        const auto end = start + minutes(15 * (1 + pick(pick(4) ? 20 : 300)));
        const auto local = pick(2) == 0;
        const auto time = [&](std::string_view name, Instant t) {
            return std::string(local ? "'local_" : "'") + std::string(name) + "':'" +
                   kernel::to_string(t).substr(0, 16) + (local ? "'" : ":00Z'");
        };
        const auto added =
            house.run(tenant, "add_block",
                      "{'kind':'other','scope':{" + one_of(scopes) + "}," + time("start", start) +
                          "," + time("end", end) + one_of(rules) + "}");
        if (added) blocks.push_back(added->id);
    }
    void override_one(Instant soon) {
        const auto date = kernel::to_string(kernel::Zone::utc().local_date(soon));
        const auto body =
            pick(2) ? "{'closed':true}" : "{'windows':[{'from':'06:00','to':'22:30'}]}";
        const auto name = pick(4) ? "set_override" : "remove_override";
        [[maybe_unused]] const auto done = house.run_at(tenant, name, pick(4) ? body : "{}",
                                                        {{{"id", one_of(chairs)}, {"date", date}}});
    }

    std::string room, far;
    std::vector<std::string> chairs, services, appointments, holds, blocks;
};

TEST_F(AvailabilityHistoryTest, what_the_view_offers_is_what_the_folds_accept) {
    build();
    for (int step = 0; step < 160; ++step) {
        house.clock().advance(minutes(pick(200)));
        views.catch_up();
        const auto soon = std::chrono::floor<hours>(house.clock().now()) + hours(pick(60));
        ask_and_book(one_of(services), soon);
        happen_something(soon);
    }
    EXPECT_GT(appointments.size(), 10U);
    EXPECT_GT(blocks.size(), 3U);
    views.catch_up();
    Views again(house, house.path("again"));
    again.catch_up();
    // Live, an event is what the decision made; here it is read from its record.
    EXPECT_EQ(again.store->digest(again.availability.view()),
              views.store->digest(views.availability.view()));
    EXPECT_EQ(again.store->digest(again.records.view()), views.store->digest(views.records.view()));
}

TEST_F(AvailabilityTest, allocations_of_any_range_are_those_of_the_folds) {
    const Uuid resource{{1}}, other{{2}};
    std::vector<AppointmentBooked> made;
    for (int i = 0; i < 120; ++i) {
        const auto start = at("2026-12-25") + minutes(pick(20'000)) + Micros(pick(2));
        auto e =
            booked(random_id(random), Uuid{{9}}, start, minutes(pick(3000)), {resource, other});
        e.occupancy.buffer_before_minutes = static_cast<int>(pick(90));
        e.occupancy.buffer_after_minutes = static_cast<int>(pick(90));
        happen(house, tenant, {e}, random);
        made.push_back(e);
    }
    for (auto& e : made) {
        if (pick(3) != 0) continue;
        AppointmentNoShow gone{e.id, e.occupancy, e.occupancy, {}};
        gone.occupancy.end = gone.occupancy.start;
        gone.occupancy.buffer_after_minutes = 0;
        if (pick(2)) gone.occupancy.buffer_before_minutes = 0;
        if (pick(2))
            happen(house, tenant, {gone}, random);
        else
            happen(
                house, tenant,
                {AppointmentCancelled{e.id, e.occupancy, CancelledBy::business, {}, {}, false, {}}},
                random);
    }
    views.catch_up();
    Replayed read(house, tenant);
    FoldSource folds(read, house.clock().now());
    const auto sorted = [](const Allocations& found) {
        std::vector<Allocation> list(found.begin(), found.end());
        std::ranges::sort(list, {},
                          [](const Allocation& a) { return std::tuple(a.start, a.owner); });
        std::vector<std::tuple<Uuid, Instant, Instant, int, int, int, std::optional<Instant>,
                               std::vector<Uuid>>>
            plain;
        for (const auto& a : list)
            plain.emplace_back(a.owner, a.start, a.end, a.buffer_before_minutes,
                               a.buffer_after_minutes, a.party, a.expires_at, a.resources);
        return plain;
    };
    views.slots.with_source(tenant, house.clock().now(), [&](SnapshotSource& rows) {
        for (int i = 0; i < 300; ++i) {
            const auto from = at("2026-12-24") + minutes(pick(24'000));
            const auto to = from + minutes(1 + pick(6000));
            EXPECT_EQ(sorted(rows.allocations(ResourceId{resource}, from, to)),
                      sorted(folds.allocations(ResourceId{resource}, from, to)));
        }
    });
}

TEST_F(AvailabilityHistoryTest, blocks_of_any_range_are_those_of_the_folds) {
    build();
    for (int i = 0; i < 60; ++i) {
        add_one_block(at("2026-12-28") + hours(pick(200)));
        if (pick(4) == 0 && !blocks.empty()) [[maybe_unused]]
            const auto done = house.run(tenant, "remove_block", "{}", one_of(blocks));
    }
    house.make(tenant, "add_block",
               "{'kind':'maintenance','scope':{'location_id':'" + far +
                   "'},'start':'2026-10-01T00:00:00Z','end':'2027-09-01T00:00:00Z'}");
    views.catch_up();
    Replayed read(house, tenant);
    FoldSource folds(read, house.clock().now());
    const auto sorted = [](std::vector<Block> list) {
        std::ranges::sort(list, {}, [](const Block& b) { return std::tuple(b.start, b.id); });
        return list;
    };
    std::size_t found = 0;
    views.slots.with_source(tenant, house.clock().now(), [&](SnapshotSource& rows) {
        for (int i = 0; i < 200; ++i) {
            const auto from = at("2026-12-20") + minutes(pick(24'000));
            const auto to = from + minutes(1 + pick(60'000));
            const ResourceId chair{id_of(one_of(chairs))};
            const LocationId location{id_of(far)};
            EXPECT_EQ(sorted(rows.resource_blocks(chair, from, to)),
                      sorted(folds.resource_blocks(chair, from, to)));
            EXPECT_EQ(sorted(rows.location_blocks(location, from, to)),
                      sorted(folds.location_blocks(location, from, to)));
            EXPECT_EQ(sorted(rows.tenant_blocks(from, to)), sorted(folds.tenant_blocks(from, to)));
            found += rows.tenant_blocks(from, to).size();
        }
    });
    EXPECT_GT(found, 0U);
}

}  // namespace
}  // namespace almanac::projections
