// The rules of "Slots" one by one, and the examples that the domain page wants true.
#include "domain/scheduling/slots.hpp"

#include <gtest/gtest.h>

#include "tests/scheduling/slots_world.hpp"

namespace almanac::scheduling::slot_tests {
namespace {

TEST(SlotExamples, WindowOnTheDayClocksGoForward) {
    World world("America/New_York");
    world.service(60, 60).staff("A", daily("13:00", "18:00"));
    world.role("staff", {"A"});
    EXPECT_EQ(world.starts("2026-03-08T00:00", "2026-03-09T00:00"),
              "17:00 18:00 19:00 20:00 21:00");
}

TEST(SlotExamples, NightWindowIsOneRunOverMidnight) {
    World world("Europe/Madrid");
    Schedule friday;
    friday.windows.push_back({kernel::Weekday::friday, local("22:30"), local("02:00"), {}});
    world.service(60, 30).staff("A", friday);
    world.role("staff", {"A"});
    EXPECT_EQ(world.starts("2026-06-05T00:00", "2026-06-07T00:00"),
              "20:30 21:00 21:30 22:00 22:30 23:00");
}

TEST(SlotExamples, BuffersOfBothSidesAdd) {
    World world;
    world.service(30, 5, 15, 5).staff("A", daily("12:00", "16:00"));
    world.role("staff", {"A"});
    world.busy({"A"}, "2026-06-05T13:00", "2026-06-05T14:00", 10, 20);
    EXPECT_EQ(world.starts("2026-06-05T00:00", "2026-06-06T00:00"),
              "12:00 12:05 12:10 12:15 14:35 14:40 14:45 14:50 14:55 15:00 15:05 15:10 15:15 15:20 "
              "15:25 15:30");
}

TEST(SlotExamples, StartsBeforeNowAreGone) {
    World world;
    world.now = at("2026-06-05T12:00:30Z");
    world.service(60, 60).staff("A", daily("09:00", "15:00"));
    world.role("staff", {"A"});
    EXPECT_EQ(world.starts("2026-06-05T00:00", "2026-06-06T00:00"), "13:00 14:00");
}

TEST(SlotExamples, OneResourceServesOneRole) {
    World world;
    world.service(60, 60).staff("A", daily("10:00", "13:00"));
    world.staff("B", daily("10:00", "13:00"));
    world.role("first", {"A", "B"});
    world.role("second", {"A"});
    world.busy({"B"}, "2026-06-05T10:30", "2026-06-05T11:30");
    EXPECT_EQ(world.starts("2026-06-05T00:00", "2026-06-06T00:00"), "12:00");
    EXPECT_EQ(world.book("2026-06-05T12:00"), "ok B A");
}

TEST(SlotExamples, HalfShiftedGrabsOfOneChairTakeEachOther) {
    World world;
    world.service(60, 30).room("chair");
    world.role("chair", {"chair"});
    world.busy({"chair"}, "2026-06-05T10:00", "2026-06-05T11:00", 0, 0, "service");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "slot_taken");
    EXPECT_EQ(world.book("2026-06-05T10:30"), "slot_taken");
    EXPECT_EQ(world.book("2026-06-05T11:00"), "ok chair");
}

class Slots : public testing::Test {
  protected:
    Slots() {
        world.service(60, 60).staff("A", daily("09:00", "17:00"));
        world.role("staff", {"A"});
    }
    SlotResource& staff(std::string_view name) {
        return world.staff(name, daily("09:00", "17:00"));
    }
    std::string june5() const { return world.starts("2026-06-05T00:00", "2026-06-06T00:00"); }
    World world;
};

TEST_F(Slots, QueryHoldsStartsFromIncludedToExcluded) {
    EXPECT_EQ(world.starts("2026-06-05T10:00", "2026-06-05T12:00"), "10:00 11:00");
    EXPECT_EQ(world.starts("2026-06-05T10:00:01Z", "2026-06-05T12:00:01Z"), "11:00 12:00");
    EXPECT_EQ(world.starts("2026-06-05T10:00", "2026-06-05T10:00"), "");
}

TEST_F(Slots, ServiceMayEndBeyondTheQueryButNotBeyondTheWindow) {
    EXPECT_EQ(world.starts("2026-06-05T16:00", "2026-06-05T16:01"), "16:00");
    EXPECT_EQ(world.book("2026-06-05T16:30"), "outside_working_time");
}

TEST_F(Slots, StepDefaultsToTheDuration) {
    world.service(45, 0);
    EXPECT_EQ(world.starts("2026-06-05T09:00", "2026-06-05T12:00"), "09:00 09:45 10:30 11:15");
}

TEST_F(Slots, BreaksTakeTimeButDoNotRestartTheGrid) {
    for (int day = 0; day < 7; ++day) {
        world.resource("A").schedules[0].breaks.push_back(
            {static_cast<kernel::Weekday>(day), local("12:00"), local("12:30")});
    }
    EXPECT_EQ(june5(), "09:00 10:00 11:00 13:00 14:00 15:00 16:00");
    EXPECT_EQ(world.book("2026-06-05T12:30"), "off_grid");
    EXPECT_EQ(world.book("2026-06-05T12:00"), "outside_working_time");
}

TEST_F(Slots, EachWindowBeginsItsOwnGrid) {
    world.resource("A").schedules[0] = daily("09:00", "11:00");
    auto afternoon = daily("13:30", "16:00");
    world.resource("A").schedules.push_back(afternoon);
    EXPECT_EQ(june5(), "09:00 10:00 13:30 14:30");
}

TEST_F(Slots, TouchingWindowsAreOneStretchOfWork) {
    world.service(60, 30);
    world.resource("A").schedules[0] = daily("09:00", "10:30");
    world.resource("A").schedules.push_back(daily("10:30", "12:00"));
    EXPECT_EQ(june5(), "09:00 09:30 10:00 10:30 11:00");
}

TEST_F(Slots, BlocksOfResourceLocationAndEverythingClose) {
    world.resource("A").blocks.push_back(
        {id("b1"), at("2026-06-05T09:00"), at("2026-06-05T09:01")});
    world.snapshot.locations[0].blocks.push_back(
        {id("b2"), at("2026-06-05T10:59"), at("2026-06-05T12:00")});
    world.snapshot.blocks.push_back({id("b3"), at("2026-06-05T14:00"), at("2026-06-05T23:00")});
    EXPECT_EQ(june5(), "12:00 13:00");
    EXPECT_EQ(world.book("2026-06-05T14:00"), "outside_working_time");
}

TEST_F(Slots, OverrideReplacesOrClosesItsDate) {
    world.resource("A").overrides.push_back(
        {date("2026-06-05"), false, {{local("20:00"), local("22:00")}}});
    world.resource("A").overrides.push_back({date("2026-06-06"), true, {}});
    EXPECT_EQ(june5(), "20:00 21:00");
    EXPECT_EQ(world.starts("2026-06-06T00:00", "2026-06-07T00:00"), "");
}

TEST_F(Slots, BuffersMayLieOutsideWorkingTime) {
    world.service(60, 60, 30, 30);
    EXPECT_EQ(world.starts("2026-06-05T09:00", "2026-06-05T09:01"), "09:00");
    EXPECT_EQ(world.book("2026-06-05T16:00"), "ok A");
}

TEST_F(Slots, NoticeIsExactToTheMicrosecond) {
    world.snapshot.service.min_notice_minutes = 60;
    world.now = at("2026-06-05T09:00");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A");
    world.now += kernel::Micros{1};
    EXPECT_EQ(world.book("2026-06-05T10:00"), "too_soon");
    EXPECT_EQ(world.starts("2026-06-05T09:00", "2026-06-05T12:00"), "11:00");
}

TEST_F(Slots, BookingWindowCountsLocalDates) {
    world.snapshot.service.booking_window_days = 1;
    world.snapshot.locations[0].zone = zone("Asia/Tokyo");  // 09:00 there is 00:00 UTC
    world.now = at("2026-06-05T14:59");                     // 23:59 on the 5th there
    EXPECT_EQ(world.book("2026-06-06T00:00"), "ok A");
    EXPECT_EQ(world.book("2026-06-07T00:00"), "too_far_ahead");
    world.now = at("2026-06-05T15:00");  // the 6th
    EXPECT_EQ(world.book("2026-06-07T00:00"), "ok A");
    world.snapshot.service.booking_window_days = 0;
    EXPECT_EQ(world.book("2026-06-06T00:00"), "ok A");
    EXPECT_EQ(world.book("2026-06-07T00:00"), "too_far_ahead");
}

TEST_F(Slots, MaxPerDayCountsTheLocalDate) {
    world.snapshot.service.max_per_day = 2;
    world.snapshot.day_counts = {{date("2026-06-05"), 2}, {date("2026-06-06"), 1}};
    EXPECT_EQ(june5(), "");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "day_full");
    EXPECT_EQ(world.book("2026-06-06T10:00"), "ok A");
    world.context.except = Except{id("mine"), date("2026-06-05")};
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A");
    world.context.except = std::nullopt;
    world.context.ignore_day_limit = true;
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A");
}

