// Payment facts and the status that follows (domain page: scheduling, "Payment facts").
#include "domain/scheduling/payment.hpp"

#include "domain/scheduling/visit.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;

RecordPayment paying(std::int64_t amount) {
    return {first_booking, {amount, "EUR"}, PaymentMethod::card, std::nullopt, std::nullopt};
}
RefundPayment refunding(std::int64_t amount) {
    return {first_booking, {amount, "EUR"}, std::string("burnt"), std::nullopt, std::nullopt};
}
RecordCreated<Service> prepaid() {
    auto service = a_haircut();
    service.requires_payment = true;
    return service;
}
PaymentStatus status_of(Given& salon) {
    return salon.fold<Appointment>(first_booking).payment_status;
}

struct StatusCase {
    std::string name;
    std::int64_t price;
    std::int64_t deposit;
    std::int64_t paid;
    std::int64_t refunded;
    PaymentStatus expected;
};
class Status : public ::testing::TestWithParam<StatusCase> {};

TEST_P(Status, FollowsFromTheFacts) {
    const auto& c = GetParam();
    auto service = a_haircut();
    service.price = Money{c.price, "EUR"};
    if (c.deposit > 0) service.deposit = {FeeKind::fixed, Money{c.deposit, "EUR"}, std::nullopt};
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    if (c.paid > 0) salon.after(paying(c.paid)).event<PaymentRecorded>();
    if (c.refunded > 0) salon.after(refunding(c.refunded)).event<PaymentRefunded>();
    EXPECT_EQ(status_of(salon), c.expected);
}

// "the first true of refunded (R = P > 0), partially_refunded (R > 0), waived (due 0), paid
// (P >= due), deposit_paid, partially_paid, pending".
INSTANTIATE_TEST_SUITE_P(
    Payment, Status,
    ::testing::Values(
        StatusCase{"refunded", 2500, 0, 2500, 2500, PaymentStatus::refunded},
        StatusCase{"refunded_free", 0, 0, 100, 100, PaymentStatus::refunded},
        StatusCase{"partially_refunded", 2500, 0, 2500, 1, PaymentStatus::partially_refunded},
        StatusCase{"waived", 0, 0, 0, 0, PaymentStatus::waived},
        StatusCase{"waived_with_tip", 0, 0, 100, 0, PaymentStatus::waived},
        StatusCase{"paid", 2500, 1000, 2500, 0, PaymentStatus::paid},
        StatusCase{"paid_with_tip", 2500, 0, 3000, 0, PaymentStatus::paid},
        StatusCase{"deposit_paid", 2500, 1000, 1000, 0, PaymentStatus::deposit_paid},
        StatusCase{"below_deposit", 2500, 1000, 999, 0, PaymentStatus::partially_paid},
        StatusCase{"partially_paid", 2500, 0, 2499, 0, PaymentStatus::partially_paid},
        StatusCase{"pending", 2500, 1000, 0, 0, PaymentStatus::pending}),
    [](const auto& each) { return each.param.name; });

TEST(Payment, DueIsTheFinalPriceOnceThereIsOne) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(paying(2500)).event<PaymentRecorded>();
    EXPECT_EQ(status_of(salon), PaymentStatus::paid);
    salon.at(monday_noon + 1h);
    salon.after(CompleteAppointment{first_booking, Money{4000, "EUR"}, {}})
        .event<AppointmentCompleted>();
    EXPECT_EQ(status_of(salon), PaymentStatus::partially_paid);
    salon.after(paying(1500)).event<PaymentRecorded>();
    EXPECT_EQ(status_of(salon), PaymentStatus::paid);
}

