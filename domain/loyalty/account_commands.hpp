// loyalty/account_commands.hpp — what members and staff do with an account. The rules are in
// account.cpp.
#pragma once
#include "domain/loyalty/account.hpp"

namespace almanac::loyalty {

struct EnrolMember {
    MemberRef member;
    std::optional<Instant> enrolled_at = {};
};
BOOST_DESCRIBE_STRUCT(EnrolMember, (), (member, enrolled_at))
struct AdjustPoints {
    AccountId id;
    std::int64_t points = 0;
    Personal<"loyalty_account.adjust_reason"> reason;
};
BOOST_DESCRIBE_STRUCT(AdjustPoints, (), (id, points, reason))
struct TransferPoints {
    AccountId id;
    AccountId to;
    std::int64_t points = 0;
};
BOOST_DESCRIBE_STRUCT(TransferPoints, (), (id, to, points))
struct FreezeAccount {
    AccountId id;
};
BOOST_DESCRIBE_STRUCT(FreezeAccount, (), (id))
struct UnfreezeAccount {
    AccountId id;
};
BOOST_DESCRIBE_STRUCT(UnfreezeAccount, (), (id))
struct SetTier {
    AccountId id;
    std::optional<std::string> tier;
    std::optional<LocalDate> until;
};
BOOST_DESCRIBE_STRUCT(SetTier, (), (id, tier, until))
// Books what has expired and looks at the tier anew; no route.
struct ReviewAccount {
    AccountId id;
};
BOOST_DESCRIBE_STRUCT(ReviewAccount, (), (id))
// A fixed number of points for one source, once (a review, a birthday); no route.
struct AwardPoints {
    MemberRef member;
    EarnReason reason = EarnReason::review;
    ThingRef source;
    Instant at{};
};
BOOST_DESCRIBE_STRUCT(AwardPoints, (), (member, reason, source, at))

Decision decide(const EnrolMember& wish, Read& read, const Context& now);
Decision decide(const AdjustPoints& wish, Read& read, const Context& now);
Decision decide(const TransferPoints& wish, Read& read, const Context& now);
Decision decide(const FreezeAccount& wish, Read& read, const Context& now);
Decision decide(const UnfreezeAccount& wish, Read& read, const Context& now);
Decision decide(const SetTier& wish, Read& read, const Context& now);
Decision decide(const ReviewAccount& wish, Read& read, const Context& now);
Decision decide(const AwardPoints& wish, Read& read, const Context& now);

// Whether there is such a person, not deleted. Guests come with hospitality; until then none is.
bool is_known(const MemberRef& member, Read& read);
std::unexpected<Rejection> account_frozen();
std::unexpected<Rejection> insufficient_points(std::int64_t available);

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto rules<loyalty::EnrolMember> =
    fields(field(&loyalty::EnrolMember::member, "who has no account yet"),
           field(&loyalty::EnrolMember::enrolled_at,
                 "of a member from an older register, not after now: what is entered from now on "
                 "earns where it was completed since then; none: now"));
template <>
inline constexpr auto rules<loyalty::AdjustPoints> =
    fields(field(&loyalty::AdjustPoints::id, "").path(),
           field(&loyalty::AdjustPoints::points, "added, or taken where negative; never below 0")
               .range(-loyalty::points_max, loyalty::points_max),
           field(&loyalty::AdjustPoints::reason, "why").length(1, 1'000));
template <>
inline constexpr auto rules<loyalty::TransferPoints> =
    fields(field(&loyalty::TransferPoints::id, "").path(),
           field(&loyalty::TransferPoints::to, "the other account"),
           field(&loyalty::TransferPoints::points, "they keep their expiry")
               .range(1, loyalty::points_max));
template <>
inline constexpr auto rules<loyalty::FreezeAccount> =
    fields(field(&loyalty::FreezeAccount::id, "").path());
template <>
inline constexpr auto rules<loyalty::UnfreezeAccount> =
    fields(field(&loyalty::UnfreezeAccount::id, "").path());
template <>
inline constexpr auto rules<loyalty::SetTier> =
    fields(field(&loyalty::SetTier::id, "").path(),
           field(&loyalty::SetTier::tier, "null: by the points again").length(1, 50),
           field(&loyalty::SetTier::until, "its last day; none: until it is set anew"));
template <>
inline constexpr auto rules<loyalty::ReviewAccount> =
    fields(field(&loyalty::ReviewAccount::id, "").path());
}  // namespace almanac::kernel
