#include "eventstore/store.hpp"

#include "domain/identity/api_key.hpp"
#include "domain/tenancy/sandbox.hpp"
#include "eventstore/partition_keys.hpp"
#include "eventstore/results.hpp"
#include "eventstore/store_state.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::eventstore {
namespace {
OpenOptions open_options(const StoreOptions& options) {
    OpenOptions open;
    open.log = options.log;
    open.keyring = probe_keyring();
    return open;
}

// All partitions read-only first: where one does not fit, none is touched.
Result<std::vector<Inspection>> look_at_partitions(const DataDirectory& directory,
                                                   const MasterKey& key,
                                                   const StoreOptions& options) {
    std::vector<Inspection> all;
    for (unsigned number = 0; number < directory.partitions(); ++number) {
        const auto looked = directory.open_partition_read_only(number, open_options(options));
        if (!looked) return std::unexpected(looked.error());
        const auto keys = check_keyring(looked->keyring_path(), looked->log->log_id(),
                                        looked->unfinished_fork, key, options.keyring);
        if (!keys) return std::unexpected(keys.error());
        all.push_back(inspection_of(*looked));
    }
    return all;
}

// Time never goes back over a restart either: while the wall clock is behind the log's last event
// it stands there. No event of the partition is later than the last one, since every start does so.
Result<void> go_on_after(const Log& log, SystemClock& clock) {
    if (log.last_position() == 0) return {};
    const auto last = log.record(log.last_position());
    if (!last) return std::unexpected(last.error());
    clock.not_before(last->time);
    return {};
}

}  // namespace

PartitionStore::PartitionStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PartitionStore::~PartitionStore() = default;
unsigned PartitionStore::number() const {
    return parts_->partition.number;
}
const std::filesystem::path& PartitionStore::path() const {
    return parts_->partition.path;
}
std::filesystem::path PartitionStore::views_path() const {
    return parts_->partition.views_path();
}
const Log& PartitionStore::log() const {
    return *parts_->partition.log;
}
Keyring& PartitionStore::keyring() {
    return *parts_->keyring;
}
Writer& PartitionStore::writer() {
    return *parts_->writer;
}
Executor& PartitionStore::executor() {
    return *parts_->executor;
}
PolicyRuntime& PartitionStore::policies() {
    return *parts_->policies;
}
const kernel::Uuid& PartitionStore::log_id() const {
    return parts_->log_id;
}
void PartitionStore::on_committed(Committed listener) {
    parts_->listeners.push_back(std::move(listener));
}

Result<void> Store::State::open_partition(const Inspection& before, const MasterKey& key,
                                          const StoreOptions& options) {
    auto partition = directory.open_partition(before, open_options(options));
    if (!partition) return std::unexpected(std::move(partition.error()));
    if (system_clock)
        if (auto known = go_on_after(*partition->log, *system_clock); !known) return known;
    auto parts = std::make_unique<PartitionStore::Parts>();
    parts->partition = std::move(*partition);
    parts->log_id = parts->partition.log->log_id();
    auto keyring = open_keyring(parts->partition, key, clock().now(), options.keyring);
    if (!keyring) return std::unexpected(std::move(keyring.error()));
    parts->keyring = std::move(*keyring);
    auto* raw = parts.get();
    WriterHooks hooks;
    hooks.sync_keyring = [raw] { return raw->keyring->sync(); };
    hooks.committed = [this, raw](std::span<const CommittedEvent> events) {
        note_tenants(events);
        raw->policies->committed(events);
        for (const auto& listener : raw->listeners) listener(events);
    };
    hooks.failed = [raw](const kernel::Rejection&) { raw->partition.release_ballast(); };
    parts->writer = std::make_unique<Writer>(*parts->partition.log, *parts->partition.mark, clock(),
                                             std::move(hooks), options.writer);
    parts->executor = std::make_unique<Executor>(catalogue, *parts->writer, *parts->keyring,
                                                 clock(), options.executor);
    auto policies = options.policies;
    policies.at_their_time = sandbox_clock != nullptr;
    parts->policies =
        std::make_unique<PolicyRuntime>(catalogue, *parts->partition.log, *parts->executor, clock(),
                                        options.policy_hooks, policies);
    partitions.push_back(std::make_unique<PartitionStore>(std::move(parts)));
    return {};
}

void Store::State::note_tenants(std::span<const CommittedEvent> events) {
    for (const auto& event : events) {
        const auto& record = *event.record;
        if (record.type == tenancy::TenantCreated::type) tenants.founded(record.tenant);
        if (record.type != tenancy::TenantRegistered::type) continue;
        if (const auto typed = read_event(catalogue, record)) {
            const auto& e = *static_cast<const tenancy::TenantRegistered*>(typed->data.get());
            tenants.add({e.tenant_id, e.slug, false});
        }
    }
}

