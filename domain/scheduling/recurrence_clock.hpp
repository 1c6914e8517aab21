// scheduling/recurrence_clock.hpp — how the local starts of a recurrence become instants: in a gap
// the offset before it, in an overlap the first, none on a date that does not exist (RFC 5545,
// 3.3.5). Without a zone its local time is UTC. Pure values, any thread.
#pragma once
#include "domain/scheduling/recurrence.hpp"

namespace almanac::scheduling {

class RecurrenceClock {
  public:
    // Of a rule in UTC that begins at `start`.
    explicit RecurrenceClock(kernel::Instant start);
    // Of a rule in the local time of `zone` whose first local start is `first`.
    RecurrenceClock(kernel::LocalInstant first, kernel::Zone zone);

    kernel::LocalInstant first() const { return first_; }
    // Local times that surely lie before and after it.
    kernel::LocalInstant before(kernel::Instant t) const;
    kernel::LocalInstant after(kernel::Instant t) const;
    std::optional<kernel::Instant> at(kernel::LocalInstant start) const;
    // The last instant that UNTIL includes; nothing where it is of another kind than the start.
    std::optional<kernel::Instant> until(const Until& given) const;

  private:
    kernel::LocalInstant wall(kernel::Instant t) const;

    std::optional<kernel::Zone> zone_;
    kernel::Micros fraction_{};  // of the second, which rules do not know
    kernel::LocalInstant first_;
};

// What a rule begins with, up to COUNT and UNTIL.
struct FirstStarts {
    std::vector<kernel::LocalInstant> walls;
    std::vector<kernel::Instant> starts;
    bool all = true;  // these are all of them
};
// At least `looked_at` of them, where there are so many. Faults: `explosive`, `never`, `kind`, and
// `not_at_start` where the first is not `start`.
std::expected<FirstStarts, RuleFault> first_starts(const RecurrenceRule& rule,
                                                   const RecurrenceClock& clock,
                                                   kernel::Instant start, std::size_t looked_at);

}  // namespace almanac::scheduling
