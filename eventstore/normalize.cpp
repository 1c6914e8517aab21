#include "eventstore/normalize.hpp"

#include <fmt/format.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "domain/kernel/format.hpp"

namespace almanac::eventstore {
namespace {
using kernel::invalid_field;
using kernel::is_utf8;
using kernel::Result;

constexpr std::size_t email_bytes_max = 254;  // RFC 5321 4.5.3.1.3, without the angle brackets
constexpr std::size_t phone_digits_min = 7;
constexpr std::size_t phone_digits_max = 15;  // ITU-T E.164
constexpr std::size_t phone_text_bytes_max = 64;

const std::uint8_t* octets(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

// Takes over what libunistring allocated; an empty result may be a null pointer.
std::string taken(std::uint8_t* bytes, std::size_t size) {
    const std::unique_ptr<std::uint8_t, decltype(&std::free)> owner(bytes, &std::free);
    return bytes == nullptr ? std::string() : std::string(reinterpret_cast<char*>(bytes), size);
}

std::string normal(std::string_view text, uninorm_t form) {
    std::size_t size = 0;
    auto* bytes = u8_normalize(form, octets(text), text.size(), nullptr, &size);
    return taken(bytes, size);
}

std::string case_folded(std::string_view text, uninorm_t form) {
    std::size_t size = 0;
    auto* bytes = u8_casefold(octets(text), text.size(), nullptr, form, nullptr, &size);
    return taken(bytes, size);
}

// One character off the front; the text is valid UTF-8 and not empty.
ucs4_t next_character(std::string_view& text) {
    ucs4_t c = 0;
    const int size = u8_mbtouc(&c, octets(text), text.size());
    text.remove_prefix(static_cast<std::size_t>(size));
    return c;
}

void append_character(std::string& out, ucs4_t c) {
    std::array<std::uint8_t, 6> bytes{};
    const int size = u8_uctomb(bytes.data(), c, static_cast<int>(bytes.size()));
    out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

bool is_space(ucs4_t c) {
    return uc_is_property_white_space(c);
}

std::string trimmed(std::string_view text) {
    std::size_t first = text.size();
    std::size_t last = 0;
    for (auto rest = text; !rest.empty();) {
        const auto at = text.size() - rest.size();
        if (is_space(next_character(rest))) continue;
        first = std::min(first, at);
        last = text.size() - rest.size();
    }
    return first < last ? std::string(text.substr(first, last - first)) : std::string();
}

bool all_visible(std::string_view text) {
    while (!text.empty()) {
        const auto c = next_character(text);
        const bool hidden = uc_is_general_category(c, UC_CONTROL) ||
                            uc_is_general_category(c, UC_FORMAT) ||
                            uc_is_general_category(c, UC_UNASSIGNED);
        if (hidden || is_space(c)) return false;
    }
    return true;
}

// Letters that have no decomposition but are typed without their stroke or tie by many.
std::string_view opened_letter(ucs4_t c) {
    static constexpr auto table = std::to_array<std::pair<ucs4_t, std::string_view>>({
        {0x00e6, "ae"},
        {0x00f0, "d"},
        {0x00f8, "o"},
        {0x00fe, "th"},
        {0x0111, "d"},
        {0x0127, "h"},
        {0x0131, "i"},
        {0x0142, "l"},
        {0x014b, "n"},
        {0x0153, "oe"},
        {0x0167, "t"},
        {0x0180, "b"},
        {0x01b6, "z"},
    });
    const auto at = std::ranges::find(table, c, &std::pair<ucs4_t, std::string_view>::first);
    return at == table.end() ? std::string_view() : at->second;
}

std::string valid_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) append_character(out, next_character(text));  // U+FFFD for a bad byte
    return out;
}

// Digits of a phone as typed, without separators; nothing where something else is between.
Result<std::string> phone_digits(std::string_view text, std::string_view pointer) {
    const auto refuse = [&](std::string detail) {
        return invalid_field(std::string(pointer), "format", std::move(detail));
    };
    std::string digits;
    bool open = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c >= '0' && c <= '9') {
            digits += c;
        } else if (c == '(' || c == ')') {
            if (open == (c == '('))
                return refuse("The parentheses of the phone number do not pair.");
            open = c == '(';
            if (open && text.substr(i).starts_with("(0)")) {
                return refuse("Leave out the (0): write the number as it is dialled from abroad.");
            }
        } else if (c != ' ' && c != '.' && c != '-') {
            return refuse(
                "A phone number has digits, spaces, dots, dashes and parentheses only, after + or "
                "00.");
        }
    }
    if (open) return refuse("The parentheses of the phone number do not pair.");
    return digits;
}
}  // namespace

