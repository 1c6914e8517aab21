#include "domain/loyalty/ledger.hpp"

#include <algorithm>

#include "domain/loyalty/tiers.hpp"

namespace almanac::loyalty {
namespace {
// Points that end through inactivity end with the account's last activity, not with what it was
// when they were taken out.
Lot as_of_activity(Lot lot, const Account& account) {
    if (lot.inactivity_days && account.last_activity_on) {
        lot.expires_on = std::max(
            *lot.expires_on, *account.last_activity_on + std::chrono::days{*lot.inactivity_days});
    }
    return lot;
}

bool is_bucket_of(const Lot& bucket, const Lot& own) {
    if (bucket.earned_on != own.earned_on || bucket.active_on != own.active_on ||
        bucket.inactivity_days != own.inactivity_days) {
        return false;
    }
    return own.inactivity_days || bucket.expires_on == own.expires_on;
}
}  // namespace

Instant end_of_day(const Zone& zone, LocalDate date) {
    return zone.day(date).second;
}

Terms terms_at(Instant now, Read& read) {
    Terms terms;
    terms.now = now;
    terms.zone = tenant_zone(read);
    terms.today = terms.zone.local_date(now);
    terms.program = program_on(terms.today, read);
    return terms;
}

Ledger::Ledger(const AccountId& id, const Account& account, const Terms& terms)
    : id_(id), account_(account), terms_(terms) {
    expire();
}

std::optional<Rejection> Ledger::room_for(std::int64_t points) const {
    const auto held = sum(account_.buckets) + account_.reserved - account_.debt;
    if (points <= balance_points_max - held &&
        points <= balance_points_max - account_.lifetime_points) {
        return std::nullopt;
    }
    return reject("loyalty.points_overflow",
                  fmt::format("An account holds at most {} points.", balance_points_max))
        .error();
}

template <class E>
void Ledger::book(E e) {
    e.id = id_;
    evolve(account_, e);
    if constexpr (requires { e.next_due; }) e.next_due = next_due();
    events_.emplace_back(std::move(e));
}

template <class E>
E Ledger::entry(std::int64_t points, Instant at) const {
    E e;
    e.effective_at = at;
    e.on = terms_.zone.local_date(at);
    e.points = points;
    if (terms_.program) e.value = value_of(points, terms_.program->redemption);
    return e;
}

void Ledger::add(Entry& e, Lots lots) const {
    auto owed = account_.debt;
    for (auto& lot : lots) {
        const auto cleared = std::min(owed, lot.points);
        owed -= cleared;
        lot.points -= cleared;
        e.debt -= cleared;
        if (lot.points > 0) e.lots.push_back(lot);
    }
}

void Ledger::give_back(Entry& e, Lots lots) const {
    for (auto& lot : lots) lot = as_of_activity(lot, account_);
    add(e, std::move(lots));
}

// Of what ended on one day at a time; points that came back after their day end at that instant.
void Ledger::expire(std::optional<Instant> back_at) {
    while (!account_.buckets.empty() && has_expired(account_.buckets.front(), terms_.today)) {
        const auto day = *account_.buckets.front().expires_on;
        const auto lots = take(account_.buckets, balance_points_max,
                               [&](const Lot& bucket) { return bucket.expires_on == day; });
        const auto end = end_of_day(terms_.zone, day);
        auto e = entry<PointsExpired>(-sum(lots), std::max(end, back_at.value_or(end)));
        e.expired_on = day;
        e.lots = negated(lots);
        book(std::move(e));
    }
}

void Ledger::earn(std::int64_t points, EarnReason reason, const ThingRef& source, const Lot& dates,
                  Instant at) {
    auto e = entry<PointsEarned>(points, at);
    e.on = dates.earned_on;  // what a refund takes back counts against the same day
    e.reason = reason;
    e.source = source;
    auto lot = dates;
    lot.points = points;
    give_back(e, {lot});
    book(std::move(e));
    expire(at);
    review(TierReason::earned);
}

void Ledger::reverse(std::int64_t points, EarnReason reason, const ThingRef& source,
                     const Lot& own) {
    auto lots = take(account_.buckets, points,
                     [&](const Lot& bucket) { return is_bucket_of(bucket, own); });
    const auto others = take(account_.buckets, points - sum(lots),
                             [&](const Lot& bucket) { return !is_bucket_of(bucket, own); });
    lots.insert(lots.end(), others.begin(), others.end());
    auto e = entry<PointsReversed>(-points, terms_.now);
    e.reason = reason;
    e.source = source;
    e.earned_on = own.earned_on;
    e.debt = points - sum(lots);
    e.lots = negated(std::move(lots));
    book(std::move(e));
    review(TierReason::earned);
}

Lots Ledger::active_points(std::int64_t points) const {
    return take(account_.buckets, points,
                [&](const Lot& bucket) { return !is_pending(bucket, terms_.today); });
}

Lots Ledger::reserve(std::int64_t points, const RedemptionId& redemption) {
    auto lots = active_points(points);
    auto e = entry<PointsReserved>(0, terms_.now);
    e.reserved = points;
    e.lots = negated(lots);
    e.redemption_id = redemption;
    book(std::move(e));
    return lots;
}

void Ledger::redeem(const Lots& reserved, const RedemptionId& redemption, Instant at) {
    auto e = entry<PointsRedeemed>(-sum(reserved), at);
    e.reserved = -sum(reserved);
    e.redemption_id = redemption;
    book(std::move(e));
}

void Ledger::release(const Lots& reserved, const RedemptionId& redemption, Instant at) {
    auto e = entry<PointsReleased>(0, at);
    e.reserved = -sum(reserved);
    e.redemption_id = redemption;
    give_back(e, reserved);
    book(std::move(e));
    expire(at);
}

void Ledger::restore(const Lots& redeemed, const RedemptionId& redemption, Instant at) {
    auto e = entry<PointsRestored>(sum(redeemed), at);
    e.redemption_id = redemption;
    give_back(e, redeemed);
    book(std::move(e));
    expire(at);
}

void Ledger::adjust(std::int64_t points, const Personal<"loyalty_account.adjust_reason">& reason) {
    auto e = entry<PointsAdjusted>(points, terms_.now);
    e.member = account_.member;
    e.reason = reason;
    if (points < 0) {
        e.lots = negated(active_points(-points));
    } else {
        Lot lot;
        lot.earned_on = terms_.today;
        if (terms_.program) lot = dated(*terms_.program, terms_.today);
        lot.active_on = terms_.today;
        lot.points = points;
        give_back(e, {lot});
    }
    book(std::move(e));
}

Lots Ledger::transfer_out(std::int64_t points, const AccountId& to) {
    auto lots = active_points(points);
    auto e = entry<PointsTransferredOut>(-points, terms_.now);
    e.to = to;
    e.lots = negated(lots);
    book(std::move(e));
    return lots;
}

void Ledger::transfer_in(const Lots& lots, const AccountId& from) {
    auto e = entry<PointsTransferredIn>(sum(lots), terms_.now);
    e.from = from;
    add(e, lots);  // their expiry stays as it was with the other
    book(std::move(e));
}

void Ledger::set_tier(const std::optional<std::string>& tier, std::optional<LocalDate> until) {
    TierChanged e;
    e.on = terms_.today;
    e.reason = TierReason::set;
    e.from = account_.tier;
    e.to = tier;
    e.until = until;
    book(std::move(e));
    if (!tier) review(TierReason::reviewed);
}

void Ledger::review(TierReason reason) {
    if (!terms_.program) return;
    const auto standing = standing_on(account_, *terms_.program, terms_.today);
    const bool is_over =
        account_.tier_is_set && account_.tier_until && *account_.tier_until < terms_.today;
    if (standing.tier == account_.tier && !is_over) return;
    TierChanged e;
    e.on = terms_.today;
    e.reason = reason;
    e.from = account_.tier;
    e.to = standing.tier;
    e.is_step_down = standing.is_step_down;
    book(std::move(e));
}

void Ledger::note_review() {
    if (events_.empty()) book(AccountReviewed{});
}

std::optional<Instant> Ledger::next_due() const {
    std::optional<LocalDate> day;  // the last one on which all is as it is
    if (!account_.buckets.empty()) day = account_.buckets.front().expires_on;
    if (terms_.program) {
        const auto change = next_tier_change(account_, *terms_.program, terms_.today);
        if (change) {
            const auto before = *change - std::chrono::days{1};
            day = day ? std::min(*day, before) : before;
        }
    }
    if (!day) return std::nullopt;
    // A timer is due before 2200; what lies further is looked at again then.
    return std::min(end_of_day(terms_.zone, *day), instant_from_micros(instant_us_max));
}

void Ledger::append_to(Events& events) const {
    events.list.insert(events.list.end(), events_.begin(), events_.end());
}

}  // namespace almanac::loyalty
