// scheduling/conflicts.hpp — the bookings that a change of working time leaves outside of it. Such
// a change is always accepted; its answer names them (domain rules: scheduling, "Working time of a
// resource"). A resource works where its schedules and overrides say so and nothing closes it.
#pragma once
#include "domain/scheduling/occupancy.hpp"

namespace almanac::scheduling {

inline constexpr std::size_t conflicts_max = 10'000;

// Appointments of a resource that start in [from, to), by start: each stands in the month in which
// it starts, whatever other months it touches.
std::vector<Allocation> booked(const ResourceId& resource, Instant from, Instant to, Read& read);

// Those of `bookings` (by start) that `roster`, the resource's schedules and overrides, does not
// hold whole, or that meet a block of it, of its location or of everything, or its maintenance:
// ids of appointments, at most conflicts_max.
json::Array conflicts(const ResourceEntry& resource, std::span<const Allocation> bookings,
                      const IntervalSet& roster, Read& read);

}  // namespace almanac::scheduling
