// The request target (RFC 9112 3.2, RFC 3986) taken apart: segments and query, percent-decoded.
// Pure; no I/O; any thread; safe on any bytes. Nothing is normalised: doubled and trailing slashes
// stay as empty segments for the router to refuse, "." and ".." (encoded or not) are a 400, an
// encoded slash stays inside its segment. Decoded text is UTF-8 without control characters.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http_framing.hpp"

namespace almanac::gateway {

inline constexpr std::size_t path_segments_max = 64;
inline constexpr std::size_t query_parameters_max = 128;

struct Target {
    std::string origin;  // origin form; "*" for the asterisk form
    std::string path;    // still encoded
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, std::string>> query;
};

// Accepts the origin form; the asterisk form for OPTIONS; the absolute form with http or https
// where its authority equals `host` (the Host header; either may leave the scheme's default port
// out).
std::expected<Target, Fault> parse_target(std::string_view method, std::string_view target,
                                          std::string_view host);

}  // namespace almanac::gateway
