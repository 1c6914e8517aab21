// What a decision sees and leaves: the partition as it will be once everything decided before is
// durable. Reads go to the log up to the durable position, then to the batches in flight, then to
// the batch being staged, so nothing is missed and nothing is seen twice.
// Owned by the writer; decision thread only, and only inside the job it was handed to. When a job
// throws, everything it staged is taken back.
// Limits: a command of 1..1,000 events. A batch takes 8 MiB, index entries included: a job's first
// append always finds that room, whatever else it stages at least half of it.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/clock.hpp"
#include "eventstore/log.hpp"
#include "eventstore/query.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::eventstore {

inline constexpr std::size_t batch_bytes_max = 8UL << 20;
inline constexpr std::size_t batch_bytes_close = 4UL << 20;  // no further job joins it

struct EventDraft {
    EventId id;
    std::string type;
    std::uint16_t type_version = 1;
    std::vector<std::string> tags;  // the identity tag first; repeats are dropped
    std::string data = "{}";
    std::string metadata = "{}";
    TypedEvent typed = {};  // what `data` says, where the caller has it at hand
};

struct CommandMeta {
    Actor actor;
    std::string correlation_id;
    std::string causation_id;
};

struct Appended {
    std::uint64_t first_position = 0;
    std::uint64_t last_position = 0;
    std::uint64_t first_sequence = 0;
    std::uint64_t last_sequence = 0;
    Instant time{};
};

// The record of a draft, but for its place (sequence, time, index, count); a tag that comes again
// is dropped, empty metadata is `{}`.
Record make_record(const TenantId& tenant, const CommandMeta& meta, EventDraft draft);
// What its index entries add to a batch, roughly from above.
std::size_t index_bytes(const Record& record);

struct CommittedEvent {
    std::uint64_t position = 0;
    std::shared_ptr<const Record> record;
    TypedEvent typed = {};  // what the record's data says; no type: to be read from it
};

class Pipeline;  // pipeline.hpp: the batch being staged and those in flight

class Stage {
  public:
    explicit Stage(Pipeline& pipeline) : pipeline_(pipeline) {}
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    const Log& log() const;  // durable things only
    // The clock, never below the tenant's last event, staged ones included. What it answered last
    // in this job for a tenant is the time of the tenant's next append.
    Instant now(const TenantId& tenant);
    // In place of the clock's, until the end of the job (a sandbox's timers, each when it is due).
    void set_clock(Instant time);
    std::uint64_t next_position() const;
    std::uint64_t next_sequence(const TenantId& tenant);

    // Every event of the tenant with this tag and position > after, ascending, each exactly once.
    // `visit` may read this stage, not append to it.
    using Visit = std::function<void(std::uint64_t position, const Record& record)>;
    Result<void> visit_tag(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                           const Visit& visit);
    Result<bool> tag_exists(const TenantId& tenant, std::string_view tag);
    Result<std::optional<std::uint64_t>> last_tagged(const TenantId& tenant, std::string_view tag);
    // Every event with position > after whose type is `wanted`, ascending, of at most
    // `positions_max` positions and while `fn` answers true. Answers the last position that was
    // looked at.
    using Wanted = std::function<bool(std::string_view type)>;
    using EventFn = std::function<bool(const CommittedEvent& event)>;
    Result<std::uint64_t> visit_after(std::uint64_t after, std::uint64_t positions_max,
                                      const Wanted& wanted, const EventFn& fn);
    // Does an event of the tenant with position > after match?
    Result<bool> any_match(const TenantId& tenant, const Query& query, std::uint64_t after);

    // One command, all or nothing. Rejections stage nothing: `limit_reached`, `invalid_event`.
    Result<Appended> append(const TenantId& tenant, const CommandMeta& meta,
                            std::vector<EventDraft> events);
    // The same if no event after `condition.after` matches, else conflict
    // `append_condition_failed`.
    Result<Appended> append(const TenantId& tenant, const CommandMeta& meta,
                            std::vector<EventDraft> events, const AppendCondition& condition);

    // What this job has appended so far, as it will be written. Until the next append.
    std::span<const CommittedEvent> appended() const;

    // Values written in the batch of this job and seen by later jobs at once. Reading throws
    // std::runtime_error where the log is damaged.
    void put(Space space, std::string_view key, std::string_view value);
    void erase(Space space, std::string_view key);
    // The batch of this job is synced, also where all that is in it would follow from its events.
    void need_sync();
    std::optional<std::string> get(Space space, std::string_view key);
    // Keys of a space that begin with `prefix` and are >= `from`, ascending, while fn is true.
    Result<void> entries(Space space, std::string_view prefix, std::string_view from,
                         const Log::EntryFn& fn);
    void put_result(const TenantId& tenant, std::uint32_t day, const Key32& key,
                    std::string_view value);
    std::optional<std::string> result(const TenantId& tenant, std::uint32_t day, const Key32& key);
    void put_snapshot(const TenantId& tenant, std::string_view key, std::string_view value);
    std::optional<std::string> snapshot(const TenantId& tenant, std::string_view key);

  private:
    Pipeline& pipeline_;
};

}  // namespace almanac::eventstore
