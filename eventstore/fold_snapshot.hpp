// Snapshots of folds in the log's database: what bounds the events that a fold is loaded from,
// whatever the length of the log. Derived, in the batch of the events they are of; decision thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/fold_cache.hpp"
#include "eventstore/stage.hpp"

namespace almanac::eventstore {

// Nothing where there is none, or a damaged one: then the fold is of all its events.
std::optional<kernel::Held> read_snapshot(Stage& stage, const kernel::TenantId& tenant,
                                          std::string_view tag, const kernel::FoldType& type);
// After so many events since the last one; a large fold is written less often, so that snapshots
// stay a small part of all writing.
bool is_snapshot_due(std::uint64_t snapshot_events, const CachedFold& fold);
void put_snapshot_where_due(Stage& stage, const kernel::TenantId& tenant, std::string_view tag,
                            std::uint64_t snapshot_events, CachedFold& fold);

// The folds that a decision read from many events, so that they are not read so again, even where
// only others append to them. Written when it is decided: a command's append is promised the room
// of a whole batch only where nothing was staged before it.
class LongReads {
  public:
    // `fold` stays in the cache until put_snapshots or forget.
    void add(const kernel::TenantId& tenant, std::string_view tag, CachedFold& fold);
    void put_snapshots(Stage& stage, std::uint64_t snapshot_events);
    void forget() { reads_.clear(); }

  private:
    struct Read {
        kernel::TenantId tenant;
        std::string tag;
        CachedFold* fold = nullptr;
    };
    std::vector<Read> reads_;
};

}  // namespace almanac::eventstore
