#include "domain/scheduling/conflicts.hpp"

#include <algorithm>

#include "domain/scheduling/snapshot_source.hpp"

namespace almanac::scheduling {
namespace {
constexpr std::chrono::days looked_up_at_once{31};

// What closes the resource in [from, to), whatever its schedules and overrides say.
IntervalSet closed(const ResourceEntry& resource, Instant from, Instant to, Read& read) {
    FoldSource folds(read, from);
    std::vector<Interval> all;
    const auto add = [&](const std::vector<Block>& blocks) {
        for (const auto& block : blocks) all.push_back({block.start, block.end});
    };
    add(folds.resource_blocks(resource.id, from, to));
    add(folds.location_blocks(location_of(resource, read), from, to));
    add(folds.tenant_blocks(from, to));
    if (const auto maintenance = maintenance_of(resource, zone_of(resource, read)))
        all.push_back({maintenance->start, maintenance->end});
    return merge(std::move(all));
}

bool meets(const IntervalSet& set, const Interval& span) {
    const auto first = std::ranges::partition_point(
        set, [&](const Interval& each) { return each.end <= span.start; });
    return first != set.end() && first->start < span.end;
}
}  // namespace

std::vector<Allocation> booked(const ResourceId& resource, Instant from, Instant to, Read& read) {
    std::vector<Allocation> found;
    const auto months = months_of(from, to);
    for (std::size_t i = 0; i < months.size(); ++i) {
        const auto& all = read.get<ResourceMonth>({resource, months[i]}).allocations;
        const auto end = i + 1 < months.size() ? months[i + 1] : to;
        auto at = std::ranges::lower_bound(all, std::max(from, months[i]), {}, &Allocation::start);
        for (; at != all.end() && at->start < end; ++at) {
            if (!at->expires_at) found.push_back(*at);  // holds pass by themselves
        }
    }
    return found;
}

json::Array conflicts(const ResourceEntry& resource, std::span<const Allocation> bookings,
                      const IntervalSet& roster, Read& read) {
    json::Array ids;
    IntervalSet shut;
    auto known_until = Instant::min();
    for (const auto& booking : bookings) {
        if (ids.size() == conflicts_max) break;
        if (booking.end <= booking.start) continue;  // it was over before it should have begun
        if (booking.end > known_until) {
            known_until = std::max(booking.end, booking.start + looked_up_at_once);
            shut = closed(resource, booking.start, known_until, read);
        }
        const Interval time{booking.start, booking.end};
        if (!contains(roster, time) || meets(shut, time))
            ids.emplace_back(to_string(booking.owner));
    }
    return ids;
}

}  // namespace almanac::scheduling
