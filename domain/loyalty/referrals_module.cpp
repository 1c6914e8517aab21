#include "domain/loyalty/module.hpp"
#include "domain/loyalty/referral.hpp"

namespace almanac::loyalty {

void declare_referrals(Module& loyalty) {
    loyalty.event<ReferralCodeCreated>().event<ReferralRegistered>();
    loyalty.event<ReferralConverted>().event<ReferralRewarded>();
    loyalty.event<ReferralExpired>().event<ReferralReversed>();
    auto& codes = loyalty.collection<ReferralCode>("referral_codes", "loyalty.referral_code:read",
                                                   "What members give to newcomers.");
    codes.filters = {{"account_id", "account_id"}};
    auto& referrals = loyalty.collection<Referral>("referrals", "loyalty.referral:read",
                                                   "Newcomers whom members have brought.");
    referrals.filters = {
        {"status", "status"}, {"referrer", "referrer"}, {"referee_id", "referee.id"}};
    loyalty.command<CreateReferralCode, ReferralCode>(
        "create_referral_code", "POST referral_codes", "loyalty.referral_code:create",
        "Makes a code that a member gives to newcomers.");
    loyalty.command<RegisterReferral, Referral>(
        "register_referral", "POST referrals", "loyalty.referral:create",
        "A newcomer names the code; both are rewarded once they have paid.");
    loyalty
        .command<AdvanceReferral, Referral>("advance_referral", "POST referrals/{id}/advance",
                                            "loyalty.referral:create",
                                            "Lets it expire, or rewards it, when that is due.")
        .hidden = true;
    loyalty.policy("referrals")
        .on<ReferralRegistered>(&wait_for_payment)
        .on<ReferralConverted>(&wait_for_return)
        .on<ReferralReversed>(&waits_no_longer)
        .on_timer<DueReferral>(&referral_is_due);
}

}  // namespace almanac::loyalty
