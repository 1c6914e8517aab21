// Snapshots of folds in the log's database: what bounds the events that a fold is loaded from,
// whatever the length of the log. Derived, in the batch of the events they are of; decision thread.
#pragma once
#include <optional>
#include <string_view>

#include "eventstore/fold_cache.hpp"
#include "eventstore/stage.hpp"

namespace almanac::eventstore {

// Nothing where there is none, or a damaged one: then the fold is of all its events.
std::optional<kernel::Held> read_snapshot(Stage& stage, const kernel::TenantId& tenant,
                                          std::string_view tag, const kernel::FoldType& type);
// After so many events since the last one; a large fold is written less often, so that snapshots
// stay a small part of all writing.
void put_snapshot_where_due(Stage& stage, const kernel::TenantId& tenant, std::string_view tag,
                            std::uint64_t snapshot_events, CachedFold& fold);

}  // namespace almanac::eventstore
