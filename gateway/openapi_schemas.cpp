#include "gateway/openapi_schemas.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

namespace almanac::gateway {
namespace {

namespace json = kernel::json;

// Shapes whose property does not say what they are: their members, joined, and their name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> shape_names{{
    {"amount,currency", "Money"},
    {"kind,money,rate_ppm", "Fee"},
    {"service_id,price,duration_minutes", "ResourcePrice"},
    {"role,id", "AssignedResource"},
    {"type,specialties", "ResourceMatch"},
}};

bool is_shape(const Object& schema) {
    const auto* properties = schema.if_contains("properties");
    return properties != nullptr && properties->is_object() && !properties->get_object().empty();
}

bool takes_null(const Object& schema) {
    const auto* type = schema.if_contains("type");
    if (type == nullptr || !type->is_array()) return false;
    return std::ranges::any_of(type->get_array(), [](const Value& v) { return v == "null"; });
}

// What a place says of the shape that stands there.
constexpr std::array<std::string_view, 5> words_of_place{"description", "default", "readOnly",
                                                         "x-personal", "x-sensitive"};
constexpr std::array<std::string_view, 2> limits_of_amount{"minimum", "maximum"};

std::string members_of(const Object& schema) {
    std::string joined;
    for (const auto& [name, unused] : schema.at("properties").get_object()) {
        if (!joined.empty()) joined += ',';
        joined += name;
    }
    return joined;
}

Object* amount_of_money(Object& schema) {
    if (members_of(schema) != "amount,currency") return nullptr;
    return &schema["properties"].get_object()["amount"].get_object();
}

// What the shape is wherever it stands. There is one Money; how much it may be is of the place.
Object bare(Object schema) {
    for (const auto word : words_of_place) schema.erase(word);
    if (takes_null(schema)) schema["type"] = "object";
    if (auto* amount = amount_of_money(schema)) {
        for (const auto word : limits_of_amount) amount->erase(word);
    }
    return schema;
}

// Beside a reference, what its place says.
void add_words_of_place(Object& reference, Object schema) {
    for (const auto word : words_of_place) {
        if (const auto* said = schema.if_contains(word)) reference[word] = *said;
    }
    Object limits;
    if (const auto* amount = amount_of_money(schema)) {
        for (const auto word : limits_of_amount) {
            if (const auto* limit = amount->if_contains(word)) limits[word] = *limit;
        }
    }
    if (!limits.empty()) reference["properties"] = Object{{"amount", std::move(limits)}};
}

std::string singular(std::string_view word) {
    const bool plural = word.size() > 2 && word.ends_with('s') && !word.ends_with("ss");
    return std::string(word.substr(0, word.size() - (plural ? 1 : 0)));
}

// CreateTenant -> Tenant
std::string owner_name(std::string_view schema) {
    for (const std::string_view verb : {"Create", "Change"}) {
        if (schema.starts_with(verb)) schema.remove_prefix(verb.size());
    }
    return std::string(schema);
}

// A personal field is null where it is masked or erased.
void allow_null(Object& property) {
    if (takes_null(property) || !property.contains("type")) return;
    property = kernel::nullable(std::move(property));
}

// The schema at "customer.first_name"; nullptr where there is none.
Object* property_at(Object& schema, std::string_view path) {
    auto* here = &schema;
    while (true) {
        if (auto* items = here->if_contains("items")) here = &items->get_object();
        auto* properties = here->if_contains("properties");
        if (properties == nullptr) return nullptr;
        const auto dot = std::min(path.find('.'), path.size());
        auto* next = properties->get_object().if_contains(path.substr(0, dot));
        if (next == nullptr) return nullptr;
        here = &next->get_object();
        if (dot == path.size()) return here;
        path.remove_prefix(dot + 1);
    }
}

void allow_null_where_personal(Object& schema, const std::vector<kernel::PersonalField>& fields) {
    for (const auto& field : fields) {
        auto* property = property_at(schema, field.path);
        if (property == nullptr) continue;
        allow_null(*property);
        (*property)["x-personal"] = true;
        if (field.sensitive) (*property)["x-sensitive"] = true;
    }
}

