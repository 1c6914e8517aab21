// `almanac backup` and `almanac restore`: a backup of a running server (which takes it itself) or
// of a stopped data directory, and a new directory from one (eventstore/backup.hpp, restore.hpp).
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "replay/source.hpp"

namespace almanac::replay {

using kernel::Result;

struct BackupWish {
    std::string folder;
    std::string base;
    bool no_verify = false;
    bool into_fork = false;
};

struct RestoreWish {
    std::string folder;
    std::string backup;
    std::string data;
    std::string master_key;
    std::vector<std::string> until;  // one time, or <partition>-<n> of each partition
};

struct ProgressTo {
    std::ostream& out;
    bool is_terminal = false;
};

// {"path", "name", "taken_at", "verified", "bytes", "files", "linked_bytes", "linked_files",
// "base"|null, "damaged_files": [of the base],
// "partitions": [{partition, log_id, position, last_time|null, root|null}]}
Result<kernel::json::Object> take_backup(const Source& source, const BackupWish& wish,
                                         const ProgressTo& progress);
std::string backup_text(const kernel::json::Object& report);

// {"backup", "taken_at", "data", "partitions": [{partition, from_log_id, log_id, position,
// last_time|null, root, left_out, timers}]}
Result<kernel::json::Object> restore(const kernel::Catalogue& catalogue, const RestoreWish& wish,
                                     const ProgressTo& progress);
std::string restore_text(const kernel::json::Object& report);

}  // namespace almanac::replay
