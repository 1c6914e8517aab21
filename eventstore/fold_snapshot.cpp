#include "eventstore/fold_snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "eventstore/typed_event.hpp"

namespace almanac::eventstore {
namespace {
std::string snapshot_name(const kernel::FoldType& type, std::string_view tag) {
    return fmt::format("{}/{}/{}", type.kind, type.version, tag);
}
}  // namespace

std::optional<kernel::Held> read_snapshot(Stage& stage, const kernel::TenantId& tenant,
                                          std::string_view tag, const kernel::FoldType& type) {
    const auto text = stage.snapshot(tenant, snapshot_name(type, tag));
    if (!text) return std::nullopt;
    auto held = read_held(type, *text);
    if (!held) return std::nullopt;
    return std::move(*held);
}

bool is_snapshot_due(std::uint64_t snapshot_events, const CachedFold& fold) {
    return fold.since_snapshot >= std::max<std::uint64_t>(snapshot_events, fold.bytes / 96);
}

void put_snapshot_where_due(Stage& stage, const kernel::TenantId& tenant, std::string_view tag,
                            std::uint64_t snapshot_events, CachedFold& fold) {
    if (!is_snapshot_due(snapshot_events, fold)) return;
    stage.put_snapshot(tenant, snapshot_name(*fold.type, tag), write_held(*fold.type, fold.held));
    fold.since_snapshot = 0;
}

void LongReads::add(const kernel::TenantId& tenant, std::string_view tag, CachedFold& fold) {
    reads_.push_back({tenant, std::string(tag), &fold});
}

void LongReads::put_snapshots(Stage& stage, std::uint64_t snapshot_events) {
    for (auto& [tenant, tag, fold] : reads_)
        put_snapshot_where_due(stage, tenant, tag, snapshot_events, *fold);
    reads_.clear();
}

}  // namespace almanac::eventstore