void add_mask(Object& properties) {
    properties["masked"] = {{"type", "array"},
                            {"items", {{"type", "string"}}},
                            {"readOnly", true},
                            {"description", "fields that are null because you may not see them"}};
    properties["erased"] = {{"type", "boolean"},
                            {"readOnly", true},
                            {"description", "true: the personal data was erased for good"}};
}

std::string_view pattern_of(std::string_view format) {
    if (format == "slug") return "^[a-z0-9]+(-[a-z0-9]+)*$";
    if (format == "e164") return "^\\+[1-9][0-9]{6,14}$";
    if (format == "color") return "^#[0-9A-Fa-f]{6}$";
    if (format == "iso4217") return "^[A-Z]{3}$";
    if (format == "iso3166-1-alpha-2") return "^[A-Z]{2}$";
    return {};
}

}  // namespace

Object ref_to(std::string_view kind, std::string_view name) {
    return {{"$ref", "#/components/" + std::string(kind) + '/' + std::string(name)}};
}

std::string camel_case(std::string_view snake_case) {
    std::string out;
    bool upper = true;
    for (const char c : snake_case) {
        if (c == '_') {
            upper = true;
            continue;
        }
        const bool raise = upper && c >= 'a' && c <= 'z';
        out += raise ? static_cast<char>(c - 'a' + 'A') : c;
        upper = false;
    }
    return out;
}

Object answer_schema(const kernel::QueryType& query) {
    auto schema = query.answer();
    allow_null_where_personal(schema, query.personal);
    if (!query.personal.empty()) add_mask(schema["properties"].get_object());
    return schema;
}

Object row_schema(const kernel::Collection& collection) {
    auto source = collection.schema();
    allow_null_where_personal(source, collection.personal);
    auto& found = source["properties"].get_object();
    Object properties;
    const auto take = [&](std::string_view name, const char* text) {
        auto schema = found[name].get_object();
        found.erase(name);
        schema["description"] = text;
        schema["readOnly"] = true;
        return schema;
    };
    auto id = take("id", "its id, for ever");
    auto revision = take("revision", "counts its changes; the number in its ETag");
    auto created_at = take("created_at", "when it came to be");
    auto updated_at = take("updated_at", "when it last changed");
    properties["id"] = std::move(id);
    for (auto& [name, schema] : found) properties[name] = schema;
    if (auto* deleted = properties.if_contains("deleted_at")) {
        deleted->get_object()["readOnly"] = true;
    }
    properties["revision"] = std::move(revision);
    properties["created_at"] = std::move(created_at);
    properties["updated_at"] = std::move(updated_at);
    if (!collection.personal.empty()) add_mask(properties);
    source["properties"] = std::move(properties);
    source["required"] = {"id", "revision", "created_at", "updated_at"};
    return source;
}

std::string row_schema_name(const kernel::Collection& collection) {
    return camel_case(collection.fold->kind);
}

std::string body_schema_name(const kernel::CommandType& command) {
    if (command.schema().at("properties").get_object().empty()) return "EmptyBody";
    return camel_case(command.name);
}

void add_patterns(Value& schema) {
    if (auto* array = schema.if_array()) {
        for (auto& each : *array) add_patterns(each);
    }
    auto* object = schema.if_object();
    if (object == nullptr) return;
    if (const auto* format = object->if_contains("format"); format && format->is_string()) {
        const auto pattern = pattern_of(format->get_string());
        if (!pattern.empty() && !object->contains("pattern")) (*object)["pattern"] = pattern;
    }
    for (auto& [name, each] : *object) add_patterns(each);
}

void SchemaBook::add(std::string name, Object schema) {
    Value patterned(std::move(schema));
    add_patterns(patterned);
    if (!named_.emplace(name, std::move(patterned.get_object())).second) {
        throw std::logic_error("schema named twice: " + name);
    }
    order_.push_back(std::move(name));
}

