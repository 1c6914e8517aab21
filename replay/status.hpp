// `almanac status`: partitions with their positions and log ids, tenants, the sandbox's clock, and
// how far the views are behind; timers that wait, and what policies set aside.
#pragma once
#include "domain/kernel/catalogue.hpp"
#include "replay/source.hpp"

namespace almanac::replay {

// {"source", "ready", "sandbox", "now", "tenants", "partitions": [{"partition", "position",
// "log_id", "view_lag", "timers_pending", "policies_set_aside", …}]}; of a directory "views":
// [{name, version, position, lag}] and "set_aside": the first 100 of them, [{policy, tenant,
// source, id, position | due and cause, error}], of a server "queue_jobs", "fold_cache_bytes",
// "parked" and what /readyz says. `tenants` is null where the key may not list them.
Result<kernel::json::Object> read_status(const Source& source, const kernel::Catalogue& catalogue);

// The same for people.
std::string status_text(const kernel::json::Object& status);

}  // namespace almanac::replay
