#include "domain/scheduling/slot_starts.hpp"

#include <algorithm>

namespace almanac::scheduling {
namespace {
// The first k with residue + k * step ≥ t.
std::int64_t multiple_from(std::int64_t t, std::int64_t residue, std::int64_t step) {
    const auto gap = t - residue;
    return gap / step + (gap % step > 0 ? 1 : 0);
}
using Range = std::pair<std::int64_t, std::int64_t>;

bool covers(const std::vector<Range>& ranges, const std::vector<Range>& others) {
    auto range = ranges.begin();
    return std::ranges::all_of(others, [&](const Range& other) {
        while (range != ranges.end() && range->second < other.second) ++range;
        return range != ranges.end() && range->first <= other.first;
    });
}

std::vector<Range> united(const std::vector<Range>& a, const std::vector<Range>& b) {
    std::vector<Range> all(a.size() + b.size());
    std::ranges::merge(a, b, all.begin());
    std::size_t kept = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].first <= all[kept].second) {
            all[kept].second = std::max(all[kept].second, all[i].second);
        } else {
            all[++kept] = all[i];
        }
    }
    all.resize(kept + 1);
    return all;
}
}  // namespace

void GridCollector::add(std::span<const WorkingWindow> windows) {
    std::map<std::int64_t, Ranges> more;
    Ranges* ranges = nullptr;
    std::int64_t residue = -1;
    for (const auto& window : windows) {
        const auto origin = kernel::micros(window.start);
        const auto first_us = std::max(origin, from_us_);
        const auto last_us = std::min(kernel::micros(window.end), to_us_);
        if (last_us <= first_us) continue;
        const auto own = origin % step_us_ + (origin % step_us_ < 0 ? step_us_ : 0);
        if (own != residue) {
            residue = own;
            ranges = &more[own];
        }
        const auto first = multiple_from(first_us, residue, step_us_);
        const auto last = multiple_from(last_us, residue, step_us_);
        if (first < last) ranges->emplace_back(first, last);
    }
    for (const auto& [grid, list] : more) {
        auto& known = by_residue_[grid];
        if (!covers(known, list)) known = united(known, list);
    }
}

std::vector<std::int64_t> GridCollector::starts() const {
    std::vector<std::int64_t> starts;
    for (const auto& [residue, ranges] : by_residue_) {
        for (const auto& [first, last] : ranges) {
            for (auto k = first; k < last; ++k) starts.push_back(residue + k * step_us_);
        }
    }
    if (by_residue_.size() > 1) std::ranges::sort(starts);
    return starts;
}

Starts::Starts(std::vector<std::int64_t> sorted, std::int64_t step_us) : times_(std::move(sorted)) {
    if (times_.empty()) return;
    one_grid_ = std::ranges::all_of(
        times_, [&](std::int64_t t) { return (t - times_.front()) % step_us == 0; });
    bucket_us_ = (times_.back() - times_.front()) / static_cast<std::int64_t>(times_.size()) + 1;
    const auto buckets =
        static_cast<std::size_t>((times_.back() - times_.front()) / bucket_us_) + 1;
    first_in_bucket_.reserve(buckets);
    std::uint32_t i = 0;
    for (std::size_t b = 0; b < buckets; ++b) {
        const auto begin = times_.front() + static_cast<std::int64_t>(b) * bucket_us_;
        while (times_[i] < begin) ++i;
        first_in_bucket_.push_back(i);
    }
}

std::size_t Starts::at_or_after(std::int64_t t) const {
    if (times_.empty() || t <= times_.front()) return 0;
    if (t > times_.back()) return times_.size();
    std::size_t i = first_in_bucket_[static_cast<std::size_t>((t - times_.front()) / bucket_us_)];
    while (times_[i] < t) ++i;
    return i;
}

void StartRows::fill(std::size_t r, std::size_t first, std::size_t last, bool value) {
    if (first >= last) return;
    const auto words = row(r);
    for (std::size_t w = first / 64; w <= (last - 1) / 64; ++w) {
        auto mask = ~std::uint64_t{0};
        if (w == first / 64) mask &= mask << (first % 64);
        if (w == (last - 1) / 64) mask &= ~std::uint64_t{0} >> (63 - (last - 1) % 64);
        words[w] = value ? words[w] | mask : words[w] & ~mask;
    }
}

}  // namespace almanac::scheduling
