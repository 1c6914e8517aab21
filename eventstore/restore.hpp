// Restores a backup into an empty place, whole or as it was at an earlier position or time. The log
// becomes another one (a fork), which the next start tells every tenant of (forking.hpp); the
// keyring is the folder's one, so that whoever was erased since then stays erased.
// One thread. Everything is checked while it is copied; the file `format` is written last, and
// what was made goes again where something fails.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "eventstore/backup.hpp"
#include "eventstore/data_directory.hpp"

namespace almanac::eventstore {

// Events beyond it are left out, and never a part of a command. By position: one for each partition
// of the directory, as positions of several say nothing of each other. By time: what a log held
// then, so all before its first event of a later time.
struct RestoreUntil {
    std::optional<kernel::Instant> time;
    std::map<unsigned, std::uint64_t> positions;
    bool is_set() const { return time || !positions.empty(); }
};

struct RestoreOptions {
    std::filesystem::path folder;
    std::string backup;  // its name; empty: the newest
    std::filesystem::path data;
    // Copied to `master.key`, unless that lies there already as the only file.
    std::optional<std::filesystem::path> master_key;
    RestoreUntil until;
    std::size_t ballast_bytes = 32UL << 20;
    // Makes views of the log `of` those of `fork`, where they end no later than it; answers why it
    // threw them away, empty where it did not. None: the next start builds them.
    std::function<Result<std::string>(const std::filesystem::path& views, const kernel::Uuid& of,
                                      const Fork& fork)>
        adopt_views;
    std::function<void(const BackupProgress&)> progress;
};

struct RestoredPartition {
    Fork fork;
    std::optional<kernel::Instant> last_time;
    std::string root;            // of its log, as digest_log says
    std::uint64_t left_out = 0;  // events of the backup beyond `until`
    std::uint64_t timers = 0;    // pending ones of policies
    // Why the next start builds the views from the first event; empty: it goes on with the
    // backup's.
    std::string views_built_because;
};

struct RestoreReport {
    std::string backup;
    kernel::Instant taken_at{};
    std::vector<RestoredPartition> partitions;
};

// Refusals: `backup_missing`, `corrupt` (a file is missing or not as it was written),
// `newer_format`, `data_exists`, `master_key_missing` and others of the master key (`keyring_
// master_key`: of another directory), `restore_until` (before the first event, beyond the backup,
// or not one position for each partition), `disk_full`, `io_error`.
Result<RestoreReport> restore_backup(const kernel::Catalogue& catalogue,
                                     const RestoreOptions& options);

}  // namespace almanac::eventstore
