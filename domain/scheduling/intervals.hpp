// Half-open intervals of time and sorted sets of them. An IntervalSet is sorted, disjoint, without
// empty or touching members; `merge` makes one of anything, the other functions want one and give
// one. Pure values: nothing is shared, any thread may use them.
#pragma once
#include <vector>

#include "domain/kernel/time.hpp"

namespace almanac::scheduling {

struct Interval {
    kernel::Instant start;
    kernel::Instant end;  // not part of it
    bool empty() const { return end <= start; }
    bool holds(kernel::Instant t) const { return start <= t && t < end; }
    bool overlaps(const Interval& other) const { return start < other.end && other.start < end; }
    auto operator<=>(const Interval&) const = default;
};
using IntervalSet = std::vector<Interval>;

IntervalSet merge(std::vector<Interval> any);
IntervalSet subtract(const IntervalSet& from, const IntervalSet& what);
IntervalSet intersect(const IntervalSet& a, const IntervalSet& b);
// Whether one member holds all of `span`; an empty span is nowhere.
bool contains(const IntervalSet& set, const Interval& span);
kernel::Micros length(const IntervalSet& set);

}  // namespace almanac::scheduling
