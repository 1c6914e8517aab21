// Moves the clock of a sandbox (log.md, "Time"): the move is an event of `$system`, then every
// partition runs its timers due by then, each at its due instant, then the clock stands there.
// Meanwhile other commands wait. Moves run one after another.
// Owned by the store; one thread, `submit` and `hold` from any. Replies come on that thread.
// Limits: 8,192 commands wait, each `command_wait`; a move answers after `move_wait` at the latest
// and goes on.
#pragma once
#include <chrono>
#include <memory>

#include "eventstore/clock.hpp"
#include "eventstore/command.hpp"

namespace almanac::eventstore {

struct SandboxMoverOptions {
    std::chrono::milliseconds command_wait{10'000};
    std::chrono::milliseconds move_wait{60'000};
    std::size_t waiting_max = 8'192;
};

class SandboxMover {
  public:
    using Submit = std::function<void(CommandRequest, CommandReply)>;
    // Calls back once all partitions have run up to an instant; false where they stop.
    using RunUntil = std::function<void(Instant, std::move_only_function<void(bool)>)>;

    SandboxMover(SandboxClock& clock, Submit submit, RunUntil run_until,
                 SandboxMoverOptions options = {});
    ~SandboxMover();  // stop
    SandboxMover(const SandboxMover&) = delete;
    SandboxMover& operator=(const SandboxMover&) = delete;

    // A `move_clock` command.
    void move(CommandRequest request, CommandReply reply);
    // Any other: submitted at once, or when no move is under way.
    void pass(CommandRequest request, CommandReply reply);
    void stop();  // who waits is refused; idempotent

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace almanac::eventstore
