// Where the runtime's events come from: a bounded ring of what was just committed, and the log for
// everything else. Thread-safe. What no longer fits into the ring is found in the log, and the ring
// begins anew once it was taken: a reader that lags costs nobody else anything.
#pragma once
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "eventstore/log.hpp"
#include "eventstore/stage.hpp"

namespace almanac::projections {

class EventFeed {
  public:
    EventFeed(const eventstore::Log& log, std::size_t events_max, std::size_t bytes_max);

    void push(std::span<const eventstore::CommittedEvent> events);
    std::uint64_t target() const;  // the last committed position

    struct Piece {
        std::vector<eventstore::CommittedEvent> events;  // contiguous, the first at `from`
        bool from_log = false;
    };
    // Up to `count_max` events from position `from` on; nothing where there is none yet. `corrupt`
    // where the log is damaged there.
    kernel::Result<Piece> take(std::uint64_t from, std::size_t count_max);

  private:
    kernel::Result<Piece> scan(std::uint64_t from, std::uint64_t to) const;
    void drop_front();

    const eventstore::Log& log_;
    const std::size_t events_max_;
    const std::size_t bytes_max_;
    mutable std::mutex mutex_;
    std::deque<eventstore::CommittedEvent> ring_;
    std::size_t bytes_ = 0;
    std::uint64_t target_;
};

}  // namespace almanac::projections
