#include "ops/benchmarks/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace almanac::benchmarks {

void LatencyHistogram::record(std::uint64_t ns) {
    const std::uint64_t value = std::min<std::uint64_t>(ns, (std::uint64_t{1} << 42) - 1);
    const auto width = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = width > sub_bits + 1 ? width - sub_bits - 1 : 0;
    // Below 2^(sub_bits + 1) each value has its bucket; above, the leading bits name it.
    const std::uint64_t bucket = (std::uint64_t{shift} << sub_bits) + (value >> shift);
    ++counts_[std::min<std::uint64_t>(bucket, bucket_count - 1)];
    ++count_;
}

void LatencyHistogram::add(const LatencyHistogram& other) {
    for (unsigned i = 0; i < bucket_count; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
}

double LatencyHistogram::quantile_us(double q) const {
    if (count_ == 0) return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (unsigned bucket = 0; bucket < bucket_count; ++bucket) {
        seen += counts_[bucket];
        if (seen < wanted) continue;
        unsigned shift = bucket >> sub_bits;
        if (shift > 0) --shift;
        const std::uint64_t leading = bucket - (std::uint64_t{shift} << sub_bits);
        return static_cast<double>(((leading + 1) << shift) - 1) / 1000.0;
    }
    return 0;
}

}  // namespace almanac::benchmarks
