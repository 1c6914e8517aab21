#include "replay/stopped_directory.hpp"

#include "domain/tenancy/sandbox.hpp"
#include "domain/tenancy/tenant.hpp"
#include "eventstore/partition_keys.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::replay {

using kernel::system_tenant;

Result<kernel::Held> fold_from_log(const Log& log, const kernel::Catalogue& catalogue,
                                   const TenantId& tenant, const kernel::FoldType& type,
                                   std::string_view tag, std::uint64_t through) {
    kernel::Held held;
    held.state = type.make();
    std::optional<kernel::Rejection> failed;
    const auto apply = [&](std::uint64_t position) {
        if (position > through) return false;
        const auto record = log.record(position);
        const auto event = record ? eventstore::read_event(catalogue, *record)
                                  : Result<eventstore::TypedEvent>(std::unexpected(record.error()));
        if (event)
            eventstore::apply_event(held, type, *event, *record, position, tag);
        else
            failed = event.error();
        return event.has_value();
    };
    if (auto visited = log.tagged(tenant, tag, 0, apply); !visited) {
        return std::unexpected(std::move(visited.error()));
    }
    if (failed) return std::unexpected(std::move(*failed));
    return held;
}

Result<void> visit_events(const Log& log, const TenantId& tenant, std::uint64_t from_sequence,
                          const EventFn& fn) {
    for (auto sequence = from_sequence;;) {
        const auto positions = log.tenant_positions(tenant, sequence, 1'000);
        if (!positions) return std::unexpected(positions.error());
        if (positions->empty()) return {};
        for (const auto position : *positions) {
            const auto bytes = log.record_bytes(position);
            if (!bytes) return std::unexpected(bytes.error());
            const auto record = eventstore::RecordView::parse(*bytes);
            if (!record) return std::unexpected(record.error());
            if (!record->leaf_matches())
                return kernel::corrupt("A record does not match its hash.");
            if (!fn(position, *record)) return {};
        }
        sequence += positions->size();
    }
}

Result<StoppedDirectory> StoppedDirectory::open(const std::filesystem::path& path) {
    auto directory = eventstore::DataDirectory::open(path);
    if (!directory) return std::unexpected(std::move(directory.error()));
    eventstore::OpenOptions options;
    options.keyring = eventstore::probe_keyring();
    std::vector<eventstore::Partition> partitions;
    for (unsigned number = 0; number < directory->partitions(); ++number) {
        auto partition = directory->open_partition_read_only(number, options);
        if (!partition) return std::unexpected(std::move(partition.error()));
        partitions.push_back(std::move(*partition));
    }
    return StoppedDirectory(std::move(*directory), std::move(partitions));
}

unsigned StoppedDirectory::partition_of(const TenantId& tenant) const {
    return eventstore::partition_of(tenant, partitions());
}

Result<std::optional<Instant>> StoppedDirectory::sandbox_now(
    const kernel::Catalogue& catalogue) const {
    if (!is_sandbox()) return std::optional<Instant>{};
    const auto held = fold_from_log(log_of(system_tenant), catalogue, system_tenant,
                                    kernel::fold_type<tenancy::SandboxTime>(),
                                    kernel::tag_of<tenancy::SandboxTime>(tenancy::the_clock));
    if (!held) return std::unexpected(held.error());
    if (held->revision == 0) return directory_.sandbox_time();
    return static_cast<const tenancy::SandboxTime*>(held->state.get())->now;
}

Result<TenantId> StoppedDirectory::find_tenant(const kernel::Catalogue& catalogue,
                                               std::string_view text) const {
    if (text == "$system") return system_tenant;
    TenantId tenant;
    if (const auto id = kernel::parse_uuid(text)) {
        tenant = TenantId{*id};
    } else {
        const auto slug = fold_from_log(log_of(system_tenant), catalogue, system_tenant,
                                        kernel::fold_type<tenancy::TenantSlug>(),
                                        kernel::tag_of<tenancy::TenantSlug>(std::string(text)));
        if (!slug) return std::unexpected(slug.error());
        const auto owner = static_cast<const tenancy::TenantSlug*>(slug->state.get())->owner;
        if (!owner) return kernel::not_found(fmt::format("There is no tenant {}.", text));
        tenant = *owner;
    }
    const auto last = log_of(tenant).last_sequence(tenant);
    if (!last) return std::unexpected(last.error());
    if (!*last) return kernel::not_found(fmt::format("There is no tenant {}.", text));
    return tenant;
}

Result<std::size_t> StoppedDirectory::count_tenants() const {
    std::size_t count = 0;
    for (const auto& partition : partitions_) {
        const auto tenants = partition.log->tenants();
        if (!tenants) return std::unexpected(tenants.error());
        count += static_cast<std::size_t>(std::ranges::count_if(
            *tenants, [](const auto& tenant) { return tenant != system_tenant; }));
    }
    return count;
}

}  // namespace almanac::replay
