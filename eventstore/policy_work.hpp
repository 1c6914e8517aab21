// One turn of a partition's policies, as a job of its writer: reacts to the events after the
// checkpoints, in order and up to the last one staged, then runs the timer that is due first, and
// so on. Events of effects, timers and checkpoints are staged together: all or nothing. Owned by
// PolicyRuntime; decision thread only, but for `load`. A turn is bounded (TurnLimits); `more` in
// its report says that another one is wanted. Failure: a rejection is an effect's final answer.
// What cannot be decided now (`unavailable`, `corrupt`, a throw) ends the turn before its source
// and is tried again; after `tries_max` times it is set aside, for that policy only, and everything
// behind it goes on. At the next start it is tried once more. Policies that answer each other's
// events end after `links_max` reactions in a row or `chain_max` events: what is left of the chain
// is set aside at once. A timer begins a chain of its own, since time passes.
#pragma once
#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <deque>

#include "eventstore/executor.hpp"
#include "eventstore/timers.hpp"

namespace almanac::eventstore {

struct TurnLimits {
    std::size_t sources_max = 512;  // events and timers that were reacted to
    std::uint64_t positions_max = 16'384;
    std::size_t bytes_max = 1UL << 20;  // of events staged; a batch has room for four times that
    int tries_max = 5;
    int links_max = 16;              // reactions in a row, each to an event of the one before
    std::size_t chain_max = 10'000;  // events that follow from one, over all such rows
};

// Committed events that some policy reacts to, of all positions [from, through].
struct PolicyInbox {
    std::uint64_t from = 1;
    std::uint64_t through = 0;
    std::vector<CommittedEvent> events;
    std::size_t bytes = 0;  // of their data
};

struct TurnOrder {
    PolicyInbox inbox;
    Instant until{};  // timers due by then
    // A sandbox: effects of a timer happen when it is due, reactions when their event happened.
    bool at_their_time = false;
    bool write_checkpoints = false;  // also where there was nothing to do
};

struct RejectedEffect {
    std::string policy;
    std::string effect;
    std::string code;
};

struct TurnReport {
    bool more = false;
    bool failed = false;  // one source has to be tried again
    std::string failure;
    std::uint64_t effects = 0;  // commands decided
    std::uint64_t timers_fired = 0;
    std::vector<RejectedEffect> rejected;
    std::vector<SetAside> set_aside;
    // How things stand after it
    std::uint64_t reached = 0;          // the position up to which every policy has reacted
    std::uint64_t written_through = 0;  // the lowest checkpoint
    std::uint64_t timers_pending = 0;
    std::uint64_t set_aside_total = 0;
    std::optional<Instant> next_due;
};

class PolicyWork {
  public:
    PolicyWork(const kernel::Catalogue& catalogue, const Log& log, TurnLimits limits);

    // Checkpoints as they are written; a new policy begins at the end of the log.
    Result<void> load();
    std::uint64_t reached() const { return reached_; }
    // Throws where nothing of the turn may stay; then nothing of it is remembered but the failure,
    // which `report` says.
    void run(Stage& stage, const Executor::Decide& decide, const TurnOrder& order,
             TurnReport& report);

  private:
    struct Followed {
        const kernel::PolicyType* type;
        std::uint64_t position = 0;  // reacted to
        std::optional<std::uint64_t> written;
    };
    struct Source;
    struct Turn;
    struct Tries {
        int count = 0;
        std::string error;
    };
    void follow(const kernel::PolicyType& type, std::optional<PolicyCheckpoint> checkpoint);
    Followed* find(std::string_view policy);
    void go(Turn& turn);
    bool has_room(Turn& turn) const;
    bool follow_inbox(Turn& turn);
    bool follow_stage(Turn& turn);
    bool react(Turn& turn, const CommittedEvent& event);
    bool fire_next(Turn& turn);
    void try_again(Turn& turn);
    kernel::Reactions reactions_to(const Followed& policy, const Source& source) const;
    bool attempt(Turn& turn, const Followed& policy, const Source& source);
    void perform(Turn& turn, const Followed& policy, const Source& source);
    void decide(Turn& turn, const Followed& policy, const Source& source,
                const kernel::Effect& effect);
    void find_chain(Source& source);
    void set_aside(Turn& turn, const Followed& policy, const Source& source,
                   const std::string& error);
    void reach(std::uint64_t position);
    void write_checkpoints(Turn& turn);

    const kernel::Catalogue& catalogue_;
    const Log& log_;
    const TurnLimits limits_;
    std::vector<Followed> followed_;
    absl::flat_hash_set<std::string_view> event_types_;  // that any of them reacts to
    Timers timers_;
    std::uint64_t reached_ = 0;
    std::uint64_t set_aside_total_ = 0;
    std::deque<SetAside> again_;      // of an earlier process, to be tried once more
    std::optional<SetAside> trying_;  // the one of them at hand
    absl::flat_hash_map<std::string, Tries> tries_;
    struct Link {
        std::uint64_t position = 0;
        int links = 0;
        std::shared_ptr<std::size_t> chain;  // how many events it has
    };
    std::deque<Link> links_;  // effects that are still to be reacted to, by position
    std::string current_;     // the source at hand, as a key of tries_
};

}  // namespace almanac::eventstore
