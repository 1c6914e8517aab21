// The single writer of a partition; it knows nothing of the domain.
// Operation: jobs wait in a bounded queue. The decision thread runs them one after another on a
// Stage. The commit thread makes what they staged durable: keyring, then log (one batch, synced).
// The acknowledge thread writes the mark, calls `committed`, then the `done` of every job. While a
// batch is being synced the next is decided; it closes when the commit thread is free or it is
// full. A small batch with nothing queued behind it is finished by the decision thread alone, in
// the place of the other two (ops/adr/008). Concurrency: submit and status from any thread. `done`
// runs on the acknowledge thread, or on the decision thread (nothing staged and nothing in flight;
// not_started): short, no blocking, no throwing; it may submit. Failure: if a batch cannot be made
// durable, the partition is read-only from then on; that batch and all behind it end `unknown`,
// what is not decided yet `not_started`; nothing is tried again.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "eventstore/mark.hpp"
#include "eventstore/stage.hpp"

namespace almanac::eventstore {

enum class Outcome : std::uint8_t {
    durable,     // what the job staged, and all it could have seen, is durable, or follows from it
    unknown,     // the disk failed: it may or may not be found at the next start
    not_started  // nothing of it was written: stopped, read-only, clock jumped, or decide threw
};

struct Job {
    std::size_t bytes = 0;  // what the job holds in memory, for the bound of the queue
    std::move_only_function<void(Stage&)> decide;  // empty = a barrier: waits for all before it
    std::move_only_function<void(Outcome)> done;   // exactly once; may be empty
};

struct WriterHooks {
    // Commit thread, before the log's sync: makes new keys durable and answers the generation of
    // the keyring. Cheap when nothing is new. Empty = generation 0.
    std::move_only_function<Result<std::uint64_t>()> sync_keyring;
    // Acknowledge thread, after the mark, before the done callbacks; positions without a gap.
    std::move_only_function<void(std::span<const CommittedEvent>)> committed;
    // Once, on the commit or the acknowledge thread, when the partition turns read-only.
    std::move_only_function<void(const kernel::Rejection&)> failed;
};

struct WriterOptions {
    std::size_t queue_jobs_max = 8'192;
    std::size_t queue_bytes_max = 64UL << 20;
    std::size_t batch_jobs_max = 512;
    // So many are enough for a commit thread that has nothing to do: deciding and committing then
    // overlap where all callers wait for the same batch.
    std::size_t batch_jobs_early = 16;
    // The largest batch that the decision thread finishes alone; 0: it never does.
    std::size_t alone_jobs_max = 64;
    int retry_after_seconds = 1;
    // 0: the mark is synced before every reply. Else replies leave after the log's sync and the
    // mark follows within so long (at most 50; ops/adr/003).
    int mark_interval_ms = 0;
};

inline constexpr int mark_interval_ms_max = 50;

struct WriterStatus {
    std::size_t queued_jobs = 0;
    std::size_t queued_bytes = 0;
    bool read_only = false;
    bool stopping = false;
    bool clock_jumped = false;
    bool clock_standing = false;
    std::uint64_t durable_position = 0;
    std::uint64_t batches = 0;  // commits that wrote
    std::uint64_t events = 0;   // since start
    std::uint64_t jobs = 0;
    std::uint64_t jobs_thrown = 0;
    std::string failure;  // why it is read-only, or what a job last threw
};

class Writer {
  public:
    // `log`, `mark`, `clock` outlive the writer.
    Writer(Log& log, MarkFile& mark, Clock& clock, WriterHooks hooks, WriterOptions options = {});
    ~Writer();  // drain_and_stop
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Refusals (kind unavailable): `queue_full`, `read_only`, `clock_jumped`, `stopping`. A refused
    // job's done is not called.
    Result<void> submit(Job job);
    // A job of one append; `done` gets what it staged once that is durable, or why not:
    // `outcome_unknown`, `not_started`, `append_condition_failed`, `limit_reached`, ...
    Result<void> append(const TenantId& tenant, CommandMeta meta, std::vector<EventDraft> events,
                        std::optional<AppendCondition> condition,
                        std::move_only_function<void(Result<Appended>)> done);
    void drain_and_stop();  // decides and commits all that is queued; idempotent
    WriterStatus status() const;
    std::uint64_t durable_position() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
