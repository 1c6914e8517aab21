// A partition's keyring as a start takes it: looked at before anything is opened for writing, then
// opened. While a fork is unfinished the keyring may still belong to the log before it.
#pragma once
#include <memory>

#include "eventstore/data_directory.hpp"
#include "eventstore/keyring.hpp"

namespace almanac::eventstore {

// The generation alone; no key is needed and nothing on disk changes.
KeyringProbe probe_keyring();

// Read-only: the keyring is there, whole, of this log and under this master key.
Result<void> check_keyring(const std::filesystem::path& keyring, const kernel::Uuid& log_id,
                           const std::optional<Fork>& unfinished_fork, const MasterKey& key,
                           const KeyringLimits& limits = {});

// The same, to be read from.
Result<std::unique_ptr<Keyring>> open_keyring_read_only(const Partition& partition,
                                                        const MasterKey& key);

// For real; one that belongs to the log before an unfinished fork goes with it. A disk that is full
// gets the ballast's room to recover in.
Result<std::unique_ptr<Keyring>> open_keyring(const Partition& partition, const MasterKey& key,
                                              kernel::Instant now, const KeyringLimits& limits);

}  // namespace almanac::eventstore
