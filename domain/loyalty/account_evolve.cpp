#include <algorithm>

#include "domain/loyalty/tiers.hpp"

namespace almanac::loyalty {
namespace {
void count_day(Account& account, LocalDate earned_on, std::int64_t points) {
    auto& days = account.earned_days;
    const auto at = std::ranges::lower_bound(days, earned_on, {}, &DayPoints::earned_on);
    if (at == days.end() || at->earned_on != earned_on) {
        days.insert(at, {earned_on, points});
    } else if ((at->points += points) == 0) {
        days.erase(at);
    }
}

// A refund may come up to a month late into the past; what is older counts for no tier.
void forget_days(Account& account, LocalDate today) {
    auto& days = account.earned_days;
    const auto is_old = [&](const DayPoints& day) {
        return months_later(day.earned_on, 13) <= today;
    };
    days.erase(days.begin(), std::ranges::find_if_not(days, is_old));
}

void count_earned(Account& account, LocalDate earned_on, std::int64_t points, LocalDate today) {
    account.lifetime_points += points;
    count_day(account, earned_on, points);
    forget_days(account, today);
}

void be_active(Account& account, LocalDate on) {
    account.last_activity_on = std::max(account.last_activity_on.value_or(on), on);
    prolong(account.buckets, on);
}
}  // namespace

Balance balance_on(const Account& account, LocalDate today) {
    Balance balance{-account.debt, 0, account.reserved};
    for (const auto& bucket : account.buckets) {
        if (has_expired(bucket, today)) continue;
        (is_pending(bucket, today) ? balance.pending : balance.available) += bucket.points;
    }
    return balance;
}

void enter(Account& account, const Entry& e) {
    account.reserved += e.reserved;
    account.debt += e.debt;
    for (const auto& lot : e.lots) put(account.buckets, lot);
    compact(account.buckets, e.on);
}

void evolve(Account& account, const AccountOpened& e, const EventMeta& meta) {
    account.member = e.member;
    account.enrolled_at = e.enrolled_at.value_or(meta.time);
}
void evolve(Account& account, const PointsEarned& e) {
    enter(account, e);
    count_earned(account, e.on, e.points, e.on);
    be_active(account, e.on);
}
void evolve(Account& account, const PointsReversed& e) {
    enter(account, e);
    count_earned(account, e.earned_on, e.points, e.on);
}
void evolve(Account& account, const PointsRedeemed& e) {
    enter(account, e);
    be_active(account, e.on);
}
void evolve(Account& account, const TierChanged& e) {
    account.tier = e.to;
    account.tier_is_set = e.reason == TierReason::set && e.to.has_value();
    account.tier_until = e.until;
    if (e.is_step_down) account.stepped_down_on = e.on;
}
void evolve(Account& account, const AccountFrozen&) {
    account.status = AccountStatus::frozen;
}
void evolve(Account& account, const AccountUnfrozen&) {
    account.status = AccountStatus::active;
}
void evolve(Member& member, const AccountOpened& e) {
    member.account = e.id;
}
void evolve(SourcePoints& source, const PointsEarned& e) {
    source.booked += e.points;
    ++source.bookings;
}
void evolve(SourcePoints& source, const PointsReversed& e) {
    source.booked += e.points;
    ++source.bookings;
}

}  // namespace almanac::loyalty
