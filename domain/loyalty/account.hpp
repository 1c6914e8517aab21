// loyalty/account.hpp — a member's points (seed 003 §2, user_loyalty and loyalty_transactions).
// Points lie in dated buckets; `balance` is available + pending + reserved, and what a refund found
// spent already is debt, a negative balance that everything earned or returned clears first. Every
// booking of points is an event that says what it changes, bucket by bucket; rules are in the
// decisions (account.cpp, through ledger.hpp), the folds only add up.
#pragma once
#include "domain/loyalty/points.hpp"

namespace almanac::loyalty {

enum class AccountStatus { active, frozen };
BOOST_DESCRIBE_ENUM(AccountStatus, active, frozen)
enum class EarnReason { purchase, signup, review, birthday, referral, referee };
BOOST_DESCRIBE_ENUM(EarnReason, purchase, signup, review, birthday, referral, referee)
enum class TierReason { earned, reviewed, set };
BOOST_DESCRIBE_ENUM(TierReason, earned, reviewed, set)

// What every booking of points says. The sum of `lots` + `reserved` − `debt` is `points`.
struct Entry {
    AccountId id;
    Instant effective_at{};           // the business's time; of an expiry the end of its day
    LocalDate on;                     // its date in the tenant's zone
    std::int64_t points = 0;          // change of the balance
    std::int64_t reserved = 0;        // change of what redemptions hold
    std::int64_t debt = 0;            // change of the debt
    Lots lots;                        // changes of the buckets
    std::optional<Money> value;       // of `points`, by the programme in force
    std::optional<Instant> next_due;  // when the account changes of its own accord next
    bool operator==(const Entry&) const = default;
};
BOOST_DESCRIBE_STRUCT(Entry, (),
                      (id, effective_at, on, points, reserved, debt, lots, value, next_due))

// ---- events -----------------------------------------------------------------------------------

struct AccountOpened {
    static constexpr std::string_view type = "loyalty.account_opened";
    static constexpr std::uint16_t version = 1;
    AccountId id;
    MemberRef member;
    std::optional<Instant> enrolled_at = {};  // where that was before it was entered here
    bool operator==(const AccountOpened&) const = default;
};
BOOST_DESCRIBE_STRUCT(AccountOpened, (), (id, member, enrolled_at))
struct PointsEarned : Entry {
    static constexpr std::string_view type = "loyalty.points_earned";
    static constexpr std::uint16_t version = 1;
    EarnReason reason = EarnReason::purchase;
    ThingRef source;
    bool operator==(const PointsEarned&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsEarned, (Entry), (reason, source))
struct PointsReversed : Entry {
    static constexpr std::string_view type = "loyalty.points_reversed";
    static constexpr std::uint16_t version = 1;
    EarnReason reason = EarnReason::purchase;  // for which they had been earned
    ThingRef source;
    LocalDate earned_on;
    bool operator==(const PointsReversed&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsReversed, (Entry), (reason, source, earned_on))
struct PointsReserved : Entry {
    static constexpr std::string_view type = "loyalty.points_reserved";
    static constexpr std::uint16_t version = 1;
    RedemptionId redemption_id;
    bool operator==(const PointsReserved&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsReserved, (Entry), (redemption_id))
struct PointsReleased : Entry {  // a cancelled redemption gives them back
    static constexpr std::string_view type = "loyalty.points_released";
    static constexpr std::uint16_t version = 1;
    RedemptionId redemption_id;
    bool operator==(const PointsReleased&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsReleased, (Entry), (redemption_id))
struct PointsRedeemed : Entry {
    static constexpr std::string_view type = "loyalty.points_redeemed";
    static constexpr std::uint16_t version = 1;
    RedemptionId redemption_id;
    bool operator==(const PointsRedeemed&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsRedeemed, (Entry), (redemption_id))
struct PointsRestored : Entry {  // a refund to points
    static constexpr std::string_view type = "loyalty.points_restored";
    static constexpr std::uint16_t version = 1;
    RedemptionId redemption_id;
    bool operator==(const PointsRestored&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsRestored, (Entry), (redemption_id))
struct PointsExpired : Entry {
    static constexpr std::string_view type = "loyalty.points_expired";
    static constexpr std::uint16_t version = 1;
    LocalDate expired_on;  // their last day
    bool operator==(const PointsExpired&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsExpired, (Entry), (expired_on))
struct PointsAdjusted : Entry {
    static constexpr std::string_view type = "loyalty.points_adjusted";
    static constexpr std::uint16_t version = 1;
    MemberRef member;
    Personal<"loyalty_account.adjust_reason"> reason;
    bool operator==(const PointsAdjusted&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsAdjusted, (Entry), (member, reason))
struct PointsTransferredOut : Entry {
    static constexpr std::string_view type = "loyalty.points_transferred_out";
    static constexpr std::uint16_t version = 1;
    AccountId to;
    bool operator==(const PointsTransferredOut&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsTransferredOut, (Entry), (to))
struct PointsTransferredIn : Entry {
    static constexpr std::string_view type = "loyalty.points_transferred_in";
    static constexpr std::uint16_t version = 1;
    AccountId from;
    bool operator==(const PointsTransferredIn&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointsTransferredIn, (Entry), (from))
struct TierChanged {
    static constexpr std::string_view type = "loyalty.tier_changed";
    static constexpr std::uint16_t version = 1;
    AccountId id;
    LocalDate on;
    TierReason reason = TierReason::earned;
    std::optional<std::string> from;
    std::optional<std::string> to;
    bool is_step_down = false;
    std::optional<LocalDate> until;  // of one that is set: its last day
    std::optional<Instant> next_due;
    bool operator==(const TierChanged&) const = default;
};
BOOST_DESCRIBE_STRUCT(TierChanged, (), (id, on, reason, from, to, is_step_down, until, next_due))
// Looked at in its time, and nothing was due: the terms had changed.
struct AccountReviewed {
    static constexpr std::string_view type = "loyalty.account_reviewed";
    static constexpr std::uint16_t version = 1;
    AccountId id;
    std::optional<Instant> next_due;
    bool operator==(const AccountReviewed&) const = default;
};
BOOST_DESCRIBE_STRUCT(AccountReviewed, (), (id, next_due))
struct AccountFrozen {
    static constexpr std::string_view type = "loyalty.account_frozen";
    static constexpr std::uint16_t version = 1;
    AccountId id;
    bool operator==(const AccountFrozen&) const = default;
};
BOOST_DESCRIBE_STRUCT(AccountFrozen, (), (id))
struct AccountUnfrozen {
    static constexpr std::string_view type = "loyalty.account_unfrozen";
    static constexpr std::uint16_t version = 1;
    AccountId id;
    bool operator==(const AccountUnfrozen&) const = default;
};
BOOST_DESCRIBE_STRUCT(AccountUnfrozen, (), (id))

template <class E>
concept Booking = std::derived_from<E, Entry>;

// ---- folds ------------------------------------------------------------------------------------

struct DayPoints {
    LocalDate earned_on;
    std::int64_t points = 0;
    bool operator==(const DayPoints&) const = default;
};
BOOST_DESCRIBE_STRUCT(DayPoints, (), (earned_on, points))

struct Account {
    static constexpr std::string_view kind = "loyalty_account";
    static constexpr std::uint32_t version = 1;
    using Key = AccountId;
    MemberRef member;
    AccountStatus status = AccountStatus::active;
    Instant enrolled_at{};
    Lots buckets;  // in the order in which they are spent
    std::int64_t reserved = 0;
    std::int64_t debt = 0;
    std::int64_t lifetime_points = 0;  // earned net of reversals
    std::optional<std::string> tier;
    bool tier_is_set = false;  // by hand: nothing else changes it
    std::optional<LocalDate> tier_until;
    std::optional<LocalDate> stepped_down_on;
    std::vector<DayPoints> earned_days;  // of the last twelve months, by day
    std::optional<LocalDate> last_activity_on;
    bool operator==(const Account&) const = default;
};
BOOST_DESCRIBE_STRUCT(Account, (),
                      (member, status, enrolled_at, buckets, reserved, debt, lifetime_points, tier,
                       tier_is_set, tier_until, stepped_down_on, earned_days, last_activity_on))

struct Balance {
    std::int64_t available = 0;  // negative: a debt
    std::int64_t pending = 0;
    std::int64_t reserved = 0;
    bool operator==(const Balance&) const = default;
};
BOOST_DESCRIBE_STRUCT(Balance, (), (available, pending, reserved))
// As of a day, whether or not anybody has booked by then what expired.
Balance balance_on(const Account& account, LocalDate today);

// `loyalty_member:client/<id>`
struct Member {
    static constexpr std::string_view kind = "loyalty_member";
    static constexpr std::uint32_t version = 1;
    using Key = MemberRef;
    std::optional<AccountId> account;
};
BOOST_DESCRIBE_STRUCT(Member, (), (account))

// `points_of:<kind>/<id>`: what one source has earned, all of its bookings together.
struct SourcePoints {
    static constexpr std::string_view kind = "points_of";
    static constexpr std::uint32_t version = 1;
    using Key = ThingRef;
    std::int64_t booked = 0;
    std::int32_t bookings = 0;
};
BOOST_DESCRIBE_STRUCT(SourcePoints, (), (booked, bookings))

inline auto tags(const AccountOpened& e) {
    return Tags<Account, Member>{}.add<Account>(e.id).add<Member>(e.member);
}
inline auto tags(const PointsEarned& e) {
    return Tags<Account, SourcePoints>{}.add<Account>(e.id).add<SourcePoints>(e.source);
}
inline auto tags(const PointsReversed& e) {
    return Tags<Account, SourcePoints>{}.add<Account>(e.id).add<SourcePoints>(e.source);
}
template <class E>
    requires(std::same_as<E, PointsReserved> || std::same_as<E, PointsReleased> ||
             std::same_as<E, PointsRedeemed> || std::same_as<E, PointsRestored> ||
             std::same_as<E, PointsExpired> || std::same_as<E, PointsAdjusted> ||
             std::same_as<E, PointsTransferredOut> || std::same_as<E, PointsTransferredIn> ||
             std::same_as<E, TierChanged> || std::same_as<E, AccountReviewed> ||
             std::same_as<E, AccountFrozen> || std::same_as<E, AccountUnfrozen>)
auto tags(const E& e) {
    return Tags<Account>{}.template add<Account>(e.id);
}
inline std::string subject(const PointsAdjusted& e) {
    return subject_of(e.member);
}

void enter(Account& account, const Entry& e);  // what all bookings do
void evolve(Account& account, const AccountOpened& e, const EventMeta& meta);
void evolve(Account& account, const PointsEarned& e);
void evolve(Account& account, const PointsReversed& e);
void evolve(Account& account, const PointsRedeemed& e);
template <Booking E>
void evolve(Account& account, const E& e) {
    enter(account, e);
}
void evolve(Account& account, const TierChanged& e);
inline void evolve(Account&, const AccountReviewed&) {}
void evolve(Account& account, const AccountFrozen& e);
void evolve(Account& account, const AccountUnfrozen& e);
void evolve(Member& member, const AccountOpened& e);
void evolve(SourcePoints& source, const PointsEarned& e);
void evolve(SourcePoints& source, const PointsReversed& e);

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto doc<loyalty::Account> = "A member's points.";
template <>
inline constexpr auto rules<loyalty::Account> = fields(
    field(&loyalty::Account::reserved, "held by redemptions that are neither paid nor cancelled"),
    field(&loyalty::Account::debt, "taken back after they were spent"),
    field(&loyalty::Account::lifetime_points, "earned, net of what was taken back"),
    field(&loyalty::Account::tier_is_set, "by hand: nothing else changes it"),
    field(&loyalty::Account::tier_until, "last day of a tier that is set"),
    field(&loyalty::Account::stepped_down_on, "").internal(),
    field(&loyalty::Account::earned_days, "").internal());
}  // namespace almanac::kernel
