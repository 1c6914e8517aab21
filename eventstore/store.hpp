// The event store of a data directory: every partition with its log, mark, keyring, writer and
// executor, and what spans them (tenants, the clock, creating a tenant). One process at a time.
// Start-up order: look read-only, refuse or open, finish what was begun (forks, half-made tenants),
// start the policies (a sandbox finishes a clock move), then accept commands. Owned by `main`;
// thread-safe but for open and close.
#pragma once
#include <memory>

#include "eventstore/data_directory.hpp"
#include "eventstore/executor.hpp"
#include "eventstore/policy_runtime.hpp"
#include "eventstore/sandbox_mover.hpp"
#include "eventstore/tenant_directory.hpp"

namespace almanac::eventstore {

struct StoreOptions {
    LogOptions log;
    WriterOptions writer = {.mark_interval_ms = mark_interval_ms_max};
    ExecutorOptions executor;
    KeyringLimits keyring;
    PolicyOptions policies;
    PolicyHooks policy_hooks;
    SandboxMoverOptions mover;
    std::shared_ptr<SystemClock> clock = nullptr;  // null: the machine's; not for sandboxes
};

// One partition, opened and running.
class PartitionStore {
  public:
    using Committed = std::function<void(std::span<const CommittedEvent>)>;

    unsigned number() const;
    const std::filesystem::path& path() const;
    std::filesystem::path views_path() const;
    const Log& log() const;
    Keyring& keyring();
    Writer& writer();
    Executor& executor();
    PolicyRuntime& policies();
    const kernel::Uuid& log_id() const;
    // Called on the commit thread after the mark, before the replies; set before commands flow.
    void on_committed(Committed listener);
    // Not yet tried to close: internal to Store.
    struct Parts;
    explicit PartitionStore(std::unique_ptr<Parts> parts);
    ~PartitionStore();

  private:
    friend class Store;
    std::unique_ptr<Parts> parts_;
};

class Store {
  public:
    // A new directory with its keys and the first administrator key, which is answered. Refuses
    // what is there already (`data_exists`).
    static Result<std::string> init(const std::filesystem::path& path,
                                    const kernel::Catalogue& catalogue, const CreateOptions& create,
                                    std::shared_ptr<SystemClock> clock = nullptr);
    static Result<std::unique_ptr<Store>> open(const std::filesystem::path& path,
                                               const kernel::Catalogue& catalogue,
                                               const StoreOptions& options);
    ~Store();  // close
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    unsigned partitions() const;
    PartitionStore& partition(unsigned number);
    PartitionStore& partition_for(const TenantId& tenant);
    TenantDirectory& tenants();
    Clock& clock();
    SandboxClock* sandbox_clock();  // null elsewhere
    bool is_sandbox() const;
    const kernel::Catalogue& catalogue() const;

    // Finishes what an earlier process began. After listeners are set, before commands flow.
    Result<void> finish_begun();
    // From here on policies run, and timers. A sandbox first runs what was due before its clock, as
    // of a move that was not finished. Tools that only look or repair leave it out.
    Result<void> start_policies();
    // Forgets what has had its time: old idempotency results, their keys, unnamed claims. Hourly.
    void tidy();
    // Routes to the tenant's partition; creating a tenant and moving the clock span partitions.
    void submit(CommandRequest request, CommandReply reply);
    // A fold of a tenant as the log has it (start-up tables, `inspect`).
    Result<kernel::Held> fold(const TenantId& tenant, const kernel::FoldType& type,
                              std::string_view tag);
    // Stops the policies, decides and commits what is queued, then stops all writers; idempotent.
    void close();

  private:
    struct State;
    explicit Store(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
