#include "domain/kernel/money.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>
#include <random>

namespace almanac::kernel {
namespace {
__extension__ using Wide = __int128;
constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

class Seeded : public testing::Test {
  protected:
    Seeded() : seed_(std::random_device{}()), random(seed_) { std::printf("seed %u\n", seed_); }

  private:
    unsigned seed_;

  protected:
    std::mt19937_64 random;
    // Of every size, near the edges as likely as near zero.
    std::int64_t any() {
        const auto bits = random();
        switch (random() % 4) {
            case 0:
                return static_cast<std::int64_t>(bits);
            case 1:
                return static_cast<std::int64_t>(bits >> (random() % 64));
            case 2:
                return most - static_cast<std::int64_t>(bits % 1000);
            default:
                return least + static_cast<std::int64_t>(bits % 1000);
        }
    }
};
using MoneyProperties = Seeded;

std::optional<std::int64_t> fits(Wide value) {
    if (value < least || value > most) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

TEST(Currency, knows_iso_4217_codes_in_force_in_upper_case_only) {
    for (const auto* code : {"EUR", "USD", "JPY", "KWD", "GBP", "XOF", "ZWG", "AED", "CHF"}) {
        EXPECT_TRUE(is_currency(code)) << code;
    }
    for (const auto* code : {"", "eur", "EU", "EURO", "XXX", "XAU", "DEM", "ZZZ", "EU ", "HRK"}) {
        EXPECT_FALSE(is_currency(code)) << code;
    }
}

TEST(Currency, has_its_minor_digits) {
    EXPECT_EQ(minor_digits("EUR"), 2);
    EXPECT_EQ(minor_digits("USD"), 2);
    for (const auto* code : {"JPY", "KRW", "CLP", "ISK", "XOF", "XPF", "VND", "UGX", "RWF"}) {
        EXPECT_EQ(minor_digits(code), 0) << code;
    }
    for (const auto* code : {"KWD", "BHD", "TND", "OMR", "JOD", "IQD", "LYD"}) {
        EXPECT_EQ(minor_digits(code), 3) << code;
    }
}

TEST(Money, adds_and_subtracts_within_one_currency_only) {
    EXPECT_EQ(add({250, "EUR"}, {-50, "EUR"}), (Money{200, "EUR"}));
    EXPECT_EQ(subtract({250, "EUR"}, {300, "EUR"}), (Money{-50, "EUR"}));
    EXPECT_FALSE(add({1, "EUR"}, {1, "USD"}));
    EXPECT_FALSE(subtract({1, "EUR"}, {1, "USD"}));
    EXPECT_FALSE(add({most, "EUR"}, {1, "EUR"}));
    EXPECT_FALSE(subtract({least, "EUR"}, {1, "EUR"}));
    EXPECT_FALSE(subtract({0, "EUR"}, {least, "EUR"}));
    EXPECT_EQ(add({most, "EUR"}, {least, "EUR"}), (Money{-1, "EUR"}));
}

TEST(Money, rates_round_half_away_from_zero) {
    struct Case {
        std::int64_t amount;
        std::int64_t ppm;
        std::int64_t result;
    };
    const Case table[] = {
        {100, 210'000, 21},      {50, 210'000, 11},  // 10.5
        {-50, 210'000, -11},     {50, -210'000, -11},       {-50, -210'000, 11},
        {1, 500'000, 1},  // 0.5
        {-1, 500'000, -1},       {1, 499'999, 0},           {-1, 499'999, 0},
        {3, 333'333, 1},         {2499, 100'000, 250},  // 249.9
        {2505, 100'000, 251},    {2504, 100'000, 250},      {0, 1'000'000, 0},
        {most, 1'000'000, most}, {least, 1'000'000, least}, {most, 0, 0},
        {1'000'000, 1, 1},       {499'999, 1, 0},           {500'000, 1, 1},
        {-500'000, 1, -1},       {-499'999, 1, 0},
    };
    for (const auto& [amount, ppm, result] : table) {
        EXPECT_EQ(apply_ppm(amount, ppm), result) << amount << " at " << ppm;
    }
    EXPECT_FALSE(apply_ppm(most, 1'000'001));
    EXPECT_FALSE(apply_ppm(least, 1'000'001));
    EXPECT_FALSE(apply_ppm(least, -1'000'000));
}

TEST(Money, multiply_divide_knows_zero_signs_and_edges) {
    EXPECT_FALSE(multiply_divide(1, 1, 0));
    EXPECT_EQ(multiply_divide(7, 1, 2), 4);
    EXPECT_EQ(multiply_divide(-7, 1, 2), -4);
    EXPECT_EQ(multiply_divide(7, 1, -2), -4);
    EXPECT_EQ(multiply_divide(-7, -1, 2), 4);
    EXPECT_EQ(multiply_divide(most, most, most), most);
    EXPECT_EQ(multiply_divide(least, least, least), least);
    EXPECT_FALSE(multiply_divide(least, 1, -1));
    EXPECT_FALSE(multiply_divide(least, least, 1));
    EXPECT_EQ(multiply_divide(1, 1, least), 0);
    EXPECT_EQ(multiply_divide(least, 1, least), 1);
    EXPECT_EQ(multiply_divide(least / 2, 1, least), 1);  // exactly a half
}

TEST_F(MoneyProperties, checked_arithmetic_equals_128_bits_or_says_no) {
    for (int round = 0; round < 50'000; ++round) {
        const auto a = any();
        const auto b = any();
        EXPECT_EQ(checked_add(a, b), fits(Wide{a} + b)) << a << " " << b;
        EXPECT_EQ(checked_multiply(a, b), fits(Wide{a} * b)) << a << " " << b;
    }
}

TEST_F(MoneyProperties, rounding_is_the_nearest_and_halves_go_away_from_zero) {
    for (int round = 0; round < 50'000; ++round) {
        const auto a = any();
        const auto b = any();
        const auto c = random() % 3 == 0 ? static_cast<std::int64_t>(random() % 20) - 10 : any();
        const auto result = multiply_divide(a, b, c);
        if (c == 0) {
            EXPECT_FALSE(result);
            continue;
        }
        const Wide product = Wide{a} * b;
        const Wide whole = product / c;  // toward zero
        Wide rest = product % c;
        const Wide divisor = c < 0 ? -Wide{c} : Wide{c};
        if (rest < 0) rest = -rest;
        const bool away = 2 * rest >= divisor;
        const bool negative = (product < 0) != (c < 0);
        const Wide exact = whole + (away ? (negative ? -1 : 1) : 0);
        EXPECT_EQ(result, fits(exact)) << a << " " << b << " " << c;
        const auto mirrored = a == least ? std::nullopt : multiply_divide(-a, b, c);
        EXPECT_TRUE(!result || !mirrored || Wide{*mirrored} == -Wide{*result}) << a;
    }
}

TEST(Split, table) {
    using Shares = std::vector<std::int64_t>;
    const auto shares = [](std::int64_t total, Shares weights) { return split(total, weights); };
    EXPECT_EQ(shares(100, {1, 1, 1}), (Shares{34, 33, 33}));
    EXPECT_EQ(shares(101, {1, 1, 1}), (Shares{34, 34, 33}));
    EXPECT_EQ(shares(-100, {1, 1, 1}), (Shares{-34, -33, -33}));
    EXPECT_EQ(shares(1, {1, 1}), (Shares{1, 0}));
    EXPECT_EQ(shares(10, {0, 5, 0}), (Shares{0, 10, 0}));
    EXPECT_EQ(shares(5, {1, 2, 3}), (Shares{1, 2, 2}));  // 0.83 1.67 2.5: largest remainders
    EXPECT_EQ(shares(0, {3, 4}), (Shares{0, 0}));
    EXPECT_EQ(shares(7, {}), Shares{});
    EXPECT_EQ(shares(7, {0, 0}), (Shares{0, 0}));
    EXPECT_EQ(shares(most, {most, most}), (Shares{most / 2 + 1, most / 2}));
    EXPECT_EQ(shares(least, {1}), (Shares{least}));
    EXPECT_EQ(shares(least, {1, 1}), (Shares{least / 2, least / 2}));
}

TEST_F(MoneyProperties, shares_sum_to_the_total_and_stay_within_one_of_the_exact_share) {
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::int64_t> weights(1 + random() % 12);
        for (auto& weight : weights) {
            weight = static_cast<std::int64_t>(random() >> (1 + random() % 63));
            if (random() % 5 == 0) weight = 0;
        }
        if (std::ranges::all_of(weights, [](auto w) { return w == 0; })) weights[0] = 1;
        const auto total = any();
        const auto shares = split(total, weights);
        ASSERT_EQ(shares.size(), weights.size());
        const Wide sum = std::accumulate(shares.begin(), shares.end(), Wide{0});
        EXPECT_TRUE(sum == total) << total;
        const Wide weight_sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const Wide low = Wide{total} * weights[i] / weight_sum;
            const Wide difference = Wide{shares[i]} - low;
            const Wide step = total < 0 ? -1 : 1;
            EXPECT_TRUE(difference == 0 || difference == step) << total << " share " << i;
            EXPECT_TRUE(weights[i] != 0 || shares[i] == 0) << i;
        }
    }
}
}  // namespace
}  // namespace almanac::kernel
