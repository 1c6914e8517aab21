// Follows the log of a partition and applies every event, in order, to every projection.
// Operation: `committed` (the writer's hook) puts new events into a bounded ring; what is not in it
// is read from the log. Batches of `batch_events_max` events are written with their checkpoints at
// once. A projection of another version than its rows starts again at position 1, alone; the others
// are not disturbed. Where a projection that allows it has nothing yet and the log is long, its
// rows are built at once (bulk_build.hpp), and nobody reads them before all are there. An event
// that cannot be applied is tried `tries_max` times, then its (projection, tenant) pair is parked:
// its later events wait, everybody else goes on. Concurrency: one thread; every function from any
// thread. Callbacks run on that thread and off its locks: short, no blocking, no throwing. Failure:
// where views cannot be written or the log not be read, nothing is applied; it is tried again every
// second and said in `status().failure`.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <span>

#include "eventstore/log.hpp"
#include "eventstore/stage.hpp"
#include "projections/bulk_build.hpp"
#include "projections/projection.hpp"

namespace almanac::projections {

struct RuntimeOptions {
    std::size_t ring_events_max = 8'192;
    std::size_t ring_bytes_max = 32UL << 20;
    std::size_t batch_events_max = 512;
    std::size_t waiters_max = 10'000;
    int tries_max = 3;
    // Commands go first: while so many events come in a second and nobody waits for the views,
    // these wait, until so many events or so long a time have gathered. Then they catch up.
    double busy_events = 1'000;
    std::uint64_t give_way_events_max = 65'536;
    std::chrono::milliseconds give_way_max{2'000};
    // Where several runtimes keep views in one store: the projections of the others, whose rows
    // this one leaves alone. Rows of projections that nobody keeps are thrown away.
    std::vector<std::string> kept_by_others = {};
    const char* thread_name = "views";
    int nice = 0;  // of the thread, more than the process is: from 0 to 19
    BulkOptions bulk = {};
};

struct ParkedPair {
    std::string projection;
    TenantId tenant;
    std::uint64_t position = 0;  // of the event that cannot be applied
    std::string error;
};

struct RuntimeHooks {
    std::function<void(const ParkedPair&)> parked;  // the alarm
};

struct ProjectionStatus {
    std::string name;
    std::uint32_t version = 0;
    std::uint64_t position = 0;  // applied up to here
    std::uint64_t parked = 0;
};

struct RuntimeStatus {
    std::uint64_t applied_position = 0;  // of the projection that is furthest behind
    std::uint64_t log_position = 0;      // known to be committed; the difference is the lag
    std::uint64_t events = 0;            // applied since start
    std::uint64_t batches = 0;
    std::uint64_t events_from_log = 0;  // of these, not found in the ring
    std::uint64_t bulk_builds = 0;      // projections built at once since start
    std::uint64_t parked_total = 0;     // pairs parked since start
    std::size_t waiters = 0;
    std::string failure;
    std::vector<ProjectionStatus> projections;
};

class Runtime {
  public:
    using Deadline = std::chrono::steady_clock::time_point;
    using Applied = std::move_only_function<void(bool)>;

    // All outlive the runtime. Throws std::logic_error where two projections have one name.
    Runtime(const kernel::Catalogue& catalogue, const eventstore::Log& log, ViewStore& store,
            const std::vector<Projection*>& projections, RuntimeHooks hooks = {},
            RuntimeOptions options = {});
    ~Runtime();  // stop
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    void start();
    void stop();  // after the batch at hand; waiters are told false

    void committed(std::span<const eventstore::CommittedEvent> events);

    // Applied by every projection. A parked pair does not hold it back: an answer about its tenant
    // says so by its own, lower position.
    std::uint64_t applied_position() const;
    // Calls `done` exactly once: true once `position` is applied (at once, on this thread, where it
    // is already), false at the deadline, at stop or where `waiters_max` wait.
    void when_applied(std::uint64_t position, Deadline deadline, Applied done);

    std::vector<ParkedPair> parked() const;
    // Tries a parked pair again from its event on. `done` hears when its tenant has caught up, or
    // why it is parked again. `not_found` where there is no such pair.
    Result<void> resume(std::string_view projection, const TenantId& tenant,
                        std::move_only_function<void(Result<void>)> done = {});
    RuntimeStatus status() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::projections
