// A series books every start of its rule in one command, and is cancelled as one, or from one on.
#include "domain/scheduling/series.hpp"

#include <set>

#include "domain/scheduling/block.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using std::chrono::days;
using Ids = std::vector<AppointmentId>;

BookSeries series_of(std::string rrule, Instant start = monday_noon) {
    BookSeries wish;
    static_cast<BookAppointment&>(wish) = book_at(start);
    wish.rrule = std::move(rrule);
    return wish;
}
std::vector<AppointmentBooked> appointments_of(const Decided& decided) {
    std::vector<AppointmentBooked> booked;
    if (!decided.decision()) {
        ADD_FAILURE() << decided.decision().error().code;
        return booked;
    }
    for (const auto& event : decided.decision()->list) {
        if (const auto* e = event.as<AppointmentBooked>()) booked.push_back(*e);
    }
    return booked;
}
std::string starts_of(const Decided& decided) {  // "06-08T12:00 06-15T12:00"
    std::string line;
    for (const auto& e : appointments_of(decided))
        line += (line.empty() ? "" : " ") + to_string(e.occupancy.start).substr(5, 11);
    return line;
}
// "0 scheduling.slot_taken", one behind the other: each occurrence that is refused, and why.
std::string refusals_of(const Decided& decided) {
    if (decided.decision()) return "accepted";
    const auto& refused = decided.decision().error();
    if (refused.code != "scheduling.series_conflict") return refused.code;
    std::string line;
    for (const auto& e : refused.errors) {
        line += (line.empty() ? "" : " ") + e.pointer.substr(e.pointer.rfind('/') + 1) + ":" +
                e.code.substr(e.code.find('.') + 1);
    }
    return line;
}
std::string skipped_by(const Decided& decided) {  // "06-15 slot_taken"
    std::string line;
    if (!decided.decision()) return decided.decision().error().code;
    for (const auto& each : decided.decision()->answer.at("conflicts").as_array()) {
        const std::string start(each.at("start").as_string());
        const std::string code(each.at("code").as_string());
        line += (line.empty() ? "" : ", ") + start.substr(5, 5) + code.substr(code.find('.'));
    }
    return line;
}

TEST(BookSeries, is_one_event_of_its_own_and_one_for_each_appointment) {
    auto salon = a_salon();
    const auto decided = salon.when(series_of("FREQ=WEEKLY;COUNT=3"));
    ASSERT_EQ(decided.decision()->list.size(), 4U);
    const auto& e = decided.event<SeriesBooked>();
    EXPECT_EQ(starts_of(decided), "06-08T12:00 06-15T12:00 06-22T12:00");
    const auto booked = appointments_of(decided);
    EXPECT_EQ(e.appointments, (Ids{booked[0].id, booked[1].id, booked[2].id}));
    for (const auto& each : booked) EXPECT_EQ(each.series_id, e.id);
    EXPECT_EQ(booked[0].reference, "BK-20260601-0001");
    EXPECT_EQ(booked[2].reference, "BK-20260601-0003");  // each sees those before it
    EXPECT_EQ(decided.decision()->answer.at("appointments").as_array().size(), 3U);
    EXPECT_EQ(skipped_by(decided), "");
}

TEST(BookSeries, keeps_the_local_time_of_its_location) {
    auto salon =
        given(a_tenant(), a_location("Europe/Madrid"), a_resource(maria, ResourceType::staff),
              always_open(maria), a_haircut(), a_client());
    EXPECT_EQ(starts_of(salon.when(
                  series_of("FREQ=WEEKLY;COUNT=3", *parse_instant("2026-10-12T10:00:00Z")))),
              "10-12T10:00 10-19T10:00 10-26T11:00");
}

// The clocks of Madrid go back on October 25, those of the business do not.
TEST(BookSeries, keeps_that_local_time_also_where_its_first_start_is_taken) {
    auto away = a_location("Europe/Madrid");
    away.id = id_of<LocationId>(11);
    away.is_default = false;
    auto stylist = a_resource(maria, ResourceType::staff);
    stylist.location_id = away.id;
    Given salon =
        given(a_tenant(), a_location(), away, stylist, always_open(maria), a_haircut(), a_client());
    const auto noon_in_madrid = *parse_instant("2026-10-19T10:00:00Z");
    auto wish = series_of("FREQ=WEEKLY;COUNT=3", noon_in_madrid);
    EXPECT_EQ(starts_of(salon.when(wish)), "10-19T10:00 10-26T11:00 11-02T11:00");
    salon.after(book_at(noon_in_madrid)).event<AppointmentBooked>();
    wish.on_conflict = OnConflict::skip;
    const auto booked = salon.when(wish);
    EXPECT_EQ(starts_of(booked), "10-26T11:00 11-02T11:00");
    EXPECT_EQ(skipped_by(booked), "10-19.slot_taken");
}

