#include <algorithm>
#include <map>
#include <mutex>

#include "eventstore/event_store.hpp"

namespace almanac::eventstore {
namespace {

class MemoryStore final : public EventStore {
  public:
    explicit MemoryStore(Clock& clock) : clock_(clock) {}

    Result<std::vector<PositionedEvent>> read(const TenantId& tenant, const Query& query,
                                              std::uint64_t after, std::size_t limit) override {
        const std::scoped_lock lock(mutex_);
        std::vector<PositionedEvent> found;
        for (const auto& event : events_) {
            if (found.size() == limit) break;
            if (event.position > after && event.record.tenant == tenant &&
                matches(query, event.record))
                found.push_back(event);
        }
        return found;
    }

    Result<Appended> append(const TenantId& tenant, const CommandMeta& meta,
                            std::vector<EventDraft> drafts,
                            const std::optional<AppendCondition>& condition) override {
        const std::scoped_lock lock(mutex_);
        if (condition && is_broken(tenant, *condition))
            return kernel::conflict("append_condition_failed",
                                    "An event that the condition excludes was appended before.");
        if (drafts.empty())
            return kernel::reject(kernel::RejectionKind::invalid, "invalid_event",
                                  "A command has no events.");
        if (drafts.size() > events_per_command_max)
            return kernel::reject("limit_reached", "A command has more than 1,000 events.");
        const auto known = tenants_.find(tenant);
        auto standing = known == tenants_.end() ? Standing{} : known->second;
        standing.last_time = std::max(standing.last_time, clock_.now());
        Appended appended{events_.size() + 1, events_.size() + drafts.size(),
                          standing.next_sequence, standing.next_sequence + drafts.size() - 1,
                          standing.last_time};
        std::vector<PositionedEvent> staged;
        std::size_t bytes = 0;
        for (auto& draft : drafts) {
            auto record = make_record(tenant, meta, std::move(draft));
            record.sequence = standing.next_sequence++;
            record.time = standing.last_time;
            record.index = static_cast<std::uint16_t>(staged.size());
            record.count = static_cast<std::uint16_t>(drafts.size());
            const auto encoded = encode(record);
            if (!encoded) return std::unexpected(encoded.error());
            bytes += encoded->size() + index_bytes(record);
            staged.push_back({appended.first_position + staged.size(), std::move(record)});
        }
        if (bytes > batch_bytes_max)
            return kernel::reject("limit_reached", "A command has more than 8 MiB.");
        std::ranges::move(staged, std::back_inserter(events_));
        tenants_[tenant] = standing;
        return appended;
    }

  private:
    struct Standing {
        std::uint64_t next_sequence = 0;
        Instant last_time{};
    };

    bool is_broken(const TenantId& tenant, const AppendCondition& condition) const {
        return std::ranges::any_of(events_, [&](const PositionedEvent& event) {
            return event.position > condition.after && event.record.tenant == tenant &&
                   matches(condition.fail_if_events_match, event.record);
        });
    }

    Clock& clock_;
    std::mutex mutex_;
    std::vector<PositionedEvent> events_;
    std::map<TenantId, Standing> tenants_;
};
}  // namespace

std::unique_ptr<EventStore> make_memory_store(Clock& clock) {
    return std::make_unique<MemoryStore>(clock);
}

}  // namespace almanac::eventstore
