// Runs the policies of a partition: on live events only, each effect once, and on their timers.
// Operation: `committed` (the writer's hook) asks every policy about every new event, in memory;
// where one has something to do, or a timer is due, a turn (policy_work.hpp) becomes a job of the
// writer. What nobody reacts to costs no job and no sync. Checkpoints and timers are in the log's
// database: opening a log or rebuilding a view runs nothing again.
// Concurrency: one thread, which waits; every function from any thread. Hooks run on that thread.
// Limits: `inbox_events_max` events of `inbox_bytes_max` in memory; what does not fit is read from
// the log again.
// Failure: while the partition cannot be written, nothing is lost and it is tried again.
#pragma once
#include <chrono>
#include <memory>

#include "eventstore/policy_work.hpp"

namespace almanac::eventstore {

struct PolicyOptions {
    TurnLimits turn;
    std::size_t inbox_events_max = 8'192;
    std::size_t inbox_bytes_max = 16UL << 20;
    std::uint64_t checkpoint_positions_max = 65'536;  // a start looks at no more again
    std::chrono::milliseconds retry_first{200};       // doubled each time
    std::chrono::milliseconds retry_max{5'000};
    bool at_their_time = false;  // a sandbox, see TurnOrder
};

struct PolicyHooks {
    std::function<void(const RejectedEffect&)> rejected;
    std::function<void(const SetAside&)> set_aside;  // the alarm
};

struct PolicyStatus {
    std::uint64_t policies = 0;
    std::uint64_t reached = 0;  // the position up to which every policy has reacted
    std::uint64_t lag = 0;      // committed events behind it
    std::uint64_t timers_pending = 0;
    std::optional<Instant> next_due;
    std::uint64_t effects = 0;  // commands decided since start
    std::uint64_t timers_fired = 0;
    std::uint64_t rejected = 0;
    std::uint64_t set_aside_total = 0;
    std::string failure;  // why the last turn did not go through
};

class PolicyRuntime {
  public:
    // All outlive the runtime; the writer is stopped after it.
    PolicyRuntime(const kernel::Catalogue& catalogue, const Log& log, Executor& executor,
                  Clock& clock, PolicyHooks hooks = {}, PolicyOptions options = {});
    ~PolicyRuntime();  // stop
    PolicyRuntime(const PolicyRuntime&) = delete;
    PolicyRuntime& operator=(const PolicyRuntime&) = delete;

    // Answers when new policies have their place in the log. Once.
    Result<void> start();
    void stop();  // after the turn at hand; who waits is told false; idempotent

    void committed(std::span<const CommittedEvent> events);
    // Calls `done` once: true when every policy has reacted to all that was decided before this
    // call, every timer due by `until` has run, and every event of it is durable; false at stop, or
    // where the partition cannot be written any more.
    void run_until(Instant until, std::move_only_function<void(bool)> done);
    PolicyStatus status() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
