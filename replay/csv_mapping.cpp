#include "replay/csv_mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

// Of what may be null, its other type.
std::string type_of(const json::Object& schema) {
    const auto* type = schema.if_contains("type");
    if (!type) return {};
    if (type->is_string()) return std::string(type->get_string());
    return std::string(type->as_array().at(0).as_string());
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
    return all;
}
}  // namespace

std::string trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto begin = text.find_first_not_of(space);
    if (begin == text.npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(space) - begin + 1));
}

std::string folded(std::string_view text) {
    auto out = trimmed(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

std::string header_key(std::string_view header) {
    std::string key;
    for (const char c : folded(header)) {
        const bool gap = c == ' ' || c == '-' || c == '_' || c == '/';
        if (!gap)
            key += c;
        else if (!key.empty() && key.back() != '_')
            key += '_';
    }
    return key;
}

CsvFields::CsvFields(const json::Object& schema, const std::set<std::string>& without,
                     const std::vector<std::string>& more) {
    add(schema, "", without);
    for (const auto& name : more) kinds_[name] = Kind::text;
}

void CsvFields::add(const json::Object& schema, const std::string& prefix,
                    const std::set<std::string>& without) {
    const auto* properties = schema.if_contains("properties");
    if (!properties) return;
    for (const auto& [key, value] : properties->as_object()) {
        const auto name = prefix + std::string(key);
        if (without.contains(name)) continue;
        const auto& field = value.as_object();
        const auto type = type_of(field);
        if (type == "object") {
            add(field, name + '.', without);
        } else if (type == "array") {
            if (type_of(field.at("items").as_object()) == "string") kinds_[name] = Kind::list;
        } else if (type == "integer") {
            kinds_[name] = Kind::whole;
        } else {
            kinds_[name] = type == "boolean" ? Kind::boolean : Kind::text;
        }
    }
}

std::vector<std::string> CsvFields::names() const {
    std::vector<std::string> all;
    for (const auto& [name, kind] : kinds_) all.push_back(name);
    return all;
}

json::Value CsvFields::value(const std::string& field, std::string_view cell) const {
    switch (kinds_.at(field)) {
        case Kind::text:
            break;
        case Kind::whole: {
            std::int64_t number = 0;
            const auto end = cell.data() + cell.size();
            const auto done = std::from_chars(cell.data(), end, number);
            if (done.ec == std::errc{} && done.ptr == end) return number;
            break;
        }
        case Kind::boolean: {
            const auto word = folded(cell);
            for (const auto* yes : {"true", "yes", "y", "1"})
                if (word == yes) return true;
            for (const auto* no : {"false", "no", "n", "0"})
                if (word == no) return false;
            break;
        }
        case Kind::list: {
            json::Array items;
            for (std::size_t at = 0; at <= cell.size();) {
                const auto end = std::min(cell.find(';', at), cell.size());
                if (auto item = trimmed(cell.substr(at, end - at)); !item.empty())
                    items.emplace_back(std::move(item));
                at = end + 1;
            }
            return items;
        }
    }
    return json::Value(std::string(cell));
}

Result<CsvMapping> CsvMapping::make(const CsvFields& fields, const std::vector<std::string>& header,
                                    const std::vector<std::string>& wishes,
                                    const std::map<std::string, std::string>& also_known) {
    std::map<std::string, std::string> wished;  // by header key
    std::vector<std::string> faults;
    for (const auto& wish : wishes) {
        const auto equals = wish.rfind('=');
        if (equals == wish.npos) {
            faults.push_back(fmt::format("--mapping takes COLUMN=FIELD, not \"{}\"", wish));
            continue;
        }
        const auto field = trimmed(wish.substr(equals + 1));
        if (!field.empty() && !fields.has(field))
            faults.push_back(fmt::format("there is no field \"{}\"", field));
        wished[header_key(wish.substr(0, equals))] = field;
    }
    CsvMapping mapping;
    mapping.header_ = header;
    for (const auto& text : header) {
        const auto key = header_key(text);
        std::string field = key;
        if (const auto at = wished.find(key); at != wished.end()) {
            field = at->second;
            wished.erase(at);
        } else if (const auto known = also_known.find(key);
                   !fields.has(key) && known != also_known.end()) {
            field = known->second;
        }
        if (!field.empty() && !fields.has(field))
            faults.push_back(fmt::format("column \"{}\" is no field", text));
        else if (!field.empty() && mapping.has(field))
            faults.push_back(fmt::format("two columns are \"{}\"", field));
        mapping.fields_.push_back(field);
    }
    for (const auto& [key, field] : wished)
        faults.push_back(fmt::format("--mapping names a column \"{}\" that is not there", key));
    if (faults.empty()) return mapping;
    return kernel::reject(std::string(code_arguments),
                          fmt::format("The columns do not fit: {}. Fields: {}. Give "
                                      "--mapping \"COLUMN=FIELD\", or \"COLUMN=\" to leave it out.",
                                      joined(faults), joined(fields.names())));
}

bool CsvMapping::has(std::string_view field) const {
    return std::ranges::find(fields_, field) != fields_.end();
}

std::string CsvMapping::cell(const std::vector<std::string>& row, std::string_view field) const {
    const auto at = std::ranges::find(fields_, field);
    if (at == fields_.end()) return {};
    return trimmed(row[static_cast<std::size_t>(at - fields_.begin())]);
}

json::Object CsvMapping::body(const CsvFields& fields, const std::vector<std::string>& row,
                              const std::set<std::string>& without) const {
    json::Object body;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const auto& field = fields_[i];
        const auto cell = trimmed(row[i]);
        if (field.empty() || cell.empty() || without.contains(field)) continue;
        auto* into = &body;
        std::size_t at = 0;
        for (auto dot = field.find('.'); dot != field.npos; dot = field.find('.', at)) {
            auto& inner = (*into)[field.substr(at, dot - at)];
            if (!inner.is_object()) inner = json::Object{};
            into = &inner.get_object();
            at = dot + 1;
        }
        (*into)[field.substr(at)] = fields.value(field, cell);
    }
    return body;
}

std::optional<std::size_t> CsvMapping::unnamed(const std::vector<std::string>& row) const {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const bool is_named = !fields_[i].empty() || !header_key(header_[i]).empty();
        if (!is_named && !trimmed(row[i]).empty()) return i + 1;
    }
    return std::nullopt;
}

std::string CsvMapping::place(std::string_view pointer) const {
    std::string field(pointer.substr(std::min<std::size_t>(1, pointer.size())));
    std::ranges::replace(field, '/', '.');
    while (!field.empty()) {
        const auto at = std::ranges::find(fields_, field);
        if (at != fields_.end()) {
            return fmt::format("column \"{}\"",
                               header_[static_cast<std::size_t>(at - fields_.begin())]);
        }
        const auto dot = field.rfind('.');  // "tags.0" is of the column of tags
        field.erase(dot == field.npos ? 0 : dot);
    }
    return std::string(pointer);
}

}  // namespace almanac::replay
