#include "domain/kernel/json.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <boost/json/src.hpp>
#include <set>
#include <stdexcept>

#include "domain/kernel/eight_bytes.hpp"
#include "domain/kernel/json_arena.hpp"

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
// Fills `to`, in the memory `to` has; false: `fault` says why not.
bool convert(const dom::element& element, std::size_t depth, Value& to, Fault& fault);

bool found(Fault& fault, std::string_view what) {
    fault.what = what;
    return false;
}
bool found_within(Fault& fault, std::string place) {
    fault.pointer = std::move(place) + fault.pointer;
    return false;
}

bool convert_array(const dom::array& source, std::size_t depth, Array& to, Fault& fault) {
    if (depth > depth_max) return found(fault, "is nested too deeply");
    to.reserve(source.size());
    for (const auto item : source) {
        if (!convert(item, depth + 1, to.emplace_back(nullptr), fault))
            return found_within(fault, pointer("", to.size() - 1));
    }
    return true;
}

bool convert_object(const dom::object& source, std::size_t depth, Object& to, Fault& fault) {
    if (depth > depth_max) return found(fault, "is nested too deeply");
    to.reserve(source.size());
    for (const auto field : source) {
        const auto [at, fresh] = to.emplace(field.key, nullptr);
        if (!fresh) found(fault, "occurs twice");
        if (!fresh || !convert(field.value, depth + 1, at->value(), fault))
            return found_within(fault, pointer("", field.key));
    }
    return true;
}

bool convert(const dom::element& element, std::size_t depth, Value& to, Fault& fault) {
    switch (element.type()) {
        case dom::element_type::ARRAY:
            return convert_array(element.get_array().value_unsafe(), depth, to.emplace_array(),
                                 fault);
        case dom::element_type::OBJECT:
            return convert_object(element.get_object().value_unsafe(), depth, to.emplace_object(),
                                  fault);
        case dom::element_type::INT64:
            to.emplace_int64() = element.get_int64().value_unsafe();
            return true;
        case dom::element_type::UINT64:
            to.emplace_uint64() = element.get_uint64().value_unsafe();
            return true;
        case dom::element_type::DOUBLE:
            to.emplace_double() = element.get_double().value_unsafe();
            return true;
        case dom::element_type::STRING:
            to.emplace_string().assign(element.get_string().value_unsafe());
            return true;
        case dom::element_type::BOOL:
            to.emplace_bool() = element.get_bool().value_unsafe();
            return true;
        case dom::element_type::NULL_VALUE:
            to.emplace_null();
            return true;
    }
    return found(fault, "is of an unknown kind");
}

Result<Value> parse_into(boost::json::storage_ptr memory, std::string_view text) {
    thread_local dom::parser parser;
    const auto parsed = parser.parse(text.data(), text.size(), true);
    if (parsed.error() != simdjson::SUCCESS) {
        if (parsed.error() == simdjson::EMPTY)
            return malformed("The body is empty; JSON expected.");
        return malformed(simdjson::error_message(parsed.error()));
    }
    Result<Value> value(std::in_place, std::move(memory));
    Fault fault;
    if (convert(parsed.value_unsafe(), 1, *value, fault)) return value;
    return malformed(fmt::format("The value at {} {}; at most {} levels, no key twice.",
                                 fault.pointer, fault.what, depth_max));
}
}  // namespace

Result<Value> parse(std::string_view text) {
    return parse_into({}, text);
}

Result<Value> Arena::parse(std::string_view text) {
    return parse_into(&memory_, text);
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
