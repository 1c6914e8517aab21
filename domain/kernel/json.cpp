#include "domain/kernel/json.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <boost/json/src.hpp>
#include <set>
#include <stdexcept>

#include "domain/kernel/eight_bytes.hpp"

namespace almanac::kernel::json {
namespace {
namespace dom = simdjson::dom;

std::unexpected<Rejection> malformed(std::string detail) {
    return reject(RejectionKind::invalid, "malformed_json", std::move(detail));
}

bool needs_escape(char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}
bool some_need_escape(std::uint64_t bytes) {
    return has_below(bytes, 0x20) || has_byte(bytes, '"') || has_byte(bytes, '\\');
}

// What is wrong and where; the pointer grows on the way out, so that good text pays nothing for it.
struct Fault {
    std::string pointer;
    std::string_view what;
};
using Converted = std::expected<Value, Fault>;

Converted convert(const dom::element& element, std::size_t depth);

std::unexpected<Fault> within(std::string place, Fault fault) {
    return std::unexpected(Fault{std::move(place) + fault.pointer, fault.what});
}

Converted convert_array(const dom::array& source, std::size_t depth) {
    if (depth > depth_max) return std::unexpected(Fault{"", "is nested too deeply"});
    Array array;
    array.reserve(source.size());
    for (const auto item : source) {
        auto value = convert(item, depth + 1);
        if (!value) return within(pointer("", array.size()), std::move(value.error()));
        array.push_back(std::move(*value));
    }
    return Value(std::move(array));
}

Converted convert_object(const dom::object& source, std::size_t depth) {
    if (depth > depth_max) return std::unexpected(Fault{"", "is nested too deeply"});
    Object object;
    object.reserve(source.size());
    for (const auto field : source) {
        auto value = convert(field.value, depth + 1);
        if (!value) return within(pointer("", field.key), std::move(value.error()));
        const auto [at, fresh] = object.emplace(field.key, std::move(*value));
        if (!fresh) return within(pointer("", field.key), Fault{"", "occurs twice"});
    }
    return Value(std::move(object));
}

Converted convert(const dom::element& element, std::size_t depth) {
    switch (element.type()) {
        case dom::element_type::ARRAY:
            return convert_array(element.get_array().value_unsafe(), depth);
        case dom::element_type::OBJECT:
            return convert_object(element.get_object().value_unsafe(), depth);
        case dom::element_type::INT64:
            return Value(element.get_int64().value_unsafe());
        case dom::element_type::UINT64:
            return Value(element.get_uint64().value_unsafe());
        case dom::element_type::DOUBLE:
            return Value(element.get_double().value_unsafe());
        case dom::element_type::STRING:
            return Value(boost::json::string(element.get_string().value_unsafe()));
        case dom::element_type::BOOL:
            return Value(element.get_bool().value_unsafe());
        case dom::element_type::NULL_VALUE:
            return Value(nullptr);
    }
    return std::unexpected(Fault{"", "is of an unknown kind"});
}
}  // namespace

Result<Value> parse(std::string_view text) {
    thread_local dom::parser parser;
    const auto parsed = parser.parse(text.data(), text.size(), true);
    if (parsed.error() != simdjson::SUCCESS) {
        if (parsed.error() == simdjson::EMPTY)
            return malformed("The body is empty; JSON expected.");
        return malformed(simdjson::error_message(parsed.error()));
    }
    auto value = convert(parsed.value_unsafe(), 1);
    if (value) return std::move(*value);
    return malformed(fmt::format("The value at {} {}; at most {} levels, no key twice.",
                                 value.error().pointer, value.error().what, depth_max));
}

Value parse_own(std::string_view text) {
    auto value = parse(text);
    if (!value) throw std::runtime_error("damaged JSON: " + value.error().detail);
    return std::move(*value);
}

std::string dump(const Value& value) {
    return boost::json::serialize(value);
}

void append(std::string& out, const Value& value) {
    boost::json::serializer serializer;
    serializer.reset(&value);
    char buffer[1024];
    while (!serializer.done()) {
        const auto piece = serializer.read(buffer, sizeof buffer);
        out.append(piece.data(), piece.size());
    }
}

void append_string(std::string& out, std::string_view text) {
    if (!any_eight(text, some_need_escape)) {
        out += '"';
        out.append(text) += '"';
        return;
    }
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const auto plain =
            std::ranges::find_if(text.substr(at), needs_escape) - (text.begin() + at);
        out.append(text, at, static_cast<std::size_t>(plain));
        at += static_cast<std::size_t>(plain);
        if (at == text.size()) break;
        const char c = text[at++];
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        }
    }
    out += '"';
}

std::string pointer(std::string_view base, std::string_view token) {
    std::string out(base);
    out += '/';
    for (const char c : token) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

std::string pointer(std::string_view base, std::size_t index) {
    return fmt::format("{}/{}", base, index);
}

void merge_patch(Value& target, const Value& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = Object{};
    auto& object = target.get_object();
    for (const auto& [key, value] : patch.get_object()) {
        if (value.is_null()) {
            object.erase(key);
        } else {
            merge_patch(object[key], value);
        }
    }
}

}  // namespace almanac::kernel::json
