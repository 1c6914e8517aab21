#include "domain/kernel/format.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "domain/kernel/eight_bytes.hpp"
#include "domain/kernel/money.hpp"
#include "domain/kernel/time.hpp"

namespace almanac::kernel {
namespace {
bool lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_slug(std::string_view s) {
    if (s.empty() || s.front() == '-' || s.back() == '-') return false;
    if (s.find("--") != std::string_view::npos) return false;
    return std::ranges::all_of(s, [](char c) { return lower_or_digit(c) || c == '-'; });
}

bool is_domain(std::string_view domain) {
    if (domain.find('.') == std::string_view::npos || domain.size() > 253) return false;
    for (std::size_t at = 0; at <= domain.size();) {
        const auto end = std::min(domain.find('.', at), domain.size());
        const auto label = domain.substr(at, end - at);
        const bool shape =
            !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-';
        const auto allowed = [](char c) {
            return letter(c) || digit(c) || c == '-' || static_cast<unsigned char>(c) >= 0x80;
        };
        if (!shape || !std::ranges::all_of(label, allowed)) return false;
        at = end + 1;
    }
    return true;
}

// An address as mail servers take it (RFC 5321 dot-string; RFC 6531 letters); no quoted local part.
bool is_email(std::string_view s) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
    const auto at = s.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || s.size() > 254) return false;
    const auto local = s.substr(0, at);
    if (local.front() == '.' || local.back() == '.' || local.find("..") != local.npos) return false;
    const auto allowed = [](char c) {
        return !control(c) && std::string_view(" \"(),:;<>@[\\]").find(c) == std::string_view::npos;
    };
    return std::ranges::all_of(local, allowed) && is_domain(s.substr(at + 1));
}

bool is_e164(std::string_view s) {
    return s.size() >= 8 && s.size() <= 16 && s[0] == '+' && s[1] >= '1' && s[1] <= '9' &&
           std::ranges::all_of(s.substr(1), digit);
}

bool is_url(std::string_view s) {
    const bool scheme = s.starts_with("https://") || s.starts_with("http://");
    const auto bad = [](char c) {
        return control(c) || c == ' ' || c == '<' || c == '>' || c == '"';
    };
    return scheme && s.size() > 8 && std::ranges::none_of(s, bad);
}

bool is_color(std::string_view s) {
    const auto hex = [](char c) {
        return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    return s.size() == 7 && s[0] == '#' && std::ranges::all_of(s.substr(1), hex);
}

// BCP 47: `es`, `pt-BR`, `zh-Hant-TW`.
bool is_language(std::string_view s) {
    if (s.size() < 2 || s.size() > 35 || !letter(s[0]) || !letter(s[1])) return false;
    const auto allowed = [](char c) { return letter(c) || digit(c) || c == '-'; };
    return std::ranges::all_of(s, allowed) && s.back() != '-' && s.find("--") == s.npos;
}

bool is_country(std::string_view s) {
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return s.size() == 2 && std::ranges::all_of(s, upper);
}

bool has_control_but_whitespace(std::string_view s) {
    return has_control(s) && std::ranges::any_of(s, [](char c) {
               return control(c) && c != '\n' && c != '\t' && c != '\r';
           });
}
}  // namespace

bool is_utf8(std::string_view bytes) {
    constexpr std::size_t short_max = 128;  // most is short, and ASCII
    if (bytes.size() <= short_max && !any_eight(bytes, has_non_ascii)) return true;
    return simdjson::validate_utf8(bytes.data(), bytes.size());
}

bool has_control(std::string_view text) {
    return any_eight(text,
                     [](auto bytes) { return has_below(bytes, 0x20) || has_byte(bytes, 0x7f); });
}

bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e; });
}

std::size_t code_points(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(
        utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string_view format_name(Format format) {
    switch (format) {
        case Format::none:
            return "";
        case Format::slug:
            return "slug";
        case Format::email:
            return "email";
        case Format::phone:
            return "e164";
        case Format::url:
            return "uri";
        case Format::color:
            return "color";
        case Format::language:
            return "bcp47";
        case Format::currency:
            return "iso4217";
        case Format::zone:
            return "iana-time-zone";
        case Format::country:
            return "iso3166-1-alpha-2";
        case Format::text:
            return "";
    }
    return "";
}

std::optional<std::string> format_error(Format format, std::string_view text) {
    const auto unless = [](bool good, const char* sentence) {
        return good ? std::nullopt : std::optional<std::string>(sentence);
    };
    switch (format) {
        case Format::none:
        case Format::text:
            return unless(!has_control_but_whitespace(text), "Control characters are not allowed.");
        case Format::slug:
            return unless(is_slug(text), "Lower-case letters and digits, single dashes between.");
        case Format::email:
            return unless(is_email(text), "An e-mail address, e.g. maria@example.com.");
        case Format::phone:
            return unless(is_e164(text), "A phone number in E.164, e.g. +34612345678.");
        case Format::url:
            return unless(is_url(text), "An http or https address.");
        case Format::color:
            return unless(is_color(text), "A colour as #RRGGBB.");
        case Format::language:
            return unless(is_language(text), "A language tag (BCP 47), e.g. es or pt-BR.");
        case Format::currency:
            return unless(is_currency(text), "A currency code in force (ISO 4217), e.g. EUR.");
        case Format::zone:
            return unless(Zone::find(text).has_value(), "An IANA time zone, e.g. Europe/Madrid.");
        case Format::country:
            return unless(is_country(text), "A country code (ISO 3166-1 alpha-2), e.g. ES.");
    }
    return std::nullopt;
}

std::string slug_of(std::string_view name) {
    // Latin-1 letters in UTF-8 follow 0xc3; their plain forms in the order of the code points.
    static constexpr std::string_view plain =
        "aaaaaaaceeeeiiiidnooooo-ouuuuy-saaaaaaaceeeeiiiidnooooo-ouuuuy-y";
    std::string slug;
    for (std::size_t i = 0; i < name.size(); ++i) {
        char c = name[i];
        const auto byte = static_cast<unsigned char>(c);
        if (byte == 0xc3 && i + 1 < name.size()) {
            const auto next = static_cast<unsigned char>(name[++i]);
            c = next >= 0x80 && next < 0xc0 ? plain[next - 0x80u] : '-';
        } else if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
        if (lower_or_digit(c)) {
            slug += c;
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
    }
    if (slug.size() > 80) slug.resize(80);
    while (!slug.empty() && slug.back() == '-') slug.pop_back();
    return slug;
}

}  // namespace almanac::kernel
