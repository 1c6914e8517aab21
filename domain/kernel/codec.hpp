// Described structs from and to JSON. `read` collects every bad field with its JSON Pointer;
// `write` appends text. Two forms: `open` is what people send and are answered (personal data in
// clear), `sealed` is what the log, folds, snapshots and view rows hold (ciphertext only).
#pragma once
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "domain/kernel/field.hpp"
#include "domain/kernel/format.hpp"
#include "domain/kernel/id.hpp"
#include "domain/kernel/json.hpp"
#include "domain/kernel/money.hpp"
#include "domain/kernel/personal.hpp"
#include "domain/kernel/time.hpp"

namespace almanac::kernel {

BOOST_DESCRIBE_STRUCT(Money, (), (amount, currency))
BOOST_DESCRIBE_ENUM(Weekday, monday, tuesday, wednesday, thursday, friday, saturday, sunday)

template <>
inline constexpr auto rules<Money> =
    fields(field(&Money::amount, "minor units, e.g. cents"),
           field(&Money::currency, "ISO 4217").format(Format::currency));

enum class Form { open, sealed };

// Where in the document we are; a list on the stack, turned into a pointer only where one is
// needed.
struct Place {
    const Place* parent = nullptr;
    std::string_view name = {};
    std::size_t index = 0;
    std::string pointer() const;
};

struct Reader {
    Form form = Form::open;
    bool strict = true;      // an unknown field is an error (bodies) or is passed over (own data)
    bool from_text = false;  // query parameters: numbers, booleans and lists come as text
    std::vector<FieldError> errors = {};

    void fail(const Place& at, std::string code, std::string detail) {
        errors.push_back({at.pointer(), std::move(code), std::move(detail)});
    }
};

std::string_view kind_name(const json::Value& value);
std::optional<std::int64_t> integer(const json::Value& value, bool from_text);
void read_string(Reader& in, const json::Value& value, const Place& at, const FieldRule& rule,
                 std::string& out);
void check_range(Reader& in, std::int64_t value, const Place& at, const FieldRule& rule);
void unknown_field(Reader& in, const Place& at, std::string_view name);

template <class T>
inline constexpr bool is_id = false;
template <class Thing>
inline constexpr bool is_id<Id<Thing>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_free_json =
    std::is_same_v<T, json::Value> || std::is_same_v<T, json::Object>;

template <class T>
constexpr bool is_required(const FieldRule& rule) {
    return !is_optional<T> && !is_vector<T> && !is_free_json<T> && !rule.omissible;
}

template <class T>
void read(Reader& in, const json::Value& value, const Place& at, const FieldRule& rule, T& out);

template <class T>
void read_parsed(Reader& in, const json::Value& value, const Place& at, T& out,
                 std::optional<T> (*parse)(std::string_view), const char* what) {
    if (value.is_string()) {
        if (const auto parsed = parse(value.get_string())) {
            out = *parsed;
            return;
        }
    }
    in.fail(at, value.is_string() ? "format" : "type", fmt::format("Expected {}.", what));
}

template <class T>
void read_integer(Reader& in, const json::Value& value, const Place& at, const FieldRule& rule,
                  T& out) {
    const auto number = integer(value, in.from_text);
    if (!number)
        return in.fail(at, "type", fmt::format("Expected an integer, found {}.", kind_name(value)));
    if (!std::in_range<T>(*number)) return in.fail(at, "range", "The number is too large.");
    check_range(in, *number, at, rule);
    out = static_cast<T>(*number);
}

template <class T>
void read_enum(Reader& in, const json::Value& value, const Place& at, T& out) {
    std::string names;
    bool found = false;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
        if (value.is_string() && value.get_string() == d.name) {
            out = d.value;
            found = true;
        }
        names += names.empty() ? d.name : std::string(", ") + d.name;
    });
    if (!found) in.fail(at, "enum", fmt::format("Expected one of {}.", names));
}

