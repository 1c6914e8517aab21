// Who is chosen for a slot, sessions that several bookings share, and what empty days say.
#include <gtest/gtest.h>

#include "tests/scheduling/slots_world.hpp"

namespace almanac::scheduling::slot_tests {
namespace {

constexpr auto ten = "2026-06-05T10:00";
constexpr auto eleven = "2026-06-05T11:00";

class Choice : public testing::Test {
  protected:
    Choice() {
        for (const auto name : {"A", "B", "C"}) world.staff(name, daily("09:00", "17:00"));
        world.service(60, 60).role("staff", {"A", "B", "C"});
    }
    // A session of the service at ten o'clock.
    void session(std::initializer_list<std::string_view> names, int party) {
        world.busy(names, ten, eleven, 0, 0, "service", party);
    }
    int remaining(std::initializer_list<std::string_view> names = {}, int party = 1) {
        const auto list = world.list(ten, "2026-06-05T10:01", party, names);
        return list.slots.empty() ? 0 : list.slots[0].remaining;
    }
    World world;
};

TEST_F(Choice, LeastIdWhereNothingElseDecides) {
    EXPECT_EQ(world.book(ten), "ok A");
}

TEST_F(Choice, FewestAllocationsStartingThatLocalDay) {
    world.busy({"A"}, "2026-06-05T15:00", "2026-06-05T16:00");
    world.busy({"A"}, "2026-06-05T16:00", "2026-06-05T17:00");
    world.busy({"B"}, "2026-06-05T15:00", "2026-06-05T16:00");
    world.busy({"C"}, "2026-06-05T15:00", "2026-06-05T16:00");
    EXPECT_EQ(world.book(ten), "ok B");
    EXPECT_EQ(world.book("2026-06-06T10:00"), "ok A");
}

TEST_F(Choice, PreferenceComesBeforeLoad) {
    world.busy({"C"}, "2026-06-05T15:00", "2026-06-05T16:00");
    world.snapshot.roles[0].preference = {id("C"), id("B")};
    EXPECT_EQ(world.book(ten), "ok C");
    world.busy({"C"}, ten, eleven);
    EXPECT_EQ(world.book(ten), "ok B");
}

TEST_F(Choice, QuantityTakesDistinctResources) {
    world.snapshot.roles[0].quantity = 2;
    EXPECT_EQ(world.book(ten), "ok A B");
    world.busy({"A"}, ten, eleven);
    EXPECT_EQ(world.book(ten), "ok B C");
    world.busy({"B"}, ten, eleven);
    EXPECT_EQ(world.book(ten), "slot_taken");
    world.snapshot.roles[0].quantity = 4;
    EXPECT_EQ(world.book(eleven), "no_resource");
}

TEST_F(Choice, GivenResourcesAreUsedAndTheRolesLeftAreFilled) {
    world.role("second", {"A", "B"});
    EXPECT_EQ(world.book(ten), "ok A B");
    EXPECT_EQ(world.book(ten, 1, {"A"}), "ok A B");
    EXPECT_EQ(world.book(ten, 1, {"C"}), "ok C A");
    EXPECT_EQ(world.book(ten, 1, {"C", "B"}), "ok C B");
    EXPECT_EQ(world.book(ten, 1, {"A", "B", "C"}), "no_resource");
    world.busy({"A"}, ten, eleven);
    EXPECT_EQ(world.book(ten, 1, {"A"}), "slot_taken");
    EXPECT_EQ(world.starts(ten, "2026-06-05T12:00", 1, {"A"}), "11:00");
}

TEST_F(Choice, ConflictingFirstChoicesAreSortedOutByMatching) {
    world.snapshot.roles[0].candidates = {id("A"), id("B")};
    world.role("second", {"A"});
    world.role("third", {"A", "B", "C"});
    EXPECT_EQ(world.book(ten), "ok B A C");
}

TEST_F(Choice, OptionalRoleIsFilledWherePossible) {
    world.role("helper", {"B"}).required = false;
    EXPECT_EQ(world.book(ten), "ok A B");
    world.busy({"B"}, ten, eleven);
    EXPECT_EQ(world.book(ten), "ok A");
    EXPECT_EQ(world.book(ten, 1, {"B"}), "slot_taken");
}

TEST_F(Choice, OptionalRoleNeverTakesFromARequiredOne) {
    world.snapshot.roles.clear();
    world.role("helper", {"A"}).required = false;
    world.role("staff", {"A"});
    EXPECT_EQ(world.book(ten), "ok A");
    const auto list = world.list(ten, "2026-06-05T10:01");
    ASSERT_EQ(list.slots.size(), 1U);
    EXPECT_EQ(list.slots[0].resources[0].role, "staff");
}

TEST_F(Choice, OptionalRoleIsFilledWhollyOrNotAtAll) {
    world.role("helpers", {"B", "C"}, 2).required = false;
    EXPECT_EQ(world.book(ten), "ok A B C");
    world.busy({"C"}, ten, eleven);
    EXPECT_EQ(world.book(ten), "ok A");
}

TEST_F(Choice, GivenResourceCanNeedTheOptionalRole) {
    world.snapshot.roles[0].candidates = {id("A")};
    world.role("helper", {"B", "C"}).required = false;
    EXPECT_EQ(world.book(ten, 1, {"C"}), "ok A C");
}

TEST_F(Choice, StartedSessionWithRoomIsChosenFirst) {
    world.snapshot.service.capacity = 4;
    world.snapshot.roles[0].preference = {id("A")};
    session({"C"}, 3);
    EXPECT_EQ(world.book(ten, 1), "ok C");
    EXPECT_EQ(remaining(), 1);
    EXPECT_EQ(world.book(ten, 2), "ok A");
    EXPECT_EQ(remaining({}, 2), 4);
    EXPECT_EQ(world.book(eleven, 1), "ok A");
}

TEST_F(Choice, SessionIsSharedUntilFull) {
    world.snapshot.service.capacity = 3;
    session({"A"}, 1);
    session({"A"}, 1);
    EXPECT_EQ(remaining({"A"}), 1);
    EXPECT_EQ(world.book(ten, 2, {"A"}), "capacity_exceeded");
    session({"A"}, 1);
    EXPECT_EQ(world.book(ten, 1, {"A"}), "slot_taken");
    EXPECT_EQ(world.book(ten, 1), "ok B");
}

TEST_F(Choice, OnlySameServiceStartAndResourcesShare) {
    world.snapshot.service.capacity = 3;
    world.busy({"A"}, ten, eleven, 0, 0, "other");
    world.busy({"B"}, "2026-06-05T09:30", "2026-06-05T10:30", 0, 0, "service");
    world.busy({"C", "A"}, ten, eleven, 0, 0, "service");
    EXPECT_EQ(world.book(ten), "slot_taken");
}

TEST_F(Choice, SeatsAreTheLeastOfServiceAndResources) {
    world.snapshot.service.capacity = 10;
    world.room("R").capacity = 4;
    world.role("room", {"R"});
    EXPECT_EQ(remaining(), 4);
    EXPECT_EQ(world.book(ten, 5), "capacity_exceeded");
    session({"A", "R"}, 3);
    EXPECT_EQ(remaining(), 1);
    EXPECT_EQ(world.book(ten, 1), "ok A R");
    EXPECT_EQ(world.book(ten, 2), "capacity_exceeded");
    EXPECT_EQ(world.book(ten, 1, {"B"}), "slot_taken");
}

TEST_F(Choice, JoiningNeedsItsOwnBuffersFreeOfOthers) {
    world.snapshot.service.capacity = 4;
    world.service(60, 60, 0, 15);
    session({"A"}, 1);
    world.busy({"A"}, "2026-06-05T11:10", "2026-06-05T12:00");
    EXPECT_EQ(world.book(ten, 1, {"A"}), "slot_taken");
}

TEST_F(Choice, PartyAboveTheServiceIsCapacityExceeded) {
    EXPECT_EQ(world.book(ten, 2), "capacity_exceeded");
}

TEST_F(Choice, ExceptedOwnerLeavesItsSession) {
    world.snapshot.service.capacity = 2;
    world.busy({"A"}, ten, eleven, 0, 0, "service", 2, "mine");
    EXPECT_EQ(world.book(ten, 2, {"A"}), "slot_taken");
    world.context.except = Except{id("mine"), std::nullopt};
    EXPECT_EQ(world.book(ten, 2, {"A"}), "ok A");
}

class Days : public testing::Test {
  protected:
    Days() {
        world.service(60, 60).staff("A", daily("09:00", "12:00"));
        world.role("staff", {"A"});
        world.now = at("2026-06-05T00:00");
    }
    World world;
};

TEST_F(Days, WithSlotsSayHowManyAndNoReason) {
    const auto list = world.list("2026-06-05T10:00", "2026-06-07T10:00");
    ASSERT_EQ(list.days.size(), 3U);
    EXPECT_EQ(list.days[0], (SlotDay{date("2026-06-05"), 2, std::nullopt}));
    EXPECT_EQ(list.days[1], (SlotDay{date("2026-06-06"), 3, std::nullopt}));
    EXPECT_EQ(list.days[2], (SlotDay{date("2026-06-07"), 1, std::nullopt}));
}

TEST_F(Days, ClosedWhereSomebodyNeededDoesNotWork) {
    world.room("R");
    world.role("room", {"R"});
    world.resource("A").overrides.push_back({date("2026-06-05"), true, {}});
    EXPECT_EQ(world.reason("2026-06-05"), "closed");
    EXPECT_EQ(world.reason("2026-06-06"), "");
    world.snapshot.blocks.push_back({id("b"), at("2026-06-06T00:00"), at("2026-06-07T00:00")});
    EXPECT_EQ(world.reason("2026-06-06"), "closed");
    world.service(240, 60);
    EXPECT_EQ(world.reason("2026-06-08"), "closed");
}

TEST_F(Days, ClosedComesBeforeWindowAndWindowBeforeNotice) {
    world.snapshot.service.booking_window_days = 2;
    world.resource("A").overrides.push_back({date("2026-06-09"), true, {}});
    world.snapshot.service.min_notice_minutes = 10 * 1440;
    EXPECT_EQ(world.reason("2026-06-09"), "closed");
    EXPECT_EQ(world.reason("2026-06-08"), "window");
    EXPECT_EQ(world.reason("2026-06-07"), "notice");
    EXPECT_EQ(world.reason("2026-06-04"), "notice");
}

TEST_F(Days, FullByAllocationsByTheDayAndByTheWindow) {
    world.busy({"A"}, "2026-06-05T09:30", "2026-06-05T11:30");
    EXPECT_EQ(world.reason("2026-06-05"), "full");
    world.snapshot.service.max_per_day = 1;
    world.snapshot.day_counts = {{date("2026-06-06"), 1}};
    EXPECT_EQ(world.reason("2026-06-06"), "full");
    world.resource("A").schedules[0] = daily("09:00", "12:00", 1);
    world.busy({"A"}, "2026-06-07T09:00", "2026-06-07T09:30");
    EXPECT_EQ(world.reason("2026-06-07"), "full");
}

TEST_F(Days, PartlyTooSoonAndElseTakenIsFull) {
    world.now = at("2026-06-05T10:30");
    world.busy({"A"}, "2026-06-05T11:00", "2026-06-05T12:00");
    EXPECT_EQ(world.reason("2026-06-05"), "full");
}

TEST_F(Days, NoResourceWhereTheRolesNeverMeet) {
    world.staff("B", daily("13:00", "17:00"));
    world.role("second", {"B"});
    EXPECT_EQ(world.reason("2026-06-05"), "no_resource");
    world.snapshot.roles[1].candidates = {id("A")};
    EXPECT_EQ(world.reason("2026-06-05"), "no_resource");
    EXPECT_EQ(world.reason("2026-06-04"), "no_resource");
}

TEST_F(Days, NoResourceWhereNoneSeatsTheParty) {
    world.snapshot.service.capacity = 8;
    world.resource("A").capacity = 2;
    EXPECT_EQ(world.reason("2026-06-05", 3), "no_resource");
    EXPECT_EQ(world.reason("2026-06-05", 2), "");
}

TEST_F(Days, AreThoseOfTheViewerAndLeaveOutDatesThatDoNotExist) {
    SlotQuery query;
    query.from = at("2011-12-29T12:00");
    query.to = at("2011-12-31T12:00");
    query.now = at("2011-12-01T00:00");
    query.viewer = zone("Pacific/Apia");  // had no 30 December 2011
    const auto list = slots(world.snapshot, query);
    ASSERT_EQ(list.days.size(), 3U);
    EXPECT_EQ(list.days[0].date, date("2011-12-29"));
    EXPECT_EQ(list.days[1].date, date("2011-12-31"));
    EXPECT_EQ(list.days[2].date, date("2012-01-01"));
    EXPECT_EQ(list.days[0].slots, 1);  // the 30th, 09:00 UTC: 23:00 there, an hour before the leap
    EXPECT_EQ(list.days[1].slots, 3);  // the 30th, 10:00 and 11:00 UTC, and the 31st, 09:00
    EXPECT_EQ(list.days[2].slots, 2);
}

}  // namespace
}  // namespace almanac::scheduling::slot_tests
