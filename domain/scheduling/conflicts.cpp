#include "domain/scheduling/conflicts.hpp"

#include <algorithm>

namespace almanac::scheduling {

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

json::Array conflicts(std::span<const Allocation> bookings, const IntervalSet& open) {
    json::Array ids;
    for (const auto& booking : bookings) {
        if (ids.size() == conflicts_max) break;
        if (!contains(open, {booking.start, booking.end}))
            ids.emplace_back(to_string(booking.owner));
    }
    return ids;
}

}  // namespace almanac::scheduling
