#include "domain/loyalty/account_reports.hpp"
#include "domain/loyalty/module.hpp"

namespace almanac::loyalty {

void declare_account_reports(Module& loyalty) {
    auto& ledger = loyalty.query<AskLedger, LedgerPage>(
        "loyalty_ledger", "GET loyalty_accounts/{id}/ledger", "loyalty.loyalty_account:read",
        "What changed the account's balance, the newest first. Why somebody adjusted it needs "
        "`loyalty.loyalty_account:read_personal`.");
    ledger.personal.push_back(
        {"data.reason", std::string(LedgerReason::Written::field_id), false});
    ledger.personal_permission = "loyalty.loyalty_account:read_personal";
    loyalty.query<AskPointsExpiring, PointsExpiring>(
        "points_expiring", "GET reports/points_expiring", "loyalty.report:read",
        "Who loses how many points by when.");
    loyalty.query<AskLoyaltyTiers, LoyaltyTiers>("loyalty_tiers", "GET reports/loyalty_tiers",
                                                 "loyalty.report:read", "Members by tier.");
}

}  // namespace almanac::loyalty
