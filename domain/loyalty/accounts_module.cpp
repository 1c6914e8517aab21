#include "domain/loyalty/account_view.hpp"
#include "domain/loyalty/birthday.hpp"
#include "domain/loyalty/earning.hpp"
#include "domain/loyalty/module.hpp"
#include "domain/loyalty/policies.hpp"

namespace almanac::loyalty {
namespace {
void declare_account_policies(Module& loyalty) {
    loyalty
        .command<ReviewAccount, Account>(
            "review_loyalty_account", "POST loyalty_accounts/{id}/review",
            "loyalty.loyalty_account:adjust", "Books what has expired and looks at the tier anew.")
        .hidden = true;
    loyalty.policy("due_accounts")
        .on<PointsEarned>(&look_again<PointsEarned>)
        .on<PointsReversed>(&look_again<PointsReversed>)
        .on<PointsReserved>(&look_again<PointsReserved>)
        .on<PointsReleased>(&look_again<PointsReleased>)
        .on<PointsRedeemed>(&look_again<PointsRedeemed>)
        .on<PointsRestored>(&look_again<PointsRestored>)
        .on<PointsExpired>(&look_again<PointsExpired>)
        .on<PointsAdjusted>(&look_again<PointsAdjusted>)
        .on<PointsTransferredOut>(&look_again<PointsTransferredOut>)
        .on<PointsTransferredIn>(&look_again<PointsTransferredIn>)
        .on<TierChanged>(&look_again<TierChanged>)
        .on<AccountReviewed>(&look_again<AccountReviewed>)
        .on_timer<DueAccount>(&account_is_due);
}

// The nightly walk over members (loyalty.md, "Birthday points").
void declare_birthdays(Module& loyalty) {
    loyalty
        .command<AwardBirthday, Account>(
            "award_birthday_points", "POST loyalty_accounts/{id}/adjust",
            "loyalty.loyalty_account:adjust", "Points for a birthday in this month, once a year.")
        .hidden = true;
    loyalty.policy("birthdays")
        .on<AccountOpened>(&wait_for_first)
        .on_timer<BirthdayLook>(&first_of_month);
}
}  // namespace

void declare_accounts(Module& loyalty) {
    loyalty.event<AccountOpened>().event<PointsEarned>().event<PointsReversed>();
    loyalty.event<PointsReserved>().event<PointsReleased>().event<PointsRedeemed>();
    loyalty.event<PointsRestored>().event<PointsExpired>().event<PointsAdjusted>();
    loyalty.event<PointsTransferredOut>().event<PointsTransferredIn>();
    loyalty.event<TierChanged>().event<AccountReviewed>();
    loyalty.event<AccountFrozen>().event<AccountUnfrozen>();
    auto& accounts = loyalty.collection<Account>("loyalty_accounts", "loyalty.loyalty_account:read",
                                                 "Members' points.");
    accounts.filters = {{"member_id", "member.id"}, {"status", "status"}, {"tier", "tier"}};
    accounts.schema =
        &detail::row_schema<AccountView>;  // projections/records/presented.cpp shows it
    loyalty.command<EnrolMember, Account>("enrol_member", "POST loyalty_accounts",
                                          "loyalty.loyalty_account:create",
                                          "Opens the account of a client or guest.");
    loyalty.command<AdjustPoints, Account>("adjust_points", "POST loyalty_accounts/{id}/adjust",
                                           "loyalty.loyalty_account:adjust",
                                           "Adds or takes points, with a reason; never below 0.");
    loyalty.command<TransferPoints, Account>(
        "transfer_points", "POST loyalty_accounts/{id}/transfer",
        "loyalty.loyalty_account:transfer",
        "Gives points to another account, if the programme allows it; they keep their expiry.");
    loyalty.command<FreezeAccount, Account>(
        "freeze_loyalty_account", "POST loyalty_accounts/{id}/freeze",
        "loyalty.loyalty_account:freeze", "Stops redemptions and transfers; nothing else.");
    loyalty.command<UnfreezeAccount, Account>(
        "unfreeze_loyalty_account", "POST loyalty_accounts/{id}/unfreeze",
        "loyalty.loyalty_account:freeze", "Allows redemptions and transfers again.");
    loyalty.command<SetTier, Account>(
        "set_loyalty_tier", "POST loyalty_accounts/{id}/set_tier",
        "loyalty.loyalty_account:set_tier",
        "Gives it a tier that points do not change; null: by the points again.");
    declare_account_policies(loyalty);
    declare_birthdays(loyalty);
}

void declare_redemptions(Module& loyalty) {
    loyalty.event<RedemptionReserved>().event<RedemptionCommitted>();
    loyalty.event<RedemptionCancelled>().event<RedemptionExpired>();
    loyalty.event<RedemptionRefunded>();
    auto& redemptions = loyalty.collection<Redemption>("redemptions", "loyalty.redemption:read",
                                                       "Points on their way to pay for something.");
    redemptions.filters = {{"account_id", "account_id"}, {"status", "status"}};
    loyalty.command<RedeemPoints, Redemption>(
        "redeem_points", "POST redemptions", "loyalty.redemption:create",
        "Reserves points for a while; pay with `record_payment {method: \"points\"}`, or commit.");
    loyalty.command<CommitRedemption, Redemption>(
        "commit_redemption", "POST redemptions/{id}/commit", "loyalty.redemption:commit",
        "The points are spent.");
    loyalty.command<CancelRedemption, Redemption>(
        "cancel_redemption", "POST redemptions/{id}/cancel", "loyalty.redemption:cancel",
        "The points return to their buckets.");
    loyalty
        .command<ExpireRedemption, Redemption>("expire_redemption", "POST redemptions/{id}/cancel",
                                               "loyalty.redemption:cancel",
                                               "Returns points that were reserved for too long.")
        .hidden = true;
    loyalty.policy("reservation_ends")
        .on<RedemptionReserved>(&wait_for_end)
        .on<RedemptionCommitted>(&ended_before<RedemptionCommitted>)
        .on<RedemptionCancelled>(&ended_before<RedemptionCancelled>)
        .on_timer<ReservedPoints>(&reservation_has_ended);
}

void declare_earning(Module& loyalty) {
    using namespace scheduling;
    loyalty.event<FirstPurchaseMade>().event<PurchaseCompleted>();
    loyalty
        .command<AwardPoints, Account>("award_points", "POST loyalty_accounts/{id}/adjust",
                                       "loyalty.loyalty_account:adjust",
                                       "Points for one source, once: a review.")
        .hidden = true;
    loyalty
        .command<EarnFrom<Appointment>, Account>(
            "earn_from_appointment", "POST loyalty_accounts/{id}/adjust",
            "loyalty.loyalty_account:adjust", "Books what an appointment earns by now.")
        .hidden = true;
    // From the beginning: whoever paid before there was a programme is no newcomer.
    loyalty.policy("earning")
        .from_the_beginning()
        .on<AppointmentCompleted>(&earn<Appointment, AppointmentCompleted>)
        .on<PaymentRecorded>(&earn<Appointment, PaymentRecorded>)
        .on<PaymentRefunded>(&earn<Appointment, PaymentRefunded>);
}

}  // namespace almanac::loyalty
