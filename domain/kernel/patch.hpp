// A merge patch (RFC 7396) of a described struct: the members that changed, with their new values.
// In events only the named members stand; a cleared one is null. Personal members are replaced
// whole (their present value is ciphertext); other nested objects are merged.
#pragma once
#include <algorithm>

#include "domain/kernel/schema.hpp"

namespace almanac::kernel {

template <class T>
struct Patch {
    T value{};                       // only the named members mean something
    std::vector<std::string> names;  // members that change
    bool operator==(const Patch&) const = default;
    bool has(std::string_view name) const { return std::ranges::find(names, name) != names.end(); }
};
template <class T>
inline constexpr bool is_patch = false;
template <class T>
inline constexpr bool is_patch<Patch<T>> = true;

// Copies the named members.
template <class T>
void apply(const Patch<T>& patch, T& target) {
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
        if (patch.has(d.name)) target.*d.pointer = patch.value.*d.pointer;
    });
}

namespace detail {
template <class T>
inline constexpr bool merges = is_free_json<T> || (Described<T> && !std::is_base_of_v<Uuid, T>);
template <class T>
inline constexpr bool merges<std::optional<T>> = merges<T>;

template <class Member>
void read_patched(Reader& in, const json::Value& given, const Place& at, const FieldRule& rule,
                  const Member& current, Member& out) {
    if (given.is_null()) {
        if (is_required<Member>(rule)) in.fail(at, "required", "This field cannot be cleared.");
        return;
    }
    if constexpr (merges<Member> && !is_personal<Member>) {
        if (in.form == Form::open && given.is_object()) {
            auto merged = json::parse_own(to_json(current, Form::open));
            json::merge_patch(merged, given);
            return read(in, merged, at, rule, out);
        }
    }
    read(in, given, at, rule, out);
}
}  // namespace detail

// Reads the members named in `body`; `current` is what nested objects are merged into.
template <class T>
void read_patch(Reader& in, const json::Object& body, const Place& at, const T& current,
                Patch<T>& out) {
    for (const auto& [key, given] : body) {
        bool known = false;
        boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
            constexpr FieldRule rule = rule_of(decltype(d)::pointer);
            if (key != d.name || (rule.is_internal && in.strict)) return;
            known = true;
            const Place here{&at, d.name};
            if (rule.is_fixed && in.strict)
                return in.fail(here, "fixed", "This field never changes.");
            out.names.emplace_back(d.name);
            detail::read_patched(in, given, here, rule, current.*d.pointer, out.value.*d.pointer);
        });
        if (!known && in.strict) unknown_field(in, at, key);
    }
}

template <class T>
void read_value(Reader& in, const json::Value& value, const Place& at, Patch<T>& out) {
    if (!value.is_object()) return in.fail(at, "type", "Expected an object.");
    read_patch(in, value.get_object(), at, T{}, out);
}

// Names whose value stays as it is are no change.
template <class T>
void drop_unchanged(Patch<T>& patch, const T& current) {
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
        if (patch.has(d.name) && patch.value.*d.pointer == current.*d.pointer) {
            std::erase(patch.names, std::string(d.name));
        }
    });
}

template <class T>
void write_value(Writer& to, const Patch<T>& patch) {
    to.out += '{';
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
        if (!patch.has(d.name)) return;
        if (to.out.back() != '{') to.out += ',';
        to.out += '"';
        to.out += d.name;
        to.out += "\":";
        write(to, patch.value.*d.pointer);
    });
    to.out += '}';
}

template <class T>
void seal_value(Patch<T>& patch, std::string_view subject, Sealer& sealer) {
    seal_all(patch.value, subject, sealer);
}

template <class T>
json::Object custom_schema(Form form, const Patch<T>*) {
    auto schema = schema_of<T>(form);
    schema.erase("required");
    drop_defaults(schema);
    return schema;
}

}  // namespace almanac::kernel
