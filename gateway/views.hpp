// The views of every partition, running: the store's rows, the runtimes that follow the log, and
// the queries over them; and how a query waits until what it may expect is in them (api.md,
// "Freshness"). Thread-safe after start.
#pragma once
#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "gateway/call.hpp"
#include "gateway/query_workers.hpp"
#include "projections/read_models.hpp"
#include "projections/records/client_search.hpp"
#include "projections/records/records.hpp"
#include "projections/runtime.hpp"

namespace almanac::gateway {

// Who books waits for records and availability only; who reads a report, for all.
enum class Reads { bookings, reports };

struct PartitionViews {
    std::unique_ptr<projections::ViewStore> store;
    std::unique_ptr<projections::RecordsProjection> records_projection;
    std::unique_ptr<projections::RecordQueries> records;
    std::unique_ptr<projections::ReadModels> models;
    std::unique_ptr<projections::ClientSearch> search;
    // Last: they stop before what they write to.
    std::unique_ptr<projections::Runtime> bookings;  // keeps records and availability
    std::unique_ptr<projections::Runtime> reports;   // all other views, after everybody else's work

    std::uint64_t applied_position(Reads reads) const;
    projections::RuntimeStatus status() const;  // of both: position of the one behind, sums
    // Calls `done` exactly once, as Runtime::when_applied does.
    void when_applied(Reads reads, std::uint64_t position, projections::Runtime::Deadline deadline,
                      projections::Runtime::Applied done);
    Reads read_by(std::string_view query) const;  // a special view's
};

class Views {
  public:
    // Opens (or builds anew) the views of every partition and listens to its commits.
    static kernel::Result<std::unique_ptr<Views>> open(
        eventstore::Store& store, const projections::RuntimeOptions& options = {});
    void start();
    void stop();

    PartitionViews& of(unsigned partition) { return partitions_.at(partition); }
    PartitionViews& of(const Call& call) { return of(call.partition->number()); }
    // For reads of a view. Continues once it holds what the tenant had acknowledged when the call
    // arrived (not with `Almanac-Consistency: eventual`) and the position it names
    // (`Almanac-Min-Position`); else refuses with 503 `view_behind`. `then` runs on the caller's
    // thread, or on a worker's where it had to wait.
    void when_fresh(const CallPtr& call, Reads reads, std::move_only_function<void()> then);
    // The same for what takes long: `then` always runs on a worker's thread, so that connections
    // are served meanwhile and several are worked on at once.
    void when_fresh_on_worker(const CallPtr& call, Reads reads,
                              std::move_only_function<void()> then);
    // For reads of the log, which holds all that was acknowledged here: waits for nothing but the
    // position that the call names.
    void when_logged(const CallPtr& call, std::move_only_function<void()> then);
    // Every partition at its present end (a clock move's barrier). `then` runs on a worker's
    // thread; false at the deadline, or where too many queries wait.
    void when_all_applied(eventstore::Store& store, std::chrono::steady_clock::time_point deadline,
                          std::move_only_function<void(bool)> then);

  private:
    // Nothing: it was refused.
    std::optional<std::uint64_t> position_for(const CallPtr& call) const;
    void when_applied(const CallPtr& call, Reads reads, std::uint64_t position,
                      std::move_only_function<void()> then);
    void hand_over(const CallPtr& call, Reads reads, std::move_only_function<void()> then);

    // First: the runtimes give them work until they have stopped. A slow report holds up reports.
    QueryWorkers workers_{std::max(2U, std::thread::hardware_concurrency())};
    QueryWorkers report_workers_{1};
    std::vector<PartitionViews> partitions_;
};

}  // namespace almanac::gateway
