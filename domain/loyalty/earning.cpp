#include "domain/loyalty/earning.hpp"

#include "domain/loyalty/ledger.hpp"
#include "domain/loyalty/referral.hpp"
#include "domain/loyalty/tiers.hpp"

namespace almanac::loyalty {
namespace {
// Of a member who was enrolled by then. Where no programme in its currency was in force it earns
// nothing for good: one that comes later holds for later facts.
std::optional<PurchaseCompleted> first_look(const PaidFact& fact, Read& read, const Terms& terms) {
    const auto& id = read.get<Member>(fact.member).account;
    if (!id) return std::nullopt;
    const auto& account = read.get<Account>(*id);
    if (fact.completed_at < account.enrolled_at) return std::nullopt;
    const auto day = terms.zone.local_date(fact.completed_at);
    PurchaseCompleted e;
    e.source = fact.source;
    e.account_id = *id;
    e.completed_at = fact.completed_at;
    e.dates.earned_on = e.dates.active_on = day;
    const auto* program = program_on(day, read);
    if (!program || program->redemption.value.currency != fact.paid.currency) return e;
    const auto* tier = tier_on(account, *program, terms.today);
    e.rate_ppm = program->points_per_currency_unit_ppm;
    e.multiplier_ppm = tier ? tier->multiplier_ppm : ppm_one;
    e.dates = dated(*program, day);
    return e;
}

// What should be booked by now; at most what one booking holds.
std::int64_t due_points(const PaidFact& fact, const EarningTerms& by) {
    const auto earned =
        earned_points(by.rate_ppm, fact.paid, by.multiplier_ppm).value_or(points_max);
    return earned - reversed_points(earned, fact.refunded.amount, fact.paid.amount);
}
}  // namespace

Decision earn_by(const PaidFact& fact, Read& read, const Context& now) {
    Events events;
    const bool is_first =
        fact.paid.amount > fact.refunded.amount && !read.get<FirstPurchase>(fact.member).source;
    if (is_first) events.add(FirstPurchaseMade{fact.member, fact.source, fact.completed_at});
    follow_referral(fact, is_first, read, now, events);
    const auto terms = terms_at(now.now, read);
    EarningTerms by;
    if (const auto* known = read.find<EarningTerms>(fact.source)) {
        by = *known;
    } else if (const auto first = first_look(fact, read, terms)) {
        evolve(by, *first);
        events.add(*first);
    } else {
        return events;
    }
    const auto missing = due_points(fact, by) - read.get<SourcePoints>(fact.source).booked;
    if (missing == 0) return events;
    Ledger ledger(by.account_id, read.get<Account>(by.account_id), terms);
    if (missing < 0) {
        ledger.reverse(-missing, EarnReason::purchase, fact.source, by.dates);
    } else if (auto full = ledger.room_for(missing)) {
        return std::unexpected(std::move(*full));
    } else {
        ledger.earn(missing, EarnReason::purchase, fact.source, by.dates, by.completed_at);
    }
    ledger.append_to(events);
    return events;
}

void evolve(FirstPurchase& first, const FirstPurchaseMade& e) {
    first.source = e.source;
    first.completed_at = e.completed_at;
}
void evolve(EarningTerms& terms, const PurchaseCompleted& e) {
    terms = {e.account_id, e.completed_at, e.rate_ppm, e.multiplier_ppm, e.dates};
}

}  // namespace almanac::loyalty

namespace almanac::scheduling {

std::optional<loyalty::PaidFact> paid_fact(const Appointment& a, const AppointmentId& id) {
    if (a.status != AppointmentStatus::completed || !a.client_id) return std::nullopt;
    loyalty::PaidFact fact;
    fact.source = {"appointment", id};
    fact.member = {loyalty::MemberKind::client, *a.client_id};
    fact.completed_at = a.completed_at.value_or(a.end);
    fact.paid = {a.paid.amount - a.paid_with_points.amount, a.price.currency};
    fact.refunded = {a.refunded.amount - a.refunded_to_points.amount, a.price.currency};
    return fact;
}

}  // namespace almanac::scheduling
