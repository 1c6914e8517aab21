#include "gateway/docs_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/docs_html.hpp"

namespace almanac::gateway {
namespace {

using kernel::json::Object;
using kernel::json::Value;

constexpr int nested_depth_max = 2;

// Formats in words people use.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> format_words{{
    {"uuid", "UUID"},
    {"date-time", "time"},
    {"date", "date"},
    {"email", "e-mail"},
    {"e164", "phone, E.164"},
    {"uri", "URL"},
    {"uri-reference", "path"},
    {"slug", "slug"},
    {"color", "#RRGGBB"},
    {"bcp47", "language, BCP 47"},
    {"iso4217", "currency, ISO 4217"},
    {"iana-time-zone", "time zone, IANA"},
    {"iso3166-1-alpha-2", "country, ISO 3166-1"},
}};

std::string format_word(std::string_view format) {
    for (const auto& [name, word] : format_words) {
        if (name == format) return std::string(word);
    }
    return std::string(format);
}

bool is_listed(const Object& schema, std::string_view name) {
    const auto* required = schema.if_contains("required");
    return required != nullptr && std::ranges::any_of(required->get_array(), [&](const Value& v) {
               return v.is_string() && std::string_view(v.get_string()) == name;
           });
}

// Money that its place limits: the members of a reference that its shape does not have.
const Object* amount_at(const Object& schema) {
    if (!schema.contains("$ref") && !schema.contains("oneOf")) return nullptr;
    const auto* properties = schema.if_contains("properties");
    const auto* amount = properties ? properties->get_object().if_contains("amount") : nullptr;
    return amount ? amount->if_object() : nullptr;
}

std::string number(const Value& value) {
    return kernel::json::dump(value);
}

// "1 to 100 characters", "at least 0", "at most 9"; "" without limits.
std::string limits(const Object& schema, std::string_view low_key, std::string_view high_key,
                   std::string_view unit) {
    const auto* low = schema.if_contains(low_key);
    const auto* high = schema.if_contains(high_key);
    if (low != nullptr && high != nullptr) {
        return fmt::format("{} to {}{}", number(*low), number(*high), unit);
    }
    if (low != nullptr) return fmt::format("at least {}{}", number(*low), unit);
    if (high != nullptr) return fmt::format("at most {}{}", number(*high), unit);
    return {};
}

// The one that is not null, of a schema that allows null beside a shape.
const Object* only_shape(const Object& schema) {
    const auto* choices = schema.if_contains("oneOf");
    if (choices == nullptr) return nullptr;
    for (const auto& choice : choices->get_array()) {
        if (text_at(choice.get_object(), "type") != "null") return &choice.get_object();
    }
    return nullptr;
}

std::string names_of(const Object& schema) {
    const auto* names = schema.if_contains("enum");
    if (names == nullptr) return {};
    std::string out;
    for (const auto& name : names->get_array()) {
        if (name.is_null()) continue;
        out += out.empty() ? "one of " : ", ";
        out += html::code(name.is_string() ? std::string_view(name.get_string()) : number(name));
    }
    return out;
}

}  // namespace

std::string_view ref_name(const Object& schema) {
    const auto reference = text_at(schema, "$ref");
    return reference.substr(std::min(reference.rfind('/') + 1, reference.size()));
}

std::string_view text_at(const Object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view();
}

const Object& SchemaPrinter::resolve(const Object& object) const {
    auto reference = text_at(object, "$ref");
    if (!reference.starts_with("#/")) return object;
    reference.remove_prefix(2);
    const auto* here = &openapi_;
    while (true) {
        const auto end = std::min(reference.find('/'), reference.size());
        here = &here->at(reference.substr(0, end)).get_object();
        if (end == reference.size()) return *here;
        reference.remove_prefix(end + 1);
    }
}

