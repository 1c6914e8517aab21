// Codes of loyalty and referral.
#include <array>

#include "gateway/error_codes_parts.hpp"

namespace almanac::gateway::detail {
namespace {

constexpr auto codes = std::to_array<ErrorCode>({
    {"loyalty.account_frozen", 409, "The account is frozen",
     "A frozen account earns and expires, but its points are neither redeemed nor transferred.",
     "Unfreeze it first."},
    {"loyalty.already_enrolled", 409, "The member has an account",
     "A client or guest has at most one loyalty account.",
     "Find it with GET loyalty_accounts?member_id=."},
    {"loyalty.already_referred", 409, "Referred already", "A newcomer has one referrer at most.",
     "Nothing is to be done."},
    {"loyalty.code_unknown", 422, "No such code",
     "No member of the business has this referral code; the case of letters does not matter.",
     "Type it again; a code has none of 0, 1, I, L, O and U."},
    {"loyalty.referee_not_new", 422, "Not a newcomer",
     "Somebody who has paid for a completed visit before is no newcomer.",
     "Refer somebody who has not been there yet."},
    {"loyalty.self_referral", 422, "Oneself",
     "A referee with the referrer's id, e-mail address or phone number is the same person.",
     "Refer somebody else."},
    {"loyalty.below_floor", 422, "Below zero",
     "An adjustment takes at most the points that are available.",
     "Take fewer points; `detail` says how many there are."},
    {"loyalty.below_minimum", 422, "Too few points",
     "The programme redeems only from a minimum upwards.",
     "Redeem at least `minimum_redemption` points of the programme."},
    {"loyalty.insufficient_points", 409, "Not enough points",
     "More points are asked for than are available; pending and reserved ones do not count.",
     "Ask for fewer; `detail` says how many are available."},
    {"loyalty.no_active_program", 422, "No programme is active",
     "Members enrol and redeem under the programme that is in force, within its active period.",
     "Activate a programme with POST loyalty_programs/{id}/activate."},
    {"loyalty.points_overflow", 422, "Too many points",
     "An account holds at most 1,000,000,000,000 points.", "Book fewer points."},
    {"loyalty.program_active", 409, "Another programme is active",
     "At most one programme of a business is in force.",
     "Stop the other one first with POST loyalty_programs/{id}/stop."},
    {"loyalty.redemption_expired", 409, "The redemption is over",
     "Its time is up, or it was committed, cancelled or refunded before.",
     "Redeem anew with POST redemptions."},
    {"loyalty.share_limit", 422, "Too large a share",
     "The programme lets points pay only for a share of a purchase.",
     "Redeem fewer points for it; `detail` says how much they may pay."},
    {"loyalty.transfers_not_allowed", 422, "No transfers",
     "The programme does not let members give points to each other.",
     "Set `transfers_allowed` of the programme if they should."},
    {"expiry", 422, "Expiry and kind do not fit",
     "after_days and inactivity have `days`, end_of_year may have `years`, none has neither.",
     "Give what belongs to the kind and nothing else."},
    {"order", 422, "Out of order", "The items of the list must rise from one to the next.",
     "Sort the list; no two may be equal."},
    {"redemption", 422, "Not a redemption",
     "A payment with points, and a refund to points, name a redemption in `reference`.",
     "Give the id that POST redemptions answered."},
    {"same", 422, "The same thing", "Two different things are needed here.", "Name another one."},
    {"step", 422, "Not a multiple", "The programme redeems points in steps.",
     "Redeem a multiple of `redemption_step`."},
    {"value", 422, "Not its value",
     "A redemption pays, and is given back, as a whole: the amount must be its value.",
     "Give the `value` that the redemption has."},
    {"zero", 422, "Nothing to do", "The number may be positive or negative, but not 0.",
     "Give another number."},
});

}  // namespace

std::span<const ErrorCode> loyalty_codes() {
    return codes;
}

}  // namespace almanac::gateway::detail