Result<std::string> normalize_email(std::string_view text, std::string_view pointer) {
    const auto refuse = [&](std::string detail) {
        return invalid_field(std::string(pointer), "format", std::move(detail));
    };
    if (!is_utf8(text)) return refuse("The e-mail address is not valid UTF-8.");
    if (text.size() > 4 * email_bytes_max) return refuse("An e-mail address has ≤ 254 bytes.");
    const auto composed = normal(trimmed(text), UNINORM_NFC);
    const auto folded = case_folded(composed, UNINORM_NFC);
    if (folded.empty()) return refuse("The e-mail address is empty.");
    if (std::max(composed.size(), folded.size()) > email_bytes_max) {
        return refuse("An e-mail address has ≤ 254 bytes.");
    }
    if (!all_visible(folded)) {
        return refuse("An e-mail address has no spaces, control or invisible characters.");
    }
    const auto at = folded.find('@');
    if (at == std::string::npos || folded.find('@', at + 1) != std::string::npos) {
        return refuse("An e-mail address has exactly one @.");
    }
    if (at == 0 || at + 1 == folded.size()) {
        return refuse("An e-mail address has a name before its @ and a domain after it.");
    }
    return folded;
}

Result<std::string> normalize_phone(std::string_view text, std::string_view pointer) {
    const auto refuse = [&](std::string detail) {
        return invalid_field(std::string(pointer), "format", std::move(detail));
    };
    if (!is_utf8(text)) return refuse("The phone number is not valid UTF-8.");
    const auto trimmed_text = trimmed(text);
    std::string_view rest = trimmed_text;
    if (rest.empty()) return refuse("The phone number is empty.");
    if (rest.size() > phone_text_bytes_max) return refuse("The phone number is too long.");
    const bool plus = rest.starts_with('+');
    const bool zeros = rest.starts_with("00");
    if (!plus && !zeros) {
        return refuse(
            "Write the phone number in its international form, with + or 00 and the country's "
            "code, "
            "such as +34 612 345 678.");
    }
    rest.remove_prefix(plus ? 1 : 2);
    auto digits = phone_digits(rest, pointer);
    if (!digits) return digits;
    if (digits->starts_with('0')) return refuse("No country's code begins with 0.");
    if (digits->size() < phone_digits_min || digits->size() > phone_digits_max) {
        return refuse(fmt::format("An international phone number has {} to {} digits, this one {}.",
                                  phone_digits_min, phone_digits_max, digits->size()));
    }
    return "+" + *digits;
}

std::string fold_for_search(std::string_view text) {
    const auto valid = is_utf8(text) ? std::string(text) : valid_utf8(text);
    const auto folded = case_folded(normal(valid, UNINORM_NFKD), UNINORM_NFKD);
    std::string out;
    out.reserve(folded.size());
    bool gap = false;
    for (std::string_view rest = folded; !rest.empty();) {
        const auto c = next_character(rest);
        if (is_space(c) || uc_is_general_category(c, UC_CONTROL)) {
            gap = !out.empty();
            continue;
        }
        if (uc_is_general_category(c, UC_NON_SPACING_MARK)) continue;
        if (gap) out += ' ';
        gap = false;
        const auto opened = opened_letter(c);
        if (opened.empty()) {
            append_character(out, c);
        } else {
            out += opened;
        }
    }
    return out;
}

}  // namespace almanac::eventstore
