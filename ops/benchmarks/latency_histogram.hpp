// Counts of latencies in buckets of at most 1.6% width, from 1 ns to an hour, in fixed memory.
// Owned by whoever measures; not thread-safe; `add` of another histogram merges.
#pragma once
#include <array>
#include <cstdint>

namespace almanac::benchmarks {

class LatencyHistogram {
  public:
    void record(std::uint64_t ns);
    void add(const LatencyHistogram& other);
    std::uint64_t count() const { return count_; }
    // The upper end of the bucket that holds the quantile (0 < q <= 1), in microseconds; 0 = empty.
    double quantile_us(double q) const;

  private:
    static constexpr unsigned sub_bits = 6;  // 64 buckets for each doubling
    static constexpr unsigned bucket_count = (42 - sub_bits + 1) << sub_bits;
    std::array<std::uint64_t, bucket_count> counts_{};
    std::uint64_t count_ = 0;
};

}  // namespace almanac::benchmarks
