#include "domain/tenancy/sandbox.hpp"

#include <algorithm>

namespace almanac::tenancy {

// Forward only; the same time is a barrier and no event.
Decision decide(const MoveClock& wish, Read& read, const Context& now) {
    // A move that is decided but not yet on the disk has not reached the clock of the decisions.
    const auto stands = std::max(now.now, read.get<SandboxTime>(the_clock).now);
    if (wish.now < stands) {
        return reject("clock_backwards", fmt::format("The clock stands at {}.", to_string(stands)));
    }
    if (wish.now == stands) return Events{};
    return ClockMoved{wish.now};
}

}  // namespace almanac::tenancy
