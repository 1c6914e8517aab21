#include "projections/records/layout.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "domain/kernel/digest.hpp"
#include "eventstore/log.hpp"

namespace almanac::projections {
namespace {
using kernel::json::Object;
using kernel::json::Value;

// Raised where keys, rows or their meaning change; every view of records is then built again.
constexpr int layout_version = 1;

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    while (true) {
        const auto dot = path.find('.');
        parts.emplace_back(path.substr(0, dot));
        if (dot == path.npos) return parts;
        path.remove_prefix(dot + 1);
    }
}

std::string_view type_of(const Object& schema) {
    const auto* type = schema.if_contains("type");
    if (type == nullptr) return {};
    const auto& one = type->is_array() ? type->get_array().at(0) : *type;
    return one.is_string() ? std::string_view(one.get_string()) : std::string_view();
}

const Object* member(const Object& schema, std::string_view name) {
    const auto* value = schema.if_contains(name);
    return value ? value->if_object() : nullptr;
}

const Object* behind_arrays(const Object* schema) {
    while (schema && type_of(*schema) == "array") schema = member(*schema, "items");
    return schema;
}

IndexedField field_of(const kernel::Collection& collection, const Object& schema,
                      const std::string& name, const std::string& path) {
    const auto fault = [&](const char* what) {
        return std::logic_error(collection.name + "." + path + ": " + what);
    };
    for (const auto& personal : collection.personal) {
        if (personal.path == path) throw fault("sealed, it cannot be indexed");
    }
    IndexedField field{name, split(path), ValueKind::text, {}};
    const Object* at = &schema;
    for (const auto& part : field.path) {
        const auto* properties = member(*at, "properties");
        at = properties ? behind_arrays(member(*properties, part)) : nullptr;
        if (at == nullptr) throw fault("there is no such field");
    }
    const auto type = type_of(*at);
    const auto* format = at->if_contains("format");
    if (type == "integer")
        field.kind = ValueKind::integer;
    else if (type == "boolean")
        field.kind = ValueKind::boolean;
    else if (type != "string")
        throw fault("only strings, integers and booleans can be indexed");
    else if (format && *format == "uuid")
        field.kind = ValueKind::id;
    else if (format && *format == "date-time")
        field.kind = ValueKind::instant;
    if (const auto* names = at->if_contains("enum")) {
        field.kind = ValueKind::choice;
        for (const auto& each : names->get_array()) {
            if (each.is_string()) field.choices.emplace_back(each.get_string());
        }
    }
    return field;
}

CollectionLayout layout_of(const kernel::Collection& collection, std::uint8_t number) {
    const auto schema = collection.schema();
    CollectionLayout layout;
    layout.collection = &collection;
    layout.number = number;
    layout.orders.push_back({"created_at", {"created_at"}, ValueKind::instant, {}});
    const auto add_order = [&](const std::string& name) {
        if (!layout.order(name)) layout.orders.push_back(field_of(collection, schema, name, name));
    };
    if (!collection.range_path.empty()) {
        add_order(collection.range_path);
        layout.range_order = layout.order(collection.range_path);
        if (layout.orders[*layout.range_order].kind != ValueKind::instant) {
            throw std::logic_error(collection.name + ": a range goes over instants");
        }
    }
    for (const auto& sort : collection.sorts) add_order(sort);
    for (const auto& [parameter, path] : collection.filters) {
        layout.filters.push_back(field_of(collection, schema, parameter, path));
    }
    return layout;
}

std::string description(const CollectionLayout& layout) {
    std::string text = fmt::format("{} {} {}\n", layout.collection->name,
                                   layout.collection->fold->kind, layout.collection->fold->version);
    const auto add = [&](const char* what, const IndexedField& field) {
        text += fmt::format("{} {} {} {}\n", what, field.name, fmt::join(field.path, "."),
                            static_cast<int>(field.kind));
    };
    for (const auto& order : layout.orders) add("order", order);
    for (const auto& filter : layout.filters) add("filter", filter);
    return text;
}
}  // namespace

