// The API as pages to read: /docs, rendered from the OpenAPI document, and /docs/errors/{code},
// from the table of error codes. Self-contained HTML: no other host, no font, no image is asked
// for; works without scripts; light and dark. Everything that is not ours is escaped. Pure; any
// thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/json.hpp"

namespace almanac::gateway {

// `openapi` is what build_openapi made.
std::string render_docs(const kernel::json::Object& openapi);
// Nothing: there is no such code.
std::optional<std::string> render_error_page(std::string_view code);

// For the Content-Security-Policy header of both: only the style and script of docs_style.cpp, by
// their SHA-256 (a test compares them).
inline constexpr std::string_view docs_content_security_policy =
    "default-src 'none'; style-src 'sha256-0Hu2pRrVqD7ZreQPywCCa7euzJ7VyRsvfYB5HajGJYI='; "
    "script-src 'sha256-wbn8bK6gszSwoTjvpZhYUYoWE4eUHcN/p7IWVpWZBQM='; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace almanac::gateway
