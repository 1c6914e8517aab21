// loyalty/points.hpp — the arithmetic of points: dated buckets, what a payment earns, what a refund
// takes back, on which day points end. Pure functions of whole numbers and local dates of the
// tenant's zone; nothing here knows an account's id or a clock. A bucket that expires on day D is
// usable all of D. Points earned with the same dates lie in one bucket.
#pragma once
#include <functional>

#include "domain/loyalty/program.hpp"

namespace almanac::loyalty {

struct Lot {
    LocalDate earned_on;
    LocalDate active_on;                          // pending before
    std::optional<LocalDate> expires_on;          // the last day; none: they stay
    std::optional<std::int32_t> inactivity_days;  // expires_on moves along with activity
    std::int64_t points = 0;                      // in a change: added or taken
    bool operator==(const Lot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Lot, (), (earned_on, active_on, expires_on, inactivity_days, points))
using Lots = std::vector<Lot>;

// floor(paid × rate × multiplier); `paid` in minor units. Nothing where it is above points_max.
std::optional<std::int64_t> earned_points(std::int64_t rate_ppm, const Money& paid,
                                          std::int64_t multiplier_ppm);
// Of `earned` for `paid`, what a refund of so much in all takes back: all of it at last.
std::int64_t reversed_points(std::int64_t earned, std::int64_t refunded, std::int64_t paid);
// What points are worth, rounded towards zero; at most what an amount holds.
Money value_of(std::int64_t points, const RedemptionRate& rate);
// What points may pay of it, rounded down: never above the share. `share_ppm` ≤ 1,000,000.
Money share_of(const Money& due, std::int64_t share_ppm);

// Dates of points earned on a day under these terms; `points` is 0.
Lot dated(const LoyaltyProgram& program, LocalDate earned_on);
bool is_pending(const Lot& lot, LocalDate today);
bool has_expired(const Lot& lot, LocalDate today);
bool same_dates(const Lot& a, const Lot& b);

std::int64_t sum(const Lots& lots);
Lots negated(Lots lots);
// Adds a change to the bucket of its dates; buckets stay in the order in which they are spent
// (earliest expiry first), none of them is empty.
void put(Lots& buckets, const Lot& change);
// Up to so many points of the buckets that may be used, in their order.
Lots take(const Lots& buckets, std::int64_t points, const std::function<bool(const Lot&)>& usable);
// Buckets of past earnings with one end become one; bounds the number of buckets.
inline constexpr std::size_t buckets_few = 400;
void compact(Lots& buckets, LocalDate today);
// Activity on a day: what ends through inactivity ends later.
void prolong(Lots& buckets, LocalDate active_on);

}  // namespace almanac::loyalty
