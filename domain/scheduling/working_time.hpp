// When a resource works: weekly windows with breaks, overrides of single dates, one-off blocks, and
// what they come to in instants (domain rules: scheduling, "Working time of a resource"). Local
// times are those of the resource's location. A window that ends at or before its start ends the
// next day; it belongs to the date on which it starts. Pure: no clock, any thread.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "domain/kernel/id.hpp"
#include "domain/kernel/result.hpp"
#include "domain/kernel/time.hpp"
#include "domain/scheduling/intervals.hpp"
#include "domain/scheduling/local_clock.hpp"

namespace almanac::scheduling {

struct Window {
    kernel::Weekday day = kernel::Weekday::monday;
    kernel::LocalTime from;
    kernel::LocalTime to;             // ≤ from: the next day; 24:00 allowed; 00:00–00:00 = 24 hours
    std::optional<int> max_bookings;  // live allocations that start in one occurrence of it
    auto operator<=>(const Window&) const = default;
};
// `day` is the date on which the break itself starts: the break at 00:30 in a window of Friday
// 22:00–02:00 is Saturday's. It cuts the windows of its own schedule, never those of an override.
struct Break {
    kernel::Weekday day = kernel::Weekday::monday;
    kernel::LocalTime from;
    kernel::LocalTime to;
    auto operator<=>(const Break&) const = default;
};
struct Schedule {
    kernel::Uuid id;
    std::optional<kernel::LocalDate> effective_from;   // first date; none: since ever
    std::optional<kernel::LocalDate> effective_until;  // last date, included; none: for ever
    std::vector<Window> windows;
    std::vector<Break> breaks;
    bool operator==(const Schedule&) const = default;
};
struct OverrideWindow {
    kernel::LocalTime from;
    kernel::LocalTime to;
    std::optional<int> max_bookings = std::nullopt;  // as of a window
    auto operator<=>(const OverrideWindow&) const = default;
};
// Replaces every window that starts on `date`; `closed` leaves none.
struct Override {
    kernel::LocalDate date;
    bool closed = false;
    std::vector<OverrideWindow> windows;
    bool operator==(const Override&) const = default;
};
struct Block {
    kernel::Uuid id;
    kernel::Instant start;
    kernel::Instant end;
    bool operator==(const Block&) const = default;
};
// The local dates first..last as one block (maintenance dates of a resource).
Block block_of_dates(kernel::LocalDate first, kernel::LocalDate last, const kernel::Zone& zone);

// Every fault at once; pointers are those of the body of `POST schedules` and `PUT overrides`.
// `others`: the schedules of the same resource that stay in force beside this one. Codes:
// `overlap`, `zero_length`, `outside_windows`, `before_effective_from`, `out_of_range`,
// `required`, `not_with_closed`, `min`.
std::vector<kernel::FieldError> validate(const Schedule& schedule,
                                         std::span<const Schedule> others = {});
std::vector<kernel::FieldError> validate(const Override& override);

// One window as it happens. Its grid of starts begins at `start`, whatever breaks and blocks do.
struct WorkingWindow {
    kernel::Instant start;
    kernel::Instant end;
    kernel::LocalDate date;  // the local date on which it starts
    std::optional<int> max_bookings;
    bool operator==(const WorkingWindow&) const = default;
};
struct WorkingTime {
    std::vector<WorkingWindow> windows;  // by start; may overlap where a clock change makes them
    IntervalSet open;                    // windows − breaks, whole windows, not cut to the range
};

// The windows that touch [from, to), whole. In a gap the offset before it counts, in an overlap
// the first; a local date that does not exist yields nothing; a window that a gap swallows, too.
// `clock` covers [from, to) in the zone of the location.
WorkingTime working_intervals(std::span<const Schedule> schedules,
                              std::span<const Override> overrides, LocalClock& clock,
                              kernel::Instant from, kernel::Instant to);
WorkingTime working_intervals(std::span<const Schedule> schedules,
                              std::span<const Override> overrides, const kernel::Zone& zone,
                              kernel::Instant from, kernel::Instant to);
// The same for what is always there: every local day a window of its own, overrides respected.
WorkingTime always_working(std::span<const Override> overrides, LocalClock& clock,
                           kernel::Instant from, kernel::Instant to);

}  // namespace almanac::scheduling
