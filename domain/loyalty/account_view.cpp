#include "domain/loyalty/account_view.hpp"

#include <algorithm>

#include "domain/loyalty/tiers.hpp"

namespace almanac::loyalty {
namespace {
// The one above the tier it has; where the programme does not know that tier, above its points.
const Tier* tier_above(const Account& account, const LoyaltyProgram& program,
                       std::int64_t points) {
    const auto* held = tier_of(program, account.tier);
    if (!held && account.tier) held = reached_tier(program, points);
    const auto* next = held ? held + 1 : program.tiers.data();
    return next == program.tiers.data() + program.tiers.size() ? nullptr : next;
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
    if (!program) return view;
    const auto points = tier_points(account, program->tier_window, today);
    if (const auto* next = tier_above(account, *program, points)) {
        view.next_tier = next->name;
        view.points_to_next_tier = std::max<std::int64_t>(next->threshold - points, 0);
    }
    return view;
}

}  // namespace almanac::loyalty
