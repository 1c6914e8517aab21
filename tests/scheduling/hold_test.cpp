// The rules of holds, one by one (domain page: scheduling, "Hold").
#include "domain/scheduling/hold.hpp"

#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;

const auto first_hold = id_of<HoldId>(1000);  // the first fresh id

HoldSlot holding(Instant start, int ttl_seconds = 300) {
    return {haircut, start, 1, {}, ttl_seconds};
}
BookAppointment booking_held(Instant start) {
    auto wish = book_at(start);
    wish.hold_id = first_hold;
    return wish;
}
const Instant now = *parse_instant("2026-06-01T08:00:00Z");

TEST(Hold, CountsLikeABookingAgainstEverybodyItsOwnerToo) {
    auto salon = a_salon();
    const auto placed = salon.after(holding(monday_noon));
    EXPECT_EQ(placed.event<HoldPlaced>().expires_at, now + 300s);
    EXPECT_EQ(placed.decision()->answer.at("expires_at").as_string(), "2026-06-01T08:05:00Z");
    salon.when(book_at(monday_noon)).then_rejected("scheduling.slot_taken");
    salon.when(holding(monday_noon)).then_rejected("scheduling.slot_taken");
    salon.when(holding(monday_noon + 60min)).event<HoldPlaced>();
}

TEST(Hold, ExpiresExactlyAtItsInstantWithoutASweeper) {
    auto salon = a_salon();
    salon.after(holding(monday_noon, 30)).event<HoldPlaced>();
    salon.at(now + 30s - 1us);
    salon.when(book_at(monday_noon)).then_rejected("scheduling.slot_taken");
    salon.when(booking_held(monday_noon)).event<AppointmentBooked>();
    salon.at(now + 30s);
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
    salon.when(booking_held(monday_noon)).then_rejected("scheduling.hold_expired");
    salon.when(ReleaseHold{first_hold}).then_rejected("scheduling.hold_expired");
}

TEST(Hold, IsBookedByNamingIt) {
    auto salon = a_salon();
    salon.after(holding(monday_noon)).event<HoldPlaced>();
    const auto booked = salon.after(booking_held(monday_noon));
    EXPECT_EQ(booked.event<AppointmentBooked>(0).hold_id, first_hold);
    EXPECT_EQ(booked.event<HoldBooked>(1).appointment_id, booked.event<AppointmentBooked>(0).id);
    EXPECT_EQ(salon.fold<Hold>(first_hold).status, HoldStatus::booked);
    EXPECT_EQ(salon.fold<ResourceMonth>({maria, monday_noon}).allocations.size(), 1u);
    salon.when(booking_held(monday_noon)).then_rejected("scheduling.hold_expired");
    salon.when(ReleaseHold{first_hold}).then_rejected("scheduling.hold_expired");
}

TEST(Hold, AnUnknownOneIsNotFoundBeforeAnythingElse) {
    auto wish = booking_held(monday_noon + 10min);  // off the grid as well
    a_salon().when(wish).then_rejected("scheduling.hold_not_found");
    a_salon().when(ReleaseHold{first_hold}).then_rejected("scheduling.hold_not_found");
}

TEST(Hold, IsBookedAsItWasPlaced) {
    auto service = a_haircut();
    service.capacity = 4;
    service.requirements[0].candidates = {maria, ana};
    auto salon = a_salon(service);
    auto placing = holding(monday_noon);
    placing.party_size = 2;
    placing.resource_ids = {ana};
    salon.after(placing).event<HoldPlaced>();
    auto wish = booking_held(monday_noon + 60min);
    wish.resource_ids = {maria};
    const auto decided = salon.when(wish);
    decided.then_field_error("/start", "differs_from_hold");
    decided.then_field_error("/party_size", "differs_from_hold");
    decided.then_field_error("/resource_ids", "differs_from_hold");
    wish = booking_held(monday_noon);
    wish.party_size = 2;
    EXPECT_EQ(salon.when(wish).event<AppointmentBooked>().occupancy.resources[0].id, ana);
    wish.resource_ids = {ana};
    salon.when(wish).event<AppointmentBooked>();
}

