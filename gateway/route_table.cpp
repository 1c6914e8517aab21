#include "gateway/route_table.hpp"

#include <set>
#include <stdexcept>

namespace almanac::gateway {
namespace {

using kernel::Catalogue;
using kernel::Collection;
using kernel::CommandType;
using kernel::QueryType;

constexpr std::string_view tenant_prefix = "/v1/tenants/{tenant}/";

std::string full_path(std::string_view path) {
    if (path.starts_with('/')) return std::string(path);
    return std::string(tenant_prefix) + std::string(path);
}

RouteEntry command_route(const CommandType& command) {
    RouteEntry entry{.method = command.method,
                     .path_template = full_path(command.path),
                     .kind = RouteKind::command,
                     .name = command.name,
                     .context = command.context,
                     .permission = command.permission,
                     .doc = command.doc};
    entry.command = &command;
    entry.sandbox_only = command.name == "move_clock";
    return entry;
}

RouteEntry query_route(const QueryType& query) {
    RouteEntry entry{.method = query.method,
                     .path_template = full_path(query.path),
                     .kind = RouteKind::query,
                     .name = query.name,
                     .context = query.context,
                     .permission = query.permission,
                     .doc = query.doc};
    entry.query = &query;
    return entry;
}

// `tenants` are not inside a tenant: the collection is /v1/tenants, a row is a tenant itself.
void add_collection_routes(std::vector<RouteEntry>& table, const Collection& collection) {
    const bool of_tenants = collection.name == "tenants";
    const auto list = of_tenants ? std::string("/v1/tenants") : full_path(collection.name);
    const auto row = list + (of_tenants ? "/{tenant}" : "/{id}");
    const auto one = std::string(collection.fold->kind);
    const auto add = [&](RouteKind kind, std::string path, std::string name, std::string doc) {
        RouteEntry entry{.method = "GET",
                         .path_template = std::move(path),
                         .kind = kind,
                         .name = std::move(name),
                         .context = collection.context,
                         .permission = collection.read_permission,
                         .doc = std::move(doc)};
        entry.collection = &collection;
        table.push_back(std::move(entry));
    };
    add(RouteKind::collection_list, list, "list_" + collection.name, collection.doc);
    add(RouteKind::collection_get, row, "get_" + one,
        "One of them as it is now, or with `as_of` as it was then.");
    add(RouteKind::collection_history, row + "/history", "get_" + one + "_history",
        "The events that made it what it is, oldest first.");
}

void add_system_routes(std::vector<RouteEntry>& table) {
    const auto add = [&](std::string path, std::string name, std::string doc) -> RouteEntry& {
        return table.emplace_back(RouteEntry{.method = "GET",
                                             .path_template = std::move(path),
                                             .name = std::move(name),
                                             .context = "system",
                                             .permission = {},
                                             .doc = std::move(doc),
                                             .needs_auth = false});
    };
    add("/healthz", "get_health", "The process lives.");
    add("/readyz", "get_readiness",
        "The log is open, the writer accepts and the views keep up; 503 where one does not.");
    add("/metrics", "get_metrics", "Counters and gauges for Prometheus.");
    add("/openapi.json", "get_openapi", "This API as an OpenAPI 3.1 document.");
    add("/calendars/{tenant}/{file}", "get_calendar_feed_file",
        "The appointments of a resource as iCalendar (RFC 5545); the secret in its path, as POST "
        "resources/{id}/calendar_feed gave it, is the key.");
    add("/docs", "get_docs", "This API as a page to read.");
    add("/docs/errors/{code}", "get_error_page", "What one error code means and what to do.");
    auto& events = add("/v1/tenants/{tenant}/events", "list_events",
                       "The log of the tenant in order, from sequence 0 without `after`; with "
                       "`Accept: text/event-stream` it goes on live.");
    events.permission = "audit.event:read";
    events.needs_auth = true;
    auto& import = add("/v1/tenants/{tenant}/import", "import_commands",
                       "Commands line by line (NDJSON), each answered in order by a line of its "
                       "own, while they still come in: read the answers while you send. A line is "
                       "authorised, checked and idempotent as a request on its command's own route "
                       "is, and its `error` is what that route would answer; a bad one spoils only "
                       "itself. `id` and `path` stand for what the command's path names. To go on "
                       "after a broken connection send the lines again with the same "
                       "`idempotency_key`s: what was done is answered again, never done twice. "
                       "What stops the import (401, 408, 503) is the answer of the first line that "
                       "was not tried; those behind it have none. Empty lines are numbered and not "
                       "answered. At most 1 MiB a line.");
    import.method = "POST";
    import.needs_auth = true;
    import.streams_body = true;
    auto& start = add("/v1/admin/backup", "start_backup",
                      "Begins a backup of every partition into a backup folder on the server's own "
                      "machine, answered at once; GET says how far it is. One runs at a time. "
                      "Commands and queries go on meanwhile. The master key is in no backup.");
    start.method = "POST";
    start.permission = "system.backup:create";
    start.needs_auth = true;
    auto& backup = add("/v1/admin/backup", "get_backup",
                       "The backup that runs, or how the last one since the server's start ended.");
    backup.permission = "system.backup:read";
    backup.needs_auth = true;
}

void refuse_doubles(const std::vector<RouteEntry>& table) {
    std::set<std::string> seen;
    const auto once = [&](std::string what) {
        if (!seen.insert(what).second) throw std::logic_error("route declared twice: " + what);
    };
    for (const auto& entry : table) {
        std::string shape;  // {id} and {tenant} in one place are one route
        bool inside = false;
        for (const char c : entry.path_template) {
            inside = c == '{' || (inside && c != '}');
            if (!inside) shape += c;
        }
        once(entry.method + ' ' + shape);
        once(entry.name);
    }
}

}  // namespace

std::vector<RouteEntry> route_table(const Catalogue& catalogue) {
    std::vector<RouteEntry> table;
    for (const auto& command : catalogue.commands()) {
        if (!command->hidden) table.push_back(command_route(*command));
    }
    for (const auto& query : catalogue.queries()) table.push_back(query_route(*query));
    for (const auto& collection : catalogue.collections()) {
        add_collection_routes(table, *collection);
    }
    add_system_routes(table);
    refuse_doubles(table);
    return table;
}

std::vector<std::string_view> path_parameters(std::string_view path_template) {
    std::vector<std::string_view> names;
    for (auto open = path_template.find('{'); open != std::string_view::npos;
         open = path_template.find('{', open)) {
        const auto close = path_template.find('}', open);
        names.push_back(path_template.substr(open + 1, close - open - 1));
        open = close;
    }
    return names;
}

}  // namespace almanac::gateway
