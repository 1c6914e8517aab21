#include "domain/scheduling/payment.hpp"

#include <algorithm>

#include "domain/scheduling/points_tender.hpp"

namespace almanac::scheduling {
namespace {
std::optional<FieldError> wrong_currency(const Money& amount, const Appointment& a) {
    if (amount.currency == a.price.currency) return std::nullopt;
    return FieldError{"/amount/currency", "currency",
                      fmt::format("The price is in {}.", a.price.currency)};
}

// What the payment does elsewhere is part of one decision.
Decision joined(Events events, Decision more) {
    if (!more) return more;
    for (auto& event : more->list) events.add(std::move(event));
    return events;
}
}  // namespace

PaymentStatus payment_status(const Appointment& a) {
    const auto paid = a.paid.amount;
    const auto due = a.final_price ? a.final_price->amount : a.price.amount;
    if (paid > 0 && a.refunded.amount == paid) return PaymentStatus::refunded;
    if (a.refunded.amount > 0) return PaymentStatus::partially_refunded;
    if (due == 0) return PaymentStatus::waived;
    if (paid >= due) return PaymentStatus::paid;
    if (a.deposit && paid >= a.deposit->amount) return PaymentStatus::deposit_paid;
    return paid > 0 ? PaymentStatus::partially_paid : PaymentStatus::pending;
}

bool covers(const Appointment& a, std::int64_t paid) {
    return paid >= (a.deposit ? a.deposit->amount : a.price.amount);
}

// Accepted in every state. One that waits for payment alone is confirmed once it is covered, also
// after its time, as long as it was not cancelled.
Decision decide(const RecordPayment& wish, Read& read, const Context& now) {
    const auto* a = read.find<Appointment>(wish.id);
    if (!a) return not_found();
    std::vector<FieldError> errors;
    if (auto wrong = wrong_currency(wish.amount, *a)) errors.push_back(std::move(*wrong));
    const auto paid_at = wish.paid_at.value_or(now.now);
    if (paid_at > now.now) errors.push_back({"/paid_at", "future", "It has not happened yet."});
    const auto total = checked_add(a->paid.amount, wish.amount.amount);
    if (!total || *total > payments_total_max) {
        errors.push_back({"/amount/amount", "max", "The payments together are too large."});
    }
    if (!errors.empty()) return invalid(std::move(errors));
    Events events{PaymentRecorded{wish.id, wish.amount, wish.method, wish.reference, paid_at}};
    const bool waits = a->status == AppointmentStatus::pending && a->payment_due_at;
    if (waits && covers(*a, *total - a->refunded.amount)) {
        events.add(AppointmentConfirmed{wish.id});
    }
    if (wish.method != PaymentMethod::points) return events;
    return joined(std::move(events), paid_with_points(wish, *a, read, now));
}

// Money is given back for money, points for points.
Decision decide(const RefundPayment& wish, Read& read, const Context& now) {
    const auto* a = read.find<Appointment>(wish.id);
    if (!a) return not_found();
    if (auto wrong = wrong_currency(wish.amount, *a)) return invalid({std::move(*wrong)});
    const bool to_points = wish.method == PaymentMethod::points;
    const auto points_left = a->paid_with_points.amount - a->refunded_to_points.amount;
    const auto all_left = a->paid.amount - a->refunded.amount;
    const auto left = to_points ? points_left : all_left - points_left;
    if (wish.amount.amount > left) {
        return reject("scheduling.refund_exceeds_paid",
                      fmt::format("At most {} {} can be refunded.", left, a->price.currency));
    }
    Events events{PaymentRefunded{wish.id, a->client_id, wish.amount, wish.reason, wish.method,
                                  wish.reference}};
    if (!to_points) return events;
    return joined(std::move(events), refunded_to_points(wish, read, now));
}

}  // namespace almanac::scheduling
