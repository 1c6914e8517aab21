// Blocks close time for bookings, name the appointments they meet, and give the time back.
#include "domain/scheduling/block.hpp"

#include "tests/scheduling/working_hours.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using std::chrono::days;

BlockScope of_maria() {
    return {maria, std::nullopt, false};
}
BlockScope of_the_location() {
    return {std::nullopt, salon_location, false};
}
BlockScope of_everything() {
    return {std::nullopt, std::nullopt, true};
}
AddBlock closing(const BlockScope& scope, Instant start, Instant end, std::string_view rrule = "") {
    AddBlock wish;
    wish.scope = scope;
    wish.start = start;
    wish.end = end;
    wish.kind = BlockKind::holiday;
    if (!rrule.empty()) wish.rrule = rrule;
    return wish;
}

TEST(AddBlock, nothing_is_booked_inside_it_whatever_its_scope) {
    for (const auto& scope : {of_maria(), of_the_location(), of_everything()}) {
        auto salon = a_salon();
        salon.after(closing(scope, monday_noon, monday_noon + 1h)).event<BlockAdded>();
        salon.when(book_at(monday_noon)).then_rejected("scheduling.outside_working_time");
        salon.when(book_at(monday_noon + 1h)).event<AppointmentBooked>();
        salon.when(book_at(monday_noon - 1h)).event<AppointmentBooked>();
    }
}

TEST(AddBlock, keeps_which_services_it_is_said_to_affect_and_closes_for_all) {
    auto salon = a_salon();
    auto wish = closing(of_maria(), monday_noon, monday_noon + 1h);
    wish.affected_services = {"Massage"};
    const auto id = salon.after(wish).event<BlockAdded>().id;
    EXPECT_EQ(salon.fold<TimeBlock>(id).affected_services, wish.affected_services);
    salon.when(book_at(monday_noon)).then_rejected("scheduling.outside_working_time");
}

TEST(AddBlock, a_rule_closes_every_one_of_its_ranges) {
    for (const auto& scope : {of_maria(), of_the_location(), of_everything()}) {
        auto salon = a_salon();
        salon.after(closing(scope, monday_noon, monday_noon + 1h, "FREQ=WEEKLY"))
            .event<BlockAdded>();
        for (const auto week : {0, 1, 2, 40}) {
            const auto start = monday_noon + days{7 * week};
            salon.when(book_at(start)).then_rejected("scheduling.outside_working_time");
            salon.when(book_at(start + days{1})).event<AppointmentBooked>();
        }
    }
}

TEST(AddBlock, of_another_resource_or_location_it_closes_nothing) {
    auto other = a_location();
    other.id = id_of<LocationId>(11);
    auto salon = a_salon().and_given(other);
    salon.after(closing({ana, {}, false}, monday_noon, monday_noon + 1h)).event<BlockAdded>();
    salon.after(closing({{}, other.id, false}, monday_noon, monday_noon + 1h)).event<BlockAdded>();
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
}

TEST(AddBlock, what_a_booking_occupies_beside_it_may_lie_in_it) {
    auto service = a_haircut();
    service.buffer_after_minutes = 30;
    auto salon = a_salon(service);
    salon.after(closing(of_maria(), monday_noon, monday_noon + 1h)).event<BlockAdded>();
    salon.when(book_at(monday_noon - 1h)).event<AppointmentBooked>();  // its buffer is in the block
}

TEST(AddBlock, staff_with_a_reason_may_book_inside) {
    auto salon = a_salon();
    salon.after(closing(of_everything(), monday_noon, monday_noon + 1h)).event<BlockAdded>();
    auto wish = book_at(monday_noon);
    wish.method = BookingMethod::staff;
    wish.off_grid_reason = std::string("a friend of the house");
    salon.when(wish).event<AppointmentBooked>();
}

