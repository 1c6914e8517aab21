// Who waits for which position, and until when. Not thread-safe: the runtime guards it and calls
// what `take` hands out after it has let go of its lock. Limits: `count_max` waiters.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace almanac::projections {

class Waiters {
  public:
    using Deadline = std::chrono::steady_clock::time_point;
    using Applied = std::move_only_function<void(bool)>;
    struct Told {
        Applied done;
        bool applied = false;
    };

    explicit Waiters(std::size_t count_max) : count_max_(count_max) {}
    std::size_t size() const { return waiting_.size(); }
    bool is_full() const { return waiting_.size() >= count_max_; }
    void add(std::uint64_t position, Deadline deadline, Applied done);
    // Everybody whose position is applied or whose deadline has passed.
    std::vector<Told> take(std::uint64_t applied, Deadline now);
    std::vector<Told> take_all();
    std::optional<Deadline> next_deadline() const;

  private:
    using Key = std::pair<std::uint64_t, std::uint64_t>;  // position, number
    struct Waiter {
        Deadline deadline;
        Applied done;
    };
    std::size_t count_max_;
    std::uint64_t number_ = 0;
    std::map<Key, Waiter> waiting_;
    std::multimap<Deadline, Key> deadlines_;
};

}  // namespace almanac::projections
