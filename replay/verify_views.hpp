// Whether the views of a partition are what its log says: each is built anew in a directory beside,
// up to the position where it stands, and the digests of both are compared. The views themselves
// are only read. A view that is not there, or that the next start throws away (of another log, of
// another version), is a finding, as nothing can be said of it, and no damage.
// Disk: as much again as the views take, under the system's temporary directory.
#pragma once
#include "replay/verify_kept.hpp"

namespace almanac::replay {

struct ComparedView {
    std::string name;
    std::uint64_t position = 0;
    std::string digest;  // SHA-256 of its rows, in hexadecimal
    bool equal = false;  // to that of the rebuild
};

Result<std::vector<ComparedView>> verify_views(const eventstore::Partition& partition,
                                               const kernel::Catalogue& catalogue,
                                               Findings& findings, const TellProgress& tell);

}  // namespace almanac::replay