TEST(Payment, ADepositIsFixedOrARateAndNeverAboveThePrice) {
    const auto deposit = [](Fee fee) {
        auto service = a_haircut();
        service.deposit = std::move(fee);
        return a_salon(service).when(book_at(monday_noon)).event<AppointmentBooked>().deposit;
    };
    EXPECT_EQ(deposit({FeeKind::rate, std::nullopt, 200'000}), (Money{500, "EUR"}));
    EXPECT_EQ(deposit({FeeKind::fixed, Money{9000, "EUR"}, std::nullopt}), (Money{2500, "EUR"}));
    EXPECT_FALSE(deposit({}));
}

TEST(Payment, ConfirmsAnAppointmentThatWaitsForItAlone) {
    auto salon = a_salon(prepaid());
    const auto booked = salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_EQ(booked.status, AppointmentStatus::pending);
    EXPECT_EQ(booked.payment_due_at, *parse_instant("2026-06-01T08:30:00Z"));
    EXPECT_EQ(salon.after(paying(2499)).decision()->list.size(), 1u);
    const auto rest = salon.after(paying(1));
    rest.event<PaymentRecorded>(0);
    rest.event<AppointmentConfirmed>(1);
    const auto& a = salon.fold<Appointment>(first_booking);
    EXPECT_EQ(a.status, AppointmentStatus::confirmed);
    EXPECT_FALSE(a.payment_due_at);
}

TEST(Payment, TheDepositIsEnoughToConfirm) {
    auto service = prepaid();
    service.deposit = {FeeKind::fixed, Money{1000, "EUR"}, std::nullopt};
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(paying(1000)).event<AppointmentConfirmed>(1);
}

TEST(Payment, WhatWasRefundedDoesNotConfirm) {
    auto salon = a_salon(prepaid());
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(paying(2000)).event<PaymentRecorded>();
    salon.after(refunding(2000)).event<PaymentRefunded>();
    EXPECT_EQ(salon.after(paying(2000)).decision()->list.size(), 1u);
    salon.after(paying(500)).event<AppointmentConfirmed>(1);
}

TEST(Payment, LeavesToItsConfirmationWhatNeedsBoth) {
    auto service = prepaid();
    service.requires_confirmation = true;
    auto salon = a_salon(service);
    EXPECT_FALSE(salon.after(book_at(monday_noon)).event<AppointmentBooked>().payment_due_at);
    EXPECT_EQ(salon.after(paying(2500)).decision()->list.size(), 1u);
    EXPECT_EQ(salon.fold<Appointment>(first_booking).status, AppointmentStatus::pending);
    salon.after(ConfirmAppointment{first_booking}).event<AppointmentConfirmed>();
}

TEST(Payment, NothingToPayWaitsForNothing) {
    auto service = prepaid();
    service.price = Money{0, "EUR"};
    EXPECT_EQ(a_salon(service).when(book_at(monday_noon)).event<AppointmentBooked>().status,
              AppointmentStatus::confirmed);
}

TEST(Payment, ConfirmsEvenLateButNeverWhatWasCancelled) {
    auto salon = a_salon(prepaid());
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at("2026-06-01T09:00:00Z");
    salon.when(paying(2500)).event<AppointmentConfirmed>(1);
    salon.after(CancelAppointment{first_booking, CancelledBy::system, {}})
        .event<AppointmentCancelled>();
    EXPECT_EQ(salon.after(paying(2500)).decision()->list.size(), 1u);
    EXPECT_EQ(salon.fold<Appointment>(first_booking).status, AppointmentStatus::cancelled);
    salon.after(refunding(2500)).event<PaymentRefunded>();
    EXPECT_EQ(status_of(salon), PaymentStatus::refunded);
}

TEST(Payment, IsInTheCurrencyOfThePriceAndNotInTheFuture) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    auto wish = paying(2500);
    wish.amount.currency = "USD";
    wish.paid_at = *parse_instant("2026-06-01T08:00:01Z");
    const auto decided = salon.when(wish);
    decided.then_field_error("/amount/currency", "currency");
    decided.then_field_error("/paid_at", "future");
    wish = paying(2500);
    wish.paid_at = *parse_instant("2026-05-01T08:00:00Z");
    EXPECT_EQ(salon.when(wish).event<PaymentRecorded>().paid_at, wish.paid_at);
    salon.after(paying(payments_total_max)).event<PaymentRecorded>();
    salon.when(paying(1)).then_field_error("/amount/amount", "max");
    auto unknown = paying(1);
    unknown.id = id_of<AppointmentId>(5);
    salon.when(unknown).then_rejected("not_found");
}

TEST(Refund, AtMostWhatIsPaid) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.when(refunding(1)).then_rejected("scheduling.refund_exceeds_paid");
    salon.after(paying(2500)).event<PaymentRecorded>();
    const auto e = salon.after(refunding(2000)).event<PaymentRefunded>();
    EXPECT_EQ(e.client_id, lucia);
    EXPECT_EQ(subject(e), "client:" + to_string(lucia));  // the reason is the client's
    salon.when(refunding(501)).then_rejected("scheduling.refund_exceeds_paid");
    salon.after(refunding(500)).event<PaymentRefunded>();
    auto dollars = refunding(1);
    dollars.amount.currency = "USD";
    salon.when(dollars).then_field_error("/amount/currency", "currency");
}

}  // namespace
}  // namespace almanac::testing
