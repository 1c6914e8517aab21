#include "gateway/openapi_parameters.hpp"

#include <algorithm>

#include "gateway/openapi_examples.hpp"

namespace almanac::gateway {
namespace {

using kernel::Collection;

void refer(Array& parameters, std::initializer_list<const char*> names) {
    for (const auto* name : names) parameters.push_back(ref_to("parameters", name));
}

// A schema as a query string carries it: never null, no words of its own.
Object as_text(Object schema) {
    schema.erase("description");
    if (auto* type = schema.if_contains("type"); type != nullptr && type->is_array()) {
        for (const auto& each : type->get_array()) {
            if (each != "null") {
                schema["type"] = Value(each);
                break;
            }
        }
    }
    if (auto* names = schema.if_contains("enum")) {
        auto& list = names->get_array();
        list.erase(std::remove(list.begin(), list.end(), Value(nullptr)), list.end());
    }
    Value patterned(std::move(schema));
    add_patterns(patterned);
    return std::move(patterned.get_object());
}

// What a filter compares: the member at "resources.id", of every item where there are several.
Object filtered_schema(const Object& row, std::string_view path) {
    const auto* here = &row;
    const Object text{{"type", "string"}};
    while (true) {
        if (const auto* items = here->if_contains("items")) here = &items->get_object();
        if (path.empty()) return *here;
        const auto* properties = here->if_contains("properties");
        if (properties == nullptr) return text;
        const auto dot = std::min(path.find('.'), path.size());
        const auto* next = properties->get_object().if_contains(path.substr(0, dot));
        if (next == nullptr) return text;
        here = &next->get_object();
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
}

Object query_parameter(std::string_view name, std::string description, Object schema) {
    Object parameter{{"name", name}, {"in", "query"}};
    if (!description.empty()) parameter["description"] = std::move(description);
    if (const auto* type = schema.if_contains("type"); type != nullptr && *type == "array") {
        parameter["style"] = "form";
        parameter["explode"] = false;
    }
    parameter["schema"] = std::move(schema);
    return parameter;
}

Object sort_parameter(const Collection& collection) {
    auto fields = collection.sorts;
    fields.emplace_back("created_at");
    if (collection.searchable) fields.emplace_back("last_name");
    Array values;
    for (const auto& field : fields) {
        values.emplace_back(field);
        values.emplace_back('-' + field);
    }
    const auto usual =
        collection.range_path.empty()
            ? std::string("`created_at`")
            : "`" + collection.range_path + "` with `from` or `to`, else `created_at`";
    return query_parameter("sort", "the order; with a dash, descending. Without it: " + usual,
                           {{"type", "string"}, {"enum", std::move(values)}});
}

void add_list_parameters(Array& parameters, const Collection& collection) {
    refer(parameters, {"Limit", "Cursor"});
    if (collection.name == "tenants") return;
    parameters.push_back(sort_parameter(collection));
    const auto row = collection.schema();
    for (const auto& filter : collection.filters) {
        parameters.push_back(query_parameter(filter.parameter, "only with exactly this",
                                             as_text(filtered_schema(row, filter.path))));
    }
    if (!collection.range_path.empty()) refer(parameters, {"From", "To"});
    if (collection.searchable) refer(parameters, {"Search", "Email", "Phone"});
    if (row.at("properties").get_object().contains("deleted_at")) refer(parameters, {"Deleted"});
}

void add_query_parameters(Array& parameters, const kernel::QueryType& query) {
    const auto schema = query.schema();
    const auto* required = schema.if_contains("required");
    for (const auto& [name, property] : schema.at("properties").get_object()) {
        const auto& declared = property.get_object();
        const auto* text = declared.if_contains("description");
        auto parameter =
            query_parameter(name, text == nullptr ? std::string() : std::string(text->get_string()),
                            as_text(declared));
        const bool must = required != nullptr &&
                          std::ranges::any_of(required->get_array(), [&](const Value& each) {
                              return each == Value(name);
                          });
        if (must) {
            parameter["required"] = true;
            parameter["example"] = example_value(parameter.at("schema").get_object());
        }
        parameters.push_back(std::move(parameter));
    }
}

// Of reads of a view, and of reads of the log, which waits for nothing unless it is told to.
void add_view_freshness(Array& parameters) {
    refer(parameters, {"MinPosition", "Consistency", "Wait", "Log"});
}
void add_log_freshness(Array& parameters) {
    refer(parameters, {"MinPosition", "Wait", "Log"});
}

}  // namespace

Array parameters_of(const RouteEntry& route) {
    Array parameters;
    switch (route.kind) {
        case RouteKind::command:
            refer(parameters, {"IdempotencyKey"});
            if (!route.command->creates) refer(parameters, {"IfMatch"});
            refer(parameters, {"Prefer", "Reason", "Log"});
            break;
        case RouteKind::query:
            add_query_parameters(parameters, *route.query);
            add_view_freshness(parameters);
            break;
        case RouteKind::collection_list:
            add_list_parameters(parameters, *route.collection);
            add_view_freshness(parameters);
            break;
        case RouteKind::collection_get:
            refer(parameters, {"AsOf"});
            add_view_freshness(parameters);
            break;
        case RouteKind::collection_history:
            refer(parameters, {"Limit", "Cursor"});
            add_log_freshness(parameters);
            break;
        case RouteKind::system:
            if (route.streams_body) refer(parameters, {"Reason", "Log"});
            if (route.name != "list_events") break;
            refer(parameters, {"After", "Types", "Tags", "EventLimit", "Cursor", "LastEventId"});
            add_log_freshness(parameters);
            break;
    }
    return parameters;
}

}  // namespace almanac::gateway
