// What an operator does to a stopped data directory: a new administrator key, and accepting that a
// partition's log lost its end (log.md: "Mark, recovery, forks").
#pragma once
#include <string>

#include "domain/kernel/catalogue.hpp"
#include "eventstore/data_directory.hpp"

namespace almanac::replay {

using kernel::Result;

// An event of `$system`; the key is answered this once.
Result<std::string> issue_admin_key(const std::string& data, const kernel::Catalogue& catalogue,
                                    const std::string& name);

// What is there becomes a log of its own; the next start of a server tells every tenant. Refuses
// `nothing_to_accept` where the partition opens as it is, and a keyring that is behind.
Result<eventstore::Fork> accept_loss(const std::string& data, unsigned partition);

}  // namespace almanac::replay