TEST_F(Slots, MaxBookingsCountsOneOccurrenceOfItsWindow) {
    world.resource("A").schedules[0] = daily("09:00", "12:00", 1);
    world.resource("A").schedules.push_back(daily("13:00", "15:00"));
    world.busy({"A"}, "2026-06-05T09:00", "2026-06-05T10:00");
    EXPECT_EQ(june5(), "13:00 14:00");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "day_full");
    EXPECT_EQ(world.book("2026-06-06T10:00"), "ok A");
    staff("B");
    world.snapshot.roles[0].candidates.push_back(id("B"));
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok B");
}

TEST_F(Slots, AWindowOfAnOverrideHasItsOwnMaxBookings) {
    Override june5_only{date("2026-06-05"), false, {{local("09:00"), local("12:00"), 1}}};
    world.resource("A").overrides.push_back(june5_only);
    EXPECT_EQ(june5(), "09:00 10:00 11:00");
    world.busy({"A"}, "2026-06-05T09:00", "2026-06-05T10:00");
    EXPECT_EQ(june5(), "");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "day_full");
}

TEST_F(Slots, HoldsCountUnlessTheyAreTheOneExcepted) {
    world.busy({"A"}, "2026-06-05T10:00", "2026-06-05T11:00", 0, 0, "service", 1, "hold");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "slot_taken");
    world.context.except = Except{id("hold"), std::nullopt};
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A");
}

