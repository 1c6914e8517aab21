#include "domain/kernel/schema.hpp"

namespace almanac::kernel {

void add_rule(json::Object& schema, const FieldRule& rule, bool is_string, bool is_number) {
    if (*rule.doc != '\0') schema["description"] = rule.doc;
    if (is_string) {
        if (rule.length_min > 0) schema["minLength"] = rule.length_min;
        schema["maxLength"] = rule.length_max;
        const auto name = format_name(rule.format);
        if (!name.empty()) schema["format"] = name;
    }
    if (!is_number) return;
    if (rule.min != std::numeric_limits<std::int64_t>::min()) schema["minimum"] = rule.min;
    if (rule.max != std::numeric_limits<std::int64_t>::max()) schema["maximum"] = rule.max;
}

json::Object sealed_schema() {
    return {{"type", "object"},
            {"description", "personal data, sealed with the key of its subject"},
            {"properties", {{"sealed", {{"type", "string"}}}, {"of", {{"type", "string"}}}}},
            {"required", {"sealed", "of"}}};
}

// The rule of a field of money is that of its amount, as the reader has it.
json::Object money_schema(Form form, json::Object plain, const FieldRule& rule) {
    auto amount = rule;
    amount.doc = "";
    auto& properties = plain["properties"].get_object();
    add_rule(properties["amount"].get_object(), amount, false, form == Form::open);
    return plain;
}

void drop_defaults(json::Object& schema) {
    for (auto& [name, property] : schema["properties"].get_object())
        property.get_object().erase("default");
}

json::Object nullable(json::Object schema) {
    if (const auto* type = schema.if_contains("type"); type != nullptr && type->is_string()) {
        schema["type"] = json::Array{*type, "null"};
        if (auto* names = schema.if_contains("enum")) names->get_array().emplace_back(nullptr);
    }
    return schema;
}

}  // namespace almanac::kernel
