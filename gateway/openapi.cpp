#include "gateway/openapi.hpp"

#include <algorithm>

#include "gateway/openapi_conventions.hpp"
#include "gateway/openapi_operations.hpp"
#include "gateway/openapi_schemas.hpp"

namespace almanac::gateway {
namespace {

constexpr const char* api_version = "1.0.0";

constexpr const char* about =
    "Almanac keeps the books of businesses that take bookings. Every change is an event in one "
    "ordered log; what you read is always what the log says.\n\n"
    "**Keys.** Send `Authorization: Bearer alk_…`. A key has scopes such as `scheduling.*:read`; "
    "what no scope names is refused. Each operation says which permission it asks for.\n\n"
    "**Writing.** A command answers `{id, revision, position, sequence, events}`. Send an "
    "`Idempotency-Key` and repeat the call as often as you like: it happens once. Send `If-Match` "
    "with the ETag you read and nothing is overwritten that you have not seen.\n\n"
    "**Reading.** Lists answer `{data, next_cursor}`. You read your own writes at once; to read "
    "them elsewhere, pass the `Almanac-Position` of the write as `Almanac-Min-Position`. "
    "`?as_of=` shows one thing as it was.\n\n"
    "**Types.** Ids are UUIDs, times RFC 3339 in UTC, local dates `2026-12-01`, local times "
    "`09:30`, money `{\"amount\": 2500, \"currency\": \"EUR\"}` in minor units, phone numbers "
    "E.164. Unknown fields and parameters are errors.\n\n"
    "**Errors** are `application/problem+json` with a stable `code` and every bad field at once.";

std::string_view context_doc(std::string_view context) {
    if (context == "tenancy") return "Businesses, each with a log of its own.";
    if (context == "identity") return "Who may call, and what for.";
    if (context == "scheduling") return "What can be booked, when, with whom, and the bookings.";
    if (context == "system") return "The server itself, and the log as it is.";
    return {};
}

Array tags_of(std::span<const RouteEntry> routes) {
    Array tags;
    std::vector<std::string_view> seen;
    for (const auto& route : routes) {
        if (std::ranges::find(seen, route.context) != seen.end()) continue;
        seen.push_back(route.context);
        Object tag{{"name", route.context}};
        if (const auto text = context_doc(route.context); !text.empty()) tag["description"] = text;
        tags.push_back(std::move(tag));
    }
    return tags;
}

Object list_schema(const std::string& row) {
    return {{"type", "object"},
            {"properties",
             {{"data", {{"type", "array"}, {"items", ref_to("schemas", row)}}},
              {"next_cursor",
               {{"type", Array{"string", "null"}}, {"description", "null: there is no more"}}}}},
            {"required", Array{"data", "next_cursor"}}};
}

Object schemas_of(std::span<const RouteEntry> routes) {
    SchemaBook book;
    for (const auto& [name, schema] : convention_schemas()) {
        book.add(std::string(name), schema.get_object());
    }
    for (const auto& route : routes) {
        if (route.kind == RouteKind::command && route.command->has_body) {
            const auto name = body_schema_name(*route.command);
            if (name != "EmptyBody") book.add(name, route.command->schema());
        }
        if (route.kind == RouteKind::query && route.query->answer)
            book.add_answer(camel_case(route.name), answer_schema(*route.query));
        if (route.kind == RouteKind::collection_list) {
            const auto name = row_schema_name(*route.collection);
            book.add(name, row_schema(*route.collection));
            book.add(name + "List", list_schema(name));
        }
    }
    return book.finish();
}

Object paths_of(std::span<const RouteEntry> routes, const kernel::Catalogue& catalogue) {
    Object paths;
    for (const auto& route : routes) {
        auto& path = paths[route.path_template];
        if (path.is_null()) {
            path = Object{{"parameters", shared_parameters(route.path_template)}};
        }
        std::string method = route.method;
        std::ranges::transform(method, method.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        path.get_object()[method] = operation_of(route, catalogue);
    }
    return paths;
}

}  // namespace

kernel::json::Object build_openapi(const kernel::Catalogue& catalogue,
                                   std::span<const RouteEntry> routes,
                                   const std::string& server_url, bool sandbox) {
    std::vector<RouteEntry> served;
    std::ranges::copy_if(routes, std::back_inserter(served),
                         [&](const RouteEntry& route) { return sandbox || !route.sandbox_only; });
    Object bearer{{"type", "http"},
                  {"scheme", "bearer"},
                  {"description", "an API key: `Authorization: Bearer alk_…`"}};
    Object components;
    components["securitySchemes"] = Object{{"bearer", std::move(bearer)}};
    components["parameters"] = convention_parameters();
    components["headers"] = convention_headers();
    components["responses"] = convention_responses();
    components["schemas"] = schemas_of(served);

    Object document;
    document["openapi"] = "3.1.0";
    document["info"] =
        Object{{"title", "Almanac"}, {"version", api_version}, {"description", about}};
    document["servers"] = Array{Object{{"url", server_url.empty() ? "/" : server_url}}};
    document["tags"] = tags_of(served);
    document["paths"] = paths_of(served, catalogue);
    document["components"] = std::move(components);
    return document;
}

}  // namespace almanac::gateway
