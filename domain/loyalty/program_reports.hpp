// loyalty/program_reports.hpp — what the reports of the programme are asked (domain: loyalty, "Read
// models"). Dates are local ones of the tenant's zone, both ends included. `as_of`: what was
// recorded by the end of that day, and no point whose last day it was; without it, what stands now.
#pragma once
#include "domain/loyalty/account.hpp"

namespace almanac::loyalty {

inline constexpr int report_months_max = 120;
inline constexpr int report_months_default = 12;
inline constexpr std::size_t ranked_accounts_max = 100'000;

enum class ReportPeriod { month };
BOOST_DESCRIBE_ENUM(ReportPeriod, month)
struct AskLoyalty {
    ReportPeriod period = ReportPeriod::month;
    std::optional<LocalDate> from;
    std::optional<LocalDate> to;
    std::optional<LocalDate> as_of;
};
BOOST_DESCRIBE_STRUCT(AskLoyalty, (), (period, from, to, as_of))

enum class RankedBy { earned, balance };
BOOST_DESCRIBE_ENUM(RankedBy, earned, balance)
enum class RankedPeriod { month, life };
BOOST_DESCRIBE_ENUM(RankedPeriod, month, life)
struct AskLoyaltyLeaderboard {
    RankedBy by = RankedBy::earned;
    RankedPeriod period = RankedPeriod::life;
    std::optional<LocalDate> month;
    std::optional<LocalDate> as_of;
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AskLoyaltyLeaderboard, (), (by, period, month, as_of, limit, cursor))

enum class FunnelGroup { month, referrer };
BOOST_DESCRIBE_ENUM(FunnelGroup, month, referrer)
struct AskReferralFunnel {
    FunnelGroup group_by = FunnelGroup::month;
    std::optional<LocalDate> from;
    std::optional<LocalDate> to;
    std::optional<AccountId> referrer;
    std::optional<LocalDate> as_of;
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AskReferralFunnel, (), (group_by, from, to, referrer, as_of, limit, cursor))

// The months that are asked for, by their first days; `last` before `first`: none.
struct Months {
    LocalDate first;
    LocalDate last;
};
// None is after that of `latest`; the field error of /from where they are too many.
Result<Months> months_asked(std::optional<LocalDate> from, std::optional<LocalDate> to,
                            LocalDate latest);
LocalDate month_after(LocalDate month);
LocalDate last_day_of(LocalDate month);

// Field errors: /to `before_from`, `range`; `not_together` of what has no meaning beside the rest.
void check(const AskLoyalty& q, Reader& in, const Place& at);
void check(const AskLoyaltyLeaderboard& q, Reader& in, const Place& at);
void check(const AskReferralFunnel& q, Reader& in, const Place& at);

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto rules<loyalty::AskLoyalty> = fields(
    field(&loyalty::AskLoyalty::period, "what a row stands for").may_omit(),
    field(&loyalty::AskLoyalty::from,
          "the first row is of the month it is in; without it, the twelve months up to the last"),
    field(&loyalty::AskLoyalty::to,
          "the last row is of the month it is in, and no later than `as_of`; at most 120 months"),
    field(&loyalty::AskLoyalty::as_of, "as it stood at the end of that day; without it, now"));
template <>
inline constexpr auto rules<loyalty::AskLoyaltyLeaderboard> = fields(
    field(&loyalty::AskLoyaltyLeaderboard::by,
          "earned: net of what was taken back; balance: available, pending and reserved, less debt")
        .may_omit(),
    field(&loyalty::AskLoyaltyLeaderboard::period, "in which points were earned").may_omit(),
    field(&loyalty::AskLoyaltyLeaderboard::month,
          "with period=month: the month it is in; without it, that of `as_of` or today"),
    field(&loyalty::AskLoyaltyLeaderboard::as_of,
          "as it stood at the end of that day; without it, now"),
    field(&loyalty::AskLoyaltyLeaderboard::limit, "members of a page").range(1, 200).may_omit(),
    field(&loyalty::AskLoyaltyLeaderboard::cursor, "`next_cursor` of the page before"));
template <>
inline constexpr auto rules<loyalty::AskReferralFunnel> = fields(
    field(&loyalty::AskReferralFunnel::group_by, "what a row stands for").may_omit(),
    field(&loyalty::AskReferralFunnel::from,
          "with group_by=month: the first row is of the month it is in; without it, the twelve "
          "months up to the last"),
    field(&loyalty::AskReferralFunnel::to,
          "with group_by=month: the last row is of the month it is in, and no later than `as_of`; "
          "at most 120 months"),
    field(&loyalty::AskReferralFunnel::referrer,
          "with group_by=month: only what this account has brought"),
    field(&loyalty::AskReferralFunnel::as_of,
          "as it stood at the end of that day; without it, now"),
    field(&loyalty::AskReferralFunnel::limit, "with group_by=referrer: rows of a page")
        .range(1, 200)
        .may_omit(),
    field(&loyalty::AskReferralFunnel::cursor,
          "with group_by=referrer: `next_cursor` of the page before"));
}  // namespace almanac::kernel
