// JSON in the house: Boost.JSON's value as the tree, simdjson as the parser of everything that
// comes from outside. `parse` is strict (RFC 8259): valid UTF-8, no duplicate keys, at most 32
// arrays and objects within each other, integers exact (an integer beyond int64/uint64 is refused),
// nothing after the value.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "domain/kernel/result.hpp"

namespace almanac::kernel::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

inline constexpr std::size_t depth_max = 32;

// Rejections: `malformed_json` (kind invalid, HTTP 400), with what and where.
Result<Value> parse(std::string_view text);
// For bytes this house wrote itself; throws std::runtime_error where they are not JSON.
Value parse_own(std::string_view text);
std::string dump(const Value& value);
void append(std::string& out, const Value& value);
void append_string(std::string& out, std::string_view text);  // quoted and escaped

// A pointer grown by one reference token (RFC 6901 escapes).
std::string pointer(std::string_view base, std::string_view token);
std::string pointer(std::string_view base, std::size_t index);

// RFC 7396: `target` changed by `patch`, which is an object.
void merge_patch(Value& target, const Value& patch);

}  // namespace almanac::kernel::json
