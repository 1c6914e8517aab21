// A body to copy for every command: written by hand where a real one says more, else the least its
// schema asks for. A test reads every one of them with the command's own reader. Pure; any thread.
#pragma once
#include <string_view>

#include "domain/kernel/json.hpp"

namespace almanac::gateway {

// `schema` is the body's, as the command declares it.
kernel::json::Value example_body(std::string_view command, const kernel::json::Object& schema);
// One valid value of a schema without $ref: its required members, the least that is allowed.
kernel::json::Value example_value(const kernel::json::Object& schema);

}  // namespace almanac::gateway
