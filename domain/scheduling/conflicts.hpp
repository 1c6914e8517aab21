// scheduling/conflicts.hpp — the bookings that a change of working time leaves outside of it. Such
// a change is always accepted; its answer names them (domain rules: scheduling, "Working time of a
// resource").
#pragma once
#include "domain/scheduling/occupancy.hpp"

namespace almanac::scheduling {

inline constexpr std::size_t conflicts_max = 10'000;

// Appointments of a resource that start in [from, to), by start: each stands in the month in which
// it starts, whatever other months it touches.
std::vector<Allocation> booked(const ResourceId& resource, Instant from, Instant to, Read& read);

// Those of `bookings` that `open` does not hold whole: ids of appointments, at most conflicts_max.
json::Array conflicts(std::span<const Allocation> bookings, const IntervalSet& open);

}  // namespace almanac::scheduling