TEST(AddBlock, names_the_appointments_it_meets_by_start) {
    auto salon = a_salon();
    const auto next_week = booked_at(salon, monday_noon + days{7});
    const auto tuesday = booked_at(salon, monday_noon + days{1});
    const auto noon = booked_at(salon, monday_noon);
    const auto before = booked_at(salon, monday_noon - 1h);
    for (const auto& scope : {of_maria(), of_the_location(), of_everything()}) {
        const auto from = monday_noon;
        EXPECT_EQ(conflicts_of(salon.when(closing(scope, from, from + 30min))), Appointments{noon});
        EXPECT_EQ(conflicts_of(salon.when(closing(scope, from - 1min, from + 1min))),
                  (Appointments{before, noon}));
        EXPECT_EQ(conflicts_of(salon.when(closing(scope, from + 1h, from + 2h))), Appointments{});
        EXPECT_EQ(conflicts_of(salon.when(closing(scope, from, from + 1h, "FREQ=WEEKLY"))),
                  (Appointments{noon, next_week}));
        EXPECT_EQ(conflicts_of(salon.when(closing(scope, from, from + 1h, "FREQ=DAILY"))),
                  (Appointments{noon, tuesday, next_week}));
        EXPECT_EQ(conflicts_of(salon.when(closing(scope, from - days{500}, from + 1h))),
                  (Appointments{before, noon}));
    }
    EXPECT_EQ(conflicts_of(salon.when(closing({ana, {}, false}, monday_noon, monday_noon + 1h))),
              Appointments{});
    salon.at(monday_noon + 2h);  // what is over is no conflict
    EXPECT_EQ(
        conflicts_of(salon.when(closing(of_maria(), monday_noon - days{1}, monday_noon + days{3}))),
        Appointments{tuesday});
}

TEST(AddBlock, an_appointment_that_needs_two_resources_is_named_once) {
    auto service = a_haircut();
    Requirement seat;
    seat.role = "chair";
    seat.candidates = {chair};
    service.requirements.push_back(seat);
    auto salon = a_salon(service);
    const auto noon = booked_at(salon, monday_noon);
    EXPECT_EQ(conflicts_of(salon.when(closing(of_everything(), monday_noon, monday_noon + 1h))),
              Appointments{noon});
}

TEST(AddBlock, local_times_are_those_of_its_location_or_of_the_business) {
    auto tenant = a_tenant();
    tenant.time_zone = "America/New_York";
    auto salon = given(tenant, a_location("Europe/Madrid"), a_resource(maria, ResourceType::staff),
                       always_open(maria));
    AddBlock wish;
    wish.local_start = LocalDateTime{*parse_local_date("2026-06-08"), {600}};
    wish.local_end = LocalDateTime{*parse_local_date("2026-06-08"), {660}};
    const auto start_for = [&](const BlockScope& scope) {
        wish.scope = scope;
        return to_string(salon.when(wish).event<BlockAdded>().start);
    };
    EXPECT_EQ(start_for(of_maria()), "2026-06-08T08:00:00Z");
    EXPECT_EQ(start_for(of_the_location()), "2026-06-08T08:00:00Z");
    EXPECT_EQ(start_for(of_everything()), "2026-06-08T14:00:00Z");
}

TEST(AddBlock, it_stands_in_the_months_of_its_scope_or_in_a_calendar) {
    const auto tags_of = [](const AddBlock& wish) {
        const auto decided = a_salon().when(wish);
        auto list = tags(decided.event<BlockAdded>()).list;
        list.erase(list.begin());
        return list;
    };
    const auto from = *parse_instant("2026-06-30T20:00:00Z");
    const auto id = [](const Uuid& uuid) { return to_string(uuid); };
    using Tags = std::vector<std::string>;
    EXPECT_EQ(tags_of(closing(of_maria(), from, from + 8h)),
              (Tags{"resource_month:" + id(maria) + "/2026-06",
                    "resource_month:" + id(maria) + "/2026-07"}));
    EXPECT_EQ(tags_of(closing(of_the_location(), from, from + 1h)),
              Tags{"location_month:" + id(salon_location) + "/2026-06"});
    EXPECT_EQ(tags_of(closing(of_everything(), from, from + 4h)),
              Tags{"tenant_month:" + id(a_tenant().tenant_id) + "/2026-06"});
    EXPECT_EQ(tags_of(closing(of_maria(), from, from + 1h, "FREQ=DAILY")),
              Tags{"calendar:" + id(maria)});
    EXPECT_EQ(tags_of(closing(of_everything(), from, from + days{400})),
              Tags{"calendar:" + id(a_tenant().tenant_id)});
}

