#include "tests/seed_map/seed_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>

#include "gateway/openapi.hpp"
#include "gateway/openapi_schemas.hpp"
#include "gateway/route_table.hpp"

namespace almanac::seed_map {
namespace {
using kernel::json::Object;
using kernel::json::Value;

std::vector<std::string> split(std::string_view text, char mark) {
    std::vector<std::string> parts;
    while (true) {
        const auto at = std::min(text.find(mark), text.size());
        parts.emplace_back(text.substr(0, at));
        if (at == text.size()) return parts;
        text.remove_prefix(at + 1);
    }
}

// The lines after the one that names the columns.
std::vector<std::vector<std::string>> read_table(const std::string& file,
                                                 const std::vector<std::string>& header) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file);
    std::vector<std::vector<std::string>> rows;
    std::string text;
    while (std::getline(in, text)) {
        rows.push_back(split(text, '\t'));
        if (rows.back().size() != header.size()) throw std::runtime_error(file + ": " + text);
    }
    if (rows.empty() || rows[0] != header) throw std::runtime_error(file + " has no header");
    rows.erase(rows.begin());
    return rows;
}

// The schema behind references, alternatives and lists: the one that has the properties.
const Object* object_schema(const Object& schema, const Object& api) {
    if (const auto* reference = schema.if_contains("$ref")) {
        const auto name = split(reference->get_string(), '/').back();
        const auto& all = api.at("components").get_object().at("schemas").get_object();
        return object_schema(all.at(name).get_object(), api);
    }
    if (schema.contains("properties")) return &schema;
    if (const auto* items = schema.if_contains("items"))
        return object_schema(items->get_object(), api);
    for (const auto* alternatives : {"oneOf", "anyOf", "allOf"}) {
        const auto* list = schema.if_contains(alternatives);
        if (list == nullptr) continue;
        for (const auto& one : list->get_array()) {
            if (const auto* found = object_schema(one.get_object(), api)) return found;
        }
    }
    return nullptr;
}

bool has_field(const Object& schema, std::string_view path, const Object& api) {
    const auto* here = object_schema(schema, api);
    if (here == nullptr) return false;
    const auto dot = std::min(path.find('.'), path.size());
    const auto* field = here->at("properties").get_object().if_contains(path.substr(0, dot));
    if (field == nullptr) return false;
    return dot == path.size() || has_field(field->get_object(), path.substr(dot + 1), api);
}

// Whether a field of this name stands anywhere in the schema.
bool mentions(const Object& schema, std::string_view path, const Object& api) {
    const auto* here = object_schema(schema, api);
    if (here == nullptr) return false;
    if (has_field(*here, path, api)) return true;
    return std::ranges::any_of(here->at("properties").get_object(), [&](const auto& property) {
        return mentions(property.value().get_object(), path, api);
    });
}
}  // namespace

Judge::Judge(const kernel::Catalogue& catalogue) : catalogue_(catalogue) {
    for (const auto& collection : catalogue.collections()) {
        rows_[std::string(collection->fold->kind)] = gateway::row_schema(*collection);
    }
    const auto table = gateway::route_table(catalogue);
    api_ = gateway::build_openapi(catalogue, table, "https://api.example.com", false);
}

bool Judge::answers(std::string_view report_and_field) const {
    const auto dot = report_and_field.find('.');
    if (dot == std::string_view::npos) return false;
    const auto path =
        "/v1/tenants/{tenant}/reports/" + std::string(report_and_field.substr(0, dot));
    const auto* item = api_.at("paths").get_object().if_contains(path);
    if (item == nullptr) return false;
    const auto& answer = item->at_pointer("/get/responses/200/content").as_object();
    const auto& schema = answer.at("application/json").as_object().at("schema").as_object();
    return mentions(schema, report_and_field.substr(dot + 1), api_);
}

bool Judge::exists(std::string_view place) const {
    if (place.starts_with("view:")) return answers(place.substr(5));
    const bool is_event = place.starts_with("event:");
    if (is_event) place.remove_prefix(6);
    const auto parts = split(place, '.');
    const std::size_t named = is_event ? 2 : 1;  // scheduling.service_created, service
    if (parts.size() < named || (!is_event && parts.size() == 1)) return false;
    std::size_t length = parts[0].size();
    if (is_event) length += 1 + parts[1].size();
    const auto name = place.substr(0, length);
    const auto field = place.substr(std::min(length + 1, place.size()));
    if (is_event) {
        const auto* type = catalogue_.event(name);
        return type != nullptr && (field.empty() || has_field(type->schema(), field, api_));
    }
    const auto row = rows_.find(name);
    return row != rows_.end() && has_field(row->second, field, api_);
}

std::string Judge::fault_of(std::string_view where) const {
    const bool told = where.starts_with("derived: ") || where.starts_with("replaced: ");
    if (!told) return exists(where) ? std::string() : fmt::format("`{}` does not exist", where);
    const auto parts = split(where.substr(where.find(' ') + 1), '`');
    if (parts.size() % 2 == 0) return "a backquote is left open";
    if (parts.size() == 1 && parts[0].size() < 10) return "it says too little";
    for (std::size_t i = 1; i < parts.size(); i += 2) {
        if (!exists(parts[i])) return fmt::format("`{}` does not exist", parts[i]);
    }
    return {};
}

std::vector<std::string> Judge::faults(const std::vector<Column>& columns,
                                       const std::vector<Line>& lines) const {
    std::vector<std::string> faults;
    const std::set<Column> known(columns.begin(), columns.end());
    std::set<std::string> mapped;
    std::set<Column> seen;
    for (const auto& [column, where] : lines) {
        const auto name = column.table + '.' + column.column;
        mapped.insert(column.table);
        if (!known.contains(column)) faults.push_back(name + ": the seed has no such column");
        if (!seen.insert(column).second) faults.push_back(name + ": stands twice");
        if (const auto fault = fault_of(where); !fault.empty())
            faults.push_back(name + ": " + fault);
    }
    for (const auto& column : columns) {
        if (mapped.contains(column.table) && !seen.contains(column))
            faults.push_back(column.table + '.' + column.column + ": nobody says where it went");
    }
    return faults;
}

std::map<std::string, std::vector<Column>> read_columns(const std::string& file) {
    std::map<std::string, std::vector<Column>> columns;
    for (auto& row : read_table(file, {"seed", "table", "column", "type"}))
        columns[row[0]].push_back({std::move(row[1]), std::move(row[2])});
    return columns;
}

std::vector<Line> read_map(const std::string& file) {
    std::vector<Line> lines;
    for (auto& row : read_table(file, {"table", "column", "where"}))
        lines.push_back({{std::move(row[0]), std::move(row[1])}, std::move(row[2])});
    return lines;
}

}  // namespace almanac::seed_map