TEST(Hold, SkipsNoticeWindowAndDayLimitWhenBooked) {
    auto service = a_haircut();
    service.min_notice_minutes = 7 * 24 * 60;
    service.booking_window_days = 7;
    service.max_per_day = 1;
    auto salon = a_salon(service);
    salon.after(holding(monday_noon, 1'800)).event<HoldPlaced>();
    salon.when(book_at(monday_noon + 60min)).then_rejected("scheduling.day_full");
    salon.at(now + 29min);
    RecordChanged<Service> stricter;
    stricter.id = haircut;
    stricter.changes.names = {"min_notice_minutes", "booking_window_days"};
    stricter.changes.value.min_notice_minutes = 30 * 24 * 60;
    stricter.changes.value.booking_window_days = 0;
    salon.and_given(stricter);
    salon.when(book_at(monday_noon)).then_rejected("scheduling.too_soon");
    salon.after(booking_held(monday_noon)).event<AppointmentBooked>();
}

TEST(Hold, CountsTowardsTheDayLimitWhileItLives) {
    auto service = a_haircut();
    service.max_per_day = 1;
    auto salon = a_salon(service);
    salon.after(holding(monday_noon, 60)).event<HoldPlaced>();
    salon.when(book_at(monday_noon + 60min)).then_rejected("scheduling.day_full");
    salon.at(now + 60s).when(book_at(monday_noon + 60min)).event<AppointmentBooked>();
}

TEST(Hold, TakesSeatsOfASharedSession) {
    auto service = a_haircut();
    service.capacity = 3;
    auto salon = a_salon(service);
    auto placing = holding(monday_noon);
    placing.party_size = 2;
    salon.after(placing).event<HoldPlaced>();
    auto wish = book_at(monday_noon);
    wish.party_size = 2;
    salon.when(wish).then_rejected("scheduling.capacity_exceeded");
    wish.party_size = 1;
    salon.after(wish).event<AppointmentBooked>();
    salon.when(wish).then_rejected("scheduling.slot_taken");
}

TEST(Hold, ReleasedIsFreeAtOnce) {
    auto salon = a_salon();
    salon.after(holding(monday_noon)).event<HoldPlaced>();
    salon.after(ReleaseHold{first_hold}).event<HoldReleased>();
    salon.when(booking_held(monday_noon)).then_rejected("scheduling.hold_expired");
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
}

template <class E>
void expect_that_it_frees(E end) {
    auto salon = a_salon();
    const auto placed = salon.after(holding(monday_noon)).event<HoldPlaced>();
    const LocalDate date = placed.occupancy.service_day;
    EXPECT_EQ(salon.fold<ResourceMonth>({maria, monday_noon}).allocations.size(), 1u);
    EXPECT_EQ(salon.fold<ServiceDay>({haircut, date}).holds.size(), 1u);
    EXPECT_EQ(salon.fold<PrincipalHolds>(placed.held_by).holds.size(), 1u);
    end.id = placed.id;
    end.held_by = placed.held_by;
    end.freed = placed.occupancy;
    salon.and_given(end);
    EXPECT_NE(salon.fold<Hold>(placed.id).status, HoldStatus::held) << E::type;
    EXPECT_TRUE(salon.fold<ResourceMonth>({maria, monday_noon}).allocations.empty()) << E::type;
    EXPECT_TRUE(salon.fold<ServiceDay>({haircut, date}).holds.empty()) << E::type;
    EXPECT_TRUE(salon.fold<PrincipalHolds>(placed.held_by).holds.empty()) << E::type;
}

TEST(Hold, EveryEndFreesWhatItKeptInEveryFoldThatCountsIt) {
    expect_that_it_frees(HoldReleased{});
    expect_that_it_frees(HoldBooked{});
    expect_that_it_frees(HoldExpired{});
}

TEST(Hold, TwentyLiveOnesAPrincipal) {
    auto service = a_haircut();
    service.slot_step_minutes = 60;
    auto salon = a_salon(service);
    auto start = *parse_instant("2026-06-08T09:00:00Z");
    for (int i = 0; i < 20; ++i) {
        salon.after(holding(start, 30 + i)).event<HoldPlaced>();
        start += i % 9 == 8 ? 16h : 1h;
    }
    salon.when(holding(start)).then_rejected("scheduling.too_many_holds");
    salon.at(now + 30s).after(holding(start)).event<HoldPlaced>();  // the first one is over
    salon.when(holding(start + 1h)).then_rejected("scheduling.too_many_holds");
    salon.after(ReleaseHold{id_of<HoldId>(1005)}).event<HoldReleased>();
    salon.when(holding(start + 1h)).event<HoldPlaced>();
}

TEST(Hold, NamesEveryBadField) {
    auto wish = holding(monday_noon);
    wish.service_id = id_of<ServiceId>(99);
    a_salon().when(wish).then_field_error("/service_id", "not_found");
    wish = holding(monday_noon);
    wish.party_size = 2;
    a_salon().when(wish).then_field_error("/party_size", "max");
}

TEST(Hold, FoldsDropWhatExpired) {
    auto salon = a_salon();
    for (int i = 0; i < 50; ++i) {
        salon.at(now + i * 30s).after(holding(monday_noon, 30)).event<HoldPlaced>();
    }
    EXPECT_EQ(salon.fold<ResourceMonth>({maria, monday_noon}).allocations.size(), 1u);
    const LocalDate date{std::chrono::floor<std::chrono::days>(monday_noon).time_since_epoch()};
    EXPECT_EQ(salon.fold<ServiceDay>({haircut, date}).holds.size(), 1u);
    EXPECT_EQ(salon.fold<PrincipalHolds>("user/test").holds.size(), 1u);
}

}  // namespace
}  // namespace almanac::testing
