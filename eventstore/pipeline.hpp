// What is decided and not yet known to be durable, as the decision thread sees it: the batch being
// staged, the sealed ones in flight, and where each tenant stands. Decision thread only, but for
// `publish_durable`, which the commit thread calls.
// Memory: tenants that were seen are remembered (64 bytes each, at most tenants_remembered_max).
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "eventstore/staged_batch.hpp"

namespace almanac::eventstore {

inline constexpr std::size_t tenants_remembered_max = 65'536;

class Pipeline {
  public:
    Pipeline(const Log& log, Clock& clock);

    const Log& log() const { return log_; }
    StagedBatch& open() { return *open_; }
    std::shared_ptr<StagedBatch> share_open() { return open_; }
    // The open batch joins those in flight, a new one is opened.
    void seal();
    void publish_durable(std::uint64_t batch_number) {
        durable_number_.store(batch_number, std::memory_order_release);
    }
    // Forgets batches that the log answers for by now.
    void settle();
    void forget_tenants();  // between jobs: if too many are remembered and none is in flight
    // Called where a job that staged nothing yet does not fit: hands the open batch on and seals.
    void set_make_room(std::function<void()> make_room) { make_room_ = std::move(make_room); }

    void begin_job();
    bool job_staged() const { return job_staged_; }
    void end_job();
    void rollback_job();

    Instant now(const TenantId& tenant);
    void set_job_clock(Instant time) { job_clock_ = time; }
    std::uint64_t next_position() const { return next_position_; }
    std::uint64_t next_sequence(const TenantId& tenant) { return at(tenant).next_sequence; }
    Result<Appended> append(const TenantId& tenant, const CommandMeta& meta,
                            std::vector<EventDraft> events);
    std::span<const CommittedEvent> appended() const { return open_->of_job(); }
    void put(Space space, std::string_view key, std::optional<std::string_view> value);
    std::optional<std::string> get(Space space, std::string_view key) const;
    Result<void> entries(Space space, std::string_view prefix, std::string_view from,
                         const Log::EntryFn& fn) const;
    Result<std::uint64_t> visit_after(std::uint64_t after, std::uint64_t positions_max,
                                      const Stage::Wanted& wanted, const Stage::EventFn& fn) const;
    Result<std::optional<std::uint64_t>> last_tagged(const TenantId& tenant,
                                                     std::string_view tag) const;
    // While fn answers true; the answer is false where it ended early.
    using RecordFn = std::function<bool(std::uint64_t position, const Record& record)>;
    Result<bool> visit_tag(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                           const RecordFn& fn) const;
    Result<bool> any_match(const TenantId& tenant, const Query& query, std::uint64_t after) const;

  private:
    struct TenantState {
        std::uint64_t next_sequence = 0;
        Instant last_time{};
        Instant job_time{};
        std::uint64_t job = 0;  // the job that job_time was given in
    };
    TenantState& at(const TenantId& tenant);
    Result<void> encode_all(const TenantId& tenant, const CommandMeta& meta,
                            std::vector<EventDraft>& events, const TenantState& state,
                            Instant time);
    Result<bool> any_match(const TenantId& tenant, const QueryItem& item,
                           std::uint64_t after) const;
    Result<bool> any_committed_match(const TenantId& tenant, const QueryItem& item,
                                     std::uint64_t after) const;
    template <class Fn>
    bool all_pending(Fn fn) const;  // oldest batch first, while fn answers true

    const Log& log_;
    Clock& clock_;
    std::function<void()> make_room_;
    std::deque<std::shared_ptr<StagedBatch>> in_flight_;
    std::shared_ptr<StagedBatch> open_;
    std::atomic<std::uint64_t> durable_number_ = 0;
    std::uint64_t settled_position_;  // up to here the log answers, above it the batches
    std::uint64_t next_position_;
    std::unordered_map<TenantId, TenantState> tenants_;
    // Of the job that runs
    std::uint64_t job_ = 0;
    bool job_staged_ = false;
    std::optional<Instant> job_clock_;  // in place of the clock's
    std::uint64_t next_position_before_job_ = 0;
    std::vector<std::pair<TenantId, TenantState>> tenants_before_job_;
    // Reused by append
    std::string bytes_;
    std::vector<std::size_t> ends_;
    std::vector<CommittedEvent> events_;
};

}  // namespace almanac::eventstore
