// gzip for answers: when the caller takes it (RFC 9110 12.5.3), what is worth it, and the work
// itself with zlib. Pure functions, any thread; each thread keeps one deflate state (256 KiB).
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace almanac::gateway {

inline constexpr std::size_t compress_bytes_min = 1024;  // smaller bodies are sent as they are

// The q-values of an Accept-Encoding header: `gzip` (or `x-gzip`) named with q > 0, or `*` with
// q > 0 and gzip not named. A malformed q counts as 0. "" (no header) is false.
bool accepts_gzip(std::string_view accept_encoding);

// Text, JSON, XML, JavaScript, NDJSON, SVG; never `text/event-stream`. Parameters are ignored.
bool is_compressible(std::string_view content_type);

// A gzip member of `text` (no name, no time: the same bytes for the same text), or nullopt where
// that is not smaller.
std::optional<std::string> gzip(std::string_view text);

}  // namespace almanac::gateway
