#include "gateway/openapi_operations.hpp"

#include <algorithm>
#include <array>

#include "domain/kernel/schema.hpp"
#include "gateway/backup_wish.hpp"
#include "gateway/openapi_conventions.hpp"
#include "gateway/openapi_examples.hpp"
#include "gateway/openapi_parameters.hpp"

namespace almanac::gateway {
namespace {

using kernel::Collection;
using kernel::CommandType;

constexpr std::string_view json_type = "application/json";

// "cancel_appointment" -> "Cancel appointment"
std::string summary_of(std::string_view name) {
    std::string out(name);
    std::ranges::replace(out, '_', ' ');
    if (const auto at = out.find("api key"); at != std::string::npos) out.replace(at, 3, "API");
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
        out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

Object content_of(std::string_view type, Object schema) {
    return {{type, {{"schema", std::move(schema)}}}};
}

Object headers_of(std::initializer_list<std::pair<const char*, const char*>> names) {
    Object headers;
    for (const auto& [header, component] : names) headers[header] = ref_to("headers", component);
    return headers;
}

void add_problems(Object& responses, std::initializer_list<const char*> statuses) {
    for (const auto* status : statuses) responses[status] = ref_to("responses", status);
}

// Fields of a row that a caller may not be allowed to see.
std::string personal_note(const Collection& collection) {
    const auto listed = [&](bool sensitive) {
        std::string names;
        for (const auto& field : collection.personal) {
            if (field.sensitive != sensitive) continue;
            names += (names.empty() ? "`" : ", `") + field.path + '`';
        }
        return names;
    };
    std::string note;
    if (const auto names = listed(false); !names.empty()) {
        note += " Without `" + collection.personal_permission + "` these are null: " + names + '.';
    }
    if (const auto names = listed(true); !names.empty()) {
        note += " Without `" + collection.sensitive_permission + "` these are null: " + names +
                "; every reading of them is recorded.";
    }
    return note;
}

// ---- commands ---------------------------------------------------------------------------------

// Commands that are accepted over bookings and name them.
bool leaves_conflicts(std::string_view command) {
    constexpr auto names = std::to_array<std::string_view>(
        {"set_schedule", "set_override", "remove_override", "add_block", "delete_resource"});
    return std::ranges::find(names, command) != names.end();
}

Object command_answer(const CommandType& command, const kernel::Catalogue& catalogue) {
    Object more;
    if (const auto* served = catalogue.collection_of(*command.target)) {
        more["resource"] = ref_to("schemas", row_schema_name(*served));
    }
    if (command.name == "issue_api_key") {
        more["key"] = {{"type", "string"},
                       {"readOnly", true},
                       {"description", "the key itself, shown this once; a replay has it no more"}};
    }
    if (command.name == "issue_calendar_feed") {
        more["url"] = {{"type", "string"},
                       {"format", "uri"},
                       {"readOnly", true},
                       {"description", "the secret URL, shown this once; a replay has it no more"}};
    }
    if (leaves_conflicts(command.name)) {
        more["conflicts"] = {
            {"type", "array"},
            {"items", {{"type", "string"}, {"format", "uuid"}}},
            {"description",
             "appointments to come that it leaves outside working time, by start; they stay"}};
    }
    auto answer = ref_to("schemas", "CommandAnswer");
    if (more.empty()) return answer;
    Object own{{"type", "object"}, {"properties", std::move(more)}};
    return {{"allOf", Array{std::move(answer), std::move(own)}}};
}

Object request_body(const RouteEntry& route) {
    const auto schema = route.command->schema();
    const bool patch = route.method == "PATCH";
    const bool whole = route.path_template.find("{id}") == std::string::npos;
    const auto reference = ref_to("schemas", body_schema_name(*route.command));
    Object content;
    const auto example = example_body(route.command->name, schema);
    for (const std::string_view type :
         {json_type, std::string_view("application/merge-patch+json")}) {
        if (type != json_type && !patch) continue;
        content[type] = {{"schema", reference}, {"example", example}};
    }
    return {{"required", patch || whole || schema.contains("required")},
            {"content", std::move(content)}};
}

Object command_responses(const RouteEntry& route, const kernel::Catalogue& catalogue) {
    const auto& command = *route.command;
    auto headers = headers_of({{"ETag", "ETag"},
                               {"Almanac-Position", "Position"},
                               {"Almanac-Log", "Log"},
                               {"Idempotent-Replayed", "Replayed"},
                               {"RateLimit", "RateLimit"},
                               {"RateLimit-Policy", "RateLimitPolicy"},
                               {"X-Request-Id", "RequestId"}});
    if (command.creates) headers["Location"] = ref_to("headers", "Location");
    Object done{{"description", command.creates ? "Created." : "Done, or already so."},
                {"headers", std::move(headers)},
                {"content", content_of(json_type, command_answer(command, catalogue))}};
    Object responses;
    responses[command.creates ? "201" : "200"] = std::move(done);
    add_problems(responses, {"400", "401", "403", "404", "409"});
    if (!command.creates) add_problems(responses, {"412"});
    add_problems(responses, {"413"});
    if (command.has_body) add_problems(responses, {"415"});
    add_problems(responses, {"422", "429", "503"});
    return responses;
}

// ---- reads ------------------------------------------------------------------------------------

Object read_responses(Object schema, const char* description, bool one) {
    auto headers = headers_of({{"Almanac-Position", "Position"},
                               {"Almanac-Log", "Log"},
                               {"RateLimit", "RateLimit"},
                               {"RateLimit-Policy", "RateLimitPolicy"},
                               {"X-Request-Id", "RequestId"}});
    if (one) headers["ETag"] = ref_to("headers", "ETag");
    Object responses;
    responses["200"] = {{"description", description},
                        {"headers", std::move(headers)},
                        {"content", content_of(json_type, std::move(schema))}};
    add_problems(responses, {"400", "401", "403", "404", "409", "422", "429", "503"});
    return responses;
}

// ---- system -----------------------------------------------------------------------------------

Object plain_responses(std::string_view type, Object schema, const char* description) {
    Object responses;
    responses["200"] = {{"description", description},
                        {"headers", headers_of({{"X-Request-Id", "RequestId"}})},
                        {"content", content_of(type, std::move(schema))}};
    return responses;
}

constexpr std::string_view ndjson_type = "application/x-ndjson";

// The schema of NDJSON is that of one line.
Object import_responses() {
    auto responses = read_responses(ref_to("schemas", "ImportAnswer"),
                                    "An answer for each line, in order, one a line.", false);
    auto& done = responses["200"].get_object();
    done["content"] = content_of(ndjson_type, ref_to("schemas", "ImportAnswer"));
    done["headers"].get_object().erase("Almanac-Position");
    add_problems(responses, {"408", "415"});
    return responses;
}

Object import_body() {
    return {{"required", true},
            {"content", content_of(ndjson_type, ref_to("schemas", "ImportLine"))}};
}

Object backup_responses(bool starts) {
    auto responses =
        read_responses(backup_status_schema(), "How far it is, or how it ended.", false);
    auto& done = responses["200"].get_object();
    done["headers"].get_object().erase("Almanac-Position");
    if (!starts) return responses;
    done["description"] = "It runs.";
    responses["202"] = std::move(done);
    responses.erase("200");
    add_problems(responses, {"413", "415"});
    return responses;
}

Object backup_body() {
    const Object example{{"directory", "/backups/almanac"}};
    return {
        {"required", true},
        {"content",
         {{json_type,
           {{"schema", kernel::schema_of<BackUp>(kernel::Form::open)}, {"example", example}}}}}};
}

Object system_responses(const RouteEntry& route) {
    const Object text{{"type", "string"}};
    if (route.name == "start_backup" || route.name == "get_backup")
        return backup_responses(route.name == "start_backup");
    if (route.name == "import_commands") return import_responses();
    if (route.name == "list_events") {
        auto responses =
            read_responses(ref_to("schemas", "EventPage"), "A page of the log.", false);
        auto& content = responses["200"].get_object()["content"].get_object();
        content["text/event-stream"] = {{"schema", text}};
        return responses;
    }
    auto responses = plain_responses(json_type, {{"type", "object"}}, "As asked.");
    if (route.name == "get_metrics") responses = plain_responses("text/plain", text, "Numbers.");
    if (route.name == "get_docs" || route.name == "get_error_page")
        responses = plain_responses("text/html", text, "The page.");
    if (route.name == "get_calendar_feed_file") {
        responses = plain_responses("text/calendar", text, "An iCalendar object.");
        responses["304"] = {{"description", "It is as the one with the ETag you sent."}};
        add_problems(responses, {"400", "422", "503"});
    }
    if (route.name == "get_error_page" || route.name == "get_calendar_feed_file")
        add_problems(responses, {"404"});
    if (route.name != "get_health" && route.name != "get_readiness")
        add_problems(responses, {"429"});
    if (route.name == "get_readiness") {
        responses["503"] = responses["200"];
        responses["503"].get_object()["description"] = "Not ready; the body says why.";
    }
    return responses;
}

Object responses_of(const RouteEntry& route, const kernel::Catalogue& catalogue) {
    switch (route.kind) {
        case RouteKind::command:
            return command_responses(route, catalogue);
        case RouteKind::query:
            return read_responses(route.query->answer ? ref_to("schemas", camel_case(route.name))
                                                      : query_answer(route.name),
                                  "What was asked for.", false);
        case RouteKind::collection_list:
            return read_responses(ref_to("schemas", row_schema_name(*route.collection) + "List"),
                                  "A page of them.", false);
        case RouteKind::collection_get:
            return read_responses(ref_to("schemas", row_schema_name(*route.collection)),
                                  "As it is, or was.", true);
        case RouteKind::collection_history:
            return read_responses(ref_to("schemas", "EventPage"), "A page of its events.", false);
        case RouteKind::system:
            return system_responses(route);
    }
    return {};
}

std::string description_of(const RouteEntry& route) {
    auto text = route.doc;
    const bool rows =
        route.kind == RouteKind::collection_list || route.kind == RouteKind::collection_get;
    if (rows) text += personal_note(*route.collection);
    if (route.kind == RouteKind::collection_list && route.collection->searchable) {
        text += " `q`, `email`, `phone` and `sort=last_name` need `" +
                route.collection->personal_permission + "`.";
    }
    if (route.sandbox_only) text += " Only in a sandbox.";
    return text;
}

}  // namespace

Object operation_of(const RouteEntry& route, const kernel::Catalogue& catalogue) {
    Object operation{{"operationId", route.name},
                     {"tags", Array{Value(route.context)}},
                     {"summary", summary_of(route.name)},
                     {"description", description_of(route)}};
    if (!route.permission.empty()) operation["x-permission"] = route.permission;
    operation["security"] = route.needs_auth ? Array{Object{{"bearer", Array{}}}} : Array{};
    auto parameters = parameters_of(route);
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (route.kind == RouteKind::command && route.command->has_body) {
        operation["requestBody"] = request_body(route);
    }
    if (route.streams_body) operation["requestBody"] = import_body();
    if (route.name == "start_backup") operation["requestBody"] = backup_body();
    operation["responses"] = responses_of(route, catalogue);
    return operation;
}

Array shared_parameters(const std::string& path_template) {
    Array parameters;
    for (const auto name : path_parameters(path_template)) {
        if (name == "tenant") {
            parameters.push_back(ref_to("parameters", "Tenant"));
        } else if (name == "id") {
            parameters.push_back(ref_to("parameters", "Id"));
        } else if (name == "code") {
            parameters.push_back(ref_to("parameters", "ErrorCode"));
        } else {
            parameters.push_back(Object{{"name", name},
                                        {"in", "path"},
                                        {"required", true},
                                        {"schema", {{"type", "string"}}}});
        }
    }
    parameters.push_back(ref_to("parameters", "RequestId"));
    parameters.push_back(ref_to("parameters", "Traceparent"));
    return parameters;
}

}  // namespace almanac::gateway
