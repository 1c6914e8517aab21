#include "domain/kernel/json.hpp"

#include <algorithm>
#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>

#include "tests/fuzz/fuzz_targets.hpp"

namespace almanac::fuzz {
namespace {
namespace json = kernel::json;

std::size_t depth(const json::Value& value) {
    std::size_t deepest = 0;
    if (value.is_array()) {
        for (const auto& item : value.get_array()) deepest = std::max(deepest, depth(item));
    } else if (value.is_object()) {
        for (const auto& member : value.get_object())
            deepest = std::max(deepest, depth(member.value()));
    } else {
        return 0;
    }
    return deepest + 1;
}

// Boost's parser rounds some fractions differently, so that numbers with one are only there.
bool same(const json::Value& a, const json::Value& b) {
    if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), same);
    if (a.is_object() && b.is_object()) {
        return a.get_object().size() == b.get_object().size() &&
               std::ranges::all_of(a.get_object(), [&](const auto& member) {
                   const auto* other = b.get_object().if_contains(member.key());
                   return other && same(member.value(), *other);
               });
    }
    return (a.is_double() && b.is_double()) || a == b;
}

std::string nested(std::string_view text, std::size_t levels) {
    return std::string(levels, '[') + std::string(text) + std::string(levels, ']');
}

void check_keys(const json::Object& object) {
    if (object.empty()) return;
    std::string twice = "{";
    json::append_string(twice, object.begin()->key());
    twice += ":0,";
    twice += json::dump(object).substr(1);
    require(!json::parse(twice), "an object with one key twice is refused");
}

void check_strings(const json::Value& value) {
    if (value.is_string()) {
        std::string text;
        json::append_string(text, std::string_view(value.get_string()));
        const auto read = json::parse(text);
        require(read && *read == value, "a string is written so that it is read again");
    } else if (value.is_array()) {
        for (const auto& item : value.get_array()) check_strings(item);
    } else if (value.is_object()) {
        for (const auto& member : value.get_object()) check_strings(member.value());
    }
}
}  // namespace

void json_reader(std::string_view input) {
    const auto value = json::parse(input);
    if (!value) {
        require(value.error().code == "malformed_json", "a refusal is malformed_json");
        return;
    }
    boost::system::error_code error;
    const auto other =
        boost::json::parse(boost::json::string_view(input.data(), input.size()), error);
    // Boost takes no exponent beyond an int, whatever stands before it; to simdjson it may be 0.
    const bool far = error == boost::json::error::exponent_overflow;
    require(!error || far, "what is accepted is JSON to another parser too");
    require(far || same(*value, other), "another parser reads the same value");

    const auto text = json::dump(*value);
    const auto again = json::parse(text);
    require(again && *again == *value, "what is written is read as the same value");
    require(json::dump(*again) == text, "the same value is written as the same bytes");
    std::string appended;
    json::append(appended, *value);
    require(appended == text, "append writes what dump writes");

    const auto levels = depth(*value);
    require(levels <= json::depth_max, "no more than 32 levels");
    require(json::parse(nested(text, json::depth_max - levels)).has_value(), "32 levels are taken");
    require(!json::parse(nested(text, json::depth_max - levels + 1)), "33 levels are refused");
    check_strings(*value);
    if (value->is_object()) check_keys(value->get_object());
}

}  // namespace almanac::fuzz
