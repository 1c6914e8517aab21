#include "domain/kernel/module.hpp"

#include <stdexcept>

namespace almanac::kernel {

namespace detail {
json::Object as_answer(json::Object schema) {
    for (const auto* word : {"additionalProperties", "maxItems", "default"}) schema.erase(word);
    if (auto* items = schema.if_contains("items"))
        *items = as_answer(std::move(items->get_object()));
    auto* properties = schema.if_contains("properties");
    if (properties == nullptr) return schema;
    json::Array names;
    for (auto& [name, property] : properties->get_object()) {
        property = as_answer(std::move(property.get_object()));
        names.emplace_back(name);
    }
    if (!names.empty()) schema["required"] = std::move(names);
    return schema;
}
}  // namespace detail

Module& Module::add(const EventType& type) {
    const auto [at, fresh] = catalogue_.events_.emplace(type.name, &type);
    if (!fresh) throw std::logic_error("event declared twice: " + std::string(type.name));
    for (const auto& reaction : type.reactions) add(*reaction.fold);
    return *this;
}

Module& Module::add(const FoldType& type) {
    const auto [at, fresh] = catalogue_.folds_.emplace(type.kind, &type);
    if (!fresh && at->second != &type) {
        throw std::logic_error("two folds of one kind: " + std::string(type.kind));
    }
    return *this;
}

Module& Module::add(const EventType& type, std::uint16_t version, Upcaster step) {
    catalogue_.upcasters_[{type.name, version}] = step;
    return *this;
}

CommandType& Module::add_command(std::string name, Route route, std::string permission,
                                 const char* text) {
    if (catalogue_.command(name)) throw std::logic_error("command declared twice: " + name);
    auto& type = *catalogue_.commands_.emplace_back(std::make_unique<CommandType>());
    type.name = std::move(name);
    type.method = route.method;
    type.path = route.path;
    type.permission = std::move(permission);
    type.doc = text;
    type.context = context_;
    type.creates = route.method == "POST" && route.path.find('{') == std::string_view::npos;
    return type;
}

CommandType& Module::add_record_command(std::string verb, std::string kind, std::string method,
                                        std::string path, std::string action, const char* text) {
    const auto permission = context_ + '.' + kind + ':' + action;
    auto& type = *catalogue_.commands_.emplace_back(std::make_unique<CommandType>());
    type.name = std::move(verb) + '_' + kind;
    type.method = std::move(method);
    type.path = std::move(path);
    type.permission = permission;
    type.doc = text;
    type.context = context_;
    type.creates = type.method == "POST" && type.path.find('{') == std::string::npos;
    return type;
}

QueryType& Module::add_query(std::string name, Route route, std::string permission,
                             const char* text) {
    auto& type = *catalogue_.queries_.emplace_back(std::make_unique<QueryType>());
    type.name = std::move(name);
    type.method = route.method;
    type.path = route.path;
    type.permission = std::move(permission);
    type.doc = text;
    type.context = context_;
    return type;
}

Collection& Module::add_collection(std::string name, std::string permission, const char* text) {
    if (catalogue_.collection(name)) throw std::logic_error("collection declared twice: " + name);
    auto& c = *catalogue_.collections_.emplace_back(std::make_unique<Collection>());
    c.name = std::move(name);
    c.context = context_;
    const auto base = permission.substr(0, permission.find(':'));
    c.read_permission = std::move(permission);
    c.personal_permission = base + ":read_personal";
    c.sensitive_permission = base + ":read_sensitive";
    c.doc = text;
    return c;
}

PolicyDeclaration Module::policy(std::string_view name, std::uint32_t version) {
    auto whole = context_ + '.' + std::string(name);
    if (whole.size() > policy_name_bytes_max)
        throw std::logic_error("the name of a policy is too long: " + whole);
    for (const auto& other : catalogue_.policies_) {
        if (other->name == whole) throw std::logic_error("policy declared twice: " + whole);
    }
    auto& type = *catalogue_.policies_.emplace_back(std::make_unique<PolicyType>());
    type.name = std::move(whole);
    type.version = version;
    return PolicyDeclaration(type);
}

}  // namespace almanac::kernel
