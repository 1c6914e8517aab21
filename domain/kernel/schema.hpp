// JSON Schema (draft 2020-12, as OpenAPI 3.1 takes it) of a described struct, from its members and
// field rules; `Form` chooses the open shape (HTTP) or the sealed one (events).
#pragma once
#include "domain/kernel/event.hpp"

namespace almanac::kernel {

void add_rule(json::Object& schema, const FieldRule& rule, bool is_string, bool is_number);
json::Object sealed_schema();
json::Object nullable(json::Object schema);
json::Object money_schema(Form form, json::Object plain, const FieldRule& rule);
// Of a body that leaves out what it does not change, or of a row: nothing is filled in.
void drop_defaults(json::Object& schema);

// What a field is where it is left out: of members that may be, and are never null.
template <class T>
constexpr bool has_default(const FieldRule& rule) {
    return rule.omissible && !is_optional<T> && !is_vector<T> && !is_free_json<T> &&
           !is_personal<T>;
}

template <class T>
json::Object value_schema(Form form, const FieldRule& rule);

template <class T>
json::Object schema_of(Form form) {
    json::Object properties;
    json::Array required;
    const T sample{};
    for_each_field(sample, [&](std::string_view name, const auto& member, const FieldRule& rule) {
        using Member = std::remove_cvref_t<decltype(member)>;
        if (rule.from_path || (rule.is_internal && form == Form::open)) return;
        auto schema = value_schema<Member>(form, rule);
        if constexpr (!is_personal<Member>) {
            if (form == Form::open && has_default<Member>(rule))
                schema["default"] = json::parse_own(to_json(member, Form::open));
        }
        properties[name] = std::move(schema);
        if (is_required<Member>(rule)) required.emplace_back(name);
    });
    json::Object out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = std::move(required);
    if (form == Form::open) out["additionalProperties"] = false;
    if (*doc<T> != '\0') out["description"] = doc<T>;
    return out;
}

template <class T>
json::Object value_schema(Form form, const FieldRule& rule) {
    json::Object out;
    if constexpr (requires { custom_schema(form, static_cast<const T*>(nullptr)); }) {
        out = custom_schema(form, static_cast<const T*>(nullptr));
    } else if constexpr (is_optional<T>) {
        return nullable(value_schema<typename T::value_type>(form, rule));
    } else if constexpr (is_vector<T>) {
        FieldRule each = rule;
        each.doc = "";
        out = {{"type", "array"}, {"items", value_schema<typename T::value_type>(form, each)}};
        if (rule.items_min > 0) out["minItems"] = rule.items_min;
        if (form == Form::open) out["maxItems"] = rule.items_max;
    } else if constexpr (is_personal<T>) {
        if (form == Form::sealed) return sealed_schema();
        return value_schema<typename T::Value>(form, rule);
    } else if constexpr (std::is_same_v<T, bool>) {
        out["type"] = "boolean";
    } else if constexpr (std::is_integral_v<T>) {
        out["type"] = "integer";
        add_rule(out, rule, false, form == Form::open);
        return out;
    } else if constexpr (std::is_same_v<T, std::string>) {
        out["type"] = "string";
        add_rule(out, rule, form == Form::open, false);
        return out;
    } else if constexpr (DescribedEnum<T>) {
        json::Array names;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
            [&](auto d) { names.emplace_back(d.name); });
        out = {{"type", "string"}, {"enum", std::move(names)}};
    } else if constexpr (std::is_base_of_v<Uuid, T>) {
        out = {{"type", "string"}, {"format", "uuid"}};
    } else if constexpr (std::is_same_v<T, Instant>) {
        out = {{"type", "string"}, {"format", "date-time"}};
    } else if constexpr (std::is_same_v<T, LocalDate>) {
        out = {{"type", "string"}, {"format", "date"}};
    } else if constexpr (std::is_same_v<T, Money>) {
        out = money_schema(form, schema_of<Money>(form), rule);
    } else if constexpr (std::is_same_v<T, LocalTime>) {
        out = {{"type", "string"}, {"pattern", "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}};
    } else if constexpr (std::is_same_v<T, json::Value>) {
        out = {};
    } else if constexpr (std::is_same_v<T, json::Object>) {
        out["type"] = "object";
    } else {
        out = schema_of<T>(form);
    }
    if (*rule.doc != '\0') out["description"] = rule.doc;
    return out;
}

}  // namespace almanac::kernel
