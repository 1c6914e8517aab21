// What happens on the day of an appointment (domain page: scheduling, "Appointment").
#include "domain/scheduling/visit.hpp"

#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;

TEST(CheckIn, LeavesItConfirmedAndNotesWhen) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon - 5min);
    salon.after(CheckInAppointment{first_booking}).then(AppointmentCheckedIn{first_booking});
    const auto& a = salon.fold<Appointment>(first_booking);
    EXPECT_EQ(a.status, AppointmentStatus::confirmed);
    EXPECT_EQ(a.checked_in_at, monday_noon - 5min);
    salon.when(CheckInAppointment{first_booking}).then_rejected("scheduling.invalid_transition");
}

TEST(CheckIn, IsForAConfirmedOne) {
    auto service = a_haircut();
    service.requires_confirmation = true;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.when(CheckInAppointment{first_booking}).then_rejected("scheduling.invalid_transition");
    salon.when(CheckInAppointment{id_of<AppointmentId>(5)}).then_rejected("not_found");
}

TEST(Start, TakesAConfirmedOneIntoProgressAtItsActualTime) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon + 10min);
    salon.after(StartAppointment{first_booking})
        .then(AppointmentStarted{first_booking, monday_noon + 10min});
    EXPECT_EQ(salon.fold<Appointment>(first_booking).status, AppointmentStatus::in_progress);
    EXPECT_EQ(salon.fold<Appointment>(first_booking).actual_start, monday_noon + 10min);
    const auto in_progress = "scheduling.invalid_transition";
    salon.when(StartAppointment{first_booking}).then_rejected(in_progress);
    salon.when(CheckInAppointment{first_booking}).then_rejected(in_progress);
    salon.when(MarkNoShow{first_booking}).then_rejected(in_progress);
    salon.when(CancelAppointment{first_booking, CancelledBy::client, {}})
        .then_rejected(in_progress);
    salon.when(RescheduleAppointment{first_booking, monday_noon + 24h, {}})
        .then_rejected(in_progress);
    salon.when(ReassignAppointment{first_booking, {ana}}).then_rejected(in_progress);
    salon.when(StartAppointment{id_of<AppointmentId>(5)}).then_rejected("not_found");
}

TEST(Complete, OneInProgressOrConfirmed) {
    for (const bool started : {true, false}) {
        auto salon = a_salon();
        salon.after(book_at(monday_noon)).event<AppointmentBooked>();
        salon.at(monday_noon + 1h);
        if (started) salon.after(StartAppointment{first_booking}).event<AppointmentStarted>();
        salon.after(CompleteAppointment{first_booking, {}, {}}).event<AppointmentCompleted>();
        EXPECT_EQ(salon.fold<Appointment>(first_booking).status, AppointmentStatus::completed);
        salon.when(CompleteAppointment{first_booking, {}, {}})
            .then_rejected("scheduling.invalid_transition");
    }
}

TEST(Complete, MayEndBeforeItsStartWhereItBeganEarlier) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon - 30min);
    salon.when(CompleteAppointment{first_booking, {}, {}})
        .then_field_error("/completed_at", "before_start");
    salon.after(StartAppointment{first_booking}).event<AppointmentStarted>();
    salon.at(monday_noon - 10min);
    const auto done =
        salon.when(CompleteAppointment{first_booking, {}, {}}).event<AppointmentCompleted>();
    EXPECT_EQ(done.completed_at, monday_noon - 10min);
    EXPECT_EQ(done.occupancy.end, monday_noon);  // nothing of its time is left to keep
}

TEST(Complete, EarlyShortensLateNeverExtends) {
    auto service = a_haircut();
    service.slot_step_minutes = 15;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon + 30min);
    const auto done =
        salon.when(CompleteAppointment{first_booking, {}, {}}).event<AppointmentCompleted>();
    EXPECT_EQ(done.occupancy.end, monday_noon + 30min);
    EXPECT_EQ(done.final_price, (Money{2500, "EUR"}));
    salon.at(monday_noon + 3h);
    EXPECT_EQ(salon.when(CompleteAppointment{first_booking, {}, {}})
                  .event<AppointmentCompleted>()
                  .occupancy.end,
              monday_noon + 60min);
    salon.when(CompleteAppointment{first_booking, {}, monday_noon + 4h})
        .then_field_error("/completed_at", "future");
    salon.when(CompleteAppointment{first_booking, Money{1, "USD"}, {}})
        .then_field_error("/final_price/currency", "currency");
}

TEST(NoShow, NotBeforeTheStartAndFreesFromNow) {
    auto service = a_haircut();
    service.no_show_fee = {FeeKind::fixed, Money{500, "EUR"}, std::nullopt};
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.when(MarkNoShow{first_booking}).then_rejected("scheduling.invalid_transition");
    salon.at(monday_noon + 20min);
    const auto e = salon.after(MarkNoShow{first_booking}).event<AppointmentNoShow>();
    EXPECT_EQ(e.occupancy.end, monday_noon + 20min);
    EXPECT_EQ(e.fee, (Money{500, "EUR"}));
    salon.when(CompleteAppointment{first_booking, {}, {}})
        .then_rejected("scheduling.invalid_transition");
}

TEST(Complete, APastRecordBearsItsOwnTimes) {
    auto salon = a_salon();
    salon.at("2026-06-09T08:00:00Z");
    auto wish = book_at(monday_noon);
    salon.when(wish).then_rejected("scheduling.too_soon");
    wish.method = BookingMethod::staff;
    wish.off_grid_reason = std::string("written down on paper yesterday");
    salon.after(wish).event<AppointmentBooked>();
    const auto done =
        salon.after(CompleteAppointment{first_booking, Money{2000, "EUR"}, monday_noon + 1h})
            .event<AppointmentCompleted>();
    EXPECT_EQ(done.completed_at, monday_noon + 1h);
    EXPECT_EQ(done.final_price, (Money{2000, "EUR"}));
}

TEST(Complete, WhatHadBegunWhenItWasWrittenDownWaitsForNothing) {
    for (const bool payment : {false, true}) {
        auto service = a_haircut();
        (payment ? service.requires_payment : service.requires_confirmation) = true;
        auto salon = a_salon(service);
        salon.at(monday_noon);
        auto wish = book_at(monday_noon);
        wish.method = BookingMethod::walk_in;
        const auto booked = salon.when(wish).event<AppointmentBooked>();
        EXPECT_EQ(booked.status, AppointmentStatus::confirmed);
        EXPECT_FALSE(booked.payment_due_at);
    }
}

}  // namespace
}  // namespace almanac::testing
