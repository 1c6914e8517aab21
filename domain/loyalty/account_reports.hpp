// loyalty/account_reports.hpp — what is asked of accounts beside themselves, and what is answered:
// an account's ledger, points that are about to end, members by tier. Dates are local ones of the
// tenant's zone, both ends included. What ended by the date counts as ended, booked or not.
#pragma once
#include "domain/loyalty/account.hpp"

namespace almanac::loyalty {

// ---- ledger -----------------------------------------------------------------------------------

struct AskLedger {
    AccountId id;
    std::optional<Instant> from;
    std::optional<Instant> to;
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AskLedger, (), (id, from, to, limit, cursor))
void check(const AskLedger& asked, Reader& in, const Place& at);

enum class LedgerKind { earn, redeem, restore, expire, reverse, adjust, transfer_in, transfer_out };
BOOST_DESCRIBE_ENUM(LedgerKind, earn, redeem, restore, expire, reverse, adjust, transfer_in,
                    transfer_out)
// For what points were earned, or why somebody adjusted them: a word, or personal data.
struct LedgerReason {
    using Written = Personal<"loyalty_account.adjust_reason">;
    std::string word;
    std::optional<Written> written;
    bool operator==(const LedgerReason&) const = default;
};
void read_value(Reader& in, const json::Value& value, const Place& at, LedgerReason& out);
void write_value(Writer& to, const LedgerReason& reason);
json::Object custom_schema(Form form, const LedgerReason*);

struct LedgerRow {
    Instant time{};
    LedgerKind kind = LedgerKind::earn;
    std::int64_t points = 0;
    std::int64_t balance_after = 0;
    LedgerReason reason;
    std::optional<ThingRef> source;
};
BOOST_DESCRIBE_STRUCT(LedgerRow, (), (time, kind, points, balance_after, reason, source))
struct LedgerPage {
    std::vector<LedgerRow> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(LedgerPage, (), (data, next_cursor))

// The row of an event without its balance; nothing where it changes none.
std::optional<LedgerRow> ledger_row(const EventType& type, const void* event, Instant booked_at);
// What ends on one day.
struct Ending {
    LocalDate expires_on;  // the last day
    std::int64_t points = 0;
    bool operator==(const Ending&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ending, (), (expires_on, points))
std::vector<Ending> endings_of(const Lots& buckets);  // by day

// ---- points_expiring --------------------------------------------------------------------------

inline constexpr int expiring_days_max = 366;
struct AskPointsExpiring {
    std::optional<LocalDate> from;
    std::optional<LocalDate> to;
    std::optional<std::int32_t> days;
    std::optional<LocalDate> as_of;
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AskPointsExpiring, (), (from, to, days, as_of, limit, cursor))
struct PointsExpiringRow {
    AccountId account_id;
    MemberRef member;
    LocalDate expires_on;
    std::int64_t points = 0;
};
BOOST_DESCRIBE_STRUCT(PointsExpiringRow, (), (account_id, member, expires_on, points))
struct PointsExpiring {
    LocalDate as_of;
    LocalDate from;
    LocalDate to;
    std::int64_t points = 0;
    std::vector<PointsExpiringRow> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(PointsExpiring, (), (as_of, from, to, points, data, next_cursor))
// The days it asks for. Field errors: /days `not_together`, /to `before_from`, `range`.
struct DateRange {
    LocalDate from;
    LocalDate to;
};
Result<DateRange> dates_of(const AskPointsExpiring& asked, LocalDate first_by_default);

// ---- loyalty_tiers ----------------------------------------------------------------------------

struct AskLoyaltyTiers {
    std::optional<LocalDate> as_of;
};
BOOST_DESCRIBE_STRUCT(AskLoyaltyTiers, (), (as_of))
struct LoyaltyTiersRow {
    std::optional<std::string> tier;
    std::int64_t members = 0;
    std::int64_t share_ppm = 0;
};
BOOST_DESCRIBE_STRUCT(LoyaltyTiersRow, (), (tier, members, share_ppm))
struct LoyaltyTiers {
    LocalDate as_of;
    std::int64_t members = 0;
    std::vector<LoyaltyTiersRow> data;
};
BOOST_DESCRIBE_STRUCT(LoyaltyTiers, (), (as_of, members, data))

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto rules<loyalty::AskLedger> =
    fields(field(&loyalty::AskLedger::id, "").path(),
           field(&loyalty::AskLedger::from, "only rows from then on"),
           field(&loyalty::AskLedger::to, "only rows before it"),
           field(&loyalty::AskLedger::limit, "rows of a page").range(1, 200).may_omit(),
           field(&loyalty::AskLedger::cursor, "`next_cursor` of the page before"));
template <>
inline constexpr auto doc<loyalty::LedgerPage> =
    "What changed an account's balance, the newest first.";
template <>
inline constexpr auto rules<loyalty::LedgerPage> =
    fields(field(&loyalty::LedgerPage::data, "").items(0, 200));
template <>
inline constexpr auto rules<loyalty::LedgerRow> = fields(
    field(&loyalty::LedgerRow::time, "when it was booked; of an expiry the end of its last day"),
    field(&loyalty::LedgerRow::kind, "what it was"),
    field(&loyalty::LedgerRow::points, "change of the balance"),
    field(&loyalty::LedgerRow::balance_after, "available, pending and reserved points together"),
    field(&loyalty::LedgerRow::reason, "what it was for; of an adjustment what was written"),
    field(&loyalty::LedgerRow::source,
          "where the points came from or went to; none: expiry, adjustment"));
template <>
inline constexpr auto rules<loyalty::AskPointsExpiring> =
    fields(field(&loyalty::AskPointsExpiring::from,
                 "first of the last days; none: today, or the day after `as_of`"),
           field(&loyalty::AskPointsExpiring::to, "last one, included; at most 366 days"),
           field(&loyalty::AskPointsExpiring::days, "instead of `to`: so many days; else 30")
               .range(1, loyalty::expiring_days_max),
           field(&loyalty::AskPointsExpiring::as_of,
                 "as it stood at the end of that day; without it, now"),
           field(&loyalty::AskPointsExpiring::limit, "rows of a page").range(1, 200).may_omit(),
           field(&loyalty::AskPointsExpiring::cursor, "`next_cursor` of the page before"));
template <>
inline constexpr auto doc<loyalty::PointsExpiring> =
    "Who loses how many points by when, unless they are used; reserved points do not expire.";
template <>
inline constexpr auto rules<loyalty::PointsExpiring> = fields(
    field(&loyalty::PointsExpiring::as_of, "as asked, or today: what ended before is gone"),
    field(&loyalty::PointsExpiring::from, "first of the last days"),
    field(&loyalty::PointsExpiring::to, "last one, included"),
    field(&loyalty::PointsExpiring::points, "of all rows, not of this page alone"),
    field(&loyalty::PointsExpiring::data, "a row for each account and day, by day").items(0, 200));
template <>
inline constexpr auto rules<loyalty::PointsExpiringRow> =
    fields(field(&loyalty::PointsExpiringRow::expires_on, "the last day on which they are usable"));
template <>
inline constexpr auto rules<loyalty::AskLoyaltyTiers> =
    fields(field(&loyalty::AskLoyaltyTiers::as_of, "as it was when that day ended; none: now"));
template <>
inline constexpr auto doc<loyalty::LoyaltyTiers> =
    "How many members have each tier, as it is booked: what ends at midnight is booked in the "
    "first minutes of the day.";
template <>
inline constexpr auto rules<loyalty::LoyaltyTiers> = fields(
    field(&loyalty::LoyaltyTiers::members, "all that have an account"),
    field(&loyalty::LoyaltyTiers::data,
          "those without a tier, the tiers of the programme in force by threshold, then others")
        .items(0, 1'000));
template <>
inline constexpr auto rules<loyalty::LoyaltyTiersRow> =
    fields(field(&loyalty::LoyaltyTiersRow::tier, "none: below all"),
           field(&loyalty::LoyaltyTiersRow::share_ppm, "of all members"));
}  // namespace almanac::kernel
