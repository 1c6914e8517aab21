// The inside of a Store, shared by store.cpp (opening, closing, looking) and store_commands.cpp
// (what is asked of it, and what spans partitions) only.
#pragma once
#include "domain/tenancy/tenant.hpp"
#include "eventstore/store.hpp"

namespace almanac::eventstore {

using kernel::system_tenant;

struct PartitionStore::Parts {
    Partition partition;
    std::unique_ptr<Keyring> keyring;
    std::unique_ptr<Writer> writer;
    std::unique_ptr<Executor> executor;
    std::unique_ptr<PolicyRuntime> policies;
    std::vector<Committed> listeners;
    kernel::Uuid log_id;
};

struct Store::State {
    State(DataDirectory d, const kernel::Catalogue& c) : directory(std::move(d)), catalogue(c) {}
    DataDirectory directory;
    const kernel::Catalogue& catalogue;
    TenantDirectory tenants;
    std::shared_ptr<SystemClock> system_clock;
    std::unique_ptr<SandboxClock> sandbox_clock;
    std::vector<std::unique_ptr<PartitionStore>> partitions;
    std::unique_ptr<SandboxMover> mover;  // null elsewhere, and until the policies run
    SandboxMoverOptions mover_options;
    bool closed = false;

    Clock& clock() {
        if (sandbox_clock) return *sandbox_clock;
        return *system_clock;
    }
    PartitionStore& of(const TenantId& tenant) {
        return *partitions[partition_of(tenant, directory.partitions())];
    }
    Result<void> open_partition(const Inspection& before, const MasterKey& key,
                                const StoreOptions& options);
    Result<void> load_tenants();
    void note_tenants(std::span<const CommittedEvent> events);
    void found(CommandRequest registration, CommandAnswer registered, CommandReply reply);
    void submit(CommandRequest request, CommandReply reply);
    void run_until(Instant until, std::move_only_function<void(bool)> done);
    void accept_clock(CommandRequest request, CommandReply reply);
};

}  // namespace almanac::eventstore
