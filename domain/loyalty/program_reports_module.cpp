#include "domain/loyalty/module.hpp"
#include "domain/loyalty/program_report_answers.hpp"

namespace almanac::loyalty {

void declare_program_reports(Module& loyalty) {
    loyalty.query<AskLoyalty, LoyaltyReport>(
        "loyalty_report", "GET reports/loyalty", "loyalty.report:read",
        "Points issued, redeemed, expired and outstanding in each month, what they are worth at "
        "its end, and breakage.");
    loyalty.query<AskLoyaltyLeaderboard, LoyaltyLeaderboard>(
        "loyalty_leaderboard", "GET reports/loyalty_leaderboard", "loyalty.report:read",
        "Members by the points they have earned, in a month or in all, or by their balance.");
    loyalty.query<AskReferralFunnel, ReferralFunnel>(
        "referral_funnel", "GET reports/referral_funnel", "loyalty.report:read",
        "What became of newcomers whom members have brought, by month or by member.");
}

}  // namespace almanac::loyalty
