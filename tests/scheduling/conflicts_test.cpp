// The bookings that a change of working time leaves without their resource: blocks, maintenance,
// overrides that go and resources that go count like schedules (domain page: scheduling, "Who is
// there").
#include "domain/scheduling/conflicts.hpp"

#include "domain/scheduling/block.hpp"
#include "domain/scheduling/hold.hpp"
#include "domain/scheduling/override.hpp"
#include "domain/scheduling/visit.hpp"
#include "tests/scheduling/working_hours.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::year;

const LocalDate monday{year{2026} / 6 / 8};

SetOverride working(LocalDate date, int from_hour, int to_hour) {
    return {maria, date, false, {{LocalTime{from_hour * 60}, LocalTime{to_hour * 60}}}, {}};
}
SetOverride closing(LocalDate date) {
    return {maria, date, true, {}, std::nullopt};
}
AddBlock block(const BlockScope& scope, Instant start, Instant end, std::string_view rrule = "") {
    AddBlock wish;
    wish.scope = scope;
    wish.start = start;
    wish.end = end;
    wish.kind = BlockKind::maintenance;
    if (!rrule.empty()) wish.rrule = rrule;
    return wish;
}
TEST(Conflicts, a_new_schedule_names_bookings_in_blocks_of_every_scope) {
    for (const auto& scope : {BlockScope{maria, {}, false}, BlockScope{{}, salon_location, false},
                              BlockScope{{}, {}, true}}) {
        for (const auto* rrule : {"", "FREQ=WEEKLY"}) {
            auto salon = a_salon();
            const auto noon = booked_at(salon, monday_noon);
            const auto next_week = booked_at(salon, monday_noon + days{7});
            const auto next_winter = booked_at(salon, monday_noon + days{7 * 26});
            salon.after(block(scope, monday_noon + 30min, monday_noon + 40min, rrule))
                .event<BlockAdded>();
            const auto met =
                *rrule == '\0' ? Appointments{noon} : Appointments{noon, next_week, next_winter};
            EXPECT_EQ(conflicts_of(salon.when(every_day(9, 18))), met) << rrule;
            EXPECT_EQ(conflicts_of(salon.when(every_day(17, 18))),
                      (Appointments{noon, next_week, next_winter}));
        }
    }
}

TEST(Conflicts, a_block_that_only_touches_a_booking_or_is_of_another_resource_does_not_count) {
    auto salon = a_salon();
    booked_at(salon, monday_noon);
    for (const auto start : {monday_noon - 1h, monday_noon + 1h}) {
        salon.after(block({maria, {}, false}, start, start + 1h)).event<BlockAdded>();
    }
    salon.after(block({ana, {}, false}, monday_noon, monday_noon + 1h)).event<BlockAdded>();
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 18))), Appointments{});
}

TEST(Conflicts, maintenance_dates_count_like_a_block) {
    auto salon = a_salon();
    const auto noon = booked_at(salon, monday_noon);
    booked_at(salon, monday_noon + days{1});
    RecordChanged<Resource> away;
    away.id = maria;
    away.changes.names = {"maintenance_from", "maintenance_until"};
    away.changes.value.maintenance_from = monday;
    away.changes.value.maintenance_until = monday;
    salon.and_given(away);
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 18))), Appointments{noon});
    EXPECT_EQ(conflicts_of(salon.when(working(monday, 9, 18))), Appointments{noon});
}

TEST(Conflicts, what_was_over_before_it_should_have_begun_is_none) {
    auto salon = a_salon();
    const auto id = booked_at(salon, monday_noon);
    salon.at(monday_noon - 30min).after(StartAppointment{id}).event<AppointmentStarted>();
    salon.at(monday_noon - 10min).after(CompleteAppointment{id, {}, {}});
    EXPECT_EQ(conflicts_of(salon.when(every_day(17, 18))), Appointments{});
}

TEST(Conflicts, an_override_names_bookings_in_blocks_of_its_date_alone) {
    auto salon = a_salon();
    const auto noon = booked_at(salon, monday_noon);
    booked_at(salon, monday_noon + days{1});
    salon.after(block({{}, {}, true}, monday_noon, monday_noon + 1h, "FREQ=DAILY"))
        .event<BlockAdded>();
    EXPECT_EQ(conflicts_of(salon.when(working(monday, 9, 18))), Appointments{noon});
    EXPECT_EQ(conflicts_of(salon.when(closing(monday))), Appointments{noon});
    EXPECT_EQ(conflicts_of(salon.when(closing(monday + days{2}))), Appointments{});
}

TEST(Conflicts, an_override_that_goes_names_what_only_it_allowed) {
    auto salon = a_salon();
    salon.after(working(monday, 9, 21)).event<OverrideSet>();
    booked_at(salon, monday_noon);
    const auto evening = booked_at(salon, monday_noon + 7h);
    EXPECT_EQ(conflicts_of(salon.when(RemoveOverride{maria, monday})), Appointments{evening});
    const auto removed = salon.after(RemoveOverride{maria, monday});
    removed.event<OverrideRemoved>();
    EXPECT_EQ(salon.fold<Appointment>(evening).status, AppointmentStatus::confirmed);
    salon.after(closing(monday + days{1})).event<OverrideSet>();
    EXPECT_EQ(conflicts_of(salon.when(RemoveOverride{maria, monday + days{1}})), Appointments{});
}

TEST(Conflicts, the_night_after_a_date_belongs_to_its_override) {
    auto salon = a_salon();
    salon.after(working(monday, 22, 2)).event<OverrideSet>();
    const auto midnight = booked_at(salon, monday_noon + 12h);  // Tuesday 00:00
    booked_at(salon, monday_noon + days{1});                    // of Tuesday's own window
    EXPECT_EQ(conflicts_of(salon.when(working(monday, 22, 24))), Appointments{midnight});
    EXPECT_EQ(conflicts_of(salon.when(working(monday, 21, 1))), Appointments{});
    EXPECT_EQ(conflicts_of(salon.when(closing(monday))), Appointments{midnight});
    EXPECT_EQ(conflicts_of(salon.when(RemoveOverride{maria, monday})), Appointments{midnight});
}

TEST(Conflicts, a_resource_that_goes_names_its_bookings_to_come) {
    auto salon = a_salon();
    const auto next_year = booked_at(salon, monday_noon + days{300});
    const auto noon = booked_at(salon, monday_noon);
    salon.after(HoldSlot{haircut, monday_noon + 2h, 1, {}, 300}).event<HoldPlaced>();
    EXPECT_EQ(conflicts_of(salon.when(DeleteRecord<Resource>{maria})),
              (Appointments{noon, next_year}));
    EXPECT_EQ(conflicts_of(salon.when(DeleteRecord<Resource>{ana})), Appointments{});
    salon.at(monday_noon + 30min);
    EXPECT_EQ(conflicts_of(salon.when(DeleteRecord<Resource>{maria})), Appointments{next_year});
    salon.after(DeleteRecord<Resource>{maria}).event<RecordDeleted<Resource>>();
    EXPECT_EQ(salon.fold<Appointment>(next_year).status, AppointmentStatus::confirmed);
    salon.when(DeleteRecord<Resource>{maria}).then_rejected("not_found");
}

}  // namespace
}  // namespace almanac::testing
