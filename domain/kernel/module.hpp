// What one context contributes to the catalogue; for its module.cpp, which registers every event,
// fold, record, command and query of the context once, and so compiles their readers and writers.
#pragma once
#include "domain/kernel/catalogue.hpp"
#include "domain/kernel/event_definition.hpp"
#include "domain/kernel/record.hpp"

namespace almanac::kernel {

namespace detail {
template <class T>
void collect_personal(const std::string& prefix, std::vector<PersonalField>& personal,
                      std::vector<std::string>& internal) {
    const T sample{};
    for_each_field(sample, [&](std::string_view name, const auto& member, const FieldRule& rule) {
        using Member = std::remove_cvref_t<decltype(member)>;
        const auto path = prefix + std::string(name);
        if (rule.is_internal) internal.push_back(path);
        const auto visit = [&]<class M>(const M*) {
            if constexpr (is_personal<M>) {
                personal.push_back({path, std::string(M::field_id), rule.is_sensitive});
            } else if constexpr (Described<M> && !std::is_base_of_v<Uuid, M>) {
                collect_personal<M>(path + '.', personal, internal);
            }
        };
        if constexpr (is_optional<Member> || is_vector<Member>) {
            visit(static_cast<const typename Member::value_type*>(nullptr));
        } else {
            visit(static_cast<const Member*>(nullptr));
        }
    });
}

// Fields that stand in the path are filled from it, the others from the body.
template <class C>
Result<Erased> parse_command(json::Value body, const PathParameters& path) {
    auto command = std::make_shared<C>();
    Reader in;
    if constexpr (requires {
                      command->changes;
                      command->id;
                      requires std::same_as<decltype(command->changes), json::Object>;
                  }) {
        read(in, body, Place{}, FieldRule{}, command->changes);
        const auto id = parse_uuid(*path.find("id"));
        if (!id) return not_found();
        command->id = decltype(command->id){*id};
    } else {
        if (!body.is_object()) {
            in.fail(Place{}, "type", fmt::format("Expected an object, found {}.", kind_name(body)));
            return invalid(std::move(in.errors));
        }
        bool missing = false;
        for_each_field(*command, [&](std::string_view name, auto& member, const FieldRule& rule) {
            if (!rule.from_path) return;
            if (body.get_object().contains(name)) unknown_field(in, Place{}, name);
            const auto* text = path.find(name);
            Reader quiet;
            if (text) read(quiet, json::Value(*text), Place{}, rule, member);
            if (!text || !quiet.errors.empty())
                missing = true;
            else
                body.get_object()[name] = *text;
        });
        if (missing) return not_found();
        read(in, body, Place{}, FieldRule{}, *command);
    }
    if (!in.errors.empty()) return invalid(std::move(in.errors));
    return Erased(std::move(command));
}

template <class Q>
Result<Erased> parse_query(const json::Object& parameters, const PathParameters& path) {
    json::Object all = parameters;
    for (const auto& [name, text] : path.values) all[name] = text;
    Reader in;
    in.from_text = true;
    auto query = std::make_shared<Q>();
    read(in, json::Value(std::move(all)), Place{}, FieldRule{}, *query);
    if (!in.errors.empty()) return invalid(std::move(in.errors));
    return Erased(std::move(query));
}

template <class C>
json::Object command_schema() {
    if constexpr (requires(C c) { requires std::same_as<decltype(c.changes), json::Object>; }) {
        return {{"type", "object"}};
    } else {
        return schema_of<C>(Form::open);
    }
}
template <class T>
json::Object patch_schema(const PatchRecord<T>*) {
    return custom_schema(Form::open, static_cast<const Patch<T>*>(nullptr));
}
template <class T>
json::Object row_schema() {
    auto schema = schema_of<T>(Form::open);
    drop_defaults(schema);
    auto& properties = schema["properties"].get_object();
    properties["id"] = {{"type", "string"}, {"format", "uuid"}};
    properties["revision"] = {{"type", "integer"}};
    properties["created_at"] = {{"type", "string"}, {"format", "date-time"}};
    properties["updated_at"] = {{"type", "string"}, {"format", "date-time"}};
    schema.erase("additionalProperties");
    schema.erase("required");
    return schema;
}
// Every member is there, null where it has no value.
json::Object as_answer(json::Object schema);
}  // namespace detail

// What one context contributes; written in its module.cpp.
class Module {
  public:
    Module(Catalogue& catalogue, std::string context)
        : catalogue_(catalogue), context_(std::move(context)) {}

