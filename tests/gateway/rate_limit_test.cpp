// The bucket's rule against a plain oracle, the table's bounds, and the headers' form.
#include "gateway/rate_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include "gateway/error_codes.hpp"
#include "gateway/problem.hpp"

namespace almanac::gateway {
namespace {

using namespace std::chrono_literals;
using Time = RateLimiter::Time;

constexpr RateLimiter::HashKey key{7};
const Time noon = Time{} + std::chrono::hours{12};

std::uint64_t taken(RateLimiter& limiter, std::string_view who, Time now, std::uint64_t tries) {
    std::uint64_t count = 0;
    for (; tries > 0; --tries) count += limiter.take(who, now).allowed ? 1 : 0;
    return count;
}

TEST(RateLimit, a_full_bucket_is_taken_at_once_and_fills_at_its_rate) {
    RateLimiter limiter({.per_second = 10, .burst_seconds = 3}, key);
    EXPECT_EQ(taken(limiter, "ana", noon, 100), 30U);
    EXPECT_EQ(taken(limiter, "ana", noon + 99ms, 5), 0U);
    EXPECT_EQ(taken(limiter, "ana", noon + 100ms, 5), 1U);
    EXPECT_EQ(taken(limiter, "ana", noon + 1100ms, 100), 10U);
    EXPECT_EQ(taken(limiter, "ana", noon + 1h, 100), 30U);
}

TEST(RateLimit, says_what_is_left_and_when_there_is_more) {
    RateLimiter limiter({.per_second = 2, .burst_seconds = 2}, key);
    EXPECT_EQ(limiter.take("ana", noon).remaining, 3U);
    EXPECT_EQ(limiter.take("ana", noon).remaining, 2U);
    EXPECT_EQ(limiter.take("ana", noon).remaining, 1U);
    EXPECT_EQ(limiter.take("ana", noon).remaining, 0U);
    const auto refused = limiter.take("ana", noon);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.remaining, 0U);
    EXPECT_EQ(refused.more_in_seconds, 1U);
    EXPECT_EQ(limiter.take("ana", noon + 1s).remaining, 1U);
}

TEST(RateLimit, one_name_does_not_use_up_another_ones_bucket) {
    RateLimiter limiter({.per_second = 5}, key);
    EXPECT_EQ(taken(limiter, "ana", noon, 10), 5U);
    EXPECT_EQ(taken(limiter, "ben", noon, 10), 5U);
    EXPECT_EQ(taken(limiter, "", noon, 10), 5U);
}

TEST(RateLimit, a_refusal_costs_nothing) {
    RateLimiter limiter({.per_second = 1}, key);
    EXPECT_EQ(taken(limiter, "ana", noon, 1'000), 1U);
    EXPECT_EQ(taken(limiter, "ana", noon + 1s, 1'000), 1U);
}

TEST(RateLimit, a_clock_that_runs_backwards_brings_no_token) {
    RateLimiter limiter({.per_second = 5}, key);
    EXPECT_EQ(taken(limiter, "ana", noon, 10), 5U);
    EXPECT_EQ(taken(limiter, "ana", noon - 1h, 10), 0U);
    EXPECT_EQ(taken(limiter, "ana", noon + 1s, 10), 5U);
}

// Tokens as a fraction, counted naively.
struct Oracle {
    double tokens;
    Time last;
};

TEST(RateLimit, agrees_with_a_plain_token_bucket) {
    const auto* given = std::getenv("ALMANAC_SEED");
    const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
    std::cout << "ALMANAC_SEED=" << seed << "\n";
    std::mt19937_64 random(seed);
    for (int round = 0; round < 50; ++round) {
        // Divisors of a second, so that both count the same; the oracle is given no middle ground.
        const std::array<std::uint32_t, 5> rates{1, 4, 10, 100, 1'000};
        const RateLimit limit{rates[random() % rates.size()],
                              1 + static_cast<std::uint32_t>(random() % 5)};
        RateLimiter limiter(limit, key);
        const auto quota = static_cast<double>(limit.quota());
        std::map<std::string, Oracle> oracles;
        auto now = noon;
        for (int step = 0; step < 2'000; ++step) {
            now += std::chrono::microseconds(random() % (2'000'000 / limit.per_second));
            const auto who = "name " + std::to_string(random() % 5);
            auto& oracle = oracles.try_emplace(who, Oracle{quota, now}).first->second;
            const double passed = std::chrono::duration<double>(now - oracle.last).count();
            oracle.tokens = std::min(quota, oracle.tokens + passed * limit.per_second);
            oracle.last = now;
            const auto standing = limiter.take(who, now);
            const double doubt = 1e-6;
            if (std::abs(oracle.tokens - 1) > doubt) {
                ASSERT_EQ(standing.allowed, oracle.tokens > 1) << oracle.tokens;
            }
            if (standing.allowed) oracle.tokens -= 1;
            EXPECT_NEAR(static_cast<double>(standing.remaining), std::floor(oracle.tokens), 1);
            EXPECT_GE(standing.more_in_seconds, 1U);
        }
    }
}

TEST(RateLimit, who_floods_stays_known_however_many_come_along) {
    RateLimiter limiter({.per_second = 10}, key, 512);
    EXPECT_EQ(limiter.buckets(), 512U);
    EXPECT_EQ(taken(limiter, "the flood", noon, 20), 10U);
    for (int i = 0; i < 100'000; ++i) {
        ASSERT_TRUE(limiter.take("passer-by " + std::to_string(i), noon).allowed);
        if (i % 1'000 == 0) {
            ASSERT_FALSE(limiter.take("the flood", noon).allowed) << i;
        }
    }
    EXPECT_EQ(limiter.buckets(), 512U);
}

TEST(RateLimit, a_table_of_nothing_but_exhausted_buckets_lets_newcomers_through) {
    RateLimiter limiter({.per_second = 1}, key, 512);
    for (int i = 0; i < 10'000; ++i)
        ASSERT_TRUE(limiter.take("name " + std::to_string(i), noon).allowed) << i;
}

TEST(RateLimit, threads_together_take_no_more_than_there_is) {
    RateLimiter limiter({.per_second = 1'000}, key);
    std::atomic<std::uint64_t> ana = 0;
    std::atomic<std::uint64_t> ben = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            ana += taken(limiter, "ana", noon, 500);
            ben += taken(limiter, "ben", noon, 100);
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(ana, 1'000U);
    EXPECT_EQ(ben, 800U);
}

TEST(RateLimit, a_limit_that_is_none_is_refused) {
    EXPECT_THROW(RateLimiter({.per_second = 0}, key), std::logic_error);
    EXPECT_THROW(RateLimiter({.per_second = rate_per_second_max + 1}, key), std::logic_error);
    EXPECT_THROW(RateLimiter({.per_second = 1, .burst_seconds = 0}, key), std::logic_error);
    RateLimiter largest({rate_per_second_max, rate_burst_seconds_max}, key);
    EXPECT_EQ(largest.take("ana", noon).remaining,
              std::uint64_t{rate_per_second_max} * rate_burst_seconds_max - 1);
}

TEST(RateLimit, headers_name_policy_quota_and_what_is_left) {
    RateNotes notes;
    EXPECT_TRUE(notes.empty());
    notes.add({"principal", {100, 1}, {true, 50, 1}});
    EXPECT_EQ(rate_limit_policy_header(notes), R"("principal";q=100;w=1)");
    EXPECT_EQ(rate_limit_header(notes), R"("principal";r=50;t=1)");
    notes.add({"tenant", {1'000, 10}, {false, 0, 3}});
    EXPECT_EQ(rate_limit_policy_header(notes), R"("principal";q=100;w=1, "tenant";q=10000;w=10)");
    EXPECT_EQ(rate_limit_header(notes), R"("principal";r=50;t=1, "tenant";r=0;t=3)");
}

TEST(RateLimit, a_network_is_an_ipv4_address_or_an_ipv6_64) {
    EXPECT_EQ(rate_limit_network("192.0.2.1"), rate_limit_network("::ffff:192.0.2.1"));
    EXPECT_NE(rate_limit_network("192.0.2.1"), rate_limit_network("192.0.2.2"));
    EXPECT_EQ(rate_limit_network("2001:db8:1:2::1"), rate_limit_network("2001:db8:1:2:a:b:c:d"));
    EXPECT_NE(rate_limit_network("2001:db8:1:2::1"), rate_limit_network("2001:db8:1:3::1"));
    EXPECT_EQ(rate_limit_network("fe80::1%eth0"), rate_limit_network("fe80::2%eth0"));
    EXPECT_NE(rate_limit_network("::1"), rate_limit_network("2001:db8::1"));
}

TEST(RateLimit, the_refusal_is_a_429_that_may_be_repeated) {
    const auto answer =
        answer_of(kernel::unavailable("rate_limited", "Too many requests.", 3).error(), "request");
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.status, find_error_code("rate_limited")->status);
    EXPECT_NE(answer.body.find(R"("retryable":true)"), std::string::npos);
    EXPECT_EQ(std::ranges::count(answer.headers, Header{"Retry-After", "3"}), 1);
}

}  // namespace
}  // namespace almanac::gateway
