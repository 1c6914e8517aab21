// loyalty/referral.hpp — a member brings a newcomer; both are rewarded once the newcomer has paid
// and the return window is over (seed 003 §2, referrals). A code that nobody has used is pending;
// with a referee it is registered → converted → rewarded, or expired where nobody paid in time, or
// reversed where all of that first payment was given back before the reward.
#pragma once
#include "domain/loyalty/earning.hpp"

namespace almanac::loyalty {

struct ReferralCode;
using ReferralCodeId = Id<ReferralCode>;
struct Referral;
using ReferralId = Id<Referral>;
enum class ReferralStatus { registered, converted, rewarded, expired, reversed };
BOOST_DESCRIBE_ENUM(ReferralStatus, registered, converted, rewarded, expired, reversed)

// ---- codes ------------------------------------------------------------------------------------

struct ReferralCodeCreated {
    static constexpr std::string_view type = "loyalty.referral_code_created";
    static constexpr std::uint16_t version = 1;
    ReferralCodeId id;
    AccountId account_id;
    std::string code;
    bool operator==(const ReferralCodeCreated&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReferralCodeCreated, (), (id, account_id, code))
struct ReferralCode {
    static constexpr std::string_view kind = "referral_code";
    static constexpr std::uint32_t version = 1;
    using Key = ReferralCodeId;
    AccountId account_id;
    std::string code;
};
BOOST_DESCRIBE_STRUCT(ReferralCode, (), (account_id, code))
// `code_owner:<code>`
struct CodeOwner {
    static constexpr std::string_view kind = "code_owner";
    static constexpr std::uint32_t version = 1;
    using Key = std::string;
    std::optional<AccountId> account;
};
BOOST_DESCRIBE_STRUCT(CodeOwner, (), (account))
inline auto tags(const ReferralCodeCreated& e) {
    return Tags<ReferralCode, CodeOwner>{}.add<ReferralCode>(e.id).add<CodeOwner>(e.code);
}
void evolve(ReferralCode& code, const ReferralCodeCreated& e);
void evolve(CodeOwner& owner, const ReferralCodeCreated& e);

// ---- referrals --------------------------------------------------------------------------------

struct ReferralRegistered {
    static constexpr std::string_view type = "loyalty.referral_registered";
    static constexpr std::uint16_t version = 1;
    ReferralId id;
    std::string code;
    AccountId referrer;
    MemberRef referee;
    Instant expires_at;
    bool operator==(const ReferralRegistered&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReferralRegistered, (), (id, code, referrer, referee, expires_at))
struct ReferralConverted {
    static constexpr std::string_view type = "loyalty.referral_converted";
    static constexpr std::uint16_t version = 1;
    ReferralId id;
    ThingRef source;  // the referee's first paid visit
    Instant reward_due;
    bool operator==(const ReferralConverted&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReferralConverted, (), (id, source, reward_due))
struct ReferralRewarded {
    static constexpr std::string_view type = "loyalty.referral_rewarded";
    static constexpr std::uint16_t version = 1;
    ReferralId id;
    AccountId referrer;
    Instant month;  // by which the referrer's cap counts
    std::int64_t referrer_points = 0;
    std::int64_t referee_points = 0;
    bool operator==(const ReferralRewarded&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReferralRewarded, (), (id, referrer, month, referrer_points, referee_points))
struct ReferralExpired {
    static constexpr std::string_view type = "loyalty.referral_expired";
    static constexpr std::uint16_t version = 1;
    ReferralId id;
    bool operator==(const ReferralExpired&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReferralExpired, (), (id))
struct ReferralReversed {
    static constexpr std::string_view type = "loyalty.referral_reversed";
    static constexpr std::uint16_t version = 1;
    ReferralId id;
    bool operator==(const ReferralReversed&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReferralReversed, (), (id))

struct Referral {
    static constexpr std::string_view kind = "referral";
    static constexpr std::uint32_t version = 1;
    using Key = ReferralId;
    ReferralStatus status = ReferralStatus::registered;
    std::string code;
    AccountId referrer;
    MemberRef referee;
    Instant registered_at{};
    Instant expires_at{};
    std::optional<ThingRef> source;
    std::optional<Instant> converted_at;
    std::optional<Instant> reward_due;
    std::int64_t referrer_points = 0;
    std::int64_t referee_points = 0;
};
BOOST_DESCRIBE_STRUCT(Referral, (),
                      (status, code, referrer, referee, registered_at, expires_at, source,
                       converted_at, reward_due, referrer_points, referee_points))
// `referee:client/<id>`
struct Referee {
    static constexpr std::string_view kind = "referee";
    static constexpr std::uint32_t version = 1;
    using Key = MemberRef;
    std::optional<ReferralId> referral;
};
BOOST_DESCRIBE_STRUCT(Referee, (), (referral))
// `referrer_month:<account>/<UTC month>`
struct ReferrerMonth {
    static constexpr std::string_view kind = "referrer_month";
    static constexpr std::uint32_t version = 1;
    struct Key {
        AccountId account;
        Instant in_month;
    };
    std::int32_t rewarded = 0;
};
BOOST_DESCRIBE_STRUCT(ReferrerMonth, (), (rewarded))
inline void append_key(std::string& tag, const ReferrerMonth::Key& key) {
    kernel::append(tag, key.account);
    append_utc_month(tag.append(1, '/'), key.in_month);
}

inline auto tags(const ReferralRegistered& e) {
    return Tags<Referral, Referee>{}.add<Referral>(e.id).add<Referee>(e.referee);
}
inline auto tags(const ReferralRewarded& e) {
    return Tags<Referral, ReferrerMonth>{}.add<Referral>(e.id).add<ReferrerMonth>(
        {e.referrer, e.month});
}
template <class E>
    requires(std::same_as<E, ReferralConverted> || std::same_as<E, ReferralExpired> ||
             std::same_as<E, ReferralReversed>)
auto tags(const E& e) {
    return Tags<Referral>{}.template add<Referral>(e.id);
}
void evolve(Referral& referral, const ReferralRegistered& e, const EventMeta& meta);
void evolve(Referral& referral, const ReferralConverted& e, const EventMeta& meta);
void evolve(Referral& referral, const ReferralRewarded& e);
void evolve(Referral& referral, const ReferralExpired& e);
void evolve(Referral& referral, const ReferralReversed& e);
void evolve(Referee& referee, const ReferralRegistered& e);
void evolve(ReferrerMonth& month, const ReferralRewarded& e);

// ---- commands and policy ----------------------------------------------------------------------

struct CreateReferralCode {
    AccountId account_id;
};
BOOST_DESCRIBE_STRUCT(CreateReferralCode, (), (account_id))
struct RegisterReferral {
    std::string code;
    MemberRef referee;
};
BOOST_DESCRIBE_STRUCT(RegisterReferral, (), (code, referee))
// It expires, or is rewarded, when it is due; no route.
struct AdvanceReferral {
    ReferralId id;
};
BOOST_DESCRIBE_STRUCT(AdvanceReferral, (), (id))
Decision decide(const CreateReferralCode& wish, Read& read, const Context& now);
Decision decide(const RegisterReferral& wish, Read& read, const Context& now);
Decision decide(const AdvanceReferral& wish, Read& read, const Context& now);

// What a referee's payment does to the referral; `is_first`: nobody has paid for them before.
void follow_referral(const PaidFact& fact, bool is_first, Read& read, const Context& now,
                     Events& events);

// What the timer carries.
struct DueReferral {
    ReferralId id;
};
BOOST_DESCRIBE_STRUCT(DueReferral, (), (id))
Reactions wait_for_payment(const ReferralRegistered& e, const Happened& happened);
Reactions wait_for_return(const ReferralConverted& e, const Happened& happened);
Reactions waits_no_longer(const ReferralReversed& e, const Happened& happened);
Reactions referral_is_due(const DueReferral& due, const TimerFired& fired);

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto doc<loyalty::Referral> = "A newcomer whom a member has brought.";
template <>
inline constexpr auto doc<loyalty::ReferralCode> = "What a member gives to newcomers.";
template <>
inline constexpr auto rules<loyalty::CreateReferralCode> =
    fields(field(&loyalty::CreateReferralCode::account_id, "of the member who refers"));
template <>
inline constexpr auto rules<loyalty::RegisterReferral> =
    fields(field(&loyalty::RegisterReferral::code, "as the referee typed it").length(1, 40),
           field(&loyalty::RegisterReferral::referee, "the newcomer: a client or a guest"));
template <>
inline constexpr auto rules<loyalty::AdvanceReferral> =
    fields(field(&loyalty::AdvanceReferral::id, "").path());
}  // namespace almanac::kernel
