// What clients of an event store asked and were answered, and when: the history that the checker
// judges. Instants are ticks of one counter, so that of two operations it is known whether one
// was over before the other began. One Recorder per client; the counter is theirs in common.
#pragma once
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/event_store.hpp"

namespace almanac::linearizability {
using eventstore::AppendCondition;
using eventstore::Appended;
using eventstore::EventDraft;
using eventstore::EventStore;
using eventstore::PositionedEvent;
using eventstore::Query;
using eventstore::TenantId;

inline constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

struct Seen {
    std::uint64_t position = 0;
    eventstore::Hash leaf{};  // of all of the record's bytes
    bool operator==(const Seen&) const = default;
};

struct Operation {
    enum class Kind : std::uint8_t { append, read };
    Kind kind = Kind::read;
    std::uint64_t invoked_at = 0;
    std::uint64_t returned_at = 0;
    TenantId tenant;
    std::string code;  // of the refusal, "" where it was answered

    std::vector<EventDraft> events;  // of an append
    std::optional<AppendCondition> condition;
    Appended appended{};

    Query query;  // of a read
    std::uint64_t after = 0;
    std::size_t limit = no_limit;
    std::vector<Seen> answer;
};
using History = std::vector<Operation>;
using Events = std::vector<PositionedEvent>;  // a whole store, by position

class Recorder {
  public:
    Recorder(EventStore& store, std::atomic<std::uint64_t>& ticks) : store_(store), ticks_(ticks) {}

    const Operation& append(const TenantId& tenant, std::vector<EventDraft> events,
                            std::optional<AppendCondition> condition = {}) {
        Operation operation;
        operation.kind = Operation::Kind::append;
        operation.tenant = tenant;
        operation.events = events;
        operation.condition = condition;
        operation.invoked_at = ticks_++;
        const auto done = store_.append(tenant, {{"user", "client"}, "request", ""},
                                        std::move(events), condition);
        operation.returned_at = ticks_++;
        if (done)
            operation.appended = *done;
        else
            operation.code = done.error().code;
        return history.emplace_back(std::move(operation));
    }

    const Operation& read(const TenantId& tenant, Query query, std::uint64_t after = 0,
                          std::size_t limit = no_limit) {
        Operation operation;
        operation.tenant = tenant;
        operation.query = std::move(query);
        operation.after = after;
        operation.limit = limit;
        operation.invoked_at = ticks_++;
        const auto found = store_.read(tenant, operation.query, after, limit);
        operation.returned_at = ticks_++;
        if (found) {
            for (const auto& event : *found)
                operation.answer.push_back({event.position, event.record.leaf});
        } else {
            operation.code = found.error().code;
        }
        return history.emplace_back(std::move(operation));
    }

    History history;

  private:
    EventStore& store_;
    std::atomic<std::uint64_t>& ticks_;
};

}  // namespace almanac::linearizability
