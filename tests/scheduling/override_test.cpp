// Overrides of single local dates (domain page: scheduling, "Working time of a resource").
#include "domain/scheduling/override.hpp"

#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using std::chrono::year;

const LocalDate monday{year{2026} / 6 / 8};
const auto first_override = id_of<OverrideId>(1000);

SetOverride closing(LocalDate date) {
    return {maria, date, true, {}, std::nullopt};
}
SetOverride working(LocalDate date, int from_hour, int to_hour) {
    return {maria, date, false, {{LocalTime{from_hour * 60}, LocalTime{to_hour * 60}}}, {}};
}

TEST(Override, ClosesADate) {
    auto salon = a_salon();
    salon.after(closing(monday)).event<OverrideSet>();
    salon.when(book_at(monday_noon)).then_rejected("scheduling.outside_working_time");
    salon.when(book_at(monday_noon + 24h)).event<AppointmentBooked>();
}

TEST(Override, ItsWindowsTakeThePlaceOfTheSchedules) {
    auto salon = a_salon();
    salon.after(working(monday, 18, 21)).event<OverrideSet>();
    salon.when(book_at(monday_noon)).then_rejected("scheduling.outside_working_time");
    salon.when(book_at(monday_noon + 7h)).event<AppointmentBooked>();
}

TEST(Override, ALaterOneOfTheDateTakesItsPlaceAndStaysTheSameThing) {
    auto salon = a_salon();
    EXPECT_EQ(salon.after(closing(monday)).event<OverrideSet>().id, first_override);
    EXPECT_EQ(target_of(closing(monday), salon.folds()), first_override);
    EXPECT_EQ(salon.after(working(monday, 9, 18)).event<OverrideSet>().id, first_override);
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_EQ(salon.fold<OverrideMonth>({maria, monday}).overrides.size(), 1u);
}

TEST(Override, RemovedTheSchedulesHoldAgain) {
    auto salon = a_salon();
    salon.when(RemoveOverride{maria, monday}).then_rejected("not_found");
    salon.after(closing(monday)).event<OverrideSet>();
    salon.after(RemoveOverride{maria, monday}).then(OverrideRemoved{first_override, maria, monday});
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_TRUE(salon.fold<DateOverride>(first_override).deleted_at);
    salon.when(RemoveOverride{maria, monday}).then_rejected("not_found");
    EXPECT_NE(salon.after(closing(monday)).event<OverrideSet>().id, first_override);
}

TEST(Override, OverBookingsIsAcceptedAndNamesThem) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(book_at(monday_noon + 4h)).event<AppointmentBooked>();
    salon.after(book_at(monday_noon + 24h)).event<AppointmentBooked>();
    const auto conflicts = [&](const SetOverride& wish) {
        return json::dump(json::Value(salon.when(wish).decision()->answer.at("conflicts")));
    };
    const auto first = to_string(first_booking);
    const auto second = to_string(id_of<AppointmentId>(1001));
    EXPECT_EQ(conflicts(closing(monday)), "[\"" + first + "\",\"" + second + "\"]");
    EXPECT_EQ(conflicts(working(monday, 9, 14)), "[\"" + second + "\"]");
    EXPECT_EQ(conflicts(working(monday, 9, 18)), "[]");
    EXPECT_EQ(conflicts(closing(monday + std::chrono::days{3})), "[]");
    salon.at(monday_noon + 2h);  // what has been is no conflict
    EXPECT_EQ(conflicts(closing(monday)), "[\"" + second + "\"]");
}

TEST(Override, AScheduleIsNotInConflictWithWhatAnOverrideAllows) {
    auto salon = a_salon();
    salon.after(working(monday, 18, 21)).event<OverrideSet>();
    auto wish = book_at(monday_noon + 7h);
    salon.after(wish).event<AppointmentBooked>();
    SetSchedule mornings;
    mornings.id = maria;
    mornings.windows = {{Weekday::monday, LocalTime{9 * 60}, LocalTime{12 * 60}, {}}};
    EXPECT_TRUE(salon.when(mornings).decision()->answer.at("conflicts").as_array().empty());
}

TEST(Override, IsLocalAndCountsInTheZoneOfItsLocation) {
    auto salon =
        given(a_tenant(), a_location("Pacific/Auckland"), a_resource(maria, ResourceType::staff),
              always_open(maria), a_haircut(), a_client());
    salon.after(closing(monday)).event<OverrideSet>();
    // Monday 09:00 in Auckland is Sunday 21:00 UTC.
    const auto nine = *parse_instant("2026-06-07T21:00:00Z");
    salon.when(book_at(nine)).then_rejected("scheduling.outside_working_time");
    salon.when(book_at(nine + 24h)).event<AppointmentBooked>();
    salon.when(book_at(nine - 24h)).event<AppointmentBooked>();
}

TEST(Override, OfTheLastOfAMonthIsSeenAcrossItsEnd) {
    auto salon =
        given(a_tenant(), a_location("Pacific/Auckland"), a_resource(maria, ResourceType::staff),
              always_open(maria), a_haircut(), a_client());
    const LocalDate first_of_july{year{2026} / 7 / 1};
    salon.after(closing(first_of_july)).event<OverrideSet>();
    salon
        .when(book_at(*parse_instant("2026-06-30T21:00:00Z")))  // 1 July, 09:00 there
        .then_rejected("scheduling.outside_working_time");
}

TEST(Override, RefusesWhatCannotBe) {
    auto salon = a_salon();
    auto both = working(monday, 9, 12);
    both.closed = true;
    salon.when(both).then_field_error("/windows", "not_with_closed");
    salon.when(SetOverride{maria, monday, false, {}, {}}).then_field_error("/windows", "required");
    auto overlapping = working(monday, 9, 12);
    overlapping.windows.push_back({LocalTime{11 * 60}, LocalTime{13 * 60}});
    salon.when(overlapping).then_field_error("/windows/1", "overlap");
    salon.when(working(monday, 9, 9)).then_field_error("/windows/0/to", "zero_length");
    auto unknown = closing(monday);
    unknown.id = id_of<ResourceId>(77);
    salon.when(unknown).then_rejected("not_found");
}

}  // namespace
}  // namespace almanac::testing