TEST(BookSeries, fail_books_nothing_and_names_every_start_that_cannot_be) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon + days{7})).event<AppointmentBooked>();
    BlockAdded closed;
    closed.id = id_of<BlockId>(700);
    closed.scope.everything = true;
    closed.owner_id = a_tenant().tenant_id;
    closed.start = monday_noon + days{21};
    closed.end = closed.start + 1h;
    salon.and_given(closed);
    const auto refused = salon.when(series_of("FREQ=WEEKLY;COUNT=5"));
    EXPECT_EQ(refusals_of(refused), "1:slot_taken 3:outside_working_time");
    EXPECT_EQ(refused.decision().error().kind, RejectionKind::conflict);
    EXPECT_TRUE(refused.decision().error().errors[0].detail.starts_with("2026-06-15T12:00:00Z"));
}

TEST(BookSeries, skip_books_the_others_and_names_those_it_left_out) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon + days{7})).event<AppointmentBooked>();
    auto wish = series_of("FREQ=WEEKLY;COUNT=3");
    wish.on_conflict = OnConflict::skip;
    const auto decided = salon.when(wish);
    EXPECT_EQ(starts_of(decided), "06-08T12:00 06-22T12:00");
    EXPECT_EQ(skipped_by(decided), "06-15.slot_taken");
    ASSERT_EQ(decided.event<SeriesBooked>().conflicts.size(), 1U);
    EXPECT_EQ(decided.event<SeriesBooked>().conflicts[0].start, monday_noon + days{7});
    wish.rrule = "FREQ=WEEKLY;COUNT=1";
    wish.start = monday_noon + days{7};
    EXPECT_EQ(refusals_of(salon.when(wish)), "0:slot_taken");  // nothing at all is no series
}

TEST(BookSeries, each_meets_notice_and_window_like_a_booking) {
    auto service = a_haircut();
    service.min_notice_minutes = 8 * 24 * 60;
    service.booking_window_days = 20;
    EXPECT_EQ(refusals_of(a_salon(service).when(series_of("FREQ=WEEKLY;COUNT=4"))),
              "0:too_soon 2:too_far_ahead 3:too_far_ahead");
}

// Two of its own can never collide: a service longer than the step of the rule.
TEST(BookSeries, its_occurrences_see_each_other) {
    auto service = a_haircut();
    service.duration_minutes = 60;
    service.buffer_after_minutes = 24 * 60;
    auto salon = a_salon(service);
    EXPECT_EQ(refusals_of(salon.when(series_of("FREQ=DAILY;COUNT=5"))),
              "1:slot_taken 3:slot_taken");
    service.requirements[0].candidates = {maria, ana};
    EXPECT_EQ(refusals_of(a_salon(service).when(series_of("FREQ=DAILY;COUNT=5"))), "accepted");
    service = a_haircut();
    service.max_per_day = 1;
    salon = a_salon(service);
    salon.after(series_of("FREQ=DAILY;COUNT=2")).event<SeriesBooked>();
    EXPECT_EQ(refusals_of(salon.when(series_of("FREQ=DAILY;COUNT=3", monday_noon + 2h))),
              "0:day_full 1:day_full");
}

// What it decided is what the folds have once its events are taken.
TEST(BookSeries, after_it_every_slot_of_it_is_taken) {
    auto salon = a_salon();
    const auto decided = salon.after(series_of("FREQ=DAILY;COUNT=40"));
    for (const auto& e : appointments_of(decided))
        salon.when(book_at(e.occupancy.start)).then_rejected("scheduling.slot_taken");
    EXPECT_EQ(salon.fold<ReferenceDay>({*parse_local_date("2026-06-01")}).used, 40);
    const auto& series = salon.fold<AppointmentSeries>(decided.event<SeriesBooked>().id);
    EXPECT_EQ(series.appointments.size(), 40U);
    EXPECT_EQ(salon.fold<Appointment>(series.appointments[7]).series_id,
              decided.event<SeriesBooked>().id);
}

