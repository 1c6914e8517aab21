// Whether the log of a partition is whole: every record true to its hash and readable by today's
// catalogue, positions and each tenant's sequences without a gap, time never backwards in a tenant,
// no half command, the indexes of tags and sequences exactly what the records say, every sealed
// value opening with its key or known to be erased (verify_sealed.hpp), and what policies keep as
// the events leave it (verify_policies.hpp).
// Memory: a few words a tenant; the indexes are compared by sums of hashes, and entry by entry only
// where these differ.
#pragma once
#include "eventstore/keyring.hpp"
#include "replay/verify_kept.hpp"

namespace almanac::replay {

struct LogCounts {
    std::uint64_t events = 0;
    std::uint64_t commands = 0;
    std::uint64_t tags = 0;  // entries of the index
    std::uint64_t sealed_values = 0;
    std::uint64_t timers = 0;
};

// Refuses only where the log cannot be read on; what is wrong in it goes to `findings`.
Result<LogCounts> verify_log(const eventstore::Partition& partition,
                             const kernel::Catalogue& catalogue, eventstore::Keyring& keyring,
                             Findings& findings, const TellProgress& tell);

}  // namespace almanac::replay
