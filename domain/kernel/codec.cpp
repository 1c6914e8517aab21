#include "domain/kernel/codec.hpp"

#include <charconv>

namespace almanac::kernel {

std::string Place::pointer() const {
    if (parent == nullptr) return "";
    if (name.data() == nullptr) return json::pointer(parent->pointer(), index);
    return json::pointer(parent->pointer(), name);
}

std::string_view kind_name(const json::Value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return "null";
        case boost::json::kind::bool_:
            return "a boolean";
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
            return "an integer";
        case boost::json::kind::double_:
            return "a fraction";
        case boost::json::kind::string:
            return "a string";
        case boost::json::kind::array:
            return "an array";
        case boost::json::kind::object:
            return "an object";
    }
    return "something else";
}

std::optional<std::int64_t> integer(const json::Value& value, bool from_text) {
    if (const auto* number = value.if_int64()) return *number;
    if (from_text && value.is_string()) {
        const auto& text = value.get_string();
        std::int64_t parsed = 0;
        const auto* end = text.data() + text.size();
        const auto done = std::from_chars(text.data(), end, parsed);
        if (done.ec == std::errc{} && done.ptr == end) return parsed;
    }
    return std::nullopt;
}

void read_string(Reader& in, const json::Value& value, const Place& at, const FieldRule& rule,
                 std::string& out) {
    if (!value.is_string()) {
        return in.fail(at, "type", fmt::format("Expected a string, found {}.", kind_name(value)));
    }
    out = value.get_string();
    if (!in.strict) return;
    const auto length = code_points(out);
    if (length < rule.length_min || length > rule.length_max) {
        return in.fail(at, "length",
                       fmt::format("Expected {} to {} characters, found {}.", rule.length_min,
                                   rule.length_max, length));
    }
    if (rule.length_min > 0 && out.find_first_not_of(" \t\r\n") == std::string::npos) {
        return in.fail(at, "length", "Only white space.");
    }
    if (auto wrong = format_error(rule.format, out)) in.fail(at, "format", std::move(*wrong));
}

void check_range(Reader& in, std::int64_t value, const Place& at, const FieldRule& rule) {
    if (!in.strict) return;
    if (value < rule.min) in.fail(at, "min", fmt::format("Expected at least {}.", rule.min));
    if (value > rule.max) in.fail(at, "max", fmt::format("Expected at most {}.", rule.max));
}

void unknown_field(Reader& in, const Place& at, std::string_view name) {
    in.fail(Place{&at, name}, "unknown_field", "There is no such field here.");
}

}  // namespace almanac::kernel