template <class T>
void read_items(Reader& in, const json::Value& value, const Place& at, const FieldRule& rule,
                std::vector<T>& out) {
    if (in.from_text && value.is_string()) {
        json::Array split;
        std::string_view rest = value.get_string();
        while (!rest.empty()) {
            const auto end = std::min(rest.find(','), rest.size());
            split.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return read_items(in, json::Value(std::move(split)), at, rule, out);
    }
    if (!value.is_array())
        return in.fail(at, "type", fmt::format("Expected an array, found {}.", kind_name(value)));
    const auto& array = value.get_array();
    if (in.strict && (array.size() < rule.items_min || array.size() > rule.items_max)) {
        return in.fail(at, "items",
                       fmt::format("Expected {} to {} items, found {}.", rule.items_min,
                                   rule.items_max, array.size()));
    }
    out.clear();
    out.reserve(array.size());
    FieldRule each = rule;
    each.omissible = false;
    for (std::size_t i = 0; i < array.size(); ++i) {
        out.emplace_back();
        read(in, array[i], Place{&at, {}, i}, each, out.back());
    }
}

template <class T>
void read_personal(Reader& in, const json::Value& value, const Place& at, const FieldRule& rule,
                   T& out) {
    if (in.form == Form::open) {
        out.open.emplace();
        return read(in, value, at, rule, *out.open);
    }
    const auto* object = value.if_object();
    const auto* sealed = object ? object->if_contains("sealed") : nullptr;
    const auto* of = object ? object->if_contains("of") : nullptr;
    if (!sealed || !of || !sealed->is_string() || !of->is_string()) {
        return in.fail(at, "sealed", "Expected a sealed value.");
    }
    out.sealed = sealed->get_string();
    out.of = of->get_string();
}

// Reads the members that `value` names; the ones it does not are required or keep their
// initializer.
template <Described T>
void read_struct(Reader& in, const json::Value& value, const Place& at, T& out) {
    const auto* object = value.if_object();
    if (!object)
        return in.fail(at, "type", fmt::format("Expected an object, found {}.", kind_name(value)));
    std::size_t known = 0;
    for_each_field(out, [&](std::string_view name, auto& member, const FieldRule& rule) {
        using Member = std::remove_cvref_t<decltype(member)>;
        const auto* given = object->if_contains(name);
        if (given) ++known;
        const Place here{&at, name};
        if (in.strict && given && rule.is_internal) return unknown_field(in, at, name);
        if (!given || (given->is_null() && is_optional<Member>)) {
            if (!given && is_required<Member>(rule))
                in.fail(here, "required", "This field is required.");
            return;
        }
        read(in, *given, here, rule, member);
    });
    if (!in.strict || known == object->size()) return;
    for (const auto& [key, unused] : *object) {
        bool found = false;
        for_each_field(
            out, [&](std::string_view name, auto&, const FieldRule&) { found |= name == key; });
        if (!found) unknown_field(in, at, key);
    }
}

template <class T>
void read(Reader& in, const json::Value& value, const Place& at, const FieldRule& rule, T& out) {
    if constexpr (requires { read_value(in, value, at, out); }) {
        read_value(in, value, at, out);
    } else if constexpr (is_optional<T>) {
        if (value.is_null()) return out.reset();
        out.emplace();
        read(in, value, at, rule, *out);
    } else if constexpr (is_vector<T>) {
        read_items(in, value, at, rule, out);
    } else if constexpr (is_personal<T>) {
        read_personal(in, value, at, rule, out);
    } else if constexpr (std::is_same_v<T, bool>) {
        const bool text = in.from_text && (value == "true" || value == "false");
        if (!value.is_bool() && !text) return in.fail(at, "type", "Expected true or false.");
        out = text ? value == "true" : value.get_bool();
    } else if constexpr (std::is_integral_v<T>) {
        read_integer(in, value, at, rule, out);
    } else if constexpr (std::is_same_v<T, std::string>) {
        read_string(in, value, at, rule, out);
    } else if constexpr (DescribedEnum<T>) {
        read_enum(in, value, at, out);
    } else if constexpr (std::is_same_v<T, Uuid>) {
        read_parsed<Uuid>(in, value, at, out, parse_uuid, "an id (UUID)");
    } else if constexpr (is_id<T>) {
        Uuid id;
        read(in, value, at, rule, id);
        out = T{id};
    } else if constexpr (std::is_same_v<T, Instant>) {
        read_parsed<Instant>(in, value, at, out, parse_instant,
                             "a time (RFC 3339), e.g. 2026-12-01T09:30:00Z, from 1970 to 2200");
    } else if constexpr (std::is_same_v<T, LocalDate>) {
        read_parsed<LocalDate>(in, value, at, out, parse_local_date,
                               "a date, e.g. 2026-12-01, from 1970 to 2200");
    } else if constexpr (std::is_same_v<T, LocalTime>) {
        read_parsed<LocalTime>(in, value, at, out, parse_local_time, "a local time, e.g. 09:30");
    } else if constexpr (std::is_same_v<T, json::Value>) {
        out = value;
    } else if constexpr (std::is_same_v<T, json::Object>) {
        if (!value.is_object()) return in.fail(at, "type", "Expected an object.");
        out = value.get_object();
    } else if constexpr (std::is_same_v<T, Money>) {
        read_struct(in, value, at, out);
        check_range(in, out.amount, Place{&at, "amount"}, rule);
    } else {
        read_struct(in, value, at, out);
        if constexpr (requires { check(std::as_const(out), in, at); }) {
            if (in.strict) check(std::as_const(out), in, at);
        }
    }
}

// A whole document; every bad field at once.
template <class T>
Result<T> from_json(const json::Value& value, Form form = Form::open, bool strict = true) {
    Reader in{form, strict};
    T out{};
    read(in, value, Place{}, FieldRule{}, out);
    if (!in.errors.empty()) return invalid(std::move(in.errors));
    return out;
}

// ---- writing ----------------------------------------------------------------------------------

struct Writer {
    Form form = Form::sealed;
    bool nulls = false;  // write absent optionals as null (rows) or leave them out (events)
    std::string out = {};
};

template <class T>
void write(Writer& to, const T& value);

template <class T>
void write_personal(Writer& to, const T& value) {
    if (to.form == Form::open && value.open) return write(to, *value.open);
    if (value.sealed.empty())
        throw std::logic_error("personal data left unsealed: " + std::string(T::field_id));
    to.out += R"({"sealed":")";
    to.out += value.sealed;
    to.out += R"(","of":")";
    to.out += value.of;
    to.out += R"("})";
}

