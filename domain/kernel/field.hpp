// Field rules: what may stand in a field, declared once next to its struct and used by the JSON
// reader, JSON Schema, OpenAPI and the documentation.
//
//   template <> inline constexpr auto rules<RegisterReferral> = fields(
//       field(&RegisterReferral::code, "as the referee typed it").length(8, 20),
//       field(&RegisterReferral::referee, "the newcomer: a client or a guest"));
//
// A member is required unless it is a std::optional, a std::vector, a json::Object or `.may_omit()`
// (then its initializer is the default). Limits hold for every field: 1,000 characters and 100
// items where nothing else is said.
#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace almanac::kernel {

enum class Format { none, slug, email, phone, url, color, language, currency, zone, country, text };

struct FieldRule {
    const char* doc = "";
    std::int64_t min = std::numeric_limits<std::int64_t>::min();
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    std::size_t length_min = 0;  // of strings, in code points
    std::size_t length_max = 1'000;
    std::size_t items_min = 0;  // of arrays
    std::size_t items_max = 100;
    Format format = Format::none;
    bool omissible = false;     // the initializer is the default
    bool from_path = false;     // stands in the path, not in the body
    bool is_sensitive = false;  // medical: every read of it is an event (log.md)
    bool is_internal = false;   // kept in folds, never answered
    bool is_fixed = false;      // may not be patched
};

template <class Owner, class Member>
struct Field {
    Member Owner::* member;
    FieldRule rule;

    constexpr Field min(std::int64_t v) const {
        return with([&](auto& r) { r.min = v; });
    }
    constexpr Field max(std::int64_t v) const {
        return with([&](auto& r) { r.max = v; });
    }
    constexpr Field range(std::int64_t low, std::int64_t high) const { return min(low).max(high); }
    constexpr Field length(std::size_t low, std::size_t high) const {
        return with([&](auto& r) { r.length_min = low, r.length_max = high; });
    }
    constexpr Field items(std::size_t low, std::size_t high) const {
        return with([&](auto& r) { r.items_min = low, r.items_max = high; });
    }
    constexpr Field format(Format v) const {
        return with([&](auto& r) { r.format = v; });
    }
    constexpr Field may_omit() const {
        return with([](auto& r) { r.omissible = true; });
    }
    constexpr Field path() const {
        return with([](auto& r) { r.from_path = true; });
    }
    constexpr Field sensitive() const {
        return with([](auto& r) { r.is_sensitive = true; });
    }
    constexpr Field internal() const {
        return with([](auto& r) { r.is_internal = true, r.omissible = true; });
    }
    constexpr Field fixed() const {
        return with([](auto& r) { r.is_fixed = true; });
    }

  private:
    template <class Change>
    constexpr Field with(Change change) const {
        Field copy = *this;
        change(copy.rule);
        return copy;
    }
};

template <class Owner, class Member>
constexpr Field<Owner, Member> field(Member Owner::* member, const char* doc) {
    FieldRule rule;
    rule.doc = doc;
    return {member, rule};
}

template <class... Fields>
constexpr auto fields(Fields... list) {
    return std::tuple(list...);
}

template <class T>
inline constexpr auto rules = std::tuple<>{};

// What one struct is, for documentation: `template <> inline constexpr auto doc<T> = "…";`
template <class T>
inline constexpr const char* doc = "";

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public |
                                                           boost::describe::mod_inherited>;

namespace detail {
template <class Owner, class Member, class Candidate>
constexpr bool take_rule(Member Owner::* member, const Candidate& candidate, FieldRule& out) {
    if constexpr (std::is_same_v<decltype(candidate.member), Member Owner::*>) {
        if (candidate.member == member) {
            out = candidate.rule;
            return true;
        }
    }
    return false;
}
}  // namespace detail

template <class Owner, class Member>
constexpr FieldRule rule_of(Member Owner::* member) {
    FieldRule found;
    std::apply(
        [&](const auto&... each) {
            [[maybe_unused]] const bool any = (detail::take_rule(member, each, found) || ...);
        },
        rules<Owner>);
    return found;
}

// A member's name in JSON: its own, less the underscore that keeps it from being a word of C++
// (`for_`).
constexpr std::string_view wire_name(std::string_view member) {
    return member.ends_with('_') ? member.substr(0, member.size() - 1) : member;
}

// Calls fn(name, member, rule) for every public member, bases first.
template <class T, class Fn>
constexpr void for_each_field(T&& object, Fn&& fn) {
    boost::mp11::mp_for_each<MembersOf<std::remove_cvref_t<T>>>([&](auto d) {
        constexpr FieldRule rule = rule_of(decltype(d)::pointer);
        fn(wire_name(d.name), object.*d.pointer, rule);
    });
}

template <class E>
    requires DescribedEnum<E>
std::string_view enum_name(E value) {
    std::string_view found = "";
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
        if (d.value == value) found = d.name;
    });
    return found;
}

}  // namespace almanac::kernel
