#include "gateway/router.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    for (std::size_t at = 1; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        segments.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string>& segments) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_parameter(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i])
            return false;
    }
    return true;
}
}  // namespace

Router::Router(std::span<const RouteEntry> table) {
    for (const auto& route : table) {
        auto segments = segments_of(route.path_template);
        by_length_[segments.size()].push_back({&route, std::move(segments)});
    }
}

Result<RouteMatch> Router::match(const Request& request, std::string& allowed) const {
    const auto& method = request.method == "HEAD" ? std::string("GET") : request.method;
    const auto patterns = by_length_.find(request.segments.size());
    if (patterns != by_length_.end()) {
        for (const auto& pattern : patterns->second) {
            if (!fits(pattern.segments, request.segments)) continue;
            if (pattern.route->method != method) {
                if (allowed.find(pattern.route->method) != allowed.npos) continue;
                allowed += (allowed.empty() ? "" : ", ") + pattern.route->method;
                continue;
            }
            RouteMatch match{pattern.route, {}};
            for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
                const auto name = pattern.segments[i];
                if (!is_parameter(name)) continue;
                match.parameters.values.emplace_back(name.substr(1, name.size() - 2),
                                                     request.segments[i]);
            }
            return match;
        }
    }
    if (!allowed.empty()) {
        return reject(RejectionKind::rejected, "method_not_allowed",
                      "Allowed here: " + allowed + ".");
    }
    const bool trailing = request.segments.size() > 1 && request.segments.back().empty();
    return not_found(trailing ? "Paths have no trailing slash; try without it."
                              : "There is no such thing here.");
}

}  // namespace almanac::gateway
