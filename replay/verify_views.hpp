// Whether the views of a partition are what its log says: each is built anew in a directory beside,
// up to the position where it stands, and the digests of both are compared. The views themselves
// are only read. Disk: as much again as the views take, under the system's temporary directory.
#pragma once
#include "replay/findings.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {

struct ComparedView {
    std::string name;
    std::uint64_t position = 0;
    std::string digest;  // SHA-256 of its rows, in hexadecimal
    bool equal = false;  // to that of the rebuild
};

// Views that the next start throws away (of another log, another version) are left out.
Result<std::vector<ComparedView>> verify_views(const eventstore::Partition& partition,
                                               const kernel::Catalogue& catalogue,
                                               Findings& findings);

}  // namespace almanac::replay
