// The API as an OpenAPI 3.1 document, generated from the catalogue and the route table alone, so
// that it says exactly what the router does. Operations are named by command, query or collection;
// schemas come from the described structs; conventions (headers, problems, paging) are components.
// Pure: the same inputs give the same document, member by member in the same order; any thread.
#pragma once
#include <span>
#include <string>

#include "gateway/route_table.hpp"

namespace almanac::gateway {

// `server_url` is the origin clients call ("https://api.example.com"); "" means the one that served
// the document. Routes that only a sandbox has are left out where `sandbox` is false.
kernel::json::Object build_openapi(const kernel::Catalogue& catalogue,
                                   std::span<const RouteEntry> routes,
                                   const std::string& server_url, bool sandbox);

}  // namespace almanac::gateway
