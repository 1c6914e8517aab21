#include "domain/loyalty/tiers.hpp"

#include <algorithm>

namespace almanac::loyalty {
namespace {
constexpr int window_months = 12;

std::ptrdiff_t rank_of(const LoyaltyProgram& program, const Tier* tier) {
    return tier ? tier - program.tiers.data() : -1;
}

Standing by_points(const Account& account, const LoyaltyProgram& program, std::int64_t points,
                   LocalDate today) {
    const auto* reached = reached_tier(program, points);
    const auto name = [](const Tier* tier) {
        return tier ? std::optional(tier->name) : std::nullopt;
    };
    const auto* held = tier_of(program, account.tier);
    const auto steps = rank_of(program, held) - rank_of(program, reached);
    if (steps <= 0 || !held) return {name(reached), false};
    switch (program.downgrade) {
        case Downgrade::none:
            return {account.tier, false};
        case Downgrade::by_threshold:
            return {name(reached), true};
        case Downgrade::one_down:
            break;
    }
    if (account.stepped_down_on && today < months_later(*account.stepped_down_on, window_months))
        return {account.tier, false};
    return {held == program.tiers.data() ? std::nullopt : name(held - 1), true};
}
}  // namespace

LocalDate months_later(LocalDate date, int months) {
    const std::chrono::year_month_day day{date};
    const auto moved = day + std::chrono::months{months};
    if (moved.ok()) return LocalDate{moved};
    return LocalDate{moved.year() / moved.month() / std::chrono::last};
}

std::int64_t tier_points(const Account& account, TierWindow window, LocalDate today) {
    switch (window) {
        case TierWindow::lifetime:
            return account.lifetime_points;
        case TierWindow::rolling_12_months:
            break;
    }
    std::int64_t points = 0;
    for (const auto& day : account.earned_days) {
        if (today < months_later(day.earned_on, window_months)) points += day.points;
    }
    return points;
}

const Tier* tier_of(const LoyaltyProgram& program, const std::optional<std::string>& name) {
    if (!name) return nullptr;
    const auto at = std::ranges::find(program.tiers, *name, &Tier::name);
    return at == program.tiers.end() ? nullptr : &*at;
}

const Tier* reached_tier(const LoyaltyProgram& program, std::int64_t points) {
    const Tier* reached = nullptr;
    for (const auto& tier : program.tiers) {
        if (points >= tier.threshold) reached = &tier;
    }
    return reached;
}

Standing standing_on(const Account& account, const LoyaltyProgram& program, LocalDate today) {
    const auto points = tier_points(account, program.tier_window, today);
    if (!account.tier_is_set) return by_points(account, program, points, today);
    if (!account.tier_until || today <= *account.tier_until) return {account.tier, false};
    const auto* reached = reached_tier(program, points);  // the set one is over: as if new
    return {reached ? std::optional(reached->name) : std::nullopt, false};
}

const Tier* tier_on(const Account& account, const LoyaltyProgram& program, LocalDate today) {
    const auto* held = tier_of(program, account.tier);
    if (!held) held = reached_tier(program, 0);
    const auto* due = tier_of(program, standing_on(account, program, today).tier);
    const bool is_over = account.tier_is_set && account.tier_until && *account.tier_until < today;
    return is_over || rank_of(program, due) < rank_of(program, held) ? due : held;
}

// Points only leave the window, so by time alone a tier is only lost.
std::optional<LocalDate> next_tier_change(const Account& account, const LoyaltyProgram& program,
                                          LocalDate today) {
    if (account.tier_is_set) {
        if (!account.tier_until) return std::nullopt;
        return std::max(*account.tier_until, today) + std::chrono::days{1};
    }
    if (program.downgrade == Downgrade::none || !tier_of(program, account.tier))
        return std::nullopt;
    auto points = tier_points(account, program.tier_window, today);
    const auto falls_on = [&](LocalDate day) {
        return day > today && by_points(account, program, points, day).tier != account.tier;
    };
    std::optional<LocalDate> may_fall_on;  // it fell less than a year ago
    if (account.stepped_down_on)
        may_fall_on = months_later(*account.stepped_down_on, window_months);
    for (const auto& earned : account.earned_days) {  // what was earned earlier leaves earlier
        if (program.tier_window == TierWindow::lifetime) break;
        const auto leaves_on = months_later(earned.earned_on, window_months);
        if (leaves_on <= today) continue;
        if (may_fall_on && *may_fall_on < leaves_on && falls_on(*may_fall_on)) return may_fall_on;
        points -= earned.points;
        if (falls_on(leaves_on)) return leaves_on;
    }
    return may_fall_on && falls_on(*may_fall_on) ? may_fall_on : std::nullopt;
}

}  // namespace almanac::loyalty
