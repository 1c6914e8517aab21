// Rows for a caller: opened at the edge, and, where medical fields were opened, only after the
// event that says so is durable (log.md: `personal_data_read`).
#pragma once
#include "gateway/edge.hpp"
#include "gateway/views.hpp"

namespace almanac::gateway {

// One row as of a position, for the answer of a command: what GET would answer, and recorded like
// one. `then` gets nothing where there is no such thing or the caller may not read it. Where the
// reading cannot be recorded medical fields are masked: what the command did is done.
void open_row_as_of(const CallPtr& call, Views& views, const kernel::Collection& collection,
                    const kernel::Uuid& id, std::uint64_t position,
                    std::move_only_function<void(std::optional<kernel::json::Value>)> then);

// Opens the rows, records the reading of medical fields, then calls `then` with them.
void open_rows(const CallPtr& call, const kernel::Collection& collection,
               std::vector<std::string> rows,
               std::move_only_function<void(std::vector<kernel::json::Value>)> then);

}  // namespace almanac::gateway
