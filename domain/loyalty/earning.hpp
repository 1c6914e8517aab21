// loyalty/earning.hpp — points for what was paid. A source is a thing that members pay for; it
// plugs in by one function and the events after which it is looked at (module.cpp):
//
//   std::optional<PaidFact> paid_fact(const Appointment& a, const AppointmentId& id);
//   earning.on<AppointmentCompleted>(&earn<Appointment, AppointmentCompleted>);
//
// Whatever arrives, and however often: what should be booked by now less what is booked already.
// Rate, multiplier and dates are those of the day it was completed.
#pragma once
#include "domain/kernel/policy.hpp"
#include "domain/loyalty/account.hpp"
#include "domain/scheduling/payment.hpp"
#include "domain/scheduling/visit.hpp"

namespace almanac::loyalty {

// What was paid for something completed; money only, no points.
struct PaidFact {
    ThingRef source;
    MemberRef member;
    Instant completed_at{};
    Money paid;
    Money refunded;
    std::optional<Instant> told_at = {};  // when it came to be so; none: now
};

// ---- the first time somebody pays -------------------------------------------------------------

// Once for each member or who may become one: a referee has none (referral.hpp).
struct FirstPurchaseMade {
    static constexpr std::string_view type = "loyalty.first_purchase_made";
    static constexpr std::uint16_t version = 1;
    MemberRef member;
    ThingRef source;
    Instant completed_at{};
    bool operator==(const FirstPurchaseMade&) const = default;
};
BOOST_DESCRIBE_STRUCT(FirstPurchaseMade, (), (member, source, completed_at))
// `first_purchase:client/<id>`
struct FirstPurchase {
    static constexpr std::string_view kind = "first_purchase";
    static constexpr std::uint32_t version = 1;
    using Key = MemberRef;
    std::optional<ThingRef> source;
    Instant completed_at{};
};
BOOST_DESCRIBE_STRUCT(FirstPurchase, (), (source, completed_at))
inline auto tags(const FirstPurchaseMade& e) {
    return Tags<FirstPurchase>{}.add<FirstPurchase>(e.member);
}
void evolve(FirstPurchase& first, const FirstPurchaseMade& e);

// ---- what a source earns by -------------------------------------------------------------------

struct PurchaseCompleted {
    static constexpr std::string_view type = "loyalty.purchase_completed";
    static constexpr std::uint16_t version = 1;
    ThingRef source;
    AccountId account_id;
    Instant completed_at{};
    std::int64_t rate_ppm = 0;
    std::int64_t multiplier_ppm = 0;
    Lot dates;
    bool operator==(const PurchaseCompleted&) const = default;
};
BOOST_DESCRIBE_STRUCT(PurchaseCompleted, (),
                      (source, account_id, completed_at, rate_ppm, multiplier_ppm, dates))
// `loyalty_purchase:appointment/<id>`
struct EarningTerms {
    static constexpr std::string_view kind = "loyalty_purchase";
    static constexpr std::uint32_t version = 1;
    using Key = ThingRef;
    AccountId account_id;
    Instant completed_at{};
    std::int64_t rate_ppm = 0;
    std::int64_t multiplier_ppm = 0;
    Lot dates;
};
BOOST_DESCRIBE_STRUCT(EarningTerms, (), (account_id, completed_at, rate_ppm, multiplier_ppm, dates))
inline auto tags(const PurchaseCompleted& e) {
    return Tags<EarningTerms>{}.add<EarningTerms>(e.source);
}
void evolve(EarningTerms& terms, const PurchaseCompleted& e);

// ---- commands and sources ---------------------------------------------------------------------

// Books what is missing; no route.
Decision earn_by(const PaidFact& fact, Read& read, const Context& now);

template <class Thing>
struct EarnFrom {
    Id<Thing> id;
    Instant told_at{};
    BOOST_DESCRIBE_CLASS(EarnFrom, (), (id, told_at), (), ())
};
template <class Thing>
Decision decide(const EarnFrom<Thing>& wish, Read& read, const Context& now) {
    const auto* thing = read.find<Thing>(wish.id);
    auto fact = thing ? paid_fact(*thing, wish.id) : std::nullopt;
    if (!fact) return Events{};
    fact->told_at = wish.told_at;
    return earn_by(*fact, read, now);
}
template <class Thing, class E>
Reactions earn(const E& e, const Happened& happened) {
    return Reactions{}.submit("earn", EarnFrom<Thing>{e.id, happened.time});
}

}  // namespace almanac::loyalty

namespace almanac::scheduling {
// Nothing until it is completed, or where it has no client.
std::optional<loyalty::PaidFact> paid_fact(const Appointment& a, const AppointmentId& id);
}  // namespace almanac::scheduling
