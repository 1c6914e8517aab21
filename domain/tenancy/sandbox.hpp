// tenancy/sandbox.hpp — the clock of a sandbox: an event of `$system`, so that time is history like
// all else (log.md, "Time"). Only a directory that was made as a sandbox has it.
#pragma once
#include "domain/kernel/command.hpp"

namespace almanac::tenancy {
using namespace kernel;

struct ClockMoved {
    static constexpr std::string_view type = "tenancy.clock_moved";
    static constexpr std::uint16_t version = 1;
    Instant now{};
};
BOOST_DESCRIBE_STRUCT(ClockMoved, (), (now))
struct SandboxTime {
    static constexpr std::string_view kind = "sandbox_clock";
    static constexpr std::uint32_t version = 1;
    using Key = std::string;
    Instant now{};
};
BOOST_DESCRIBE_STRUCT(SandboxTime, (), (now))
inline const std::string the_clock = "now";

inline auto tags(const ClockMoved&) {
    return Tags<SandboxTime>{}.add<SandboxTime>(the_clock);
}
inline void evolve(SandboxTime& clock, const ClockMoved& e) {
    clock.now = e.now;
}

struct MoveClock {
    Instant now{};
};
BOOST_DESCRIBE_STRUCT(MoveClock, (), (now))
Decision decide(const MoveClock& wish, Read& read, const Context& now);

}  // namespace almanac::tenancy
