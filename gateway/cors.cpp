#include "gateway/cors.hpp"

#include <algorithm>
#include <stdexcept>

namespace almanac::gateway {
namespace {

// The same for every path: what a path does not have answers 405, which the page can then read.
constexpr std::string_view methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr std::string_view request_headers =
    "Authorization, Content-Type, Accept, Prefer, If-Match, Idempotency-Key, Last-Event-ID, "
    "Almanac-Consistency, Almanac-Log, Almanac-Min-Position, Almanac-Reason, X-Request-Id, "
    "traceparent";
constexpr std::string_view answer_headers =
    "Allow, Almanac-Log, Almanac-Position, Almanac-Sandbox, ETag, Idempotent-Replayed, Location, "
    "RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id, traceparent";
constexpr std::string_view max_age_seconds = "7200";  // browsers keep a preflight no longer

bool is_scheme(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == text.npos;
}

bool is_authority(std::string_view text) {
    const auto fits = [](char c) {
        return c > 0x20 && c < 0x7f && !(c >= 'A' && c <= 'Z') &&
               std::string_view("/?#@\\*,\"").find(c) == std::string_view::npos;
    };
    return !text.empty() && text.front() != ':' && text.back() != ':' &&
           std::ranges::all_of(text, fits);
}
}  // namespace

std::string cors_origin_fault(std::string_view origin) {
    if (origin == "*") return {};
    const auto colon = origin.find("://");
    const auto scheme = origin.substr(0, colon);
    if (colon == origin.npos || !is_scheme(scheme) || !is_authority(origin.substr(colon + 3))) {
        return "an origin is `*` or scheme://host[:port] in lower case, without a path, e.g. "
               "https://book.example.com; not `" +
               std::string(origin) + "`";
    }
    if ((scheme == "https" && origin.ends_with(":443")) ||
        (scheme == "http" && origin.ends_with(":80"))) {
        return "browsers leave out the port that goes without saying: `" + std::string(origin) +
               "` would never match";
    }
    return {};
}

Cors::Cors(std::vector<std::string> origins) {
    for (const auto& origin : origins) {
        if (auto fault = cors_origin_fault(origin); !fault.empty()) throw std::runtime_error(fault);
    }
    any_ = std::ranges::find(origins, "*") != origins.end();
    if (!any_) origins_ = std::move(origins);
}

bool Cors::allows(const Request& request) const {
    const auto* origin = request.find_header("origin");
    return origin && (any_ || std::ranges::find(origins_, *origin) != origins_.end());
}

std::optional<Response> Cors::preflight(const Request& request) const {
    if (request.method != "OPTIONS" || !request.find_header("access-control-request-method") ||
        !allows(request)) {
        return std::nullopt;
    }
    Response response;
    response.status = 204;
    response.set("Access-Control-Allow-Methods", std::string(methods));
    response.set("Access-Control-Allow-Headers", std::string(request_headers));
    response.set("Access-Control-Max-Age", std::string(max_age_seconds));
    return response;
}

void Cors::dress(const Request& request, Response& response) const {
    if (!is_on()) return;
    // Also where no page asked: an answer that was kept must not be given to one that does.
    if (!any_) response.set("Vary", "Origin");
    if (!any_ && !allows(request)) return;
    response.set("Access-Control-Allow-Origin", any_ ? "*" : *request.find_header("origin"));
    response.set("Access-Control-Expose-Headers", std::string(answer_headers));
}

}  // namespace almanac::gateway
