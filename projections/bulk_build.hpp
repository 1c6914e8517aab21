// Builds all rows of one projection from the log at once, where nothing of it is there yet: the
// same `apply` as ever, on several threads, each with the things whose identity tag falls to it.
// Rows are gathered by the megabyte, sorted and handed to RocksDB as finished table files
// (ops/adr/014); until the checkpoint stands nobody reads them.
// Operation: the caller's thread waits and calls `go_on` every 20 ms; false ends the work.
// Failure: one event that cannot be applied, and nothing of it stays: the ordinary way parks it.
// Of the threads it asks for it takes those it gets; where there is none, it is refused.
// A crash leaves the mark of a build under way; whoever loads next clears and begins again.
// Limits: memory of BulkOptions::bytes_per_thread, twice while a table is written, for each thread.
#pragma once
#include <functional>
#include <thread>

#include "eventstore/log.hpp"
#include "projections/projection.hpp"

namespace almanac::projections {

// Throws std::system_error where the system has no more threads.
using StartThread = std::function<std::thread(std::function<void()> work)>;
std::thread start_bulk_thread(std::function<void()> work);

struct BulkOptions {
    std::uint64_t events_min = 20'000;  // for less the ordinary way is quick enough
    std::size_t bytes_per_thread = 64UL << 20;
    unsigned threads = 0;  // 0: one for each core, at most 4
    int nice = 5;          // of each thread, more than the process is: from 0 to 19
    StartThread start_thread = start_bulk_thread;  // a test has fewer than it asks for
};

enum class BulkOutcome { built, refused, stopped };

// Throws ViewFailure where the views cannot be written; then the mark stands.
BulkOutcome build_in_bulk(const kernel::Catalogue& catalogue, const eventstore::Log& log,
                          ViewStore& store, const Projection& projection, std::uint64_t last,
                          const BulkOptions& options, const std::function<bool()>& go_on);

}  // namespace almanac::projections
