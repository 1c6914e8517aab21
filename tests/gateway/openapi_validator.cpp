#include "tests/gateway/openapi_validator.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "domain/kernel/format.hpp"

namespace almanac::gateway::testing {
namespace {

using kernel::json::Array;
using kernel::json::Object;
using kernel::json::Value;
using Keys = std::set<std::string, std::less<>>;

const Value* find_ref(const Object& document, std::string_view reference) {
    if (!reference.starts_with("#/")) return nullptr;
    reference.remove_prefix(2);
    const Object* here = &document;
    while (true) {
        const auto end = std::min(reference.find('/'), reference.size());
        const auto* next = here->if_contains(reference.substr(0, end));
        if (next == nullptr || end == reference.size()) return next;
        here = next->if_object();
        if (here == nullptr) return nullptr;
        reference.remove_prefix(end + 1);
    }
}

std::string text_of(const Object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

class Judge {
  public:
    explicit Judge(const Object& document) : document_(document) {}

    std::vector<std::string> judge() {
        keys("", document_, {"openapi", "info", "paths"},
             {"openapi", "info", "servers", "tags", "paths", "components", "security"});
        if (!std::regex_match(text_of(document_, "openapi"), std::regex(R"(3\.1\.\d+)"))) {
            fault("/openapi", "not a version 3.1");
        }
        if (const auto* info = object_at("/info", document_, "info")) {
            keys("/info", *info, {"title", "version"}, {"title", "version", "description"});
        }
        servers();
        tags();
        components();
        if (const auto* paths = object_at("/paths", document_, "paths")) {
            for (const auto& [path, item] : *paths) path_item(std::string(path), item);
        }
        return std::move(faults_);
    }

  private:
    void fault(const std::string& at, const std::string& what) {
        faults_.push_back(at + ": " + what);
    }

    // `object` has all of `required` and nothing outside `allowed` but extensions.
    void keys(const std::string& at, const Object& object, const Keys& required,
              const Keys& allowed) {
        for (const auto& key : required) {
            if (!object.contains(key)) fault(at, "lacks " + key);
        }
        for (const auto& [key, unused] : object) {
            if (!key.starts_with("x-") && !allowed.contains(std::string_view(key))) {
                fault(at, "does not know " + std::string(key));
            }
        }
    }

    const Object* object_at(const std::string& at, const Object& parent, std::string_view key) {
        const auto* value = parent.if_contains(key);
        if (value == nullptr) return nullptr;
        if (!value->is_object()) fault(at, "is no object");
        return value->if_object();
    }

    // The object itself or what its $ref names, which must be of the right kind of component.
    const Object* resolved(const std::string& at, const Value& value, std::string_view kind) {
        const auto* object = value.if_object();
        if (object == nullptr) {
            fault(at, "is no object");
            return nullptr;
        }
        const auto reference = text_of(*object, "$ref");
        if (reference.empty()) return object;
        const auto* target = find_ref(document_, reference);
        if (!reference.starts_with("#/components/" + std::string(kind) + '/') ||
            target == nullptr) {
            fault(at, "leads nowhere: " + reference);
            return nullptr;
        }
        return target->if_object();
    }

    void servers() {
        const auto* list = document_.if_contains("servers");
        if (list == nullptr) return;
        for (const auto& server : list->get_array()) {
            keys("/servers", server.get_object(), {"url"}, {"url", "description"});
            if (text_of(server.get_object(), "url").empty()) fault("/servers", "has no url");
        }
    }

    void tags() {
        const auto* list = document_.if_contains("tags");
        if (list == nullptr) return;
        for (const auto& tag : list->get_array()) {
            keys("/tags", tag.get_object(), {"name"}, {"name", "description"});
            if (!tags_.insert(text_of(tag.get_object(), "name")).second) fault("/tags", "twice");
        }
    }

    void components() {
        const auto* components = object_at("/components", document_, "components");
        if (components == nullptr) return;
        keys("/components", *components, {},
             {"schemas", "parameters", "headers", "responses", "securitySchemes"});
        const std::regex name_rule("[a-zA-Z0-9._-]+");
        for (const auto& [kind, members] : *components) {
            for (const auto& [name, value] : members.get_object()) {
                const auto at = "/components/" + std::string(kind) + '/' + std::string(name);
                if (!std::regex_match(std::string(name), name_rule)) fault(at, "is no name");
                if (kind == "schemas") schema(at, value);
                if (kind == "parameters") parameter(at, value);
                if (kind == "headers") header(at, value);
                if (kind == "responses") response(at, value);
                if (kind == "securitySchemes") {
                    keys(at, value.get_object(), {"type", "scheme"},
                         {"type", "scheme", "description"});
                }
            }
        }
    }

    void path_item(const std::string& path, const Value& value) {
        const auto at = "/paths/" + path;
        if (!path.starts_with('/')) fault(at, "does not begin with a slash");
        const auto* item = value.if_object();
        if (item == nullptr) return fault(at, "is no object");
        for (const auto& [key, member] : *item) {
            if (key == "parameters") continue;
            if (!Keys{"get", "put", "post", "patch", "delete"}.contains(std::string_view(key))) {
                fault(at, "does not know " + std::string(key));
                continue;
            }
            operation(at + '/' + std::string(key), path, *item, member);
        }
    }

    void operation(const std::string& at, const std::string& path, const Object& item,
                   const Value& value) {
        const auto* operation = value.if_object();
        if (operation == nullptr) return fault(at, "is no object");
        keys(at, *operation, {"operationId", "responses"},
             {"operationId", "tags", "summary", "description", "parameters", "requestBody",
              "responses", "security"});
        if (!operations_.insert(text_of(*operation, "operationId")).second) {
            fault(at, "its operationId is taken");
        }
        if (const auto* list = operation->if_contains("tags")) {
            for (const auto& tag : list->get_array()) {
                if (!tags_.contains(std::string(tag.get_string())))
                    fault(at, "its tag is not declared");
            }
        }
        parameters(at, path, item, *operation);
        if (const auto* body = operation->if_contains("requestBody")) request_body(at, *body);
        security(at, *operation);
        const auto* responses = object_at(at + "/responses", *operation, "responses");
        if (responses == nullptr) return;
        if (responses->empty()) fault(at, "has no answer");
        for (const auto& [status, answer] : *responses) {
            if (!std::regex_match(std::string(status), std::regex("[1-5][0-9][0-9]|default"))) {
                fault(at, "is no status: " + std::string(status));
            }
            response(at + "/responses/" + std::string(status), answer);
        }
    }

    void security(const std::string& at, const Object& operation) {
        const auto* list = operation.if_contains("security");
        if (list == nullptr) return;
        for (const auto& requirement : list->get_array()) {
            for (const auto& [scheme, scopes] : requirement.get_object()) {
                if (find_ref(document_, "#/components/securitySchemes/" + std::string(scheme)) ==
                    nullptr) {
                    fault(at, "its security scheme is not declared");
                }
                if (!scopes.is_array()) fault(at, "its scopes are no list");
            }
        }
    }

    void parameters(const std::string& at, const std::string& path, const Object& item,
                    const Object& operation) {
        std::set<std::pair<std::string, std::string>> seen;
        std::set<std::string> in_path;
        for (const auto* owner : {&item, &operation}) {
            const auto* list = owner->if_contains("parameters");
            if (list == nullptr) continue;
            for (const auto& each : list->get_array()) {
                const auto* found = resolved(at + "/parameters", each, "parameters");
                if (found == nullptr) continue;
                if (!each.get_object().contains("$ref")) parameter(at + "/parameters", each);
                const auto name = text_of(*found, "name");
                const auto place = text_of(*found, "in");
                if (!seen.insert({place, name}).second) fault(at, "takes twice " + name);
                if (place == "path") in_path.insert(name);
            }
        }
        std::set<std::string> holes;
        const std::regex hole(R"(\{([^}]*)\})");
        for (std::sregex_iterator it(path.begin(), path.end(), hole), end; it != end; ++it) {
            holes.insert((*it)[1].str());
        }
        if (holes != in_path) fault(at, "its path parameters are not those of its path");
    }

    void parameter(const std::string& at, const Value& value) {
        const auto* object = resolved(at, value, "parameters");
        if (object == nullptr) return;
        keys(at, *object, {"name", "in", "schema"},
             {"name", "in", "required", "description", "schema", "style", "explode", "example",
              "examples"});
        const auto place = text_of(*object, "in");
        if (!Keys{"path", "query", "header", "cookie"}.contains(place)) fault(at, "is nowhere");
        const auto* required = object->if_contains("required");
        if (place == "path" &&
            (required == nullptr || !required->is_bool() || !required->get_bool())) {
            fault(at, "is in the path and not required");
        }
        if (object->contains("example") && object->contains("examples")) fault(at, "example twice");
        const auto* described = object->if_contains("schema");
        if (described == nullptr) return;
        schema(at + "/schema", *described);
        const auto* example = object->if_contains("example");
        if (example == nullptr) return;
        for (const auto& wrong : schema_faults(document_, *described, *example)) {
            fault(at, "its example: " + wrong);
        }
    }

    void header(const std::string& at, const Value& value) {
        const auto* object = resolved(at, value, "headers");
        if (object == nullptr) return;
        keys(at, *object, {"schema"}, {"description", "schema", "example", "required"});
        if (const auto* described = object->if_contains("schema"))
            schema(at + "/schema", *described);
    }

    void request_body(const std::string& at, const Value& value) {
        keys(at + "/requestBody", value.get_object(), {"content"},
             {"content", "required", "description"});
        content(at + "/requestBody", value.get_object());
    }

    void response(const std::string& at, const Value& value) {
        const auto* object = resolved(at, value, "responses");
        if (object == nullptr || value.get_object().contains("$ref")) return;
        keys(at, *object, {"description"}, {"description", "headers", "content"});
        if (const auto* headers = object_at(at, *object, "headers")) {
            for (const auto& [name, each] : *headers) header(at + '/' + std::string(name), each);
        }
        if (object->contains("content")) content(at, *object);
    }

    void content(const std::string& at, const Object& owner) {
        const auto* types = object_at(at + "/content", owner, "content");
        if (types == nullptr) return;
        if (types->empty()) fault(at, "has no media type");
        for (const auto& [type, media] : *types) {
            const auto here = at + '/' + std::string(type);
            keys(here, media.get_object(), {"schema"}, {"schema", "example"});
            const auto* described = media.get_object().if_contains("schema");
            if (described == nullptr) continue;
            schema(here, *described);
            const auto* example = media.get_object().if_contains("example");
            if (example == nullptr) continue;
            for (const auto& wrong : schema_faults(document_, *described, *example)) {
                fault(here, "its example: " + wrong);
            }
        }
    }

    void schema(const std::string& at, const Value& value) {
        if (value.is_bool()) return;
        const auto* object = value.if_object();
        if (object == nullptr) return fault(at, "is no schema");
        keys(at, *object, {},
             {"$ref",      "type",    "properties",  "required", "additionalProperties",
              "items",     "oneOf",   "allOf",       "enum",     "minLength",
              "maxLength", "minimum", "maximum",     "minItems", "maxItems",
              "pattern",   "format",  "description", "default",  "examples",
              "readOnly"});
        if (object->contains("$ref")) resolved(at, value, "schemas");
        types(at, *object);
        limits(at, *object);
        if (const auto pattern = text_of(*object, "pattern"); !pattern.empty())
            compile(at, pattern);
        const auto* properties = object->if_contains("properties");
        if (properties != nullptr) {
            for (const auto& [name, each] : properties->get_object()) {
                schema(at + "/properties/" + std::string(name), each);
            }
        }
        if (const auto* required = object->if_contains("required")) {
            for (const auto& name : required->get_array()) {
                if (properties == nullptr ||
                    !properties->get_object().contains(name.get_string())) {
                    fault(at, "requires what it does not have");
                }
            }
        }
        if (const auto* items = object->if_contains("items")) schema(at + "/items", *items);
        if (const auto* more = object->if_contains("additionalProperties")) {
            schema(at + "/additionalProperties", *more);
        }
        for (const auto* several : {"oneOf", "allOf"}) {
            const auto* list = object->if_contains(several);
            if (list == nullptr) continue;
            if (list->get_array().empty()) fault(at, "has an empty " + std::string(several));
            for (const auto& each : list->get_array()) schema(at + '/' + several, each);
        }
    }

    void types(const std::string& at, const Object& object) {
        const Keys known{"string", "integer", "number", "boolean", "object", "array", "null"};
        const auto* type = object.if_contains("type");
        if (type != nullptr) {
            const auto list = type->is_array() ? type->get_array() : Array{*type};
            if (list.empty()) fault(at, "has no type");
            for (const auto& each : list) {
                if (!each.is_string() || !known.contains(std::string_view(each.get_string()))) {
                    fault(at, "has an unknown type");
                }
            }
        }
        const auto* names = object.if_contains("enum");
        if (names == nullptr) return;
        std::set<std::string> seen;
        for (const auto& each : names->get_array()) {
            if (!seen.insert(kernel::json::dump(each)).second) fault(at, "has a name twice");
        }
        if (seen.empty()) fault(at, "has no name");
    }

    void limits(const std::string& at, const Object& object) {
        for (const auto& [low, high] : std::initializer_list<std::pair<const char*, const char*>>{
                 {"minLength", "maxLength"}, {"minimum", "maximum"}, {"minItems", "maxItems"}}) {
            const auto* least = object.if_contains(low);
            const auto* most = object.if_contains(high);
            if (least == nullptr || most == nullptr) continue;
            if (least->to_number<std::int64_t>() > most->to_number<std::int64_t>()) {
                fault(at, "has limits that nothing meets");
            }
        }
    }

    void compile(const std::string& at, const std::string& pattern) {
        try {
            const std::regex compiled(pattern, std::regex::ECMAScript);
        } catch (const std::regex_error&) {
            fault(at, "its pattern is none");
        }
    }

    const Object& document_;
    std::vector<std::string> faults_;
    std::set<std::string> tags_;
    std::set<std::string> operations_;
};

// ---- values -----------------------------------------------------------------------------------

bool is_of(const Value& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "number") return value.is_number();
    if (type == "object") return value.is_object();
    return type == "array" && value.is_array();
}

bool is_of_any(const Value& value, const Value& type) {
    if (type.is_string()) return is_of(value, type.get_string());
    return std::ranges::any_of(type.get_array(),
                               [&](const Value& each) { return is_of(value, each.get_string()); });
}

// The limit at `key` holds for `size` on the side it is of.
bool within(const Object& schema, const char* low, const char* high, std::int64_t size) {
    const auto* least = schema.if_contains(low);
    const auto* most = schema.if_contains(high);
    return (least == nullptr || size >= least->to_number<std::int64_t>()) &&
           (most == nullptr || size <= most->to_number<std::int64_t>());
}

void object_faults(const Object& document, const Object& schema, const Object& value,
                   const std::string& at, std::vector<std::string>& faults) {
    const auto* properties = schema.if_contains("properties");
    if (const auto* required = schema.if_contains("required")) {
        for (const auto& name : required->get_array()) {
            if (!value.contains(name.get_string())) {
                faults.push_back(at + '/' + std::string(name.get_string()) + ": required");
            }
        }
    }
    for (const auto& [name, member] : value) {
        const auto here = at + '/' + std::string(name);
        const auto* known =
            properties == nullptr ? nullptr : properties->get_object().if_contains(name);
        if (known != nullptr) {
            const auto inner = schema_faults(document, *known, member, here);
            faults.insert(faults.end(), inner.begin(), inner.end());
        } else if (const auto* more = schema.if_contains("additionalProperties");
                   more != nullptr && *more == Value(false)) {
            faults.push_back(here + ": unknown_field");
        }
    }
}

}  // namespace

std::vector<std::string> faults_of(const Object& document) {
    return Judge(document).judge();
}

std::vector<std::string> schema_faults(const Object& document, const Value& schema,
                                       const Value& value, const std::string& at) {
    std::vector<std::string> faults;
    const auto* object = schema.if_object();
    if (object == nullptr) return faults;
    const auto also = [&](const Value& other) {
        const auto inner = schema_faults(document, other, value, at);
        faults.insert(faults.end(), inner.begin(), inner.end());
    };
    if (const auto reference = text_of(*object, "$ref"); !reference.empty()) {
        const auto* target = find_ref(document, reference);
        if (target == nullptr) return {at + ": leads nowhere"};
        also(*target);
    }
    if (const auto* all = object->if_contains("allOf")) {
        for (const auto& each : all->get_array()) also(each);
    }
    if (const auto* one = object->if_contains("oneOf")) {
        const auto fits = std::ranges::count_if(one->get_array(), [&](const Value& each) {
            return schema_faults(document, each, value, at).empty();
        });
        if (fits != 1) faults.push_back(at + ": fits " + std::to_string(fits) + " of oneOf");
    }
    if (const auto* type = object->if_contains("type"); type && !is_of_any(value, *type)) {
        faults.push_back(at + ": type");
        return faults;
    }
    if (const auto* names = object->if_contains("enum")) {
        if (std::ranges::find(names->get_array(), value) == names->get_array().end()) {
            faults.push_back(at + ": enum");
        }
    }
    if (const auto* text = value.if_string()) {
        const auto length = static_cast<std::int64_t>(kernel::code_points(*text));
        if (!within(*object, "minLength", "maxLength", length)) faults.push_back(at + ": length");
        const auto pattern = text_of(*object, "pattern");
        if (!pattern.empty() && !std::regex_search(std::string(*text), std::regex(pattern))) {
            faults.push_back(at + ": pattern");
        }
    }
    if (value.is_int64() && !within(*object, "minimum", "maximum", value.get_int64())) {
        faults.push_back(at + ": range");
    }
    if (const auto* array = value.if_array()) {
        const auto count = static_cast<std::int64_t>(array->size());
        if (!within(*object, "minItems", "maxItems", count)) faults.push_back(at + ": items");
        const auto* items = object->if_contains("items");
        for (std::size_t i = 0; items != nullptr && i < array->size(); ++i) {
            const auto inner =
                schema_faults(document, *items, (*array)[i], at + '/' + std::to_string(i));
            faults.insert(faults.end(), inner.begin(), inner.end());
        }
    }
    if (const auto* members = value.if_object())
        object_faults(document, *object, *members, at, faults);
    return faults;
}

}  // namespace almanac::gateway::testing