// The members of a struct without the braces, so that a row can add its own.
template <Described T>
void write_members(Writer& to, const T& value) {
    for_each_field(value, [&](std::string_view name, const auto& member, const FieldRule&) {
        using Member = std::remove_cvref_t<decltype(member)>;
        if constexpr (is_optional<Member>) {
            if (!member && !to.nulls) return;
        }
        if constexpr (is_free_json<Member> || is_vector<Member>) {
            if (!to.nulls && (requires { member.empty(); } && [&] {
                    if constexpr (requires { member.empty(); }) return member.empty();
                    else return false;
                }()))
                return;
        }
        if (to.out.back() != '{') to.out += ',';
        to.out += '"';
        to.out += name;
        to.out += "\":";
        write(to, member);
    });
}

template <class T>
void write(Writer& to, const T& value) {
    if constexpr (requires { write_value(to, value); }) {
        write_value(to, value);
    } else if constexpr (is_optional<T>) {
        if (value)
            write(to, *value);
        else
            to.out += "null";
    } else if constexpr (is_vector<T>) {
        to.out += '[';
        for (const auto& item : value) {
            if (&item != &value.front()) to.out += ',';
            write(to, item);
        }
        to.out += ']';
    } else if constexpr (is_personal<T>) {
        write_personal(to, value);
    } else if constexpr (std::is_same_v<T, bool>) {
        to.out += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
        const fmt::format_int digits(value);
        to.out.append(digits.data(), digits.size());
    } else if constexpr (std::is_same_v<T, std::string>) {
        json::append_string(to.out, value);
    } else if constexpr (DescribedEnum<T>) {
        to.out += '"';
        to.out += enum_name(value);
        to.out += '"';
    } else if constexpr (std::is_base_of_v<Uuid, T>) {
        to.out += '"';
        append(to.out, static_cast<const Uuid&>(value));
        to.out += '"';
    } else if constexpr (std::is_same_v<T, Instant> || std::is_same_v<T, LocalDate> ||
                         std::is_same_v<T, LocalTime>) {
        to.out += '"';
        append(to.out, value);
        to.out += '"';
    } else if constexpr (is_free_json<T>) {
        json::append(to.out, json::Value(value));
    } else {
        to.out += '{';
        write_members(to, value);
        to.out += '}';
    }
}

template <class T>
std::string to_json(const T& value, Form form = Form::sealed, bool nulls = false) {
    Writer to{form, nulls};
    if constexpr (Described<T>) to.out.reserve(1'024);
    write(to, value);
    return std::move(to.out);
}

// ---- sealing ----------------------------------------------------------------------------------

// Seals every personal field that is still open; `subject` where the field names none.
template <class T>
void seal_all(T& value, std::string_view subject, Sealer& sealer) {
    if constexpr (requires { seal_value(value, subject, sealer); }) {
        seal_value(value, subject, sealer);
    } else if constexpr (is_personal<T>) {
        if (!value.sealed.empty() || !value.open) return;
        if (value.of.empty()) value.of = subject;
        value.sealed = sealer.seal(value.of, T::field_id, to_json(*value.open, Form::open));
        value.open.reset();
    } else if constexpr (is_optional<T>) {
        if (value) seal_all(*value, subject, sealer);
    } else if constexpr (is_vector<T>) {
        for (auto& item : value) seal_all(item, subject, sealer);
    } else if constexpr (Described<T> && !std::is_base_of_v<Uuid, T>) {
        for_each_field(value, [&](std::string_view, auto& member, const FieldRule&) {
            seal_all(member, subject, sealer);
        });
    }
}

}  // namespace almanac::kernel
