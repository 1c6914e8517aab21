// loyalty/redemption.hpp — points on their way to pay for something: reserved for a while, then
// committed or cancelled; a refund to points gives back a committed one. Reserved points do not
// expire; points that come back after their last day end at that instant. `pay` and `give_back`
// are for whatever takes points as a means of payment: their events belong to its decision.
#pragma once
#include "domain/loyalty/account_commands.hpp"

namespace almanac::loyalty {

enum class RedemptionStatus { reserved, committed, cancelled, expired, refunded };
BOOST_DESCRIBE_ENUM(RedemptionStatus, reserved, committed, cancelled, expired, refunded)

// ---- events -----------------------------------------------------------------------------------

struct RedemptionReserved {
    static constexpr std::string_view type = "loyalty.redemption_reserved";
    static constexpr std::uint16_t version = 1;
    RedemptionId id;
    AccountId account_id;
    std::int64_t points = 0;
    Money value;
    Lots lots;
    Instant expires_at;
    std::optional<ThingRef> for_;
    bool operator==(const RedemptionReserved&) const = default;
};
BOOST_DESCRIBE_STRUCT(RedemptionReserved, (),
                      (id, account_id, points, value, lots, expires_at, for_))
struct RedemptionCommitted {
    static constexpr std::string_view type = "loyalty.redemption_committed";
    static constexpr std::uint16_t version = 1;
    RedemptionId id;
    std::optional<ThingRef> paid;  // what it paid for
    bool operator==(const RedemptionCommitted&) const = default;
};
BOOST_DESCRIBE_STRUCT(RedemptionCommitted, (), (id, paid))
struct RedemptionCancelled {
    static constexpr std::string_view type = "loyalty.redemption_cancelled";
    static constexpr std::uint16_t version = 1;
    RedemptionId id;
    bool operator==(const RedemptionCancelled&) const = default;
};
BOOST_DESCRIBE_STRUCT(RedemptionCancelled, (), (id))
struct RedemptionExpired {
    static constexpr std::string_view type = "loyalty.redemption_expired";
    static constexpr std::uint16_t version = 1;
    RedemptionId id;
    bool operator==(const RedemptionExpired&) const = default;
};
BOOST_DESCRIBE_STRUCT(RedemptionExpired, (), (id))
struct RedemptionRefunded {
    static constexpr std::string_view type = "loyalty.redemption_refunded";
    static constexpr std::uint16_t version = 1;
    RedemptionId id;
    bool operator==(const RedemptionRefunded&) const = default;
};
BOOST_DESCRIBE_STRUCT(RedemptionRefunded, (), (id))

struct Redemption {
    static constexpr std::string_view kind = "redemption";
    static constexpr std::uint32_t version = 1;
    using Key = RedemptionId;
    RedemptionStatus status = RedemptionStatus::reserved;
    AccountId account_id;
    std::int64_t points = 0;
    Money value;
    Instant expires_at{};
    std::optional<ThingRef> for_;
    std::optional<ThingRef> paid;
    Lots lots;
};
BOOST_DESCRIBE_STRUCT(Redemption, (),
                      (status, account_id, points, value, expires_at, for_, paid, lots))

template <class E>
    requires(std::same_as<E, RedemptionReserved> || std::same_as<E, RedemptionCommitted> ||
             std::same_as<E, RedemptionCancelled> || std::same_as<E, RedemptionExpired> ||
             std::same_as<E, RedemptionRefunded>)
auto tags(const E& e) {
    return Tags<Redemption>{}.template add<Redemption>(e.id);
}
void evolve(Redemption& redemption, const RedemptionReserved& e);
void evolve(Redemption& redemption, const RedemptionCommitted& e);
void evolve(Redemption& redemption, const RedemptionCancelled& e);
void evolve(Redemption& redemption, const RedemptionExpired& e);
void evolve(Redemption& redemption, const RedemptionRefunded& e);

// ---- commands ---------------------------------------------------------------------------------

struct RedeemPoints {
    AccountId account_id;
    std::int64_t points = 0;
    std::optional<ThingRef> for_;
};
BOOST_DESCRIBE_STRUCT(RedeemPoints, (), (account_id, points, for_))
struct CommitRedemption {
    RedemptionId id;
};
BOOST_DESCRIBE_STRUCT(CommitRedemption, (), (id))
struct CancelRedemption {
    RedemptionId id;
};
BOOST_DESCRIBE_STRUCT(CancelRedemption, (), (id))
struct ExpireRedemption {  // no route
    RedemptionId id;
};
BOOST_DESCRIBE_STRUCT(ExpireRedemption, (), (id))
Decision decide(const RedeemPoints& wish, Read& read, const Context& now);
Decision decide(const CommitRedemption& wish, Read& read, const Context& now);
Decision decide(const CancelRedemption& wish, Read& read, const Context& now);
Decision decide(const ExpireRedemption& wish, Read& read, const Context& now);

// ---- as a means of payment --------------------------------------------------------------------

// What is to be paid with points: `due` for all of it, `with_points` so far.
struct Purchase {
    ThingRef thing;
    Money due;
    Money with_points;
};
// The events that commit it for this purchase. Its value must be `amount`, and with what points
// paid already within the programme's share (`loyalty.share_limit`).
Decision pay(const RedemptionId& id, const Money& amount, const Purchase& purchase, Read& read,
             const Context& now);
// The events that give back the whole of a redemption that paid for this thing.
Decision give_back(const RedemptionId& id, const Money& amount, const ThingRef& thing, Read& read,
                   const Context& now);

// ---- policy -----------------------------------------------------------------------------------

struct ReservedPoints {
    RedemptionId id;
};
BOOST_DESCRIBE_STRUCT(ReservedPoints, (), (id))

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto doc<loyalty::Redemption> = "Points on their way to pay for something.";
template <>
inline constexpr auto rules<loyalty::Redemption> =
    fields(field(&loyalty::Redemption::status, "reserved: until `expires_at`"),
           field(&loyalty::Redemption::value, "what it pays"),
           field(&loyalty::Redemption::for_, "what it was meant for"),
           field(&loyalty::Redemption::paid, "what it paid for"),
           field(&loyalty::Redemption::lots, "the buckets it came from").internal());
template <>
inline constexpr auto rules<loyalty::RedeemPoints> =
    fields(field(&loyalty::RedeemPoints::account_id, ""),
           field(&loyalty::RedeemPoints::points, "at least the programme's minimum, in its steps")
               .range(1, loyalty::points_max),
           field(&loyalty::RedeemPoints::for_, "what it is meant for"));
template <>
inline constexpr auto rules<loyalty::CommitRedemption> =
    fields(field(&loyalty::CommitRedemption::id, "").path());
template <>
inline constexpr auto rules<loyalty::CancelRedemption> =
    fields(field(&loyalty::CancelRedemption::id, "").path());
template <>
inline constexpr auto rules<loyalty::ExpireRedemption> =
    fields(field(&loyalty::ExpireRedemption::id, "").path());
}  // namespace almanac::kernel
