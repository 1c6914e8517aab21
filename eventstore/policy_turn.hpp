// The inside of a turn of the policies, shared by policy_work.cpp (what comes next) and
// policy_perform.cpp (what one event or timer leads to) only.
#pragma once
#include "eventstore/or_throw.hpp"
#include "eventstore/policy_work.hpp"

namespace almanac::eventstore {

// This source cannot be reacted to now. What was staged of it may stay: each effect is told from
// the others by its tag.
struct Failed {
    std::string why;
};
// It would fit into a batch of its own.
struct NoRoom {};

// It will never be reacted to: there is nothing to try again.
struct Endless {
    std::string why;
};

inline constexpr std::string_view policy_actor_kind = "policy";

// What a policy reacts to: an event, or a timer of its own.
struct PolicyWork::Source {
    TenantId tenant;
    kernel::Uuid id;
    kernel::Uuid cause;  // the event that led to it
    Instant time{};
    const CommittedEvent* event = nullptr;
    const TypedEvent* typed = nullptr;  // null: the event's data cannot be read
    const Timer* timer = nullptr;
    bool was_set_aside = false;  // then the timer waits no more; of its key there may be another
    int links = 0;               // reactions in a row that led to the event
    std::shared_ptr<std::size_t> chain = std::make_shared<std::size_t>(0);
};

struct PolicyWork::Turn {
    Stage& stage;
    const Executor::Decide& decide;
    const TurnOrder& order;
    TurnReport& report;
    std::size_t sources = 0;
    std::uint64_t positions = 0;  // looked at
    std::size_t bytes = 0;
    std::size_t events_counted = 0;  // of those staged, in `bytes`
    bool acted = false;
    std::vector<std::string> done_with = {};  // of what was tried before
    void count_bytes() {
        const auto staged = stage.appended();
        for (; events_counted < staged.size(); ++events_counted) {
            const auto& record = *staged[events_counted].record;
            bytes += record.data.size() + record.metadata.size() + index_bytes(record);
        }
    }
};

}  // namespace almanac::eventstore
