// Every event of loyalty as it is written for ever: tests/golden/loyalty_events_v1.txt has a line
// `type version tags… {data}` for each. ALMANAC_GOLDEN_WRITE=1 writes the file anew, for a new
// event; a line that is there never changes.
#include <cstdlib>
#include <fstream>

#include "domain/house.hpp"
#include "domain/loyalty/referral.hpp"
#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

const auto file = std::string(ALMANAC_SOURCE_DIR) + "/tests/golden/loyalty_events_v1.txt";
const auto noon = at("2026-03-10T12:00:00Z");
const ThingRef visit{"appointment", id_number(30)};
const auto referral = id_of<ReferralId>(90);

Lots two_lots() {
    return {{date("2026-03-10"), date("2026-03-24"), date("2027-03-10"), std::nullopt, 70},
            {date("2026-03-09"), date("2026-03-09"), date("2026-06-07"), 90, 30}};
}
template <Booking E>
E booking() {
    E e;
    e.id = lucia_account;
    e.effective_at = noon;
    e.on = date("2026-03-10");
    e.points = 100;
    e.reserved = -40;
    e.debt = -20;
    e.lots = two_lots();
    e.value = Money{500, "EUR"};
    e.next_due = at("2026-06-08T00:00:00Z");
    return e;
}

std::vector<Event> of_programmes() {
    auto program = a_program();
    program.slug = "bella-club";
    program.description = "For friends";
    program.pending_days = 14;
    program.expiry = {ExpiryKind::after_days, 365, std::nullopt};
    program.tiers = {{"silver", 500, 1'500'000, {"a drink"}}};
    program.referral_cap_per_month = 5;
    program.active_from = date("2026-01-01");
    program.active_until = date("2026-12-31");
    return {program, ProgramActivated{club_program}, ProgramStopped{club_program}};
}

std::vector<Event> of_accounts() {
    auto points_earned = booking<PointsEarned>();
    points_earned.reason = EarnReason::review;
    points_earned.source = visit;
    auto reversed = booking<PointsReversed>();
    reversed.source = visit;
    reversed.earned_on = date("2026-03-10");
    auto reserved = booking<PointsReserved>();
    auto released = booking<PointsReleased>();
    auto redeemed = booking<PointsRedeemed>();
    auto restored = booking<PointsRestored>();
    reserved.redemption_id = released.redemption_id = first_redemption;
    redeemed.redemption_id = restored.redemption_id = first_redemption;
    auto expired = booking<PointsExpired>();
    expired.expired_on = date("2026-03-10");
    auto adjusted = booking<PointsAdjusted>();
    adjusted.member = lucia_member;
    adjusted.reason.sealed = "c2VhbGVk";
    adjusted.reason.of = subject_of(lucia_member);
    auto out = booking<PointsTransferredOut>();
    out.to = marta_account;
    auto in = booking<PointsTransferredIn>();
    in.from = marta_account;
    TierChanged tier{lucia_account, date("2026-03-10"), TierReason::set,           "silver", "gold",
                     true,          date("2026-12-31"), at("2027-01-01T00:00:00Z")};
    return {AccountOpened{lucia_account, lucia_member, at("2025-12-15T09:00:00Z")},
            points_earned,
            reversed,
            reserved,
            released,
            redeemed,
            restored,
            expired,
            adjusted,
            out,
            in,
            tier,
            AccountReviewed{lucia_account, at("2027-01-01T00:00:00Z")},
            AccountFrozen{lucia_account},
            AccountUnfrozen{lucia_account}};
}

std::vector<Event> of_redemptions() {
    return {RedemptionReserved{first_redemption, lucia_account, 100, Money{500, "EUR"}, two_lots(),
                               noon, visit},
            RedemptionCommitted{first_redemption, visit}, RedemptionCancelled{first_redemption},
            RedemptionExpired{first_redemption}, RedemptionRefunded{first_redemption}};
}

std::vector<Event> of_earning_and_referrals() {
    return {FirstPurchaseMade{lucia_member, visit, noon},
            PurchaseCompleted{visit, lucia_account, noon, ppm_one, 1'500'000, two_lots()[0]},
            ReferralCodeCreated{id_of<ReferralCodeId>(91), lucia_account, "ABCDEFGH23"},
            ReferralRegistered{referral, "ABCDEFGH23", lucia_account, marta_member, noon},
            ReferralConverted{referral, visit, noon},
            ReferralRewarded{referral, lucia_account, noon, 200, 50},
            ReferralExpired{referral},
            ReferralReversed{referral}};
}

std::string line_of(const Event& event) {
    std::string line = fmt::format("{} {}", event.type->name, event.type->version);
    for (const auto& tag : event.type->tags(event.data.get())) line += ' ' + tag;
    return line + ' ' + event.type->to_json(event.data.get()) + '\n';
}

TEST(LoyaltyEvents, are_written_as_they_always_were) {
    std::string written;
    std::set<std::string, std::less<>> types;
    for (const auto& events :
         {of_programmes(), of_accounts(), of_redemptions(), of_earning_and_referrals()}) {
        for (const auto& event : events) {
            written += line_of(event);
            types.insert(std::string(event.type->name));
        }
    }
    if (std::getenv("ALMANAC_GOLDEN_WRITE")) std::ofstream(file) << written;
    std::ifstream golden(file);
    EXPECT_EQ(written, std::string(std::istreambuf_iterator<char>(golden), {}));
    const auto catalogue = build_catalogue();
    for (const auto& [name, type] : catalogue.events()) {
        const bool is_ours =
            name.starts_with("loyalty.") && !name.starts_with("loyalty.loyalty_program_");
        EXPECT_TRUE(!is_ours || types.contains(name)) << name << " has no line";
    }
}

TEST(LoyaltyEvents, are_read_for_ever) {
    const auto catalogue = build_catalogue();
    std::ifstream golden(file);
    int lines = 0;
    for (std::string line; std::getline(golden, line); ++lines) {
        const auto name = line.substr(0, line.find(' '));
        const auto data = line.substr(line.find('{'));
        const auto* type = catalogue.event(name);
        ASSERT_TRUE(type) << name;
        const auto event = type->from_json(json::parse_own(data));
        ASSERT_TRUE(event) << name << ": " << event.error().detail;
        EXPECT_EQ(type->to_json(event->get()), data) << name;
    }
    EXPECT_GT(lines, 30);
}

}  // namespace
}  // namespace almanac::testing
