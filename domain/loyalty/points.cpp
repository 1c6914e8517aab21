#include "domain/loyalty/points.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace almanac::loyalty {
namespace {
__extension__ using Wide = __int128;
using std::chrono::days;

constexpr auto never = LocalDate::max();

auto spending_order(const Lot& lot) {
    return std::tuple(lot.expires_on.value_or(never), lot.active_on, lot.earned_on,
                      lot.inactivity_days.value_or(0));
}

LocalDate last_day_of_year(LocalDate date, std::int32_t years_later) {
    const std::chrono::year_month_day day{date};
    return LocalDate{(day.year() + std::chrono::years{years_later}) / std::chrono::December / 31};
}
}  // namespace

std::optional<std::int64_t> earned_points(std::int64_t rate_ppm, const Money& paid,
                                          std::int64_t multiplier_ppm) {
    Wide unit = 1;  // of the currency, in minor units
    for (int i = minor_digits(paid.currency); i > 0; --i) unit *= 10;
    const auto points = Wide{paid.amount} * rate_ppm * multiplier_ppm / (unit * ppm_one * ppm_one);
    if (points > points_max) return std::nullopt;
    return static_cast<std::int64_t>(points);
}

std::int64_t reversed_points(std::int64_t earned, std::int64_t refunded, std::int64_t paid) {
    if (refunded >= paid) return earned;
    return static_cast<std::int64_t>(Wide{earned} * refunded / paid);
}

Money value_of(std::int64_t points, const RedemptionRate& rate) {
    constexpr Wide most = std::numeric_limits<std::int64_t>::max();
    const auto amount = Wide{points} * rate.value.amount / rate.points;
    return {static_cast<std::int64_t>(std::clamp(amount, -most, most)), rate.value.currency};
}

Money share_of(const Money& due, std::int64_t share_ppm) {
    const auto amount = Wide{due.amount} * share_ppm / ppm_one;
    return {static_cast<std::int64_t>(amount), due.currency};
}

Lot dated(const LoyaltyProgram& program, LocalDate earned_on) {
    Lot lot;
    lot.earned_on = earned_on;
    lot.active_on = earned_on + days{program.pending_days};
    switch (program.expiry.kind) {
        case ExpiryKind::none:
            break;
        case ExpiryKind::after_days:
            lot.expires_on = earned_on + days{program.expiry.days.value_or(0)};
            break;
        case ExpiryKind::end_of_year:
            lot.expires_on = last_day_of_year(earned_on, program.expiry.years.value_or(0));
            break;
        case ExpiryKind::inactivity:
            lot.inactivity_days = program.expiry.days.value_or(0);
            lot.expires_on = earned_on + days{*lot.inactivity_days};
            break;
    }
    return lot;
}

bool is_pending(const Lot& lot, LocalDate today) {
    return today < lot.active_on;
}

bool has_expired(const Lot& lot, LocalDate today) {
    return lot.expires_on && *lot.expires_on < today;
}

bool same_dates(const Lot& a, const Lot& b) {
    return spending_order(a) == spending_order(b);
}

std::int64_t sum(const Lots& lots) {
    std::int64_t points = 0;
    for (const auto& lot : lots) points += lot.points;
    return points;
}

Lots negated(Lots lots) {
    for (auto& lot : lots) lot.points = -lot.points;
    return lots;
}

void put(Lots& buckets, const Lot& change) {
    if (change.points == 0) return;
    const auto at = std::ranges::lower_bound(buckets, spending_order(change), {}, spending_order);
    if (at == buckets.end() || !same_dates(*at, change)) {
        buckets.insert(at, change);
    } else if ((at->points += change.points) == 0) {
        buckets.erase(at);
    }
}

Lots take(const Lots& buckets, std::int64_t points, const std::function<bool(const Lot&)>& usable) {
    Lots taken;
    for (const auto& bucket : buckets) {
        if (points == 0) break;
        if (!usable(bucket)) continue;
        taken.push_back(bucket);
        taken.back().points = std::min(points, bucket.points);
        points -= taken.back().points;
    }
    return taken;
}

void compact(Lots& buckets, LocalDate today) {
    if (buckets.size() <= buckets_few) return;
    Lots merged;
    for (const auto& bucket : buckets) {
        if (!merged.empty() && !is_pending(bucket, today) && !is_pending(merged.back(), today) &&
            merged.back().expires_on == bucket.expires_on &&
            merged.back().inactivity_days == bucket.inactivity_days) {
            merged.back().points += bucket.points;
        } else {
            merged.push_back(bucket);
        }
    }
    buckets = std::move(merged);
}

void prolong(Lots& buckets, LocalDate active_on) {
    const auto moves = [](const Lot& bucket) { return bucket.inactivity_days.has_value(); };
    if (std::ranges::none_of(buckets, moves)) return;
    Lots later;
    for (auto bucket : buckets) {
        if (bucket.inactivity_days && !has_expired(bucket, active_on))
            bucket.expires_on =
                std::max(*bucket.expires_on, active_on + days{*bucket.inactivity_days});
        put(later, bucket);
    }
    buckets = std::move(later);
}

}  // namespace almanac::loyalty
