// loyalty/program_report_answers.hpp — what the reports of the programme answer; OpenAPI is made
// from it. Points and money are whole numbers. No row names a person: members are ids.
#pragma once
#include "domain/loyalty/program_reports.hpp"

namespace almanac::loyalty {

// ---- loyalty ----------------------------------------------------------------------------------

struct IssuedPoints {
    std::int64_t purchase = 0;
    std::int64_t signup = 0;
    std::int64_t review = 0;
    std::int64_t birthday = 0;
    std::int64_t referral = 0;
    std::int64_t referee = 0;
    std::int64_t adjust = 0;
    std::int64_t total = 0;
    bool operator==(const IssuedPoints&) const = default;
};
BOOST_DESCRIBE_STRUCT(IssuedPoints, (),
                      (purchase, signup, review, birthday, referral, referee, adjust, total))
struct OutstandingPoints {
    std::int64_t available = 0;
    std::int64_t pending = 0;
    std::int64_t reserved = 0;
    std::int64_t debt = 0;
    std::int64_t total = 0;
    bool operator==(const OutstandingPoints&) const = default;
};
BOOST_DESCRIBE_STRUCT(OutstandingPoints, (), (available, pending, reserved, debt, total))
struct LoyaltyMonth {
    LocalDate month;
    LocalDate until;
    std::int64_t outstanding_begin = 0;
    IssuedPoints issued;
    std::int64_t redeemed = 0;
    std::int64_t restored = 0;
    std::int64_t expired = 0;
    std::int64_t reversed = 0;
    std::int64_t adjusted = 0;
    std::int64_t transferred_in = 0;
    std::int64_t transferred_out = 0;
    std::int64_t outstanding_end = 0;
    OutstandingPoints outstanding;
    std::optional<Money> liability;
    std::optional<std::int64_t> breakage_ppm;
    std::optional<std::int64_t> breakage_to_date_ppm;
    bool operator==(const LoyaltyMonth&) const = default;
};
BOOST_DESCRIBE_STRUCT(LoyaltyMonth, (),
                      (month, until, outstanding_begin, issued, redeemed, restored, expired,
                       reversed, adjusted, transferred_in, transferred_out, outstanding_end,
                       outstanding, liability, breakage_ppm, breakage_to_date_ppm))
struct LoyaltyReport {
    std::optional<LocalDate> as_of;
    std::vector<LoyaltyMonth> data;
};
BOOST_DESCRIBE_STRUCT(LoyaltyReport, (), (as_of, data))

// ---- loyalty_leaderboard ----------------------------------------------------------------------

struct RankedMember {
    std::int64_t rank = 0;
    AccountId account_id;
    MemberRef member;
    std::int64_t points = 0;
};
BOOST_DESCRIBE_STRUCT(RankedMember, (), (rank, account_id, member, points))
struct LoyaltyLeaderboard {
    std::optional<LocalDate> month;
    std::optional<LocalDate> as_of;
    std::vector<RankedMember> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(LoyaltyLeaderboard, (), (month, as_of, data, next_cursor))

// ---- referral_funnel --------------------------------------------------------------------------

struct ReferralFunnelRow {
    std::optional<LocalDate> month;
    std::optional<AccountId> referrer;
    std::int64_t codes_created = 0;
    std::int64_t registered = 0;
    std::int64_t converted = 0;
    std::int64_t rewarded = 0;
    std::int64_t expired = 0;
    std::int64_t reversed = 0;
    std::optional<std::int64_t> conversion_ppm;
    std::optional<std::int64_t> reward_ppm;
};
BOOST_DESCRIBE_STRUCT(ReferralFunnelRow, (),
                      (month, referrer, codes_created, registered, converted, rewarded, expired,
                       reversed, conversion_ppm, reward_ppm))
struct ReferralFunnel {
    std::optional<LocalDate> as_of;
    std::vector<ReferralFunnelRow> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(ReferralFunnel, (), (as_of, data, next_cursor))

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto doc<loyalty::LoyaltyReport> =
    "The programme by month. What happens counts on the day on which it is recorded, so a month "
    "that is over never changes; points that nobody used end with their last day, whenever that is "
    "booked. In each row outstanding_end = outstanding_begin + issued.total + restored - redeemed "
    "- expired - reversed + adjusted + transferred_in - transferred_out.";
template <>
inline constexpr auto rules<loyalty::IssuedPoints> =
    fields(field(&loyalty::IssuedPoints::purchase, "for what was paid"),
           field(&loyalty::IssuedPoints::referral, "to who brought a newcomer"),
           field(&loyalty::IssuedPoints::referee, "to the newcomer"),
           field(&loyalty::IssuedPoints::adjust, "added by adjustments"));
template <>
inline constexpr auto rules<loyalty::OutstandingPoints> = fields(
    field(&loyalty::OutstandingPoints::available, "not less the debt of other members"),
    field(&loyalty::OutstandingPoints::reserved, "by redemptions neither paid nor cancelled"),
    field(&loyalty::OutstandingPoints::debt, "taken back after they were spent"),
    field(&loyalty::OutstandingPoints::total, "available, pending and reserved, less debt"));
template <>
inline constexpr auto rules<loyalty::LoyaltyMonth> = fields(
    field(&loyalty::LoyaltyMonth::month, "its first day, in the tenant's zone"),
    field(&loyalty::LoyaltyMonth::until, "the last day that is counted"),
    field(&loyalty::LoyaltyMonth::redeemed, "paid with"),
    field(&loyalty::LoyaltyMonth::restored, "by refunds to points"),
    field(&loyalty::LoyaltyMonth::expired,
          "their last day is in the month, or they came back in it after their last day"),
    field(&loyalty::LoyaltyMonth::reversed, "taken back as what earned them was refunded"),
    field(&loyalty::LoyaltyMonth::adjusted,
          "taken by adjustments: 0 or less; what they add is issued.adjust"),
    field(&loyalty::LoyaltyMonth::outstanding_end, "as outstanding.total"),
    field(&loyalty::LoyaltyMonth::liability,
          "what available, pending and reserved points are worth at the redemption rate in force "
          "that day, or the last that was; debt is not set off. Rounded once, half away from zero; "
          "null where no programme was in force yet"),
    field(&loyalty::LoyaltyMonth::breakage_ppm,
          "expired to issued.total, of the month; rounded half away from zero, null where nothing "
          "was issued"),
    field(&loyalty::LoyaltyMonth::breakage_to_date_ppm,
          "the same of all that expired and was issued since the beginning"));
template <>
inline constexpr auto doc<loyalty::LoyaltyLeaderboard> =
    "Accounts with more than 0 points, the most first; of equals, the older account.";
template <>
inline constexpr auto rules<loyalty::RankedMember> =
    fields(field(&loyalty::RankedMember::rank, "one more than how many have more points"),
           field(&loyalty::RankedMember::points, "earned net of what was taken back, or balance"));
template <>
inline constexpr auto rules<loyalty::LoyaltyLeaderboard> =
    fields(field(&loyalty::LoyaltyLeaderboard::month, "with period=month: its first day"));
template <>
inline constexpr auto doc<loyalty::ReferralFunnel> =
    "Newcomers by the month in which they were registered, or by who brought them, and what became "
    "of them since; a reversed one had converted before.";
template <>
inline constexpr auto rules<loyalty::ReferralFunnelRow> = fields(
    field(&loyalty::ReferralFunnelRow::month, "its first day; null with group_by=referrer"),
    field(&loyalty::ReferralFunnelRow::referrer, "account that brought them; null: all"),
    field(&loyalty::ReferralFunnelRow::codes_created, "in the month"),
    field(&loyalty::ReferralFunnelRow::converted, "have paid for something, whatever came then"),
    field(&loyalty::ReferralFunnelRow::rewarded, "the return window passed"),
    field(&loyalty::ReferralFunnelRow::expired, "did not pay in time"),
    field(&loyalty::ReferralFunnelRow::reversed, "were given all of it back before the reward"),
    field(&loyalty::ReferralFunnelRow::conversion_ppm, "converted to registered; null where none"),
    field(&loyalty::ReferralFunnelRow::reward_ppm, "rewarded to converted; null where none"));
}  // namespace almanac::kernel
