// What a new schedule says of the bookings it meets (domain page: scheduling, "Working time").
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using std::chrono::days;

SetSchedule every_day(int from_hour, int to_hour, std::string_view effective_from = {}) {
    SetSchedule wish;
    wish.id = maria;
    if (!effective_from.empty()) wish.effective_from = parse_local_date(effective_from);
    for (int day = 0; day < 7; ++day) {
        wish.windows.push_back(
            {static_cast<Weekday>(day), LocalTime{from_hour * 60}, LocalTime{to_hour * 60}, {}});
    }
    return wish;
}

using Ids = std::vector<AppointmentId>;

Ids conflicts_of(const Decided& decided) {
    Ids ids;
    if (!decided.decision()) {
        ADD_FAILURE() << decided.decision().error().code;
        return ids;
    }
    for (const auto& id : decided.decision()->answer.at("conflicts").as_array())
        ids.emplace_back(*parse_uuid(id.as_string()));
    return ids;
}

AppointmentId booked(Given& salon, Instant start) {
    return salon.after(book_at(start)).event<AppointmentBooked>().id;
}

TEST(SetSchedule, names_the_bookings_it_leaves_outside_by_start) {
    auto salon = a_salon();
    const auto far = booked(salon, monday_noon + days{300});
    const auto late = booked(salon, monday_noon + 5h);
    const auto noon = booked(salon, monday_noon);
    const auto morning = booked(salon, monday_noon - 3h);
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 18))), Ids{});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 13))), Ids{late});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 11))), (Ids{noon, late, far}));
    EXPECT_EQ(conflicts_of(salon.when(every_day(17, 18))), (Ids{morning, noon, far}));
}

TEST(SetSchedule, a_booking_that_a_window_or_a_break_cuts_is_one) {
    auto salon = a_salon();
    const auto noon = booked(salon, monday_noon);
    auto cut = every_day(9, 18);
    cut.windows[0].to = LocalTime{12 * 60 + 30};
    EXPECT_EQ(conflicts_of(salon.when(cut)), Ids{noon});
    auto paused = every_day(9, 18);
    paused.breaks.push_back({Weekday::monday, LocalTime{12 * 60 + 30}, LocalTime{13 * 60}});
    EXPECT_EQ(conflicts_of(salon.when(paused)), Ids{noon});
    paused.breaks[0].day = Weekday::tuesday;
    EXPECT_EQ(conflicts_of(salon.when(paused)), Ids{});
    SetSchedule never;
    never.id = maria;
    EXPECT_EQ(conflicts_of(salon.when(never)), Ids{noon});
}

TEST(SetSchedule, only_bookings_of_its_own_time_and_resource_are) {
    auto salon = a_salon();
    booked(salon, monday_noon);
    const auto next_day = booked(salon, monday_noon + days{1});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 10, "2026-06-09"))), Ids{next_day});
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 10, "2026-06-10"))), Ids{});
    auto of_another = every_day(9, 10);
    of_another.id = ana;
    EXPECT_EQ(conflicts_of(salon.when(of_another)), Ids{});
    // What was cancelled or is over has nothing to conflict with.
    CancelAppointment cancel;
    cancel.id = next_day;
    cancel.by = CancelledBy::business;
    salon.after(cancel).event<AppointmentCancelled>();
    salon.at("2026-06-08T13:30:00Z");
    EXPECT_EQ(conflicts_of(salon.when(every_day(9, 10))), Ids{});
}

TEST(SetSchedule, windows_are_of_the_zone_of_the_location) {
    auto salon =
        given(a_tenant(), a_location("Europe/Madrid"), a_resource(maria, ResourceType::staff),
              always_open(maria), a_haircut(), a_client());
    const auto booking = booked(salon, monday_noon);  // 14:00 in Madrid
    EXPECT_EQ(conflicts_of(salon.when(every_day(14, 15))), Ids{});
    EXPECT_EQ(conflicts_of(salon.when(every_day(12, 13))), Ids{booking});
}

}  // namespace
}  // namespace almanac::testing
