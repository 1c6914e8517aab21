// The arithmetic of points.
#include "domain/loyalty/points.hpp"

#include <gtest/gtest.h>

#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

Lot lot(std::string_view earned_on, std::int64_t points, std::string_view expires_on = "") {
    Lot made{date(earned_on), date(earned_on), std::nullopt, std::nullopt, points};
    if (!expires_on.empty()) made.expires_on = date(expires_on);
    return made;
}
bool any(const Lot&) {
    return true;
}

TEST(Points, are_earned_by_whole_ones_rounded_down) {
    EXPECT_EQ(earned_points(ppm_one, {3'999, "EUR"}, ppm_one), 39);
    EXPECT_EQ(earned_points(ppm_one, {100, "EUR"}, ppm_one), 1);
    EXPECT_EQ(earned_points(ppm_one, {99, "EUR"}, ppm_one), 0);
    EXPECT_EQ(earned_points(ppm_one, {4'000, "EUR"}, 1'750'000), 70);
    EXPECT_EQ(earned_points(ppm_one, {40, "JPY"}, ppm_one), 40);
    EXPECT_EQ(earned_points(500'000, {3'000, "KWD"}, ppm_one), 1);
    EXPECT_EQ(earned_points(1'000'000'000, {1'000'000'000'000'000, "EUR"}, 100'000'000),
              std::nullopt);
}

TEST(Points, a_refund_takes_back_its_share_and_the_last_one_the_rest) {
    EXPECT_EQ(reversed_points(70, 1'333, 4'000), 23);
    EXPECT_EQ(reversed_points(70, 2'666, 4'000), 46);
    EXPECT_EQ(reversed_points(70, 4'000, 4'000), 70);
    EXPECT_EQ(reversed_points(70, 0, 4'000), 0);
    EXPECT_EQ(reversed_points(0, 0, 0), 0);
}

TEST(Points, pay_at_most_their_share_of_what_is_due) {
    EXPECT_EQ(share_of({1'200, "EUR"}, 333'333), (Money{399, "EUR"}));
    EXPECT_EQ(share_of({9'999, "EUR"}, ppm_one), (Money{9'999, "EUR"}));
    EXPECT_EQ(share_of({0, "EUR"}, 500'000), (Money{0, "EUR"}));
    const std::int64_t much = 9'000'000'000'000'000;
    EXPECT_EQ(share_of({much, "EUR"}, 500'000), (Money{much / 2, "EUR"}));
}

TEST(Points, are_worth_whole_minor_units_and_no_more_than_an_amount_holds) {
    EXPECT_EQ(value_of(199, {100, {500, "EUR"}}), (Money{995, "EUR"}));
    EXPECT_EQ(value_of(3, {1'000, {500, "EUR"}}), (Money{1, "EUR"}));
    EXPECT_EQ(value_of(-3, {1'000, {500, "EUR"}}), (Money{-1, "EUR"}));
    const RedemptionRate dear{1, {1'000'000'000, "EUR"}};
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(value_of(balance_points_max, dear), (Money{most, "EUR"}));
    EXPECT_EQ(value_of(-balance_points_max, dear), (Money{-most, "EUR"}));
}

TEST(Points, are_dated_by_the_terms_of_their_day) {
    auto program = static_cast<LoyaltyProgram>(a_program());
    EXPECT_EQ(dated(program, date("2026-02-10")).expires_on, std::nullopt);
    program.pending_days = 14;
    EXPECT_EQ(dated(program, date("2026-02-20")).active_on, date("2026-03-06"));
    program.expiry = {ExpiryKind::after_days, 365, std::nullopt};
    EXPECT_EQ(dated(program, date("2026-02-10")).expires_on, date("2027-02-10"));
    program.expiry = {ExpiryKind::end_of_year, std::nullopt, 1};
    EXPECT_EQ(dated(program, date("2026-02-10")).expires_on, date("2027-12-31"));
    program.expiry = {ExpiryKind::inactivity, 90, std::nullopt};
    EXPECT_EQ(dated(program, date("2026-01-01")).expires_on, date("2026-04-01"));
}

TEST(Buckets, lie_in_the_order_in_which_they_are_spent) {
    Lots buckets;
    put(buckets, lot("2026-01-01", 10));
    put(buckets, lot("2026-01-02", 20, "2026-06-30"));
    put(buckets, lot("2026-01-03", 30, "2026-01-31"));
    ASSERT_EQ(buckets.size(), 3U);
    EXPECT_EQ(buckets[0].points, 30);
    EXPECT_EQ(buckets[2].points, 10);
    const auto taken = take(buckets, 40, any);
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].points, 30);
    EXPECT_EQ(taken[1].points, 10);
    for (const auto& each : negated(taken)) put(buckets, each);
    ASSERT_EQ(buckets.size(), 2U);
    EXPECT_EQ(sum(buckets), 20);
    EXPECT_EQ(sum(take(buckets, 100, any)), 20);
}

TEST(Buckets, last_all_of_their_last_day) {
    const auto bucket = lot("2026-01-01", 10, "2026-01-31");
    EXPECT_FALSE(has_expired(bucket, date("2026-01-31")));
    EXPECT_TRUE(has_expired(bucket, date("2026-02-01")));
}

TEST(Buckets, of_past_earnings_with_one_end_become_one_when_they_are_many) {
    Lots buckets;
    for (int day = 0; day < 1'000; ++day) {
        auto each = lot("2023-01-01", 7);
        each.earned_on += std::chrono::days{day};
        each.active_on = each.earned_on;
        put(buckets, each);
    }
    auto pending = lot("2026-01-01", 5);
    pending.active_on = date("2026-02-01");
    put(buckets, pending);
    compact(buckets, date("2026-01-02"));
    EXPECT_EQ(buckets.size(), 2U);
    EXPECT_EQ(sum(buckets), 7'005);
}

TEST(Buckets, that_end_through_inactivity_live_on_with_activity) {
    Lots buckets;
    auto bucket = lot("2026-01-01", 10, "2026-01-31");
    bucket.inactivity_days = 30;
    put(buckets, bucket);
    prolong(buckets, date("2026-01-31"));
    EXPECT_EQ(buckets[0].expires_on, date("2026-03-02"));
    prolong(buckets, date("2026-01-10"));
    EXPECT_EQ(buckets[0].expires_on, date("2026-03-02"));
    prolong(buckets, date("2026-03-03"));
    EXPECT_EQ(buckets[0].expires_on, date("2026-03-02")) << "it had ended";
}

}  // namespace
}  // namespace almanac::testing