std::optional<std::size_t> CollectionLayout::order(std::string_view name) const {
    const auto at = std::ranges::find(orders, name, &IndexedField::name);
    if (at == orders.end()) return std::nullopt;
    return static_cast<std::size_t>(at - orders.begin());
}

std::optional<std::size_t> CollectionLayout::filter(std::string_view name) const {
    const auto at = std::ranges::find(filters, name, &IndexedField::name);
    if (at == filters.end()) return std::nullopt;
    return static_cast<std::size_t>(at - filters.begin());
}

std::string CollectionLayout::row_key(const kernel::Uuid& id) const {
    std::string key{'r', static_cast<char>(number)};
    return key.append(id.view());
}

std::string CollectionLayout::index_prefix(std::size_t order, std::size_t filter,
                                           std::string_view value) const {
    std::string key;
    append_index_prefix(key, order, filter, value);
    return key;
}

void CollectionLayout::append_index_prefix(std::string& out, std::size_t order, std::size_t filter,
                                           std::string_view value) const {
    const char first[] = {'x', static_cast<char>(number), static_cast<char>(order),
                          static_cast<char>(filter)};
    out.append(first, sizeof first).append(value);
}

RecordLayout::RecordLayout(const kernel::Catalogue& catalogue) {
    std::string text = fmt::format("layout {}\n", layout_version);
    for (const auto& collection : catalogue.collections()) {
        if (collections_.size() > 200) throw std::logic_error("more than 200 collections");
        const auto number = static_cast<std::uint8_t>(collections_.size());
        collections_.push_back(layout_of(*collection, number));
        text += description(collections_.back());
    }
    const auto digest = kernel::sha256(text);
    for (std::size_t i = 0; i < 4; ++i) version_ = (version_ << 8) | digest[i];
}

const CollectionLayout* RecordLayout::find(std::string_view collection) const {
    for (const auto& layout : collections_) {
        if (layout.collection->name == collection) return &layout;
    }
    return nullptr;
}

const CollectionLayout* RecordLayout::of(const kernel::FoldType& fold) const {
    for (const auto& layout : collections_) {
        if (layout.collection->fold == &fold) return &layout;
    }
    return nullptr;
}

namespace encoding {

void append_integer(std::string& out, std::int64_t number) {
    eventstore::append_u64(out, static_cast<std::uint64_t>(number) ^ (1ULL << 63));
}

void append_text(std::string& out, std::string_view text) {
    for (const char c : text) {
        out += c;
        if (c == '\0') out += '\xff';
    }
    out.append("\0\1", 2);
}

std::optional<Wrong> append_parameter(std::string& out, const IndexedField& field,
                                      std::string_view text) {
    switch (field.kind) {
        case ValueKind::choice:
            if (std::ranges::find(field.choices, text) == field.choices.end()) {
                return Wrong{"enum",
                             fmt::format("Expected one of {}.", fmt::join(field.choices, ", "))};
            }
            append_text(out, text);
            return std::nullopt;
        case ValueKind::text:
            append_text(out, text);
            return std::nullopt;
        case ValueKind::id: {
            const auto id = kernel::parse_uuid(text);
            if (!id) return Wrong{"format", "Expected an id (UUID)."};
            out.append(id->view());
            return std::nullopt;
        }
        case ValueKind::integer: {
            std::int64_t number = 0;
            const auto* end = text.data() + text.size();
            const auto done = std::from_chars(text.data(), end, number);
            if (done.ec != std::errc{} || done.ptr != end)
                return Wrong{"type", "Expected an integer."};
            append_integer(out, number);
            return std::nullopt;
        }
        case ValueKind::boolean:
            if (text != "true" && text != "false") return Wrong{"type", "Expected true or false."};
            out += text == "true" ? '\1' : '\0';
            return std::nullopt;
        case ValueKind::instant: {
            const auto instant = kernel::parse_instant(text);
            if (!instant) return Wrong{"format", "Expected a time (RFC 3339)."};
            append_integer(out, kernel::micros(*instant));
            return std::nullopt;
        }
    }
    return std::nullopt;
}
}  // namespace encoding

}  // namespace almanac::projections
