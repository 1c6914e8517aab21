// What was backed up and what was restored, as the operator's tool and the server say it.
#pragma once
#include "domain/kernel/json.hpp"
#include "eventstore/restore.hpp"

namespace almanac::eventstore {

// {"path", "name", "taken_at", "verified", "files", "bytes", "linked_files", "linked_bytes",
// "base"|null, "damaged_files": [of the base],
// "partitions": [{partition, log_id, position, last_time|null, root|null}]}
kernel::json::Object to_json(const BackupReport& report);
// {"backup", "taken_at", "partitions": [{partition, from_log_id, log_id, position, last_time|null,
// root, left_out, timers, views_built_because|null}]}
kernel::json::Object to_json(const RestoreReport& report);

}  // namespace almanac::eventstore
