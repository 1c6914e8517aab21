// What an event changed in the JSON of a fold: as pointers, and as text with the changed members
// marked. Arrays are compared by their elements' values, wherever they stand. Pure.
#pragma once
#include <string>
#include <vector>

#include "domain/kernel/json.hpp"

namespace almanac::replay {

// Without members that are null, at any depth: a fold says null where there is nothing.
kernel::json::Value without_nulls(const kernel::json::Value& value);

// Pointers (RFC 6901) of members that are new, gone or different; of an array: the array.
std::vector<std::string> changed_members(const kernel::json::Value& before,
                                         const kernel::json::Value& after);

// `after`, a member a line, every line marked: "+ " new, "~ " changed, "- " gone (with its old
// value), "  " as it was. `color`: marked lines in the colours of terminals.
std::string marked_text(const kernel::json::Value& before, const kernel::json::Value& after,
                        bool color);

}  // namespace almanac::replay
