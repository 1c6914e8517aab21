// What a new schedule says of the bookings it meets (domain page: scheduling, "Working time").
#include "tests/scheduling/working_hours.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using std::chrono::days;

TEST(SetSchedule, names_the_bookings_it_leaves_outside_by_start) {
    auto salon = a_salon();
    const auto far = booked_at(salon, monday_noon + days{300});
    const auto late = booked_at(salon, monday_noon + 5h);
    const auto noon = booked_at(salon, monday_noon);
    const auto morning = booked_at(salon, monday_noon - 3h);
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 18))), Appointments{});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 13))), Appointments{late});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 11))), (Appointments{noon, late, far}));
    EXPECT_EQ(conflicts_of(salon.when(every_day(17, 18))), (Appointments{morning, noon, far}));
}

TEST(SetSchedule, a_booking_that_a_window_or_a_break_cuts_is_one) {
    auto salon = a_salon();
    const auto noon = booked_at(salon, monday_noon);
    auto cut = every_day(9, 18);
    cut.windows[0].to = LocalTime{12 * 60 + 30};
    EXPECT_EQ(conflicts_of(salon.when(cut)), Appointments{noon});
    auto paused = every_day(9, 18);
    paused.breaks.push_back({Weekday::monday, LocalTime{12 * 60 + 30}, LocalTime{13 * 60}});
    EXPECT_EQ(conflicts_of(salon.when(paused)), Appointments{noon});
    paused.breaks[0].day = Weekday::tuesday;
    EXPECT_EQ(conflicts_of(salon.when(paused)), Appointments{});
    SetSchedule never;
    never.id = maria;
    EXPECT_EQ(conflicts_of(salon.when(never)), Appointments{noon});
}

TEST(SetSchedule, only_bookings_of_its_own_time_and_resource_are) {
    auto salon = a_salon();
    booked_at(salon, monday_noon);
    const auto next_day = booked_at(salon, monday_noon + days{1});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 10, "2026-06-09"))), Appointments{next_day});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 10, "2026-06-10"))), Appointments{});
    auto of_another = every_day(9, 10);
    of_another.id = ana;
    EXPECT_EQ(conflicts_of(salon.when(of_another)), Appointments{});
    // What was cancelled or is over has nothing to conflict with.
    CancelAppointment cancel;
    cancel.id = next_day;
    cancel.by = CancelledBy::business;
    salon.after(cancel).event<AppointmentCancelled>();
    salon.at("2026-06-08T13:30:00Z");
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 10))), Appointments{});
}

TEST(SetSchedule, windows_are_of_the_zone_of_the_location) {
    auto salon =
        given(a_tenant(), a_location("Europe/Madrid"), a_resource(maria, ResourceType::staff),
              always_open(maria), a_haircut(), a_client());
    const auto booking = booked_at(salon, monday_noon);  // 14:00 in Madrid
    EXPECT_EQ(conflicts_of(salon.when(every_day(14, 15))), Appointments{});
    EXPECT_EQ(conflicts_of(salon.when(every_day(12, 13))), Appointments{booking});
}

}  // namespace
}  // namespace almanac::testing
