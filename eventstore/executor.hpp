// Commands become events here, one after another: idempotency, folds, decision, sealing, append.
// Operation: `submit` queues a job at the partition's writer; on the decision thread the command is
// decided against the folds as of everything staged, its personal data is sealed, its events are
// staged and applied to the cached folds at once; the reply leaves after the batch is durable.
// Concurrency: submit from any thread; everything else on the decision thread; replies come on the
// commit thread: short, no blocking.
// Limits: fold cache of `fold_cache_bytes`; a snapshot every `snapshot_events` events of a tag.
#pragma once
#include <atomic>
#include <memory>

#include "eventstore/command.hpp"
#include "eventstore/keyring.hpp"
#include "eventstore/writer.hpp"

namespace almanac::eventstore {

struct ExecutorOptions {
    std::size_t fold_cache_bytes = 64UL << 20;
    std::uint64_t snapshot_events = 256;
};

struct ExecutorStatus {
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t replayed = 0;
    std::uint64_t fold_hits = 0;
    std::uint64_t fold_misses = 0;
    std::uint64_t fold_bytes = 0;
};

class Executor {
  public:
    // All outlive the executor; the writer is stopped before it is destroyed.
    Executor(const kernel::Catalogue& catalogue, Writer& writer, Keyring& keyring, Clock& clock,
             ExecutorOptions options = {});
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    // The reply comes exactly once, also for what is refused at once (on the caller's thread).
    void submit(CommandRequest request, CommandReply reply);
    // A job of the house's own (policies): `work` decides commands on its stage, like any other's.
    // Where it throws, all that it staged is taken back, of the folds too. Refusals as the
    // writer's; `done` is then not called.
    using Decide = std::function<Result<CommandAnswer>(CommandRequest& request)>;
    Result<void> submit_work(std::move_only_function<void(Stage&, const Decide&)> work,
                             std::move_only_function<void(Outcome)> done);
    // Events the house itself writes beside all decisions (`personal_data_read`): no folds; they
    // get their ids here. `done` hears the last position once they are durable.
    void note(const TenantId& tenant, CommandMeta meta, std::vector<EventDraft> events,
              std::move_only_function<void(Result<std::uint64_t>)> done);
    ExecutorStatus status() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace almanac::eventstore
