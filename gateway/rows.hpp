// Rows for a caller: opened at the edge, and, where medical fields were opened, only after the
// event that says so is durable (log.md: `personal_data_read`).
#pragma once
#include "gateway/edge.hpp"
#include "gateway/views.hpp"

namespace almanac::gateway {

// One row as of a position, medical fields masked (the answer of a command). Nothing: no such
// thing.
kernel::Result<std::optional<kernel::json::Value>> row_as_of(const Call& call, Views& views,
                                                             const kernel::Collection& collection,
                                                             const kernel::Uuid& id,
                                                             std::uint64_t position);

// Opens the rows, records the reading of medical fields, then calls `then` with them.
void open_rows(const CallPtr& call, const kernel::Collection& collection,
               std::vector<std::string> rows,
               std::move_only_function<void(std::vector<kernel::json::Value>)> then);

}  // namespace almanac::gateway