TEST(BookSeries, stays_with_the_people_of_the_one_before_if_they_can) {
    auto service = a_haircut();
    service.requirements[0].candidates = {maria, ana};
    auto salon = a_salon(service);
    auto first = book_at(monday_noon - 1h);
    first.resource_ids = {maria};
    salon.after(first).event<AppointmentBooked>();  // so that the first of it goes to Ana
    auto third = book_at(monday_noon + days{2});
    third.resource_ids = {ana};
    salon.after(third).event<AppointmentBooked>();
    std::string who;
    for (const auto& e : appointments_of(salon.when(series_of("FREQ=DAILY;COUNT=4"))))
        who += e.occupancy.resources[0].id == maria ? 'M' : 'A';
    EXPECT_EQ(who, "AAMM");
}

TEST(BookSeries, rules_without_an_end_and_other_bad_ones_are_refused) {
    auto salon = a_salon();
    const auto code = [&](std::string rrule) {
        const auto decided = salon.when(series_of(std::move(rrule)));
        if (decided.decision()) return std::string("accepted");
        const auto& errors = decided.decision().error().errors;
        return errors.empty() ? decided.decision().error().code
                              : errors[0].pointer + " " + errors[0].code;
    };
    EXPECT_EQ(code("FREQ=WEEKLY"), "/rrule endless");
    EXPECT_EQ(code("FREQ=WEEKLY;COUNT=0"), "/rrule rrule");
    EXPECT_EQ(code("FREQ=DAILY;COUNT=367"), "/rrule explosive");
    EXPECT_EQ(code("FREQ=DAILY;UNTIL=20990101"), "/rrule explosive");
    EXPECT_EQ(code("FREQ=HOURLY;COUNT=3"), "/rrule one_local_time");
    EXPECT_EQ(code("FREQ=SECONDLY;COUNT=3"), "/rrule one_local_time");
    EXPECT_EQ(code("FREQ=DAILY;BYHOUR=12,14;COUNT=3"), "/rrule one_local_time");
    EXPECT_EQ(code("FREQ=DAILY;BYHOUR=12;COUNT=3"), "accepted");
    EXPECT_EQ(code("FREQ=DAILY;BYHOUR=14;COUNT=3"), "/rrule not_at_start");
    EXPECT_EQ(code("FREQ=WEEKLY;BYDAY=TU;COUNT=3"), "/rrule not_at_start");
    EXPECT_EQ(code("FREQ=DAILY;UNTIL=20260607"), "/rrule never");
    EXPECT_EQ(code("FREQ=DAILY;UNTIL=20260609"), "accepted");
    EXPECT_EQ(code("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3"), "/rrule never");
}

// A year of days, over both changes of the clocks.
TEST(BookSeries, takes_366_occurrences_in_one_go_and_not_one_more) {
    auto service = a_haircut();
    service.booking_window_days = 400;
    auto salon =
        given(a_tenant(), a_location("Europe/Madrid"), a_resource(maria, ResourceType::staff),
              always_open(maria), service, a_client());
    const auto at_ten = *parse_instant("2026-06-08T08:00:00Z");  // in Madrid
    salon.when(series_of("FREQ=DAILY;COUNT=367", at_ten)).then_field_error("/rrule", "explosive");
    const auto decided = salon.after(series_of("FREQ=DAILY;COUNT=366", at_ten));
    const auto booked = appointments_of(decided);
    ASSERT_EQ(booked.size(), 366U);
    EXPECT_EQ(decided.event<SeriesBooked>().appointments.size(), 366U);
    const auto madrid = *Zone::find("Europe/Madrid");
    std::set<std::string> references;
    for (std::size_t i = 0; i < booked.size(); ++i) {
        const auto date = *parse_local_date("2026-06-08") + days{static_cast<int>(i)};
        EXPECT_EQ(booked[i].occupancy.start, madrid.to_instant(date, LocalTime{600}));
        EXPECT_EQ(booked[i].occupancy.service_day, date);
        references.insert(booked[i].reference);
    }
    EXPECT_EQ(references.size(), 366U);
    EXPECT_EQ(booked.back().reference, "BK-20260601-0366");
    CancelSeries cancel;
    cancel.id = decided.event<SeriesBooked>().id;
    EXPECT_EQ(salon.after(cancel).event<SeriesCancelled>().appointments.size(), 366U);
    salon.when(book_at(at_ten)).event<AppointmentBooked>();
}