TEST_F(Slots, AllocationThatEndsBeforeItsStartOccupiesNothing) {
    world.busy({"A"}, "2026-06-05T10:30", "2026-06-05T10:30");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A");
}

TEST_F(Slots, StaffWithoutScheduleIsNeverBookableAnythingElseAlways) {
    world.resource("A").schedules.clear();
    EXPECT_EQ(world.book("2026-06-05T10:00"), "no_resource");
    world.context.ignore_working_time = true;
    EXPECT_EQ(world.book("2026-06-05T10:00"), "no_resource");
    world.context.ignore_working_time = false;
    world.resource("A").needs_schedule = false;
    EXPECT_EQ(world.book("2026-06-05T03:00"), "ok A");
    EXPECT_EQ(world.list("2026-06-05T00:00", "2026-06-06T00:00").slots.size(), 24U);
}

TEST_F(Slots, AlwaysThereStillObeysOverridesAndItsSchedule) {
    auto& room = world.room("R");
    room.overrides.push_back({date("2026-06-05"), true, {}});
    world.snapshot.roles[0].candidates = {id("R")};
    EXPECT_EQ(june5(), "");
    room.overrides.clear();
    room.schedules.push_back(daily("10:00", "12:00"));
    EXPECT_EQ(june5(), "10:00 11:00");
}

