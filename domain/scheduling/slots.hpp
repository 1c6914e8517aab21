// Where a service can be booked: `evaluate` is THE predicate, asked by every booking; `slots` lists
// the starts on the grid that it accepts. So what is offered can be booked, and the other way
// round. Pure: time comes in, nothing is read. A snapshot must know working time and allocations
// for the asked range widened by 25 hours, the duration and the buffers on both sides.
#pragma once
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "domain/scheduling/snapshot.hpp"

namespace almanac::scheduling {

struct AssignedResource {
    std::string role;
    kernel::Uuid id;
    bool operator==(const AssignedResource&) const = default;
};
struct Slot {
    kernel::Instant start;
    kernel::Instant end;
    int remaining = 1;  // free seats of the assigned session, before this booking
    kernel::Uuid location;
    kernel::LocalDate date;  // of `start`, at the location: what max_per_day counts by
    std::vector<AssignedResource> resources;  // by role, in the order of the roles
    bool operator==(const Slot&) const = default;
};

// In the order in which they apply: the first one is the answer.
enum class SlotRefusal {
    no_resource,
    too_soon,
    too_far_ahead,
    outside_working_time,
    off_grid,
    day_full,
    slot_taken,
    capacity_exceeded
};
std::string_view name(SlotRefusal refusal);        // "slot_taken"
kernel::Rejection rejection(SlotRefusal refusal);  // "scheduling.slot_taken", its kind, a sentence

// An appointment or hold that does not count against what is asked (its own rescheduling, the
// hold that is booked). `service_day`: the date under which DayCount counts it, if it is counted.
struct Except {
    kernel::Uuid owner;
    std::optional<kernel::LocalDate> service_day;
};
struct SlotContext {
    kernel::Instant now;
    bool ignore_notice = false;
    bool ignore_window = false;
    bool ignore_working_time = false;  // and the grid with it: outside hours there is none
    bool ignore_grid = false;
    bool ignore_day_limit = false;  // max_per_day and max_bookings
    std::optional<Except> except;
    std::optional<kernel::Uuid> location;
};

// Whether `party` people may start at `start`, with whom, and if not why. Every one of
// `resource_ids` must be used; the roles they leave open are filled. The party fits the service's
// capacity (the caller has said so as a field error); if not, capacity_exceeded.
std::expected<Slot, SlotRefusal> evaluate(const Snapshot& snapshot, kernel::Instant start,
                                          int party, std::span<const kernel::Uuid> resource_ids,
                                          const SlotContext& context);

struct SlotQuery {
    kernel::Instant from;
    kernel::Instant to;  // starts in [from, to); at most query_days_max days (the caller checks)
    kernel::Instant now;
    int party_size = 1;
    std::vector<kernel::Uuid> resource_ids;
    std::optional<kernel::Uuid> location;
    kernel::Zone viewer = kernel::Zone::utc();  // groups `days`, changes nothing else
};
// Why a day has no slot; the first that applies.
enum class EmptyDay { closed, window, notice, full, no_resource };
std::string_view name(EmptyDay reason);

struct SlotDay {
    kernel::LocalDate date;  // of the viewer's zone
    int slots = 0;
    std::optional<EmptyDay> reason;  // exactly when there is no slot
    bool operator==(const SlotDay&) const = default;
};
struct SlotList {
    std::vector<Slot> slots;    // by start
    std::vector<SlotDay> days;  // every date that [from, to) touches
};
SlotList slots(const Snapshot& snapshot, const SlotQuery& query);

}  // namespace almanac::scheduling
