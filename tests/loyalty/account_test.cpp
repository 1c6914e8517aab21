// Accounts: enrolment, adjustments, transfers, freezing, tiers, expiry to the day.
#include "domain/loyalty/account_view.hpp"
#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

RecordCreated<LoyaltyProgram> with_tiers(TierWindow window, Downgrade downgrade) {
    auto program = a_program();
    program.tiers = {{"silver", 500, 1'500'000, {}}, {"gold", 1'000, 2 * ppm_one, {}}};
    program.tier_window = window;
    program.downgrade = downgrade;
    return program;
}

TEST(Enrol, opens_one_account_with_the_signup_points) {
    auto program = a_program();
    program.points_for_signup = 50;
    auto club =
        given(a_tenant_in(), a_person(lucia_member), program, ProgramActivated{club_program});
    const auto decided = club.after(EnrolMember{lucia_member});
    const auto& account = decided.event<AccountOpened>(0);
    EXPECT_EQ(account.member, lucia_member);
    EXPECT_EQ(decided.event<PointsEarned>(1).points, 50);
    EXPECT_EQ(decided.event<PointsEarned>(1).reason, EarnReason::signup);
    EXPECT_EQ(balance(club, "2026-06-01", account.id), (Balance{50, 0, 0}));
    club.when(EnrolMember{lucia_member}).then_rejected("loyalty.already_enrolled");
    club.when(EnrolMember{marta_member}).then_field_error("/member/id", "not_found");
    club.when(EnrolMember{{MemberKind::guest, id_number(40)}})
        .then_field_error("/member/id", "not_found");
}

// From an older register: what is entered afterwards earns from that day on.
TEST(Enrol, may_lie_in_the_past) {
    auto program = a_program();
    program.points_for_signup = 50;
    program.active_from = date("2025-12-01");
    program.expiry = {ExpiryKind::after_days, 60, {}};
    auto club =
        given(a_tenant_in(), a_person(lucia_member), program, ProgramActivated{club_program});
    club.at("2026-03-01T12:00:00Z");
    club.when(EnrolMember{lucia_member, at("2026-03-01T12:00:01Z")})
        .then_field_error("/enrolled_at", "future");
    club.when(EnrolMember{lucia_member, at("2025-11-30T23:59:59Z")})
        .then_rejected("loyalty.no_active_program");
    const auto decided = club.after(EnrolMember{lucia_member, at("2025-12-15T09:00:00Z")});
    const auto id = decided.event<AccountOpened>(0).id;
    EXPECT_EQ(decided.event<PointsEarned>(1).on, date("2025-12-15"));
    EXPECT_EQ(decided.event<PointsExpired>(2).expired_on, date("2026-02-13"));
    EXPECT_EQ(club.fold<Account>(id).enrolled_at, at("2025-12-15T09:00:00Z"));
    club.when(bought(1, 4'000, "2025-12-15T08:59:59Z"))
        .then(FirstPurchaseMade{
            lucia_member, {"appointment", id_number(1)}, at("2025-12-15T08:59:59Z")});
    const auto later = club.after(bought(2, 4'000, "2026-01-10T10:00:00Z"));
    EXPECT_EQ(later.event<PointsEarned>(2).on, date("2026-01-10"));
    EXPECT_EQ(balance(club, "2026-03-01", id), (Balance{40, 0, 0}));
}

// An older register has it where it knows none. Its local date could be written and never read.
TEST(Enrol, on_a_day_before_1970_is_refused) {
    auto program = a_program();
    program.points_for_signup = 50;
    const auto of = [&](std::string_view zone) {
        return given(a_tenant_in(std::string(zone)), a_person(lucia_member), program,
                     ProgramActivated{club_program});
    };
    const auto first = at("1970-01-01T00:00:00Z");
    of("America/New_York")
        .when(EnrolMember{lucia_member, first})
        .then_field_error("/enrolled_at", "range");
    for (const auto& [zone, since] :
         {std::pair{"UTC", first}, {"America/New_York", at("1970-01-01T05:00:00Z")}}) {
        EXPECT_EQ(of(zone).when(EnrolMember{lucia_member, since}).event<PointsEarned>(1).on,
                  date("1970-01-01"))
            << zone;
    }
}

TEST(Enrol, needs_a_programme_in_force) {
    auto club = given(a_tenant_in(), a_person(lucia_member), a_program());
    club.when(EnrolMember{lucia_member}).then_rejected("loyalty.no_active_program");
}

TEST(Program, one_is_in_force_within_its_period) {
    auto club = a_club();
    auto other = a_program();
    other.id = id_of<ProgramId>(61);
    other.active_until = date("2026-01-31");
    club.and_given(other);
    club.when(ActivateProgram{other.id}).then_rejected("loyalty.program_active");
    club.when(ActivateProgram{club_program}).then_nothing();
    club.when(ActivateProgram{id_of<ProgramId>(99)}).then_rejected("not_found");
    club.after(StopProgram{club_program}).then(ProgramStopped{club_program});
    EXPECT_EQ(program_on(date("2026-01-31"), club.folds()), nullptr);
    club.after(ActivateProgram{other.id}).then(ProgramActivated{other.id});
    EXPECT_NE(program_on(date("2026-01-31"), club.folds()), nullptr);
    EXPECT_EQ(program_on(date("2026-02-01"), club.folds()), nullptr);
    club.after(DeleteRecord<LoyaltyProgram>{other.id});
    EXPECT_FALSE(club.fold<ProgramInForce>(Whole{}).id);
}

TEST(Program, is_in_the_currency_of_the_business) {
    CreateRecord<LoyaltyProgram> wish;
    wish.name = "Club";
    wish.redemption = {100, {500, "USD"}};
    given(a_tenant_in()).when(wish).then_field_error("/redemption/value/currency", "currency");
}

TEST(Example, what_is_spent_first_is_what_expires_first) {
    auto club = a_club();
    club.and_given(earned(100, "2026-01-02", "2026-01-31"));
    club.and_given(earned(50, "2026-01-03", "2026-06-30"));
    club.at("2026-01-15T10:00:00Z").after(RedeemPoints{lucia_account, 120, {}});
    club.after(CommitRedemption{first_redemption});
    EXPECT_EQ(balance(club, "2026-02-01"), (Balance{30, 0, 0}));
    club.at("2026-02-01T00:00:00Z").after(ReviewAccount{lucia_account});
    EXPECT_EQ(balance(club, "2026-06-30"), (Balance{30, 0, 0})) << "nothing expired";
}

TEST(Expiry, is_to_the_day_of_the_zone_and_booked_as_of_its_end) {
    auto club = a_club(a_program(), "Pacific/Auckland");
    club.and_given(earned(100, "2026-01-02", "2026-01-31"));
    club.at("2026-01-31T10:59:59Z").when(RedeemPoints{lucia_account, 100, {}});
    club.when(ReviewAccount{lucia_account}).event<AccountReviewed>();
    club.at("2026-01-31T11:00:00Z");  // midnight there
    club.when(RedeemPoints{lucia_account, 100, {}}).then_rejected("loyalty.insufficient_points");
    club.at("2026-03-05T00:00:00Z");
    const auto& expired = club.when(ReviewAccount{lucia_account}).event<PointsExpired>();
    EXPECT_EQ(expired.effective_at, at("2026-01-31T11:00:00Z"));
    EXPECT_EQ(expired.expired_on, date("2026-01-31"));
    EXPECT_EQ(expired.points, -100);
}

TEST(Expiry, tells_when_the_account_changes_next) {
    auto program = a_program();
    program.expiry = {ExpiryKind::after_days, 10, std::nullopt};
    auto club = a_club(program, "America/New_York");
    club.at("2026-03-02T12:00:00Z");
    const auto decided = club.after(bought(1, 5'000, "2026-03-02T12:00:00Z"));
    EXPECT_EQ(decided.event<PointsEarned>(2).next_due, at("2026-03-13T04:00:00Z"));
    club.at("2026-03-13T04:00:00Z");
    const auto reviewed = club.after(ReviewAccount{lucia_account});
    EXPECT_EQ(reviewed.event<PointsExpired>().next_due, std::nullopt);
}

// Clocks go forward at midnight in Havana, so the day after begins at 01:00; Apia left out a day.
TEST(Expiry, is_at_the_end_of_the_local_day_where_clocks_change) {
    struct Case {
        const char* zone;
        const char* last_day;
        const char* end;
    };
    for (const auto& [zone, last_day, end] :
         {Case{"Europe/Madrid", "2026-03-29", "2026-03-29T22:00:00Z"},
          Case{"Europe/Madrid", "2026-03-28", "2026-03-28T23:00:00Z"},
          Case{"America/New_York", "2026-11-01", "2026-11-02T05:00:00Z"},
          Case{"America/Havana", "2026-03-07", "2026-03-08T05:00:00Z"},
          Case{"Pacific/Apia", "2026-06-30", "2026-06-30T11:00:00Z"}}) {
        auto club = a_club(a_program(), zone);
        club.and_given(earned(100, "2026-01-02", last_day));
        club.at(at(end) - Micros{1});
        club.when(RedeemPoints{lucia_account, 100, {}}).event<RedemptionReserved>();
        club.at(end);
        club.when(RedeemPoints{lucia_account, 100, {}})
            .then_rejected("loyalty.insufficient_points");
        EXPECT_EQ(club.when(ReviewAccount{lucia_account}).event<PointsExpired>().effective_at,
                  at(end))
            << zone;
    }
}

TEST(Expiry, follows_the_business_into_another_zone) {
    auto club = a_club(a_program(), "Europe/Madrid");
    club.and_given(earned(100, "2026-01-02", "2026-01-31"));
    tenancy::TenantChanged moved;
    moved.tenant_id = TenantId{id_number(1)};
    moved.changes.names = {"time_zone"};
    moved.changes.value.time_zone = "America/New_York";
    club.and_given(moved);
    // The timer of Madrid's midnight finds nothing and waits for New York's.
    club.at("2026-01-31T23:00:00Z");
    const auto early = club.after(ReviewAccount{lucia_account});
    EXPECT_EQ(early.event<AccountReviewed>().next_due, at("2026-02-01T05:00:00Z"));
    club.at("2026-02-01T05:00:00Z");
    const auto& expired = club.when(ReviewAccount{lucia_account}).event<PointsExpired>();
    EXPECT_EQ(expired.effective_at, at("2026-02-01T05:00:00Z"));
}

TEST(Adjust, never_goes_below_zero) {
    auto club = a_club();
    club.after(AdjustPoints{lucia_account, 30, std::string("a gift")});
    EXPECT_EQ(balance(club, "2026-01-01"), (Balance{30, 0, 0}));
    club.when(AdjustPoints{lucia_account, -31, std::string("x")})
        .then_rejected("loyalty.below_floor");
    club.after(AdjustPoints{lucia_account, -30, std::string("a mistake")});
    EXPECT_EQ(balance(club, "2026-01-01"), Balance{});
    club.when(AdjustPoints{lucia_account, 0, std::string("x")}).then_field_error("/points", "zero");
    club.when(AdjustPoints{id_of<AccountId>(9), 1, std::string("x")}).then_rejected("not_found");
}

TEST(Adjust, above_what_an_account_holds_is_refused) {
    auto club = a_club();
    auto much = earned(1, "2026-01-01");
    much.points = balance_points_max;
    much.lots[0].points = balance_points_max;
    club.and_given(much);
    club.when(AdjustPoints{lucia_account, 1, std::string("x")})
        .then_rejected("loyalty.points_overflow");
}

TEST(Transfer, keeps_the_expiry_where_the_programme_allows_it) {
    auto program = a_program();
    auto closed = a_club(program);
    closed.and_given(earned(100, "2026-01-02"));
    closed.when(TransferPoints{lucia_account, marta_account, 60})
        .then_rejected("loyalty.transfers_not_allowed");
    program.transfers_allowed = true;
    auto club = a_club(program);
    club.and_given(earned(100, "2026-01-02", "2026-01-31")).at("2026-01-03T08:00:00Z");
    club.after(TransferPoints{lucia_account, marta_account, 60});
    EXPECT_EQ(balance(club, "2026-01-31"), (Balance{40, 0, 0}));
    EXPECT_EQ(balance(club, "2026-01-31", marta_account), (Balance{60, 0, 0}));
    EXPECT_EQ(balance(club, "2026-02-01", marta_account), Balance{});
    club.when(TransferPoints{lucia_account, marta_account, 41})
        .then_rejected("loyalty.insufficient_points");
    club.when(TransferPoints{lucia_account, lucia_account, 1}).then_field_error("/to", "same");
    club.after(FreezeAccount{marta_account});
    club.when(TransferPoints{lucia_account, marta_account, 1})
        .then_rejected("loyalty.account_frozen");
}

TEST(Transfer, clears_a_debt_of_the_other_account) {
    auto program = a_program();
    program.transfers_allowed = true;
    auto club = a_club(program);
    club.at("2026-01-10T12:00:00Z").after(bought(1, 10'000, "2026-01-10T12:00:00Z"));
    club.after(CommitRedemption{
        club.after(RedeemPoints{lucia_account, 100, {}}).event<RedemptionReserved>().id});
    club.after(bought(1, 10'000, "2026-01-10T12:00:00Z", 10'000));
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{-100, 0, 0}));
    club.after(AdjustPoints{marta_account, 150, std::string("a gift")});
    club.after(TransferPoints{marta_account, lucia_account, 120});
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{20, 0, 0}));
    EXPECT_EQ(balance(club, "2026-01-10", marta_account), (Balance{30, 0, 0}));
}

TEST(Freeze, stops_redeeming_but_not_earning_and_expiry) {
    auto club = a_club();
    club.and_given(earned(100, "2026-01-02", "2026-01-31"));
    club.after(FreezeAccount{lucia_account}).then(AccountFrozen{lucia_account});
    club.when(FreezeAccount{lucia_account}).then_nothing();
    club.when(RedeemPoints{lucia_account, 10, {}}).then_rejected("loyalty.account_frozen");
    club.at("2026-01-10T12:00:00Z").after(bought(1, 1'000, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(balance(club, "2026-01-31"), (Balance{110, 0, 0}));
    EXPECT_EQ(balance(club, "2026-02-01"), (Balance{10, 0, 0}));
    club.after(UnfreezeAccount{lucia_account}).then(AccountUnfrozen{lucia_account});
    club.when(RedeemPoints{lucia_account, 10, {}}).event<RedemptionReserved>();
}

TEST(Example, points_that_are_spent_keep_their_tier) {
    auto club = a_club(with_tiers(TierWindow::lifetime, Downgrade::by_threshold));
    club.at("2026-01-10T12:00:00Z").after(bought(1, 52'000, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "silver");
    const auto redemption = club.after(RedeemPoints{lucia_account, 400, {}});
    club.after(CommitRedemption{redemption.event<RedemptionReserved>().id});
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "silver");
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{120, 0, 0}));
}

TEST(Tier, is_reached_at_its_threshold_and_multiplies_what_comes_after) {
    auto club = a_club(with_tiers(TierWindow::lifetime, Downgrade::none));
    club.at("2026-01-10T12:00:00Z").after(bought(1, 49'900, "2026-01-10T12:00:00Z"));
    EXPECT_FALSE(club.fold<Account>(lucia_account).tier);
    const auto crossing = club.after(bought(2, 10'100, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(crossing.event<PointsEarned>(1).points, 101) << "still the old multiplier";
    EXPECT_EQ(crossing.event<TierChanged>(2).to, "silver");
    const auto next = club.after(bought(3, 10'000, "2026-01-11T12:00:00Z"));
    EXPECT_EQ(next.event<PointsEarned>(1).points, 150);
    club.after(bought(1, 49'900, "2026-01-10T12:00:00Z", 49'900));
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "silver") << "no downgrade";
}

RecordCreated<LoyaltyProgram> with_a_first_tier() {
    auto program = a_program();
    program.tiers = {{"bronze", 0, 1'200'000, {}}, {"silver", 500, 1'500'000, {}}};
    return program;
}

TEST(Tier, that_needs_no_points_is_held_from_the_enrolment_on) {
    auto program = with_a_first_tier();
    auto club =
        given(a_tenant_in(), a_person(lucia_member), program, ProgramActivated{club_program});
    EXPECT_EQ(club.when(EnrolMember{lucia_member}).event<TierChanged>(1).to, "bronze");
    program.points_for_signup = 500;
    auto generous =
        given(a_tenant_in(), a_person(lucia_member), program, ProgramActivated{club_program});
    EXPECT_EQ(generous.when(EnrolMember{lucia_member}).event<TierChanged>(2).to, "silver");
}

// As where the programme got it after they were enrolled.
TEST(Tier, that_needs_no_points_is_everybodys_also_where_nobody_has_booked_it) {
    const auto program = with_a_first_tier();
    auto club = a_club(program);
    const auto view = view_on(club.fold<Account>(lucia_account), &program, date("2026-01-10"));
    EXPECT_EQ(view.tier, "bronze");
    EXPECT_EQ(view.next_tier, "silver");
    EXPECT_EQ(view.points_to_next_tier, 500);
    club.at("2026-01-10T12:00:00Z");
    const auto first = club.after(bought(1, 10'000, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(first.event<PointsEarned>(2).points, 120);
    EXPECT_EQ(first.event<TierChanged>(3).to, "bronze");
}

TEST(Tier, counts_pending_points_and_neither_adjustments_nor_transfers) {
    auto program = with_tiers(TierWindow::lifetime, Downgrade::none);
    program.pending_days = 14;
    program.transfers_allowed = true;
    auto club = a_club(program);
    club.at("2026-01-10T12:00:00Z");
    club.after(AdjustPoints{lucia_account, 600, std::string("a gift")});
    club.after(TransferPoints{lucia_account, marta_account, 500});
    EXPECT_FALSE(club.fold<Account>(lucia_account).tier);
    EXPECT_FALSE(club.fold<Account>(marta_account).tier);
    club.after(bought(1, 50'000, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{100, 500, 0}));
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "silver");
}

TEST(Tier, falls_by_the_threshold_when_points_leave_the_window) {
    auto club = a_club(with_tiers(TierWindow::rolling_12_months, Downgrade::by_threshold));
    club.at("2026-01-10T12:00:00Z");
    const auto decided = club.after(bought(1, 100'000, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(decided.event<TierChanged>(3).to, "gold");
    EXPECT_EQ(decided.event<TierChanged>(3).next_due, at("2027-01-10T00:00:00Z"));
    club.at("2027-01-09T23:59:59Z").when(ReviewAccount{lucia_account}).event<AccountReviewed>();
    const auto fallen = club.at("2027-01-10T00:00:00Z").after(ReviewAccount{lucia_account});
    EXPECT_EQ(fallen.event<TierChanged>().to, std::nullopt);
    EXPECT_EQ(fallen.event<TierChanged>().next_due, std::nullopt);
}

TEST(Tier, falls_one_at_a_time_where_the_programme_says_so) {
    auto club = a_club(with_tiers(TierWindow::rolling_12_months, Downgrade::one_down));
    club.at("2026-01-10T12:00:00Z").after(bought(1, 100'000, "2026-01-10T12:00:00Z"));
    const auto first = club.at("2027-01-10T00:00:00Z").after(ReviewAccount{lucia_account});
    EXPECT_EQ(first.event<TierChanged>().to, "silver");
    EXPECT_EQ(first.event<TierChanged>().next_due, at("2028-01-10T00:00:00Z"));
    club.at("2027-06-01T00:00:00Z").when(ReviewAccount{lucia_account}).event<AccountReviewed>();
    const auto second = club.at("2028-01-10T00:00:00Z").after(ReviewAccount{lucia_account});
    EXPECT_EQ(second.event<TierChanged>().to, std::nullopt);
}

TEST(Tier, that_is_set_stays_until_its_last_day_or_until_it_is_taken_back) {
    auto club = a_club(with_tiers(TierWindow::lifetime, Downgrade::none));
    club.when(SetTier{lucia_account, "bronze", {}}).then_field_error("/tier", "not_found");
    club.when(SetTier{lucia_account, "gold", date("2025-12-31")})
        .then_field_error("/until", "past");
    club.when(SetTier{lucia_account, {}, date("2026-12-31")})
        .then_field_error("/until", "not_together");
    const auto set = club.after(SetTier{lucia_account, "gold", date("2026-03-31")});
    EXPECT_EQ(set.event<TierChanged>().next_due, at("2026-04-01T00:00:00Z"));
    club.at("2026-01-10T12:00:00Z").after(bought(1, 30'000, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "gold");
    EXPECT_EQ(balance(club, "2026-01-10").available, 600);
    club.at("2026-04-01T00:00:00Z").after(ReviewAccount{lucia_account});
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "silver");
    EXPECT_FALSE(club.fold<Account>(lucia_account).tier_is_set);
    club.after(SetTier{lucia_account, "gold", {}});
    club.when(SetTier{lucia_account, "gold", {}}).then_nothing();
    club.when(SetTier{lucia_account, "gold", date("2026-12-31")}).event<TierChanged>();
    club.after(SetTier{lucia_account, {}, {}});
    club.when(SetTier{lucia_account, {}, {}}).then_nothing();
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "silver");
}

TEST(Award, is_for_one_source_once) {
    auto program = a_program();
    program.points_for_review = 20;
    program.points_for_birthday = 100;
    auto club = a_club(program);
    const AwardPoints review{
        lucia_member, EarnReason::review, {"review", id_number(5)}, at("2026-01-05T10:00:00Z")};
    club.at("2026-01-05T10:00:00Z").after(review);
    club.after(review).then_nothing();
    EXPECT_EQ(balance(club, "2026-01-05"), (Balance{20, 0, 0}));
    club
        .when(AwardPoints{
            lucia_member, EarnReason::review, {"review", id_number(6)}, at("2025-12-31T10:00:00Z")})
        .then_nothing();
    club.after(AwardPoints{lucia_member,
                           EarnReason::birthday,
                           {"birthday", id_number(7)},
                           at("2026-01-05T10:00:00Z")});
    EXPECT_EQ(balance(club, "2026-01-05"), (Balance{120, 0, 0}));
}

}  // namespace
}  // namespace almanac::testing
