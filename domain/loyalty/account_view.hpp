// loyalty/account_view.hpp — an account as people read it: points, buckets and tier as of a day,
// whether or not anybody has booked by then what ended. Pure; the fold keeps what was booked, this
// says what it means on the day.
#pragma once
#include "domain/loyalty/ledger.hpp"

namespace almanac::loyalty {

enum class BucketState { pending, active };
BOOST_DESCRIBE_ENUM(BucketState, pending, active)
struct AccountBucket {
    LocalDate earned_on;
    std::int64_t remaining = 0;
    BucketState state = BucketState::active;
    std::optional<LocalDate> expires_on;
    bool operator==(const AccountBucket&) const = default;
};
BOOST_DESCRIBE_STRUCT(AccountBucket, (), (earned_on, remaining, state, expires_on))

struct AccountView {
    MemberRef member;
    AccountStatus status = AccountStatus::active;
    Instant enrolled_at{};
    Balance balance;
    std::optional<std::string> tier;
    bool tier_is_set = false;
    std::optional<LocalDate> tier_until;
    std::optional<std::string> next_tier;
    std::optional<std::int64_t> points_to_next_tier;
    std::int64_t lifetime_points = 0;
    std::vector<AccountBucket> buckets;
    std::optional<LocalDate> last_activity_on;
};
BOOST_DESCRIBE_STRUCT(AccountView, (),
                      (member, status, enrolled_at, balance, tier, tier_is_set, tier_until,
                       next_tier, points_to_next_tier, lifetime_points, buckets, last_activity_on))
AccountView view_on(const Account& account, const LoyaltyProgram* program, LocalDate today);

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto doc<loyalty::AccountView> = "A member's points, as of today.";
template <>
inline constexpr auto rules<loyalty::Balance> =
    fields(field(&loyalty::Balance::available, "negative: owed, after a refund of what was spent"),
           field(&loyalty::Balance::pending, "earned, not to be spent yet"),
           field(&loyalty::Balance::reserved, "held by redemptions that are not paid or cancelled"));
template <>
inline constexpr auto rules<loyalty::AccountBucket> =
    fields(field(&loyalty::AccountBucket::earned_on, "in the tenant's zone"),
           field(&loyalty::AccountBucket::remaining, "points that are neither spent nor reserved"),
           field(&loyalty::AccountBucket::expires_on, "the last day; none: they stay"));
template <>
inline constexpr auto rules<loyalty::AccountView> = fields(
    field(&loyalty::AccountView::balance, "with what ended by now taken off"),
    field(&loyalty::AccountView::tier_is_set, "by hand: points do not change it"),
    field(&loyalty::AccountView::tier_until, "last day of a tier that is set"),
    field(&loyalty::AccountView::next_tier, "of the programme in force"),
    field(&loyalty::AccountView::points_to_next_tier, "what is missing for it"),
    field(&loyalty::AccountView::lifetime_points, "earned, net of what was taken back"),
    field(&loyalty::AccountView::buckets, "in the order in which they are spent").items(0, 10'000),
    field(&loyalty::AccountView::last_activity_on, "last earning or redemption"));
}  // namespace almanac::kernel
