// What becomes of pending appointments and of holds of its own accord (domain page: scheduling,
// "Appointment" and "Hold").
#include "domain/scheduling/appointment_policies.hpp"

#include "domain/scheduling/hold_policies.hpp"
#include "domain/scheduling/payment.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;

Given with(bool confirmation, bool payment) {
    auto service = a_haircut();
    service.requires_confirmation = confirmation;
    service.requires_payment = payment;
    return a_salon(service);
}
const Happened happened{};
const Instant booked_at = *parse_instant("2026-06-01T08:00:00Z");

void expect_timer(const Reactions& reactions, const Uuid& key, std::optional<Instant> due) {
    EXPECT_TRUE(reactions.effects().empty());
    ASSERT_EQ(reactions.timers().size(), 1u);
    EXPECT_EQ(reactions.timers()[0].key, to_string(key));
    EXPECT_EQ(reactions.timers()[0].due, due);
}
AppointmentCancelled by_the_system(const AppointmentBooked& booked) {
    AppointmentCancelled e;
    e.id = booked.id;
    e.freed = booked.occupancy;
    e.by = CancelledBy::system;
    e.client_id = booked.client_id;
    return e;
}

TEST(Unconfirmed, OneThatWaitsIsLookedAtAtItsStart) {
    for (const bool payment : {false, true}) {
        auto salon = with(true, payment);
        const auto booked = salon.after(book_at(monday_noon)).event<AppointmentBooked>();
        expect_timer(wait_for_confirmation(booked, happened), booked.id, monday_noon);
        EXPECT_TRUE(wait_for_payment(booked, happened).empty());
        const auto moved = salon.after(RescheduleAppointment{booked.id, monday_noon + 2h, {}})
                               .event<AppointmentRescheduled>();
        expect_timer(wait_for_confirmation(moved, happened), booked.id, monday_noon + 2h);
        expect_timer(wait_no_longer(AppointmentConfirmed{booked.id}, happened), booked.id, {});
    }
}

TEST(Unconfirmed, AConfirmedBookingCostsNothing) {
    const auto booked = a_salon().after(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_TRUE(wait_for_confirmation(booked, happened).empty());
    EXPECT_TRUE(wait_for_payment(booked, happened).empty());
}

TEST(Unconfirmed, StillPendingAtItsStartTheSystemCancelsIt) {
    auto salon = with(true, false);
    const auto booked = salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon - 1us).when(CancelUnconfirmed{booked.id}).then_nothing();
    salon.at(monday_noon).after(CancelUnconfirmed{booked.id}).then(by_the_system(booked));
    EXPECT_EQ(salon.fold<Appointment>(booked.id).status, AppointmentStatus::cancelled);
    salon.when(CancelUnconfirmed{booked.id}).then_nothing();
}

TEST(Unconfirmed, ConfirmedOrMovedInTheMeantimeItStays) {
    auto salon = with(true, false);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(RescheduleAppointment{first_booking, monday_noon + 2h, {}});
    salon.at(monday_noon).when(CancelUnconfirmed{first_booking}).then_nothing();
    salon.after(ConfirmAppointment{first_booking}).event<AppointmentConfirmed>();
    salon.at(monday_noon + 2h).when(CancelUnconfirmed{first_booking}).then_nothing();
    salon.when(CancelUnconfirmed{id_of<AppointmentId>(9)}).then_nothing();
}

TEST(Unpaid, IsCancelledWhenItsWindowIsOver) {
    auto salon = with(false, true);
    const auto booked = salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    expect_timer(wait_for_payment(booked, happened), booked.id, booked_at + 30min);
    EXPECT_TRUE(wait_for_confirmation(booked, happened).empty());
    salon.at(booked_at + 30min - 1us).when(CancelUnpaid{booked.id}).then_nothing();
    salon.at(booked_at + 30min).when(CancelUnpaid{booked.id}).then(by_the_system(booked));
    // Its start has nothing to do with it.
    salon.at(monday_noon).when(CancelUnconfirmed{booked.id}).then_nothing();
}

TEST(Unpaid, APaymentBeforeTheCancellationConfirmsEvenLate) {
    for (const auto late : {0min, 29min, 31min}) {
        auto salon = with(false, true);
        salon.after(book_at(monday_noon)).event<AppointmentBooked>();
        RecordPayment payment;
        payment.id = first_booking;
        payment.amount = Money{2500, "EUR"};
        salon.at(booked_at + late).after(payment).event<AppointmentConfirmed>(1);
        salon.at(booked_at + 1h).when(CancelUnpaid{first_booking}).then_nothing();
    }
}

TEST(Unpaid, OneThatAlsoWaitsForConfirmationHasNoWindow) {
    auto salon = with(true, true);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon).when(CancelUnpaid{first_booking}).then_nothing();
}

TEST(HoldEnds, AHoldIsLookedAtAtItsEnd) {
    auto salon = a_salon();
    const auto placed = salon.after(HoldSlot{haircut, monday_noon, 1, {}, 60}).event<HoldPlaced>();
    expect_timer(wait_for_end(placed, happened), placed.id, booked_at + 60s);
    HoldReleased released;
    released.id = placed.id;
    expect_timer(ended_before(released, happened), placed.id, {});
    HoldBooked booked;
    booked.id = placed.id;
    expect_timer(ended_before(booked, happened), placed.id, {});
}

TEST(HoldEnds, WhatExpiredIsWrittenDownOnceAndForgotten) {
    auto salon = a_salon();
    const auto placed = salon.after(HoldSlot{haircut, monday_noon, 1, {}, 60}).event<HoldPlaced>();
    salon.at(booked_at + 60s - 1us).when(ExpireHold{placed.id}).then_nothing();
    salon.at(booked_at + 60s)
        .after(ExpireHold{placed.id})
        .then(HoldExpired{placed.id, placed.held_by, placed.occupancy});
    EXPECT_EQ(salon.fold<Hold>(placed.id).status, HoldStatus::expired);
    EXPECT_TRUE(salon.fold<ResourceMonth>({maria, monday_noon}).allocations.empty());
    salon.when(ExpireHold{placed.id}).then_nothing();
    salon.when(ExpireHold{id_of<HoldId>(9)}).then_nothing();
}

TEST(HoldEnds, AReleasedHoldDoesNotExpire) {
    auto salon = a_salon();
    const auto placed = salon.after(HoldSlot{haircut, monday_noon, 1, {}, 60}).event<HoldPlaced>();
    salon.after(ReleaseHold{placed.id}).event<HoldReleased>();
    salon.at(booked_at + 60s).when(ExpireHold{placed.id}).then_nothing();
}

}  // namespace
}  // namespace almanac::testing
