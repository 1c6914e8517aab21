// Redemptions: reserved, committed, cancelled, given back; as a means of payment.
#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

const ThingRef visit{"appointment", id_number(30)};

// Pays for the visit with points, as its own decision does.
struct PayWithPoints {
    RedemptionId id;
    Money amount;
    Money due;
    Money with_points;
};
Decision decide(const PayWithPoints& wish, Read& read, const Context& now) {
    return pay(wish.id, wish.amount, {visit, wish.due, wish.with_points}, read, now);
}
struct RefundToPoints {
    RedemptionId id;
    Money amount;
};
Decision decide(const RefundToPoints& wish, Read& read, const Context& now) {
    return give_back(wish.id, wish.amount, visit, read, now);
}

Given with_100(const RecordCreated<LoyaltyProgram>& program = a_program()) {
    auto club = a_club(program);
    club.and_given(earned(100, "2026-01-02", "2026-01-31")).at("2026-01-31T23:50:00Z");
    return club;
}

TEST(Redeem, reserves_points_for_a_while_at_their_value) {
    auto club = with_100();
    const auto decided = club.after(RedeemPoints{lucia_account, 80, visit});
    const auto& e = decided.event<RedemptionReserved>();
    EXPECT_EQ(e.value, (Money{400, "EUR"}));
    EXPECT_EQ(e.expires_at, at("2026-02-01T00:20:00Z"));
    EXPECT_EQ(e.for_, visit);
    EXPECT_EQ(balance(club, "2026-01-31"), (Balance{20, 0, 80}));
}

TEST(Example, of_two_spends_of_the_last_points_one_succeeds) {
    auto club = with_100();
    club.after(RedeemPoints{lucia_account, 80, {}}).event<RedemptionReserved>();
    club.when(RedeemPoints{lucia_account, 80, {}}).then_rejected("loyalty.insufficient_points");
}

TEST(Redeem, is_refused_below_the_minimum_off_the_step_and_without_a_programme) {
    auto program = a_program();
    program.minimum_redemption = 50;
    program.redemption_step = 25;
    auto club = with_100(program);
    club.when(RedeemPoints{lucia_account, 49, {}}).then_rejected("loyalty.below_minimum");
    club.when(RedeemPoints{lucia_account, 60, {}}).then_field_error("/points", "step");
    club.when(RedeemPoints{lucia_account, 125, {}}).then_rejected("loyalty.insufficient_points");
    club.when(RedeemPoints{id_of<AccountId>(9), 50, {}})
        .then_field_error("/account_id", "not_found");
    club.and_given(ProgramStopped{club_program});
    club.when(RedeemPoints{lucia_account, 50, {}}).then_rejected("loyalty.no_active_program");
}

