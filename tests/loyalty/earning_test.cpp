// What is paid earns, what is refunded is taken back; each fact once, however often it is told.
#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

constexpr auto noon = "2026-01-10T12:00:00Z";

Given on_the_day(const RecordCreated<LoyaltyProgram>& program = a_program()) {
    auto club = a_club(program);
    club.at(noon);
    return club;
}

TEST(Example, seventy_points_on_forty_euros_are_taken_back_in_three_refunds) {
    auto program = a_program();
    program.points_per_currency_unit_ppm = 1'750'000;
    auto club = on_the_day(program);
    club.after(bought(1, 4'000, noon));
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{70, 0, 0}));
    const auto refund = [&](std::int64_t so_far) {
        return club.after(bought(1, 4'000, noon, so_far)).event<PointsReversed>().points;
    };
    EXPECT_EQ(refund(1'333), -23);
    EXPECT_EQ(refund(2'666), -23);
    EXPECT_EQ(refund(4'000), -24);
    EXPECT_EQ(balance(club, "2026-01-10"), Balance{});
}

TEST(Example, a_refund_of_spent_points_is_a_debt_that_the_next_points_clear) {
    auto club = on_the_day();
    club.after(bought(1, 10'000, noon));
    const auto redeemed = club.after(RedeemPoints{lucia_account, 80, {}});
    club.after(CommitRedemption{redeemed.event<RedemptionReserved>().id});
    club.after(bought(1, 10'000, noon, 10'000));
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{-80, 0, 0}));
    club.when(AdjustPoints{lucia_account, -1, std::string("x")})
        .then_rejected("loyalty.below_floor");
    club.after(bought(2, 10'000, noon));
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{20, 0, 0}));
}

TEST(Example, the_part_paid_with_points_earns_none) {
    auto club = on_the_day();
    scheduling::Appointment a;
    a.status = scheduling::AppointmentStatus::completed;
    a.client_id = ClientId{lucia_member.id};
    a.completed_at = at(noon);
    a.price = {4'999, "EUR"};
    a.paid = {4'999, "EUR"};
    a.refunded = a.refunded_to_points = {0, "EUR"};
    a.paid_with_points = {1'000, "EUR"};
    const auto fact = scheduling::paid_fact(a, id_of<scheduling::AppointmentId>(30));
    ASSERT_TRUE(fact);
    EXPECT_EQ(club.after(Bought{*fact}).event<PointsEarned>(2).points, 39);
    a.client_id.reset();
    EXPECT_FALSE(scheduling::paid_fact(a, id_of<scheduling::AppointmentId>(30)));
    a.client_id = ClientId{lucia_member.id};
    a.status = scheduling::AppointmentStatus::no_show;
    EXPECT_FALSE(scheduling::paid_fact(a, id_of<scheduling::AppointmentId>(30)))
        << "fees earn nothing";
}

TEST(Earning, counts_a_fact_once) {
    auto club = on_the_day();
    club.after(bought(1, 4'000, noon));
    club.after(bought(1, 4'000, noon)).then_nothing();
    club.after(bought(1, 4'000, noon, 2'000));
    club.after(bought(1, 4'000, noon, 2'000)).then_nothing();
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{20, 0, 0}));
}

TEST(Earning, begins_with_the_enrolment_and_under_a_programme) {
    auto club = on_the_day();
    const auto early = club.after(bought(1, 4'000, "2026-01-01T07:59:59Z"));
    EXPECT_EQ(early.decision()->list.size(), 1U) << "only that she paid for the first time";
    EXPECT_EQ(early.event<FirstPurchaseMade>().member, lucia_member);
    club.after(bought(1, 4'000, "2026-01-01T07:59:59Z")).then_nothing();
}

TEST(Earning, of_what_was_completed_while_the_programme_stood_still_is_nothing_for_good) {
    auto club = on_the_day();
    club.and_given(ProgramStopped{club_program});
    const auto& e = club.after(bought(2, 4'000, noon)).event<PurchaseCompleted>(1);
    EXPECT_EQ(e.rate_ppm, 0);
    club.and_given(ProgramActivated{club_program});
    club.after(bought(2, 5'000, noon)).then_nothing();
    club.after(bought(2, 5'000, noon, 5'000)).then_nothing();
    EXPECT_EQ(balance(club, "2026-01-10"), Balance{});
    club.after(bought(3, 5'000, noon));
    EXPECT_EQ(balance(club, "2026-01-10").available, 50);
}

TEST(Earning, counts_by_the_tier_of_the_day_also_where_nobody_has_booked_its_end) {
    auto program = a_program();
    program.tiers = {{"silver", 50, 2 * ppm_one, {}}, {"gold", 500, 3 * ppm_one, {}}};
    program.tier_window = TierWindow::rolling_12_months;
    program.downgrade = Downgrade::by_threshold;
    auto club = on_the_day(program);
    club.after(bought(1, 5'000, noon));  // silver until 9 January 2027
    auto later = club;
    later.at("2027-01-09T23:00:00Z");
    EXPECT_EQ(later.after(bought(2, 1'000, "2027-01-09T23:00:00Z")).event<PointsEarned>(1).points,
              20);
    club.at("2027-01-10T00:00:00Z");
    EXPECT_EQ(club.after(bought(2, 1'000, "2027-01-10T00:00:00Z")).event<PointsEarned>(1).points,
              10);
    club.after(SetTier{lucia_account, "gold", date("2027-01-31")});
    club.at("2027-02-01T00:00:00Z");
    EXPECT_EQ(club.after(bought(3, 1'000, "2027-02-01T00:00:00Z")).event<PointsEarned>(1).points,
              10);
}

TEST(Earning, a_change_of_the_programme_holds_for_later_facts_only) {
    auto club = on_the_day();
    club.after(bought(1, 2'000, noon));
    RecordChanged<LoyaltyProgram> dearer;
    dearer.id = club_program;
    dearer.changes.names = {"points_per_currency_unit_ppm"};
    dearer.changes.value.points_per_currency_unit_ppm = 3 * ppm_one;
    club.and_given(dearer);
    club.after(bought(1, 4'000, noon));
    EXPECT_EQ(balance(club, "2026-01-10").available, 40) << "a later payment, the old rate";
    club.after(bought(2, 1'000, noon));
    EXPECT_EQ(balance(club, "2026-01-10").available, 70);
}

TEST(Earning, a_payment_after_completion_has_the_multiplier_of_then) {
    auto program = a_program();
    program.tiers = {{"silver", 50, 2 * ppm_one, {}}};
    auto club = on_the_day(program);
    club.after(bought(1, 0, noon)).event<PurchaseCompleted>();
    club.after(bought(2, 6'000, noon));
    EXPECT_EQ(club.fold<Account>(lucia_account).tier, "silver");
    club.after(bought(1, 1'000, noon));
    EXPECT_EQ(balance(club, "2026-01-10").available, 70);
}

TEST(Reversal, takes_from_its_own_bucket_then_the_earliest_never_reserved_points) {
    auto club = on_the_day();
    club.and_given(earned(40, "2026-01-05", "2026-01-20"));
    club.after(bought(1, 10'000, noon));
    const auto redeemed = club.after(RedeemPoints{lucia_account, 60, {}});
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{80, 0, 60}));
    club.after(bought(1, 10'000, noon, 10'000));
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{-20, 0, 60}));
    club.after(CancelRedemption{redeemed.event<RedemptionReserved>().id});
    EXPECT_EQ(balance(club, "2026-01-10"), (Balance{40, 0, 0})) << "what returns clears it first";
}

TEST(Reversal, pending_points_clear_a_debt_too) {
    auto program = a_program();
    program.pending_days = 7;
    auto club = on_the_day(program);
    club.after(AdjustPoints{lucia_account, 100, std::string("a gift")});
    club.after(AdjustPoints{lucia_account, -100, std::string("taken back")});
    club.after(bought(1, 5'000, noon));
    club.at("2026-01-17T00:00:00Z");
    const auto redeemed = club.after(RedeemPoints{lucia_account, 50, {}});
    club.after(CommitRedemption{redeemed.event<RedemptionReserved>().id});
    club.after(bought(1, 5'000, noon, 5'000));
    EXPECT_EQ(balance(club, "2026-01-17"), (Balance{-50, 0, 0}));
    club.after(bought(2, 8'000, "2026-01-17T00:00:00Z"));
    EXPECT_EQ(balance(club, "2026-01-17"), (Balance{0, 30, 0}));
}

}  // namespace
}  // namespace almanac::testing
