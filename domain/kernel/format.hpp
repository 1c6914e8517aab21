// The formats of strings (field.hpp) as predicates, with the sentence a caller gets.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/field.hpp"

namespace almanac::kernel {

bool is_utf8(std::string_view bytes);          // well-formed (RFC 3629)
bool is_visible_ascii(std::string_view text);  // every byte 0x21..0x7e
bool has_control(std::string_view text);       // a byte below 0x20, or 0x7f
std::size_t code_points(std::string_view utf8);
std::string_view format_name(Format format);
// What is wrong with `text`, or nothing.
std::optional<std::string> format_error(Format format, std::string_view text);
// A slug of a name: ASCII letters and digits kept, Latin accents dropped, the rest a dash.
std::string slug_of(std::string_view name);

}  // namespace almanac::kernel
