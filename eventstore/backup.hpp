// Takes a backup of a data directory, running or stopped, into a backup folder.
// Order: each partition's views, then its log (a RocksDB checkpoint), partition 0 last, since
// `$system` knows every tenant and moves the clock before anybody else does; then the keyring and
// the erasures. So a log never needs a key that the keyring lacks, and what is destroyed stays so.
// Atomic: made under another name, verified, synced, renamed; a crash leaves nothing that looks
// like a backup. Files that the backup before has as well are linked where the file system can.
// Any thread, one backup into a folder at a time; commands and queries go on meanwhile.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eventstore/backup_folder.hpp"
#include "eventstore/keyring_file.hpp"

namespace almanac::eventstore {

// A partition that is open, or one that nobody writes.
struct BackupSource {
    unsigned number = 0;
    const Log* log = nullptr;
    std::filesystem::path path;
    KeyringEntries keyring;
    // Copies the views, as of no later position than the log's, into a directory that does not
    // exist yet. Empty, or nothing copied: they are left out, and a restore builds them.
    std::function<Result<void>(const std::filesystem::path& into)> views = {};
};

enum class BackupPhase : std::uint8_t { log, copy, keyring, verify };
std::string_view to_string(BackupPhase phase);
struct BackupProgress {
    BackupPhase phase = BackupPhase::log;
    std::uint64_t done_bytes = 0;
    std::uint64_t total_bytes = 0;
};

struct BackupOptions {
    std::filesystem::path folder;
    std::optional<std::filesystem::path> base;  // else the folder's newest backup
    bool verify = true;
    bool into_fork = false;
    kernel::Instant now{};
    std::function<void(const BackupProgress&)> progress;
};

struct BackupReport {
    std::filesystem::path path;
    BackupManifest manifest;
    std::string base;  // what its files were linked from; empty: nothing to link from
    std::uint64_t bytes = 0;
    std::uint64_t linked_bytes = 0;
    std::uint64_t linked_files = 0;
    // Of the base, not as they were written any more: copied anew, and that backup is of no use.
    std::vector<std::string> damaged_files;
    bool verified = false;
};

// `sources`: every partition. Refusals: of the folder (backup_folder.hpp), of the keyring
// (keyring_file.hpp), `disk_full`, `io_error`, `corrupt`.
Result<BackupReport> take_backup(std::span<const BackupSource> sources,
                                 const BackupOptions& options);
// Of a stopped data directory, which is opened as a start does; without its master key.
Result<BackupReport> back_up_directory(const std::filesystem::path& data,
                                       const BackupOptions& options);

// These files of a backup as its manifest says, and every log read to its end; answers the root of
// each partition's log. `corrupt`.
Result<std::vector<std::string>> verify_backup(
    const std::filesystem::path& backup, const BackupManifest& manifest,
    std::span<const BackedUpFile> files,
    const std::function<void(const BackupProgress&)>& progress);

}  // namespace almanac::eventstore
