#include "domain/loyalty/tiers.hpp"

#include <algorithm>
#include <span>

namespace almanac::loyalty {
namespace {
constexpr int window_months = 12;

struct Due {
    const Tier* tier = nullptr;  // null: none
    bool is_step_down = false;
};

std::ptrdiff_t rank_of(const LoyaltyProgram& program, const Tier* tier) {
    return tier ? tier - program.tiers.data() : -1;
}

std::optional<std::string> name_of(const Tier* tier) {
    return tier ? std::optional(tier->name) : std::nullopt;
}

Due by_points(const Account& account, const LoyaltyProgram& program, const Tier* held,
              std::int64_t points, LocalDate today) {
    const auto* reached = reached_tier(program, points);
    if (rank_of(program, held) <= rank_of(program, reached)) return {reached, false};
    switch (program.downgrade) {
        case Downgrade::none:
            return {held, false};
        case Downgrade::by_threshold:
            return {reached, true};
        case Downgrade::one_down:
            break;
    }
    if (account.stepped_down_on && today < months_later(*account.stepped_down_on, window_months))
        return {held, false};
    return {held == program.tiers.data() ? nullptr : held - 1, true};
}

// Days are in order, so those that count are the last ones.
std::span<const DayPoints> days_in_window(const Account& account, LocalDate today) {
    const auto first = std::ranges::partition_point(account.earned_days, [&](const DayPoints& day) {
        return months_later(day.earned_on, window_months) <= today;
    });
    return {first, account.earned_days.end()};
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
    for (const auto& day : days_in_window(account, today)) points += day.points;
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
    if (account.tier_is_set && (!account.tier_until || today <= *account.tier_until))
        return {account.tier, false};
    const auto points = tier_points(account, program.tier_window, today);
    if (account.tier_is_set)  // it is over: as if new
        return {name_of(reached_tier(program, points)), false};
    const auto due = by_points(account, program, tier_of(program, account.tier), points, today);
    return {name_of(due.tier), due.is_step_down};
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
    const auto* held = tier_of(program, account.tier);
    if (program.downgrade == Downgrade::none || !held) return std::nullopt;
    auto points = tier_points(account, program.tier_window, today);
    const auto is_due = [&] { return reached_tier(program, points) != held; };
    const auto falls_on = [&](LocalDate day) {
        return day > today && by_points(account, program, held, points, day).tier != held;
    };
    std::optional<LocalDate> may_fall_on;  // it fell less than a year ago
    if (account.stepped_down_on)
        may_fall_on = months_later(*account.stepped_down_on, window_months);
    if (program.tier_window == TierWindow::rolling_12_months) {
        for (const auto& earned : days_in_window(account, today)) {  // the earliest leaves first
            const auto leaves_on = [&] { return months_later(earned.earned_on, window_months); };
            if (may_fall_on && is_due() && *may_fall_on < leaves_on() && falls_on(*may_fall_on))
                return may_fall_on;
            points -= earned.points;
            if (is_due() && falls_on(leaves_on())) return leaves_on();
        }
    }
    return may_fall_on && falls_on(*may_fall_on) ? may_fall_on : std::nullopt;
}

}  // namespace almanac::loyalty
