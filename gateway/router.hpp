// Which route a request means. Built once from the route table (the same that OpenAPI is made
// from); immutable, shared by all threads.
#pragma once
#include <map>
#include <span>

#include "gateway/http_message.hpp"
#include "gateway/route_table.hpp"

namespace almanac::gateway {

struct RouteMatch {
    const RouteEntry* route = nullptr;
    kernel::PathParameters parameters;  // {tenant} as it came, {id}, ...
};

class Router {
  public:
    explicit Router(std::span<const RouteEntry> table);
    // 404 `not_found` (with a hint for a trailing slash), or `method_not_allowed` with the methods
    // that are, in `allowed`.
    kernel::Result<RouteMatch> match(const Request& request, std::string& allowed) const;

  private:
    struct Pattern {
        const RouteEntry* route;
        std::vector<std::string_view> segments;  // "{id}" for a parameter
    };
    std::map<std::size_t, std::vector<Pattern>> by_length_;
};

}  // namespace almanac::gateway
