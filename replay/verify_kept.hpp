// What the log's database keeps beside the events, compared with them: an answer kept for an
// idempotency key names events that exist; a snapshot is the fold of its tag's events up to its
// position. Entry by entry; memory: one fold. A snapshot costs reading the events of its tag.
#pragma once
#include <functional>

#include "replay/findings.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {

// How far a check is: of what, how many, of how many.
using TellProgress =
    std::function<void(std::string_view unit, std::uint64_t done, std::uint64_t total)>;

struct KeptCounts {
    std::uint64_t results = 0;
    std::uint64_t snapshots = 0;  // those that this program reads
};

// Refuses only where the log cannot be read on.
Result<KeptCounts> verify_kept(const eventstore::Partition& partition,
                               const kernel::Catalogue& catalogue, Findings& findings,
                               const TellProgress& tell);

}  // namespace almanac::replay
