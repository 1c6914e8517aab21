// The routes of the house as one table, made from the catalogue: the router dispatches over it and
// OpenAPI is generated from it, so neither can know a route the other does not. Pure values; made
// once at start, immutable, shared by all threads; borrows the catalogue, which must outlive it.
// Every entry has a method and path of its own; two that claim the same are a std::logic_error.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/catalogue.hpp"

namespace almanac::gateway {

enum class RouteKind {
    command,
    query,
    collection_list,
    collection_get,
    collection_history,
    system
};

struct RouteEntry {
    std::string method;
    std::string path_template;  // /v1/tenants/{tenant}/appointments/{id}/cancel
    RouteKind kind = RouteKind::system;
    std::string name;        // operationId, unique: cancel_appointment, list_services, get_health
    std::string context;     // scheduling; `system` for system routes
    std::string permission;  // empty: none is asked for, beside a key where one is needed
    std::string doc;
    bool needs_auth = true;
    bool sandbox_only = false;                     // 404 on any other directory
    bool streams_body = false;                     // read while it is answered (http_body.hpp)
    const kernel::CommandType* command = nullptr;  // exactly one of these three, by kind;
    const kernel::QueryType* query = nullptr;      // none of a system route: its name says
    const kernel::Collection* collection = nullptr;
};

// Commands below /v1/tenants/{tenant}/ unless their path begins with a slash, without the hidden
// ones; queries alike; of every collection the list, one row and its history; system routes
// (get_health, get_readiness, get_metrics, get_openapi, get_docs, get_error_page, list_events,
// import_commands, start_backup, get_backup).
// Ordered as declared.
std::vector<RouteEntry> route_table(const kernel::Catalogue& catalogue);

// Names in braces, in order: "/v1/tenants/{tenant}/services/{id}" -> {tenant, id}.
std::vector<std::string_view> path_parameters(std::string_view path_template);

}  // namespace almanac::gateway