TEST(BookSeries, what_is_wrong_with_the_booking_is_said_once) {
    auto salon = a_salon();
    auto wish = series_of("FREQ=WEEKLY;COUNT=3");
    wish.service_id = id_of<ServiceId>(999);
    salon.when(wish).then_field_error("/service_id", "not_found");
    wish = series_of("FREQ=WEEKLY;COUNT=3");
    wish.resource_ids = {id_of<ResourceId>(999)};
    salon.when(wish).then_field_error("/resource_ids/0", "not_found");
    wish = series_of("FREQ=WEEKLY;COUNT=3");
    wish.hold_id = id_of<HoldId>(5);
    salon.when(wish).then_field_error("/hold_id", "not_together");
}

struct Story {
    Given salon = a_salon();
    SeriesBooked series = salon.after(series_of("FREQ=WEEKLY;COUNT=4")).event<SeriesBooked>();
    Ids cancelled(std::optional<AppointmentId> from) {
        CancelSeries wish;
        wish.id = series.id;
        wish.from = from;
        const auto decided = salon.after(wish);
        if (!decided.decision()) return {};
        const auto& e = decided.event<SeriesCancelled>();
        for (std::size_t i = 0; i < e.appointments.size(); ++i)
            EXPECT_EQ(decided.event<AppointmentCancelled>(i + 1).id, e.appointments[i]);
        return e.appointments;
    }
    Ids from(std::size_t first) const {
        return {series.appointments.begin() + static_cast<std::ptrdiff_t>(first),
                series.appointments.end()};
    }
};

TEST(CancelSeries, all_of_it) {
    Story story;
    EXPECT_EQ(story.cancelled({}), story.from(0));
    story.salon.when(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_EQ(story.salon.fold<AppointmentSeries>(story.series.id).cancelled, story.from(0));
    CancelSeries again;
    again.id = story.series.id;
    story.salon.when(again).then_rejected("scheduling.invalid_transition");
}

TEST(CancelSeries, one_and_what_follows_it_by_when_they_are_now) {
    Story story;
    EXPECT_EQ(story.cancelled(story.series.appointments[2]), story.from(2));
    EXPECT_EQ(story.cancelled(story.series.appointments[0]),
              (Ids{story.series.appointments[0], story.series.appointments[1]}));
    Story moved;
    RescheduleAppointment later;
    later.id = moved.series.appointments[0];
    later.start = monday_noon + days{20};
    moved.salon.after(later).event<AppointmentRescheduled>();
    EXPECT_EQ(moved.cancelled(moved.series.appointments[2]),
              (Ids{moved.series.appointments[0], moved.series.appointments[2],
                   moved.series.appointments[3]}));
}

TEST(CancelSeries, leaves_what_has_begun_and_what_is_cancelled_already) {
    Story story;
    CancelAppointment one;
    one.id = story.series.appointments[2];
    story.salon.after(one).event<AppointmentCancelled>();
    story.salon.at(monday_noon);
    EXPECT_EQ(story.cancelled({}),
              (Ids{story.series.appointments[1], story.series.appointments[3]}));
}

TEST(CancelSeries, a_clients_cancellation_is_late_only_inside_the_notice) {
    auto service = a_haircut();
    service.cancellation_notice_minutes = 24 * 60;
    service.late_cancel_fee.kind = FeeKind::fixed;
    service.late_cancel_fee.money = Money{500, "EUR"};
    auto salon = a_salon(service);
    const auto series = salon.after(series_of("FREQ=WEEKLY;COUNT=2")).event<SeriesBooked>();
    salon.at(monday_noon - 1h);
    CancelSeries wish;
    wish.id = series.id;
    wish.by = CancelledBy::client;
    const auto decided = salon.when(wish);
    EXPECT_TRUE(decided.event<AppointmentCancelled>(1).late);
    EXPECT_FALSE(decided.event<AppointmentCancelled>(2).late);
}

TEST(CancelSeries, what_is_not_there_is_not_found) {
    Story story;
    CancelSeries wish;
    wish.id = id_of<SeriesId>(999);
    story.salon.when(wish).then_rejected("not_found");
    wish.id = story.series.id;
    wish.from = id_of<AppointmentId>(999);
    story.salon.when(wish).then_field_error("/from", "not_found");
}

}  // namespace
}  // namespace almanac::testing
