// Which keys were put, in bounded memory: a Bloom filter. "No" is certain; "yes" may be wrong, more
// often the more keys there are (four probes in 16 MiB: 1 in 100,000 at 7 million keys, 1 in 8 at
// 80 million). So a row that was never written costs no look into any file. Not thread-safe.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace almanac::projections {

class SeenKeys {
  public:
    void add(std::string_view key) {
        for_each_bit(key, [&](std::uint64_t& word, std::uint64_t bit) {
            word |= bit;
            return true;
        });
    }
    bool may_have(std::string_view key) {
        return for_each_bit(key, [](std::uint64_t word, std::uint64_t bit) { return word & bit; });
    }

  private:
    static constexpr std::size_t words = (16UL << 20) / 8;  // a power of two
    template <class Fn>
    bool for_each_bit(std::string_view key, Fn fn) {
        auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(key));
        const auto step = (hash * 0x9e3779b97f4a7c15ULL) | 1;
        for (int probe = 0; probe < 4; ++probe, hash += step) {
            if (!fn(words_[(hash >> 6) % words], 1ULL << (hash & 63))) return false;
        }
        return true;
    }
    std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(words);
};

}  // namespace almanac::projections
