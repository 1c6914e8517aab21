// Whether the log of a partition is whole: every record true to its hash and readable by today's
// catalogue, positions and each tenant's sequences without a gap, time never backwards in a tenant,
// no half command, the indexes of tags and sequences exactly what the records say, and for every
// sealed value a key, or the knowledge that it was erased.
// Memory: a few words a tenant; the indexes are compared by sums of hashes, and entry by entry only
// where these differ.
#pragma once
#include "eventstore/keyring.hpp"
#include "replay/findings.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {

struct LogCounts {
    std::uint64_t events = 0;
    std::uint64_t commands = 0;
    std::uint64_t tags = 0;  // entries of the index
    std::uint64_t sealed_values = 0;
};

// Refuses only where the log cannot be read on; what is wrong in it goes to `findings`.
Result<LogCounts> verify_log(const eventstore::Partition& partition,
                             const kernel::Catalogue& catalogue, eventstore::Keyring& keyring,
                             Findings& findings);

}  // namespace almanac::replay
