#include "domain/loyalty/account_view.hpp"

#include <algorithm>

#include "domain/loyalty/tiers.hpp"

namespace almanac::loyalty {
namespace {
bool set_tier_is_over(const Account& account, LocalDate today) {
    return account.tier_is_set && account.tier_until && *account.tier_until < today;
}

// What it lost by the date it has no more; a tier that the programme does not know stays.
void show_tier(AccountView& view, const Account& account, const LoyaltyProgram& program,
               LocalDate today) {
    const bool is_over = set_tier_is_over(account, today);
    const auto* tier = tier_on(account, program, today);
    const auto points = tier_points(account, program.tier_window, today);
    if (is_over) {
        view.tier_is_set = false;
        view.tier_until.reset();
    }
    if (is_over || !account.tier || tier_of(program, account.tier)) {
        view.tier = tier ? std::optional(tier->name) : std::nullopt;
    } else {
        tier = reached_tier(program, points);
    }
    const auto* next = tier ? tier + 1 : program.tiers.data();
    if (next == program.tiers.data() + program.tiers.size()) return;
    view.next_tier = next->name;
    view.points_to_next_tier = std::max<std::int64_t>(next->threshold - points, 0);
}
}  // namespace

AccountView view_on(const Account& account, const LoyaltyProgram* program, LocalDate today) {
    AccountView view;
    view.member = account.member;
    view.status = account.status;
    view.enrolled_at = account.enrolled_at;
    view.balance = balance_on(account, today);
    view.tier = account.tier;
    view.tier_is_set = account.tier_is_set;
    view.tier_until = account.tier_until;
    view.lifetime_points = account.lifetime_points;
    view.last_activity_on = account.last_activity_on;
    for (const auto& bucket : account.buckets) {
        if (has_expired(bucket, today)) continue;
        const auto state = is_pending(bucket, today) ? BucketState::pending : BucketState::active;
        view.buckets.push_back({bucket.earned_on, bucket.points, state, bucket.expires_on});
    }
    if (program) show_tier(view, account, *program, today);
    return view;
}

}  // namespace almanac::loyalty