    template <EventData E>
    Module& event() {
        return add(event_type<E>());
    }
    // From `version` of E to the next; the chain must reach E::version without a gap.
    template <EventData E>
    Module& upcaster(std::uint16_t version, Upcaster step) {
        return add(event_type<E>(), version, step);
    }
    template <FoldState F>
    Module& state() {
        return add(fold_type<F>());
    }
    template <class C, FoldState Target>
    CommandType& command(std::string name, Route route, Permission permission,
                         const char* doc_text) {
        auto& type = add_command(std::move(name), route, std::string(permission.text), doc_text);
        type.wish = typeid(C);
        type.target = &fold_type<Target>();
        type.parse = &detail::parse_command<C>;
        type.decide = [](const void* c, Read& read, const Context& now) -> Decision {
            return decide(*static_cast<const C*>(c), read, now);
        };
        if constexpr (requires(const C& c, Read& read) { target_of(c, read); }) {
            type.find_target = [](const void* c, Read& read) -> Uuid {
                return target_of(*static_cast<const C*>(c), read);
            };
        }
        type.schema = &detail::command_schema<C>;
        return type;
    }
    template <class Q>
    QueryType& query(std::string name, Route route, Permission permission, const char* doc_text) {
        auto& type = add_query(std::move(name), route, std::string(permission.text), doc_text);
        type.parse = &detail::parse_query<Q>;
        type.schema = [] { return schema_of<Q>(Form::open); };
        return type;
    }
    // A query whose answer is a described struct.
    template <class Q, class Answer>
    QueryType& query(std::string name, Route route, Permission permission, const char* doc_text) {
        auto& type = query<Q>(std::move(name), route, permission, doc_text);
        type.answer = [] { return detail::as_answer(schema_of<Answer>(Form::open)); };
        std::vector<std::string> none;
        detail::collect_personal<Answer>("", type.personal, none);
        return type;
    }
    template <FoldState F>
    Collection& collection(std::string name, Permission read, const char* doc_text) {
        state<F>();
        auto& c = add_collection(std::move(name), std::string(read.text), doc_text);
        c.fold = &fold_type<F>();
        detail::collect_personal<F>("", c.personal, c.internal);
        c.schema = &detail::row_schema<F>;
        return c;
    }
    // Its whole name is `<context>.<name>`. A higher version goes on where the one before stood.
    PolicyDeclaration policy(std::string_view name, std::uint32_t version = 1);
    // Everything of a plain record; permissions are `<context>.<kind>:create` and so on.
    template <RecordData T>
    Collection& record(const char* doc_text) {
        event<RecordCreated<T>>().template event<RecordChanged<T>>();
        event<RecordDeleted<T>>().template event<RecordRestored<T>>();
        record_command<CreateRecord<T>, T>("create", "POST", "", "create", "Creates one.");
        record_command<PatchRecord<T>, T>("change", "PATCH", "/{id}", "change",
                                          "Changes the given fields (RFC 7396 merge patch).")
            .schema = [] {
            return detail::patch_schema(static_cast<const PatchRecord<T>*>(nullptr));
        };
        record_command<DeleteRecord<T>, T>("delete", "DELETE", "/{id}", "delete",
                                           "Deletes it; it can be restored.")
            .has_body = false;
        record_command<RestoreRecord<T>, T>("restore", "POST", "/{id}/restore", "delete",
                                            "Restores a deleted one.");
        state<Record<T>>();
        const auto base = context_ + '.' + std::string(T::kind);
        auto& c = add_collection(std::string(T::collection), base + ":read", doc_text);
        c.fold = &fold_type<Record<T>>();
        detail::collect_personal<Record<T>>("", c.personal, c.internal);
        c.schema = &detail::row_schema<Record<T>>;
        return c;
    }

  private:
    Module& add(const EventType& type);
    Module& add(const FoldType& type);
    Module& add(const EventType& type, std::uint16_t version, Upcaster step);
    CommandType& add_command(std::string name, Route route, std::string permission,
                             const char* text);
    QueryType& add_query(std::string name, Route route, std::string permission, const char* text);
    Collection& add_collection(std::string name, std::string permission, const char* text);
    CommandType& add_record_command(std::string verb, std::string kind, std::string method,
                                    std::string path, std::string action, const char* text);
    template <class C, class T>
    CommandType& record_command(const char* verb, const char* method, const char* path,
                                const char* action, const char* text) {
        auto& type = add_record_command(verb, std::string(T::kind), method,
                                        std::string(T::collection) + path, action, text);
        type.wish = typeid(C);
        type.target = &fold_type<Record<T>>();
        type.parse = &detail::parse_command<C>;
        type.decide = [](const void* c, Read& read, const Context& now) -> Decision {
            return decide(*static_cast<const C*>(c), read, now);
        };
        type.schema = &detail::command_schema<C>;
        return type;
    }

    Catalogue& catalogue_;
    std::string context_;
};

}  // namespace almanac::kernel
