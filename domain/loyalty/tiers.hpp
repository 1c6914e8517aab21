// loyalty/tiers.hpp — which tier an account has by its points, and when that changes next. Pure.
// Tier points are what was earned net of reversals, pending points too; adjustments and transfers
// are none. In a rolling window a day's points count up to the day before its date a year later.
#pragma once
#include "domain/loyalty/account.hpp"

namespace almanac::loyalty {

struct Standing {
    std::optional<std::string> tier;
    bool is_step_down = false;
    bool operator==(const Standing&) const = default;
};

LocalDate months_later(LocalDate date, int months);  // the last of the month where it is shorter
std::int64_t tier_points(const Account& account, TierWindow window, LocalDate today);
const Tier* tier_of(const LoyaltyProgram& program, const std::optional<std::string>& name);
// By the highest threshold reached; null: below all.
const Tier* reached_tier(const LoyaltyProgram& program, std::int64_t points);
// What the account should have on that day; one that is set keeps it until its last day.
Standing standing_on(const Account& account, const LoyaltyProgram& program, LocalDate today);
// By which a purchase of that day earns: the one it holds, or the lower one it should have where
// nobody has booked yet that points left the window or that a set tier is over. Who holds none has
// the one that needs no points. Null: none.
const Tier* tier_on(const Account& account, const LoyaltyProgram& program, LocalDate today);
// The first day after `today` on which it should have another one without anything happening.
std::optional<LocalDate> next_tier_change(const Account& account, const LoyaltyProgram& program,
                                          LocalDate today);

}  // namespace almanac::loyalty