std::string SchemaPrinter::type(const Object& schema) const {
    if (const auto name = ref_name(schema); !name.empty()) {
        return fmt::format("<a href=\"#schema-{0}\">{0}</a>", html::escape(name));
    }
    if (const auto* shape = only_shape(schema)) return type(*shape) + " or null";
    if (const auto* parts = schema.if_contains("allOf")) {
        return type(parts->get_array().front().get_object());
    }
    const auto* declared = schema.if_contains("type");
    if (declared == nullptr) return "any";
    std::vector<std::string_view> kinds;
    if (declared->is_string()) {
        kinds.emplace_back(declared->get_string());
    } else {
        for (const auto& each : declared->get_array()) kinds.emplace_back(each.get_string());
    }
    std::string out;
    for (const auto kind : kinds) {
        if (!out.empty()) out += " or ";
        const auto format = text_at(schema, "format");
        if (kind == "array" && schema.contains("items")) {
            out += "list of " + type(schema.at("items").get_object());
        } else if (kind == "string" && !format.empty()) {
            out += html::escape(format_word(format));
        } else {
            out += html::escape(kind);
        }
    }
    return out;
}

std::string SchemaPrinter::rules(const Object& schema) const {
    std::vector<std::string> parts;
    const auto say = [&](std::string text) {
        if (!text.empty()) parts.push_back(std::move(text));
    };
    say(html::inline_marks(text_at(schema, "description")));
    say(names_of(schema));
    if (!schema.contains("format") && !schema.contains("enum")) {
        say(limits(schema, "minLength", "maxLength", " characters"));
    }
    say(limits(schema, "minimum", "maximum", ""));
    say(limits(schema, "minItems", "maxItems", " items"));
    if (const auto* amount = amount_at(schema)) {
        if (auto text = limits(*amount, "minimum", "maximum", ""); !text.empty())
            say("amount " + text);
    }
    if (const auto* items = schema.if_contains("items"); items != nullptr && items->is_object()) {
        auto each = items->get_object();
        each.erase("description");
        if (!each.contains("$ref")) {
            if (auto text = rules(each); !text.empty()) say("each " + text);
        }
    }
    if (const auto* usual = schema.if_contains("default")) {
        say("usually " + html::code(number(*usual)));
    }
    if (schema.contains("x-personal")) say("<span class=\"mark\">personal</span>");
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : "; ") + part;
    return out;
}

std::string SchemaPrinter::table(const Object& schema, std::string_view caption) const {
    std::string body;
    rows(body, resolve(schema), "", 0);
    if (body.empty()) return {};
    return fmt::format(
        "<table class=\"fields\"><caption>{}</caption><thead><tr><th scope=\"col\">Field</th>"
        "<th scope=\"col\">Type</th><th scope=\"col\">Rules</th></tr></thead><tbody>\n{}</tbody>"
        "</table>\n",
        html::escape(caption), body);
}

void SchemaPrinter::rows(std::string& out, const Object& schema, const std::string& prefix,
                         int depth) const {
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr) return;
    for (const auto& [name, value] : properties->get_object()) {
        const auto& property = value.get_object();
        out += fmt::format("<tr{}><th scope=\"row\">",
                           depth > 0 ? fmt::format(" class=\"depth{}\"", depth) : std::string());
        if (!prefix.empty()) out += "<span class=\"path\">" + html::escape(prefix) + "</span>";
        out += html::code(name);
        if (is_listed(schema, name) && !property.contains("readOnly")) {
            out += " <span class=\"must\">required</span>";
        }
        out += "</th><td class=\"type\">" + type(property) + "</td><td>" + rules(property);
        out += "</td></tr>\n";
        const auto* shape = &property;
        auto below = prefix + std::string(name);
        if (const auto* one = only_shape(*shape)) shape = one;
        if (const auto* items = shape->if_contains("items")) {
            shape = &items->get_object();
            below += "[]";
        }
        if (depth < nested_depth_max && !ref_name(*shape).empty()) {
            rows(out, resolve(*shape), below + '.', depth + 1);
        }
    }
}

}  // namespace almanac::gateway