void SchemaBook::add_answer(const std::string& name, Object schema) {
    answers_.insert(name);
    add(name, std::move(schema));
}

Object SchemaBook::finish() {
    for (const auto& name : order_) collect(Value(named_[name]), name, "", true);
    name_shapes();
    std::map<std::string, Value> all;
    for (const auto& [name, schema] : named_) all[name] = shared(Value(schema), true);
    for (const auto& [text, shape] : shapes_) all[shape.name] = shared(Value(shape.schema), true);
    Object out;
    for (auto& [name, schema] : all) out[name] = std::move(schema);
    return out;
}

// Finds nested shapes; `property` is the one this schema stands under.
void SchemaBook::collect(const Value& schema, const std::string& owner, const std::string& property,
                         bool is_root) {
    if (const auto* array = schema.if_array()) {
        for (const auto& each : *array) collect(each, owner, property, false);
    }
    const auto* object = schema.if_object();
    if (object == nullptr) return;
    const bool names_properties = is_shape(*object);
    if (names_properties && !is_root) {
        auto plain = bare(*object);
        auto [at, fresh] = shapes_.try_emplace(json::dump(Value(plain)));
        auto& shape = at->second;
        ++shape.uses;
        if (fresh) {
            shape.order = shapes_.size();
            for (const auto& [members, name] : shape_names) {
                if (members_of(plain) == members) shape.candidates.emplace_back(name);
            }
            const bool of_answer = answers_.contains(owner);
            if (!of_answer) shape.candidates.push_back(camel_case(property));
            shape.candidates.push_back(owner_name(owner) + (of_answer && property == "data"
                                                                ? std::string("Row")
                                                                : camel_case(property)));
            shape.schema = std::move(plain);
        }
    }
    for (const auto& [name, each] : *object) {
        if (names_properties && name == "properties") {
            for (const auto& [inner, one] : each.get_object()) collect(one, owner, inner, false);
        } else if (name == "items") {
            collect(each, owner, singular(property), false);
        } else if (name == "oneOf" || name == "allOf" || name == "anyOf") {
            collect(each, owner, property, false);
        }
    }
}

// The shape that is used most has the first choice.
void SchemaBook::name_shapes() {
    std::vector<Shape*> shapes;
    for (auto& [text, shape] : shapes_) shapes.push_back(&shape);
    std::ranges::sort(shapes, [](const Shape* a, const Shape* b) {
        return a->uses != b->uses ? a->uses > b->uses : a->order < b->order;
    });
    std::set<std::string> taken(order_.begin(), order_.end());
    for (auto* shape : shapes) {
        for (const auto& candidate : shape->candidates) {
            if (!shape->name.empty() || !taken.insert(candidate).second) continue;
            shape->name = candidate;
        }
        for (int number = 2; shape->name.empty(); ++number) {
            auto candidate = shape->candidates.back() + std::to_string(number);
            if (taken.insert(candidate).second) shape->name = std::move(candidate);
        }
    }
}

// The schema with every nested shape as a $ref; what its place says of it stays beside.
Value SchemaBook::shared(const Value& schema, bool is_root) {
    if (const auto* array = schema.if_array()) {
        Array out;
        for (const auto& each : *array) out.push_back(shared(each, false));
        return out;
    }
    const auto* object = schema.if_object();
    if (object == nullptr) return schema;
    if (!is_root && is_shape(*object)) {
        const auto at = shapes_.find(json::dump(Value(bare(*object))));
        if (at != shapes_.end()) {
            auto reference = ref_to("schemas", at->second.name);
            if (takes_null(*object)) {
                reference = {{"oneOf", {std::move(reference), Object{{"type", "null"}}}}};
            }
            add_words_of_place(reference, *object);
            return reference;
        }
    }
    Object out;
    for (const auto& [name, each] : *object) out[name] = shared(each, false);
    return out;
}

}  // namespace almanac::gateway
