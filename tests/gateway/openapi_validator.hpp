// Judges an OpenAPI 3.1 document by its structure, and values by its schemas: what the
// specification and JSON Schema 2020-12 ask for, as far as this house uses them. Anything unknown
// is a fault.
#pragma once
#include <string>
#include <vector>

#include "domain/kernel/json.hpp"

namespace almanac::gateway::testing {

// Every fault as "where: what"; none: the document is valid.
std::vector<std::string> faults_of(const kernel::json::Object& document);
// Every way in which `value` breaks `schema`; `document` is where its $refs lead.
std::vector<std::string> schema_faults(const kernel::json::Object& document,
                                       const kernel::json::Value& schema,
                                       const kernel::json::Value& value,
                                       const std::string& at = "");

}  // namespace almanac::gateway::testing
