#include "domain/scheduling/intervals.hpp"

#include <algorithm>

namespace almanac::scheduling {

IntervalSet merge(std::vector<Interval> any) {
    std::erase_if(any, [](const Interval& i) { return i.empty(); });
    if (!std::is_sorted(any.begin(), any.end())) std::sort(any.begin(), any.end());
    std::size_t kept = 0;
    for (std::size_t i = 1; i < any.size(); ++i) {
        if (any[i].start <= any[kept].end) {
            any[kept].end = std::max(any[kept].end, any[i].end);
        } else {
            any[++kept] = any[i];
        }
    }
    if (!any.empty()) any.resize(kept + 1);
    return any;
}

IntervalSet subtract(const IntervalSet& from, const IntervalSet& what) {
    IntervalSet left;
    left.reserve(from.size() + what.size());
    auto cut = what.begin();
    for (const auto& whole : from) {
        auto start = whole.start;
        while (cut != what.end() && cut->end <= start) ++cut;
        for (auto c = cut; c != what.end() && c->start < whole.end; ++c) {
            if (start < c->start) left.push_back({start, c->start});
            start = std::max(start, c->end);
        }
        if (start < whole.end) left.push_back({start, whole.end});
    }
    return left;
}

IntervalSet intersect(const IntervalSet& a, const IntervalSet& b) {
    IntervalSet both;
    auto i = a.begin();
    auto j = b.begin();
    while (i != a.end() && j != b.end()) {
        const Interval shared{std::max(i->start, j->start), std::min(i->end, j->end)};
        if (!shared.empty()) both.push_back(shared);
        (i->end < j->end) ? ++i : ++j;
    }
    return both;
}

bool contains(const IntervalSet& set, const Interval& span) {
    if (span.empty()) return false;
    const auto after = std::upper_bound(
        set.begin(), set.end(), span.start,
        [](kernel::Instant t, const Interval& interval) { return t < interval.start; });
    return after != set.begin() && span.end <= std::prev(after)->end;
}

kernel::Micros length(const IntervalSet& set) {
    kernel::Micros sum{0};
    for (const auto& interval : set) sum += interval.end - interval.start;
    return sum;
}

}  // namespace almanac::scheduling
