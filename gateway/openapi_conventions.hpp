// The parts of the document that are the same for every operation (parameters, headers, problem
// answers, fixed schemas), and the answers of special queries: written as JSON text in the .cpp,
// where a reader can compare them with the conventions. Constants; any thread.
#pragma once
#include <string_view>

#include "domain/kernel/json.hpp"

namespace almanac::gateway {

kernel::json::Object convention_parameters();
kernel::json::Object convention_headers();
kernel::json::Object convention_schemas();    // Problem, FieldError, CommandAnswer, Event, …
kernel::json::Object convention_responses();  // by status: "400", "401", …
// The schema of what a special query answers; a plain object where it is not described.
kernel::json::Object query_answer(std::string_view query);

}  // namespace almanac::gateway
