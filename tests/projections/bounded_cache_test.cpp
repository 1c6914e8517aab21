// The cache of projections against a map that forgets nothing.
#include "projections/bounded_cache.hpp"

#include <map>
#include <random>

#include "tests/projections/house.hpp"

namespace almanac::projections {
namespace {

TEST(BoundedCache, holds_what_was_put_last_within_its_bytes_after_any_use) {
    constexpr std::size_t bytes_max = 2'000;
    BoundedCache<int> cache(bytes_max);
    std::map<std::string, int> truth;
    std::mt19937_64 random{seed_of_test()};
    const auto key_of = [](std::size_t n) { return "key " + std::to_string(n); };
    for (int step = 0; step < 20'000; ++step) {
        const auto key = key_of(random() % 40);
        switch (random() % 5) {
            case 0:
                EXPECT_EQ(cache.put(key, step, random() % 50), step);
                truth[key] = step;
                break;
            case 1:
                if (const auto* value = cache.find(key)) {
                    EXPECT_EQ(*value, truth.at(key));
                }
                break;
            case 2:  // the one found last; case 3: any
                if (cache.find(key) != nullptr) cache.measure(key, random() % 80);
                break;
            case 3:
                cache.measure(key, random() % 80);
                break;
            default:
                if (random() % 10 == 0) cache.erase(key);
        }
        ASSERT_TRUE(cache.size() <= 1 || cache.bytes() <= bytes_max) << step;
    }
    for (std::size_t n = 0; n < 40; ++n) cache.erase(key_of(n));
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST(BoundedCache, what_was_not_used_for_longest_goes_first) {
    BoundedCache<int> cache(600);
    for (const auto* key : {"a", "b", "c"}) cache.put(key, 1, 10);
    EXPECT_NE(cache.find("a"), nullptr);
    cache.put("d", 1, 10);
    EXPECT_EQ(cache.find("b"), nullptr);
    EXPECT_NE(cache.find("a"), nullptr);
    cache.measure("d", 500);  // now it needs all there is
    EXPECT_EQ(cache.size(), 1U);
    EXPECT_NE(cache.find("d"), nullptr);
}

}  // namespace
}  // namespace almanac::projections