TEST_F(Slots, OfTwoLocationsOneServesAlone) {
    world.snapshot.locations.push_back({id("there"), zone("UTC"), {}});
    auto& b = staff("B");
    b.location = id("there");
    world.role("second", {"B"});
    EXPECT_EQ(world.book("2026-06-05T10:00"), "no_resource");
    staff("C");
    world.snapshot.roles[1].candidates.push_back(id("C"));
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A C");
    world.context.location = id("there");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "no_resource");
}

TEST_F(Slots, LocationsAreComparedByTheSameObjective) {
    world.snapshot.locations.push_back({id("there"), zone("UTC"), {}});
    staff("B").location = id("there");
    world.snapshot.roles[0].candidates.push_back(id("B"));
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A");
    world.snapshot.roles[0].preference = {id("B")};
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok B");
}

TEST_F(Slots, ResourceThatIsNotActiveOrUnknownIsNoResource) {
    EXPECT_EQ(world.book("2026-06-05T10:00", 1, {"Z"}), "no_resource");
    world.resource("A").active = false;
    EXPECT_EQ(world.book("2026-06-05T10:00"), "no_resource");
}

TEST_F(Slots, OwnDurationOfAResourceReplacesTheServices) {
    world.resource("A").duration_minutes = 90;
    const auto list = world.list("2026-06-05T00:00", "2026-06-06T00:00");
    ASSERT_EQ(list.slots.size(), 7U);  // 09 .. 15, as 16:00 would end at 17:30
    EXPECT_EQ(list.slots[0].end, at("2026-06-05T10:30"));
    staff("B");
    world.snapshot.roles[0].candidates.push_back(id("B"));
    EXPECT_EQ(world.book("2026-06-05T16:00"), "ok B");
    EXPECT_EQ(world.book("2026-06-05T10:00", 1, {"B"}), "ok B");
}

TEST_F(Slots, ShorterOwnDurationFitsWhereTheServiceWouldNot) {
    world.resource("A").duration_minutes = 30;
    staff("B");
    world.snapshot.roles[0].candidates.push_back(id("B"));
    world.snapshot.roles[0].preference = {id("B")};
    world.busy({"A"}, "2026-06-05T10:30", "2026-06-05T11:00");
    world.busy({"B"}, "2026-06-05T10:30", "2026-06-05T11:00");
    EXPECT_EQ(world.book("2026-06-05T10:00"), "ok A");
}

TEST_F(Slots, GridOfAnyAssignedLeadResourceIsEnough) {
    world.staff("B", daily("09:30", "17:00"));
    world.snapshot.roles[0].candidates.push_back(id("B"));
    world.snapshot.roles[0].quantity = 2;
    EXPECT_EQ(world.starts("2026-06-05T09:00", "2026-06-05T12:00"),
              "09:30 10:00 10:30 11:00 11:30");
    world.snapshot.roles[0].quantity = 1;
    EXPECT_EQ(world.book("2026-06-05T10:30"), "ok B");
    EXPECT_EQ(world.book("2026-06-05T10:30", 1, {"A"}), "off_grid");
    EXPECT_EQ(world.book("2026-06-05T10:15"), "off_grid");
}

TEST_F(Slots, SecondRolesGridDoesNotCount) {
    world.staff("B", daily("09:30", "17:00"));
    world.role("second", {"B"});
    EXPECT_EQ(world.starts("2026-06-05T09:00", "2026-06-05T12:00"), "10:00 11:00");
}

