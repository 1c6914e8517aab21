// scheduling/payment.hpp — facts of payment on an appointment and the status that follows from
// them. Seeds 000 (bookings: payment_status, deposit), 001 (appointments), 003 §3 (bookings). Money
// itself moves elsewhere; here is written that it did. The rules are in payment.cpp.
#pragma once
#include "domain/scheduling/appointment.hpp"

namespace almanac::scheduling {

// points: a redemption of the loyalty programme, which `reference` names (loyalty/redemption.hpp).
enum class PaymentMethod { cash, card, transfer, points };
BOOST_DESCRIBE_ENUM(PaymentMethod, cash, card, transfer, points)

// ---- events -----------------------------------------------------------------------------------

struct PaymentRecorded {
    static constexpr std::string_view type = "scheduling.payment_recorded";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    Money amount;
    PaymentMethod method = PaymentMethod::cash;
    std::optional<std::string> reference;
    Instant paid_at;
    bool operator==(const PaymentRecorded&) const = default;
};
BOOST_DESCRIBE_STRUCT(PaymentRecorded, (), (id, amount, method, reference, paid_at))
struct PaymentRefunded {
    static constexpr std::string_view type = "scheduling.payment_refunded";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    std::optional<ClientId> client_id;
    Money amount;
    Personal<"appointment.refund_reason"> reason;
    std::optional<PaymentMethod> method;
    std::optional<std::string> reference;
    bool operator==(const PaymentRefunded&) const = default;
};
BOOST_DESCRIBE_STRUCT(PaymentRefunded, (), (id, client_id, amount, reason, method, reference))

std::string subject(const PaymentRefunded& e);
inline auto tags(const PaymentRecorded& e) {
    return Tags<Appointment>{}.add<Appointment>(e.id);
}
inline auto tags(const PaymentRefunded& e) {
    return Tags<Appointment>{}.add<Appointment>(e.id);
}
void evolve(Appointment& a, const PaymentRecorded& e);
void evolve(Appointment& a, const PaymentRefunded& e);

// The first that is true of: refunded (all of something), partially_refunded, waived (nothing is
// due), paid (what is above it is a tip), deposit_paid, partially_paid, pending.
PaymentStatus payment_status(const Appointment& a);
// Whether so much covers what a pending one waits for: its deposit, else its price.
bool covers(const Appointment& a, std::int64_t paid);

// ---- commands ---------------------------------------------------------------------------------

struct RecordPayment {
    AppointmentId id;
    Money amount;
    PaymentMethod method = PaymentMethod::cash;
    std::optional<std::string> reference;
    std::optional<Instant> paid_at;
};
BOOST_DESCRIBE_STRUCT(RecordPayment, (), (id, amount, method, reference, paid_at))
struct RefundPayment {
    AppointmentId id;
    Money amount;
    Personal<"appointment.refund_reason"> reason;
    std::optional<PaymentMethod> method;
    std::optional<std::string> reference;
};
BOOST_DESCRIBE_STRUCT(RefundPayment, (), (id, amount, reason, method, reference))

Decision decide(const RecordPayment& wish, Read& read, const Context& now);
Decision decide(const RefundPayment& wish, Read& read, const Context& now);

// Of all payments of one appointment together, in minor units: a bound, far above any price.
inline constexpr std::int64_t payments_total_max = 1'000'000'000'000'000;

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::RecordPayment> = fields(
    field(&scheduling::RecordPayment::id, "").path(),
    field(&scheduling::RecordPayment::amount, "in the currency of the price").min(1),
    field(&scheduling::RecordPayment::method, "points: by the redemption in `reference`"),
    field(&scheduling::RecordPayment::reference, "of the receipt or transfer").length(1, 100),
    field(&scheduling::RecordPayment::paid_at, "none: now; not in the future"));
template <>
inline constexpr auto rules<scheduling::RefundPayment> = fields(
    field(&scheduling::RefundPayment::id, "").path(),
    field(&scheduling::RefundPayment::amount, "at most what is paid and not refunded").min(1),
    field(&scheduling::RefundPayment::reason, "why").length(1, 1000),
    field(&scheduling::RefundPayment::method,
          "how it was given back; none: as it was paid; points: the whole redemption"),
    field(&scheduling::RefundPayment::reference, "of the receipt or transfer").length(1, 100));
}  // namespace almanac::kernel
