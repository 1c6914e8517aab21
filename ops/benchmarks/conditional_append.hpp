// Callers that append through the store's own API on a condition, as a client of an event store
// does: each one event of 600 bytes of data with three tags at a time, which nobody may have booked
// before (no event carries its first tag), durable when it is answered.
#pragma once
#include <atomic>

#include "ops/benchmarks/filled_log.hpp"

namespace almanac::benchmarks {

class ConditionalAppend {
  public:
    // A new log, whose mark follows as the server's does, or stands before every reply (0).
    explicit ConditionalAppend(const std::filesystem::path& directory,
                               int mark_interval_ms = eventstore::mark_interval_ms_max);
    // Appends per second with so many callers under way at any time, each told by the callback
    // that a server's threads use. Throws std::runtime_error where one is refused.
    double per_second(unsigned callers, double seconds);

  private:
    FilledLog log_;
    std::atomic<std::uint64_t> next_ = 0;
};

}  // namespace almanac::benchmarks
