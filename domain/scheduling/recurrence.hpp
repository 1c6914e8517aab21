// scheduling/recurrence.hpp — recurrence rules (RFC 5545, 3.3.10). libical reads their grammar;
// they are unrolled here, because no call may take longer than the range it is asked for is wide
// (ops/adr/010). All of it is local time without a zone: who asks turns local times into instants.
// Pure values, any thread. Not known: RSCALE and SKIP (RFC 7529), leap seconds.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/time.hpp"

namespace almanac::scheduling {

enum class Frequency { secondly, minutely, hourly, daily, weekly, monthly, yearly };

// UNTIL is included. A date means its whole day.
struct Until {
    enum class Kind { date, local, utc };
    Kind kind = Kind::local;
    kernel::LocalInstant at;  // the last second it includes, as it is written
    bool operator==(const Until&) const = default;
};

// "2MO": the second Monday; position 0: every one, negative: from the end.
struct NthDay {
    int position = 0;
    kernel::Weekday day = kernel::Weekday::monday;
    bool operator==(const NthDay&) const = default;
};

struct RecurrenceRule {
    Frequency frequency = Frequency::daily;
    int interval = 1;
    std::optional<int> count;
    std::optional<Until> until;
    kernel::Weekday week_start = kernel::Weekday::monday;
    std::vector<int> seconds, minutes, hours;               // ascending, each once
    std::vector<int> month_days, year_days, weeks, months;  // ascending, each once
    std::vector<NthDay> days;
    std::vector<int> positions;  // BYSETPOS
    bool endless() const { return !count && !until; }
    bool operator==(const RecurrenceRule&) const = default;
};

inline constexpr int recurrence_interval_max = 1'000;
inline constexpr int recurrence_count_max = 4'000;
inline constexpr std::size_t recurrence_text_max = 500;

// What is wrong with a rule: a stable code (`rrule`, `explosive`) and a sentence.
struct RuleFault {
    std::string_view code;
    std::string detail;
};
std::expected<RecurrenceRule, RuleFault> parse_rule(std::string_view text);

// No more starts than this on any one day.
std::int64_t starts_a_day_max(const RecurrenceRule& rule);

// The starts of `rule` in [from, to), ascending. `first` gives what the rule leaves open (its time
// of day, its weekday) and begins it; it is a start itself only where the rule says so. COUNT and
// UNTIL are not looked at. Whatever the rule, the work is that of the range, not of the time since
// `first`, and stops at `steps_max` (a step: one day, hour, minute or start looked at).
struct UnrollLimits {
    std::size_t starts_max = 1'000'000;
    std::int64_t steps_max = 5'000'000;
};
struct Unrolled {
    enum class End { range, starts_max, steps_max };
    std::vector<kernel::LocalInstant> starts;
    End end = End::range;
};
Unrolled unroll(const RecurrenceRule& rule, kernel::LocalInstant first, kernel::LocalInstant from,
                kernel::LocalInstant to, const UnrollLimits& limits = {});

}  // namespace almanac::scheduling
