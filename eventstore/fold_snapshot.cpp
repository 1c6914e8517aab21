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

void put_snapshot_where_due(Stage& stage, const kernel::TenantId& tenant, std::string_view tag,
                            std::uint64_t snapshot_events, CachedFold& fold) {
    const auto due = std::max<std::uint64_t>(snapshot_events, fold.bytes / 96);
    if (fold.since_snapshot < due) return;
    stage.put_snapshot(tenant, snapshot_name(*fold.type, tag), write_held(*fold.type, fold.held));
    fold.since_snapshot = 0;
}

}  // namespace almanac::eventstore