TEST(Redeem, takes_no_pending_points) {
    auto program = a_program();
    program.pending_days = 14;
    auto club = a_club(program);
    club.at("2026-01-10T12:00:00Z").after(bought(1, 10'000, "2026-01-10T12:00:00Z"));
    EXPECT_EQ(balance(club, "2026-01-23"), (Balance{0, 100, 0}));
    club.when(RedeemPoints{lucia_account, 1, {}}).then_rejected("loyalty.insufficient_points");
    club.at("2026-01-24T00:00:00Z");
    club.when(RedeemPoints{lucia_account, 100, {}}).event<RedemptionReserved>();
}

TEST(Reserved, points_do_not_expire_and_a_commit_after_their_day_is_good) {
    auto club = with_100();
    club.after(RedeemPoints{lucia_account, 80, {}});
    club.at("2026-02-01T00:10:00Z").after(ReviewAccount{lucia_account});
    EXPECT_EQ(balance(club, "2026-02-01"), (Balance{0, 0, 80}));
    club.after(CommitRedemption{first_redemption});
    EXPECT_EQ(balance(club, "2026-02-01"), Balance{});
    club.when(CommitRedemption{first_redemption}).then_rejected("loyalty.redemption_expired");
}

TEST(Reserved, points_that_return_after_their_day_end_at_that_instant) {
    auto club = with_100();
    club.after(RedeemPoints{lucia_account, 80, {}});
    club.at("2026-02-01T00:10:00Z");
    const auto cancelled = club.after(CancelRedemption{first_redemption});
    EXPECT_EQ(cancelled.event<PointsExpired>(1).points, -20) << "what was not reserved, at its end";
    EXPECT_EQ(cancelled.event<PointsExpired>(1).effective_at, at("2026-02-01T00:00:00Z"));
    EXPECT_EQ(cancelled.event<PointsReleased>(2).reserved, -80);
    EXPECT_EQ(cancelled.event<PointsExpired>(3).points, -80);
    EXPECT_EQ(cancelled.event<PointsExpired>(3).effective_at, at("2026-02-01T00:10:00Z"));
    EXPECT_EQ(balance(club, "2026-02-01"), Balance{});
}

TEST(Reserved, points_return_to_their_buckets_when_it_is_cancelled) {
    auto club = with_100();
    const auto before = club.fold<Account>(lucia_account).buckets;
    club.after(RedeemPoints{lucia_account, 80, {}});
    club.after(CancelRedemption{first_redemption});
    EXPECT_EQ(club.fold<Account>(lucia_account).buckets, before);
    club.when(CancelRedemption{first_redemption}).then_rejected("loyalty.redemption_expired");
    club.when(CancelRedemption{id_of<RedemptionId>(5)}).then_rejected("not_found");
}

TEST(Reserved, points_return_at_the_end_of_their_time) {
    auto club = with_100();
    club.after(RedeemPoints{lucia_account, 80, {}});
    club.at("2026-02-01T00:19:59Z").when(ExpireRedemption{first_redemption}).then_nothing();
    club.at("2026-02-01T00:20:00Z");
    club.when(CommitRedemption{first_redemption}).then_rejected("loyalty.redemption_expired");
    club.after(ExpireRedemption{first_redemption}).event<RedemptionExpired>();
    club.after(ExpireRedemption{first_redemption}).then_nothing();
    EXPECT_EQ(balance(club, "2026-02-01"), Balance{});
}

// Nobody was there when its time ended: it counts as of then.
TEST(Reserved, points_that_returned_in_time_end_with_their_day) {
    auto club = a_club();
    club.and_given(earned(100, "2026-01-02", "2026-01-31")).at("2026-01-31T23:10:00Z");
    club.after(RedeemPoints{lucia_account, 80, {}});
    club.at("2026-02-01T09:00:00Z");
    const auto ended = club.after(ExpireRedemption{first_redemption});
    EXPECT_EQ(ended.event<PointsReleased>(2).effective_at, at("2026-01-31T23:40:00Z"));
    EXPECT_EQ(ended.event<PointsExpired>(3).points, -80);
    EXPECT_EQ(ended.event<PointsExpired>(3).effective_at, at("2026-02-01T00:00:00Z"));
}

TEST(Redeem, refuses_points_that_are_worth_nothing) {
    auto program = a_program();
    program.redemption = {1'000, {500, "EUR"}};
    auto club = with_100(program);
    club.when(RedeemPoints{lucia_account, 1, {}}).then_rejected("loyalty.below_minimum");
    EXPECT_EQ(club.when(RedeemPoints{lucia_account, 2, {}}).event<RedemptionReserved>().value,
              (Money{1, "EUR"}));
}

TEST(PayWithPoints, commits_the_whole_redemption_within_the_share) {
    auto program = a_program();
    program.maximum_share_ppm = 333'333;
    auto club = with_100(program);
    club.after(RedeemPoints{lucia_account, 80, {}});
    const auto paying = [&](std::int64_t amount, std::int64_t due, std::int64_t before) {
        return PayWithPoints{first_redemption, {amount, "EUR"}, {due, "EUR"}, {before, "EUR"}};
    };
    club.when(paying(399, 10'000, 0)).then_field_error("/amount", "value");
    club.when(paying(400, 1'200, 0)).then_rejected("loyalty.share_limit");
    club.when(paying(400, 1'201, 1)).then_rejected("loyalty.share_limit");
    club.when(paying(400, 1'201, 0)).event<RedemptionCommitted>();
    club.after(paying(400, 10'000, 0));
    EXPECT_EQ(club.fold<Redemption>(first_redemption).paid, visit);
    club.when(paying(400, 10'000, 0)).then_rejected("loyalty.redemption_expired");
}

TEST(RefundToPoints, gives_back_the_whole_with_the_old_expiry_once) {
    auto club = with_100();
    club.after(RedeemPoints{lucia_account, 80, {}});
    club.when(RefundToPoints{first_redemption, {400, "EUR"}})
        .then_field_error("/reference", "not_found");
    club.after(PayWithPoints{first_redemption, {400, "EUR"}, {400, "EUR"}, {0, "EUR"}});
    club.when(RefundToPoints{first_redemption, {200, "EUR"}}).then_field_error("/amount", "value");
    club.after(RefundToPoints{first_redemption, {400, "EUR"}});
    EXPECT_EQ(balance(club, "2026-01-31"), (Balance{100, 0, 0}));
    EXPECT_EQ(balance(club, "2026-02-01"), Balance{});
    EXPECT_EQ(club.fold<Redemption>(first_redemption).status, RedemptionStatus::refunded);
    club.when(RefundToPoints{first_redemption, {400, "EUR"}})
        .then_rejected("loyalty.redemption_expired");
}

TEST(RefundToPoints, after_their_day_ends_them_at_that_instant) {
    auto club = with_100();
    club.after(RedeemPoints{lucia_account, 100, {}});
    club.after(PayWithPoints{first_redemption, {500, "EUR"}, {500, "EUR"}, {0, "EUR"}});
    club.at("2026-02-10T09:00:00Z");
    const auto refunded = club.after(RefundToPoints{first_redemption, {500, "EUR"}});
    EXPECT_EQ(refunded.event<PointsRestored>(1).points, 100);
    EXPECT_EQ(refunded.event<PointsExpired>(2).points, -100);
    EXPECT_EQ(refunded.event<PointsExpired>(2).effective_at, at("2026-02-10T09:00:00Z"));
    EXPECT_EQ(balance(club, "2026-02-10"), Balance{});
}

}  // namespace
}  // namespace almanac::testing
