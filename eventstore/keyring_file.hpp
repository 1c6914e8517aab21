// A keyring as one file, as a backup folder keeps it: every wrapped key and every claim, no key in
// the open. Replaced as a whole, so that what was destroyed is in no file of the folder any more.
// Any thread; one at a time for each file. Memory does not grow with the number of keys.
//
// DO NOT CHANGE (integers big-endian):
//     16   "almanac keyring\n"
//     4    format version u32, 1
//     then entries (keyring_entries.hpp) in order of their keys, without those of kind 'p':
//     4 ‖ n    length and bytes of the key, at least 1
//     4 ‖ n    length and bytes of the value
//     4    0: the end
//     32   SHA-256 of all bytes before
#pragma once
#include <filesystem>
#include <functional>

#include "domain/kernel/id.hpp"
#include "eventstore/keyring_store.hpp"

namespace almanac::eventstore {

inline constexpr std::uint32_t keyring_file_version = 1;

// Visits the durable entries of a keyring in order, all as of one instant.
using KeyringEntries = std::function<kernel::Result<void>(const KeyringStore::Visit&)>;
// Of a keyring that nobody writes.
KeyringEntries stopped_keyring_entries(const std::filesystem::path& keyring);

struct KeyringMerge {
    std::filesystem::path file;  // absent: the first
    kernel::Uuid log_id;         // of the log that was backed up
    std::uint64_t generation_min = 0;
    std::uint32_t oldest_day = 0;  // keys of earlier days are destroyed (log.md, "Keyring")
    bool into_fork = false;        // the file may be another log's
};
// Union of the file and the keyring; erased wins, and the keyring where a claim was made anew. The
// generation is max + 1, which is answered. `backup_of_another_log` where the file is another log's
// (unless `into_fork`), or where both have different keys for one thing, which no fork has;
// `corrupt` where either is damaged or the keyring is older than its log.
kernel::Result<std::uint64_t> merge_keyring(const KeyringMerge& merge,
                                            const KeyringEntries& keyring);

// The folder is another log's and nobody said that it may be: `backup_of_another_log`.
std::unexpected<kernel::Rejection> other_log(const kernel::Uuid& in_folder,
                                             const kernel::Uuid& log_id);

struct KeyringFileState {
    kernel::Uuid log_id;
    std::uint64_t generation = 0;
};
// Reads it all: `corrupt` where it is damaged, `newer_format`, `keyring_missing`.
kernel::Result<KeyringFileState> look_at_keyring_file(const std::filesystem::path& file);
// A new keyring of the log `log_id` from the file.
kernel::Result<void> restore_keyring(const std::filesystem::path& file,
                                     const std::filesystem::path& keyring,
                                     const kernel::Uuid& log_id);

}  // namespace almanac::eventstore
