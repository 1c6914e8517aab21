// One batch between decision and disk: the log batch, and its events and values indexed in memory
// so that later decisions see them. Filled by the decision thread until it is sealed; from then on
// it is only read, by both threads, but for `log_batch`, which is the commit thread's.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log.hpp"
#include "eventstore/stage.hpp"

namespace almanac::eventstore {

// Entries by hash, the newest first; the newest can be taken back.
class NewestFirstIndex {
  public:
    struct Entry {
        std::uint64_t hash;
        std::uint32_t next;  // 1 + the older entry of the bucket, 0 = none
        std::uint32_t item;
        std::uint32_t part;
    };
    NewestFirstIndex() : buckets_(256) {}
    void add(std::uint64_t hash, std::uint32_t item, std::uint32_t part);
    void shrink_to(std::size_t entries);
    std::size_t size() const { return entries_.size(); }
    // `fn(entry)` for every entry of the hash, newest first, while it answers true.
    template <class Fn>
    void find(std::uint64_t hash, Fn fn) const {
        for (auto i = buckets_[hash & (buckets_.size() - 1)]; i != 0;) {
            const auto& entry = entries_[i - 1];
            if (entry.hash == hash && !fn(entry)) return;
            i = entry.next;
        }
    }

  private:
    void grow();
    std::vector<std::uint32_t> buckets_;
    std::vector<Entry> entries_;
};

class StagedBatch {
  public:
    explicit StagedBatch(const Log& log, std::uint64_t number) : log_batch(log), number_(number) {}

    LogBatch log_batch;
    std::vector<CommittedEvent> events;

    std::uint64_t number() const { return number_; }
    bool empty() const { return log_batch.empty(); }
    void add_event(CommittedEvent event, std::string_view bytes);
    void put(Space space, std::string_view key, std::optional<std::string_view> value);

    // Every value of the space, the oldest first; a key may come more than once.
    template <class Fn>
    void each_value(Space space, Fn fn) const {
        for (const auto& value : values_)
            if (value.space == space) fn(value.key, value.value);
    }
    // Nothing = not in this batch; an inner nothing = erased by it.
    std::optional<std::optional<std::string_view>> find(Space space, std::string_view key) const;
    std::optional<std::uint64_t> last_tagged(const TenantId& tenant, std::string_view tag) const;
    // Ascending, positions > after, while fn answers true; false where it ended early.
    using EventFn = std::function<bool(const CommittedEvent&)>;
    bool visit_tag(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                   const EventFn& fn) const;
    bool visit_after(std::uint64_t after, const EventFn& fn) const;
    bool visit_tenant(const TenantId& tenant, std::uint64_t after, const EventFn& fn) const;

    void begin_job();     // what follows can be taken back
    void end_job();       // it stays
    void rollback_job();  // it goes
    // The events since begin_job, as they will be in the log.
    std::span<const CommittedEvent> of_job() const {
        return std::span(events).subspan(before_job_.events);
    }

  private:
    struct Value {
        Space space;
        std::string key;
        std::optional<std::string> value;
    };
    struct Sizes {
        std::size_t events = 0, tags = 0, values = 0;
    };
    bool is_entry_of(const NewestFirstIndex::Entry& entry, const TenantId& tenant,
                     std::string_view tag) const;
    std::uint64_t number_;
    NewestFirstIndex tag_index_;
    NewestFirstIndex value_index_;
    std::vector<Value> values_;
    Sizes before_job_;
};

}  // namespace almanac::eventstore
