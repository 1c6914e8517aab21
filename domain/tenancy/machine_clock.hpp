// tenancy/machine_clock.hpp — a wall clock that moved by minutes stops all writing until it returns
// or an operator accepts it (log.md, "Time"). That is an event of `$system`: what has a later time
// than it went by the clock that was accepted.
#pragma once
#include "domain/kernel/command.hpp"

namespace almanac::tenancy {
using namespace kernel;

struct ClockAccepted {
    static constexpr std::string_view type = "tenancy.clock_accepted";
    static constexpr std::uint16_t version = 1;
    Instant expected{};
    Instant accepted{};
};
BOOST_DESCRIBE_STRUCT(ClockAccepted, (), (expected, accepted))
struct MachineClock {
    static constexpr std::string_view kind = "machine_clock";
    static constexpr std::uint32_t version = 1;
    using Key = std::string;
    Instant accepted{};
};
BOOST_DESCRIBE_STRUCT(MachineClock, (), (accepted))
inline const std::string the_wall_clock = "wall";

inline auto tags(const ClockAccepted&) {
    return Tags<MachineClock>{}.add<MachineClock>(the_wall_clock);
}
inline void evolve(MachineClock& clock, const ClockAccepted& e) {
    clock.accepted = e.accepted;
}

struct AcceptClock {
    // What the store found when it accepted; nothing where the clock had not jumped. Not described:
    // no caller says it.
    struct Jump {
        Instant expected{};
        Instant wall{};
    };
    std::optional<Jump> jump;
};
BOOST_DESCRIBE_STRUCT(AcceptClock, (), ())
Decision decide(const AcceptClock& wish, Read& read, const Context& now);

}  // namespace almanac::tenancy
