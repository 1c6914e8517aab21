// The event store's contract (dcb.events), without a domain: read by query, append on a condition.
// Two stores keep it, in memory and on the log; one test suite runs against both.
// Positions are gapless in the store from 1, sequences gapless in the tenant from 0; a command's
// events are adjacent, all or none. Appends with conditions are serializable. Thread-safe.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "eventstore/query.hpp"
#include "eventstore/stage.hpp"

namespace almanac::eventstore {

class Writer;

struct PositionedEvent {
    std::uint64_t position = 0;
    Record record;
};

class EventStore {
  public:
    virtual ~EventStore() = default;
    // Events of the tenant that match, with position > after, ascending, at most `limit`.
    virtual Result<std::vector<PositionedEvent>> read(
        const TenantId& tenant, const Query& query, std::uint64_t after = 0,
        std::size_t limit = std::numeric_limits<std::size_t>::max()) = 0;
    // Durable when it answers. Rejections: conflict `append_condition_failed`, `limit_reached`,
    // `invalid_event`, and what the store cannot do now (kind unavailable).
    virtual Result<Appended> append(const TenantId& tenant, const CommandMeta& meta,
                                    std::vector<EventDraft> events,
                                    const std::optional<AppendCondition>& condition = {}) = 0;
};

// For tests of what lies above. Time comes from the clock and never goes back within a tenant.
std::unique_ptr<EventStore> make_memory_store(Clock& clock);
// `append` waits for the writer, so never call it on one of the writer's threads.
std::unique_ptr<EventStore> make_log_store(const Log& log, Writer& writer);

// Events of the log that match, up to its last position; what make_log_store reads with.
Result<std::vector<PositionedEvent>> read_log(const Log& log, const TenantId& tenant,
                                              const Query& query, std::uint64_t after,
                                              std::size_t limit);

}  // namespace almanac::eventstore
