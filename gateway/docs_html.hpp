// HTML in small pieces: escaping, inline marks, JSON laid out to be read. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "domain/kernel/json.hpp"

namespace almanac::gateway::html {

// Fit for text and for quoted attributes.
std::string escape(std::string_view text);
// Escaped, then `code` and **bold** as elements; nothing else of Markdown.
std::string inline_marks(std::string_view text);
// The same by paragraphs (an empty line between).
std::string paragraphs(std::string_view text);
std::string code(std::string_view text);
// Two spaces a level; what fits into 60 characters stays on its line. Not escaped.
std::string pretty_json(const kernel::json::Value& value);
// As one word of a POSIX shell: 'it'\''s'. Not escaped for HTML.
std::string shell_quoted(std::string_view text);

// A whole page: head with the style, then `body`; with the script where `scripted`.
std::string page(std::string_view title, std::string_view body, bool scripted);

}  // namespace almanac::gateway::html