// `$system` knows every tenant; each tenant's log says whether it was founded.
Result<void> Store::State::load_tenants() {
    const auto& log = of(system_tenant).log();
    for (std::uint64_t sequence = 0;;) {
        const auto positions = log.tenant_positions(system_tenant, sequence, 1'000);
        if (!positions) return std::unexpected(positions.error());
        if (positions->empty()) return {};
        for (const auto position : *positions) {
            auto record = log.record(position);
            if (!record) return std::unexpected(std::move(record.error()));
            const CommittedEvent event{position,
                                       std::make_shared<const Record>(std::move(*record))};
            note_tenants({&event, 1});
        }
        for (const auto& entry : tenants.unfounded()) {
            const auto last = of(entry.id).log().last_sequence(entry.id);
            if (!last) return std::unexpected(last.error());
            if (*last) tenants.founded(entry.id);
        }
        sequence += positions->size();
    }
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& path,
                                           const kernel::Catalogue& catalogue,
                                           const StoreOptions& options) {
    auto directory = DataDirectory::open(path);
    if (!directory) return std::unexpected(std::move(directory.error()));
    auto key = MasterKey::load(directory->master_key_path());
    if (!key) return std::unexpected(std::move(key.error()));
    const auto inspections = look_at_partitions(*directory, *key, options);
    if (!inspections) return std::unexpected(inspections.error());
    auto state = std::make_unique<State>(std::move(*directory), catalogue);
    state->mover_options = options.mover;
    if (const auto start = state->directory.sandbox_time()) {
        state->sandbox_clock = std::make_unique<SandboxClock>(*start);
    } else {
        state->system_clock = options.clock ? options.clock : std::make_shared<SystemClock>();
    }
    for (const auto& inspection : *inspections) {
        auto opened = state->open_partition(inspection, *key, options);
        if (!opened) return std::unexpected(std::move(opened.error()));
    }
    if (auto loaded = state->load_tenants(); !loaded)
        return std::unexpected(std::move(loaded.error()));
    auto store = std::unique_ptr<Store>(new Store(std::move(state)));
    if (auto* sandbox = store->sandbox_clock()) {
        auto held = store->fold(system_tenant, kernel::fold_type<tenancy::SandboxTime>(),
                                kernel::tag_of<tenancy::SandboxTime>(tenancy::the_clock));
        if (!held) return std::unexpected(std::move(held.error()));
        if (held->revision > 0) {
            sandbox->move(static_cast<const tenancy::SandboxTime*>(held->state.get())->now);
        }
    }
    return store;
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() {
    close();
}
unsigned Store::partitions() const {
    return state_->directory.partitions();
}
PartitionStore& Store::partition(unsigned number) {
    return *state_->partitions.at(number);
}
PartitionStore& Store::partition_for(const TenantId& tenant) {
    return state_->of(tenant);
}
TenantDirectory& Store::tenants() {
    return state_->tenants;
}
Clock& Store::clock() {
    return state_->clock();
}
SandboxClock* Store::sandbox_clock() {
    return state_->sandbox_clock.get();
}
bool Store::is_sandbox() const {
    return state_->sandbox_clock != nullptr;
}
const kernel::Catalogue& Store::catalogue() const {
    return state_->catalogue;
}

void Store::close() {
    if (state_->closed) return;
    state_->closed = true;
    if (state_->mover) state_->mover->stop();
    for (auto& partition : state_->partitions) partition->policies().stop();
    for (auto& partition : state_->partitions) partition->writer().drain_and_stop();
}

Result<kernel::Held> Store::fold(const TenantId& tenant, const kernel::FoldType& type,
                                 std::string_view tag) {
    const auto& log = partition_for(tenant).log();
    kernel::Held held;
    held.state = type.make();
    std::optional<kernel::Rejection> failed;
    const auto visited = log.tagged(tenant, tag, 0, [&](std::uint64_t position) {
        const auto record = log.record(position);
        const auto event = record ? read_event(state_->catalogue, *record)
                                  : Result<TypedEvent>(std::unexpected(record.error()));
        if (!event) {
            failed = event.error();
            return false;
        }
        apply_event(held, type, *event, *record, position, tag);
        return true;
    });
    if (failed) return std::unexpected(std::move(*failed));
    if (!visited) return std::unexpected(visited.error());
    return held;
}

// Idempotency results and the keys of their days outlive their week by a day; claims that no event
// named within 24 h are forgotten (log.md).
void Store::tidy() {
    const auto now = clock().now();
    const auto oldest = utc_day(now) - result_days - 1;
    for (auto& partition : state_->partitions) {
        auto* parts = partition->parts_.get();
        Job job;
        job.decide = [parts, now, oldest](Stage& stage) {
            const ClaimNamed named = [&](const TenantId& tenant, ClaimKind kind,
                                         const kernel::Uuid& claim) {
                const auto tag = std::string(to_string(kind)) + ':' + kernel::to_string(claim);
                return stage.tag_exists(tenant, tag).value_or(true);
            };
            if (!parts->keyring->sweep_claims(now, named))
                return;  // read-only keyring: nothing to tidy
            if (!parts->partition.log->delete_results_before(std::nullopt, oldest)) return;
            if (parts->keyring->destroy_day_keys_before(oldest)) return;
        };
        if (!partition->writer().submit(std::move(job))) continue;  // busy or stopping: next time
    }
}

}  // namespace almanac::eventstore
