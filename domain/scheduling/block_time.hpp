// scheduling/block_time.hpp — when a block holds: one range of instants or of local times, once or
// by a recurrence rule. A recurrence has the exact length of the first one, whatever the clocks do
// between (RFC 5545, 3.8.5.3); a local date that does not exist has none. Pure values, any thread.
#pragma once
#include "domain/scheduling/intervals.hpp"
#include "domain/scheduling/local_date_time.hpp"
#include "domain/scheduling/recurrence.hpp"

namespace almanac::scheduling {

inline constexpr std::int64_t block_starts_a_day_max = 48;
inline constexpr std::chrono::days one_off_block_max{366};    // longer ones count as recurring
inline constexpr std::chrono::days recurring_block_max{366};  // length of one occurrence

// As people give it: start and end, or local_start and local_end.
struct GivenTime {
    std::optional<kernel::Instant> start;
    std::optional<kernel::Instant> end;
    std::optional<LocalDateTime> local_start;
    std::optional<LocalDateTime> local_end;
    std::optional<std::string> rrule;
    std::vector<std::string> exdates;
};
BOOST_DESCRIBE_STRUCT(GivenTime, (), (start, end, local_start, local_end, rrule, exdates))

// As it is kept: the instants of the first range, and what the others follow from.
struct BlockTime {
    kernel::Instant start{};
    kernel::Instant end{};
    std::optional<LocalDateTime> local_start;
    std::optional<LocalDateTime> local_end;
    std::optional<std::string> time_zone;  // of the local times, as it was when the block was made
    std::optional<std::string> rrule;
    std::vector<std::string> exdates;        // of the kind of the start, or local dates
    std::optional<kernel::Instant> ends_at;  // of the last range; none: it never ends
    bool operator==(const BlockTime&) const = default;
    kernel::Micros length() const { return end - start; }
    // Kept in month folds; the others in the calendar of their owner (log.md).
    bool one_off() const { return !rrule && length() <= one_off_block_max; }
};
BOOST_DESCRIBE_STRUCT(BlockTime, (),
                      (start, end, local_start, local_end, time_zone, rrule, exdates, ends_at))

// Every fault at once; pointers are those of the body of POST blocks. Codes: `required`,
// `not_together`, `before_start`, `no_such_date`, `range`, `kind`, and of rules `rrule`,
// `explosive`, `never`, `not_at_start`, `overlap`.
std::expected<BlockTime, std::vector<kernel::FieldError>> block_time(const GivenTime& given,
                                                                     const kernel::Zone& zone);

// The ranges that meet [from, to), by start.
std::vector<Interval> occurrences(const BlockTime& time, kernel::Instant from, kernel::Instant to);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::GivenTime> = fields(
    field(&scheduling::GivenTime::start, "with `end`; or give `local_start` and `local_end`"),
    field(&scheduling::GivenTime::end, "after `start`"),
    field(&scheduling::GivenTime::local_start,
          "local time of the location (of the business, where it is for everything)"),
    field(&scheduling::GivenTime::local_end, "after `local_start`"),
    field(&scheduling::GivenTime::rrule,
          "RFC 5545, e.g. FREQ=WEEKLY;BYDAY=MO; the range given is the first, at most 48 start on "
          "one day, and none may begin before the one before it has ended")
        .length(1, 500),
    field(&scheduling::GivenTime::exdates,
          "starts that are left out: instants, or local times, or local dates")
        .length(1, 40)
        .items(0, 366));
}  // namespace almanac::kernel
