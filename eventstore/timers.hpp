// The durable timers of a partition, in due order. The earliest ones are known in memory; the
// others wait in the log's database (policy_entries.hpp), however many they are.
// Owned by the policies' work; decision thread only, within its jobs. What a job that is taken back
// did here is undone by `restore`.
// Limits: `timers_known_max` in memory; a key of 128 bytes, 4 KiB of data (kernel/policy.hpp).
#pragma once
#include <functional>
#include <set>

#include "eventstore/policy_entries.hpp"
#include "eventstore/stage.hpp"

namespace almanac::eventstore {

inline constexpr std::size_t timers_known_max = 4'096;

class Timers {
  public:
    // Timers of policies that are not `followed` wait for the day when they are.
    using Followed = std::function<bool(std::string_view policy)>;
    explicit Timers(Followed followed) : followed_(std::move(followed)) {}

    // How many there are; once, before the first job.
    Result<void> count(const Log& log);
    std::uint64_t pending() const { return pending_; }
    std::size_t in_memory() const { return known_.size(); }

    void set(Stage& stage, const Timer& timer);  // replaces the one of its key
    void cancel(Stage& stage, const Timer& timer);
    // The earliest: by due instant, then tenant, policy and key. Throws where the log is damaged.
    std::optional<Timer> next(Stage& stage);

    struct Savepoint {
        std::uint64_t pending = 0;
    };
    Savepoint save() const { return {pending_}; }
    void restore(const Savepoint& savepoint);

  private:
    void know(std::string due_key);
    void look_further(Stage& stage);

    Followed followed_;
    std::uint64_t pending_ = 0;
    std::set<std::string> known_;  // due keys: all that are followed and lie below horizon_
    std::string horizon_{due_prefix};
    bool all_known_ = false;  // none at or beyond the horizon
};

}  // namespace almanac::eventstore
