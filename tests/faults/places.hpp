// Which of many places a test tries: a seeded choice, or all of them (ALMANAC_FAULT_EVERY_PLACE).
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <random>
#include <vector>

#include "tests/faults/fault_environment.hpp"

namespace almanac::faults {

// Ascending numbers below `count`.
inline std::vector<std::uint64_t> places(std::uint64_t count, std::uint64_t chosen) {
    std::vector<std::uint64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    if (std::getenv("ALMANAC_FAULT_EVERY_PLACE") || count <= chosen) return all;
    std::mt19937_64 random(seed_of_this_run());
    std::vector<std::uint64_t> some;
    std::ranges::sample(all, std::back_inserter(some), static_cast<std::ptrdiff_t>(chosen), random);
    return some;
}

}  // namespace almanac::faults