TEST_F(Slots, StaffMayIgnoreGridHoursNoticeAndWindowButNeverAnAllocation) {
    world.context.ignore_grid = true;
    EXPECT_EQ(world.book("2026-06-05T10:07"), "ok A");
    EXPECT_EQ(world.book("2026-06-05T20:00"), "outside_working_time");
    world.context.ignore_working_time = true;
    EXPECT_EQ(world.book("2026-06-05T20:00"), "ok A");
    world.now = at("2026-06-06T00:00");
    EXPECT_EQ(world.book("2026-06-05T20:00"), "too_soon");
    world.context.ignore_notice = true;
    world.context.ignore_window = true;
    EXPECT_EQ(world.book("2026-06-05T20:00"), "ok A");
    EXPECT_EQ(world.book("2028-06-05T20:00"), "ok A");
    world.busy({"A"}, "2026-06-05T19:30", "2026-06-05T20:01");
    EXPECT_EQ(world.book("2026-06-05T20:00"), "slot_taken");
}

TEST_F(Slots, RefusalIsTheFirstThatApplies) {
    world.snapshot.service.min_notice_minutes = 60;
    world.snapshot.service.booking_window_days = 1;
    world.snapshot.service.max_per_day = 1;
    world.now = at("2026-06-05T11:00");
    world.snapshot.day_counts = {{date("2026-06-05"), 1}};
    world.busy({"A"}, "2026-06-05T09:00", "2026-06-05T17:00");
    EXPECT_EQ(world.book("2026-06-05T03:15"), "too_soon");
    EXPECT_EQ(world.book("2026-06-07T03:15"), "too_far_ahead");
    EXPECT_EQ(world.book("2026-06-05T20:15"), "outside_working_time");
    EXPECT_EQ(world.book("2026-06-05T12:15"), "off_grid");
    EXPECT_EQ(world.book("2026-06-05T13:00"), "day_full");
    world.snapshot.day_counts.clear();
    EXPECT_EQ(world.book("2026-06-05T13:00"), "slot_taken");
}

TEST_F(Slots, NoResourceComesBeforeEverythingElse) {
    world.snapshot.service.min_notice_minutes = 60;
    world.snapshot.service.booking_window_days = 1;
    world.now = at("2026-06-05T11:00");
    world.resource("A").active = false;
    for (const auto* start : {"2026-06-05T03:15", "2026-06-05T20:15", "2026-06-07T03:15"})
        EXPECT_EQ(world.book(start), "no_resource") << start;
}

TEST_F(Slots, AServiceThatSaysNothingHasADefaultWindowOfAYear) {
    world.now = at("2026-06-05T08:00");
    EXPECT_EQ(world.book("2027-06-05T10:00"), "ok A");
    EXPECT_EQ(world.book("2027-06-06T10:00"), "too_far_ahead");
    EXPECT_EQ(world.book("2026-06-05T09:00"), "ok A");  // no notice, no buffers, no day limit
}

TEST(SlotRefusals, CarryTheCodesAndKindsOfTheSurface) {
    EXPECT_EQ(rejection(SlotRefusal::slot_taken).code, "scheduling.slot_taken");
    EXPECT_EQ(rejection(SlotRefusal::slot_taken).kind, kernel::RejectionKind::conflict);
    EXPECT_EQ(rejection(SlotRefusal::day_full).kind, kernel::RejectionKind::conflict);
    EXPECT_EQ(rejection(SlotRefusal::capacity_exceeded).kind, kernel::RejectionKind::conflict);
    for (const auto refusal :
         {SlotRefusal::no_resource, SlotRefusal::too_soon, SlotRefusal::off_grid,
          SlotRefusal::too_far_ahead, SlotRefusal::outside_working_time}) {
        EXPECT_EQ(rejection(refusal).kind, kernel::RejectionKind::rejected) << name(refusal);
        EXPECT_EQ(rejection(refusal).code, "scheduling." + std::string(name(refusal)));
        EXPECT_FALSE(rejection(refusal).detail.empty());
    }
}

}  // namespace
}  // namespace almanac::scheduling::slot_tests
