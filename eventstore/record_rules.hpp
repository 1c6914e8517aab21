// The rules a record's contents obey (limits of the format, forms of types and tags), checked when
// it is written and again when it is read. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "domain/kernel/format.hpp"
#include "eventstore/record.hpp"

namespace almanac::eventstore {
using kernel::is_utf8;
using kernel::is_visible_ascii;

// The first rule broken: `limit_reached` or `invalid_event`.
std::optional<kernel::Rejection> find_flaw(const Record& record, std::size_t encoded_bytes);

bool is_valid_tag(std::string_view tag);    // `kind:key`, 3..200 bytes
bool is_event_type(std::string_view type);  // `context.what_happened`
bool is_clean_utf8(std::string_view text);  // valid UTF-8 without control characters

}  // namespace almanac::eventstore