TEST(AddBlock, a_scope_is_one_thing_that_exists) {
    auto salon = a_salon();
    salon.when(closing({id_of<ResourceId>(999), {}, false}, monday_noon, monday_noon + 1h))
        .then_field_error("/scope/resource_id", "not_found");
    auto wish = closing({{}, id_of<LocationId>(999), false}, monday_noon, monday_noon);
    salon.when(wish).then_field_error("/scope/location_id", "not_found");
    salon.when(wish).then_field_error("/end", "before_start");  // all of it at once
    const auto code_of = [](std::string_view scope) {
        const auto read = from_json<AddBlock>(json::parse_own(
            R"({"kind":"break","start":"2026-06-08T12:00:00Z","end":"2026-06-08T13:00:00Z","scope":)" +
            std::string(scope) + "}"));
        return read ? std::string()
                    : read.error().errors[0].pointer + " " + read.error().errors[0].code;
    };
    EXPECT_EQ(code_of(R"({"everything":true})"), "");
    EXPECT_EQ(code_of("{}"), "/scope no_scope");
    EXPECT_EQ(code_of(R"({"everything":false})"), "/scope no_scope");
    EXPECT_EQ(code_of(R"({"everything":true,"resource_id":")" + to_string(maria) + "\"}"),
              "/scope not_together");
}

TEST(AddBlock, is_of_one_of_eight_kinds) {
    const auto fault = [](const std::string& kind) {
        const auto read = from_json<AddBlock>(
            json::parse_own(R"({"start":"2026-06-08T12:00:00Z","end":"2026-06-08T13:00:00Z",)"
                            R"("scope":{"everything":true},"kind":")" +
                            kind + "\"}"));
        return read ? std::string()
                    : read.error().errors[0].pointer + " " + read.error().errors[0].code;
    };
    for (const auto* kind : {"vacation", "sick_leave", "maintenance", "break", "training",
                             "holiday", "private_event", "other"})
        EXPECT_EQ(fault(kind), "") << kind;
    EXPECT_EQ(fault("nap"), "/kind enum");
}

TEST(AddBlock, a_calendar_has_at_most_500_entries_in_force) {
    auto salon = a_salon();
    for (std::uint32_t i = 0; i < 499; ++i) {  // with the schedule, 500
        BlockAdded e;
        e.start = monday_noon;
        e.end = monday_noon + 1h;
        e.rrule = "FREQ=DAILY";
        e.id = id_of<BlockId>(2'000 + i);
        e.scope = of_maria();
        e.owner_id = maria;
        if (i == 0) e.ends_at = monday_noon + 1h;
        salon.and_given(e);
    }
    const auto one_more = closing(of_maria(), monday_noon, monday_noon + 1h, "FREQ=DAILY");
    salon.when(one_more).then_rejected("limit_reached");
    salon.when(closing(of_maria(), monday_noon, monday_noon + 1h)).event<BlockAdded>();
    salon.when(closing(of_everything(), monday_noon, monday_noon + 1h, "FREQ=DAILY"))
        .event<BlockAdded>();
    salon.at(monday_noon + 1h + days{2});
    salon.when(one_more).then_rejected("limit_reached");
    salon.at(monday_noon + 1h + days{2} + 1us);  // what ended longer ago does not count
    salon.after(one_more).event<BlockAdded>();
    EXPECT_EQ(salon.fold<Calendar>(maria).blocks.size(), 499U);
}

TEST(AddBlock, a_month_has_at_most_1000_blocks_of_one_owner) {
    auto salon = a_salon();
    auto month = closing(of_everything(), monday_noon, monday_noon + 1h);
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        BlockAdded e;
        e.start = monday_noon;
        e.end = monday_noon + 1h;
        e.id = id_of<BlockId>(2'000 + i);
        e.scope = of_everything();
        e.owner_id = a_tenant().tenant_id;
        salon.and_given(e);
    }
    salon.when(month).then_rejected("limit_reached");
    salon.when(closing(of_everything(), monday_noon + days{30}, monday_noon + days{31}))
        .event<BlockAdded>();
}

TEST(RemoveBlock, gives_the_time_back_and_repeats_what_it_took) {
    for (const auto* rrule : {"", "FREQ=WEEKLY"}) {
        for (const auto& scope : {of_maria(), of_the_location(), of_everything()}) {
            auto salon = a_salon();
            const auto added = salon.after(closing(scope, monday_noon, monday_noon + 1h, rrule))
                                   .event<BlockAdded>();
            salon.when(book_at(monday_noon)).then_rejected("scheduling.outside_working_time");
            const auto removed = salon.after(RemoveBlock{added.id});
            removed.then(BlockRemoved{added.id, scope, added.owner_id, added});
            EXPECT_EQ(tags(added).list, tags(removed.event<BlockRemoved>()).list);
            salon.when(book_at(monday_noon)).event<AppointmentBooked>();
            salon.when(RemoveBlock{added.id}).then_rejected("not_found");
        }
    }
    a_salon().when(RemoveBlock{id_of<BlockId>(1)}).then_rejected("not_found");
}

}  // namespace
}  // namespace almanac::testing
