#include "gateway/http_target.hpp"

#include <array>
#include <optional>

#include "gateway/http_message.hpp"

namespace almanac::gateway {

namespace {

std::unexpected<Fault> refuse(std::string_view detail) {
    return std::unexpected(Fault{400, "malformed_target", detail});
}

// RFC 3986: unreserved, sub-delims, ':' '@' '/' '%', in the query also '?', and there '[' ']',
// which many clients leave as they are (`filter[name]=x`).
constexpr std::string_view path_marks = "-._~!$&'()*+,;=:@/%";
constexpr std::string_view query_marks = "-._~!$&'()*+,;=:@/%?[]";

constexpr std::array<bool, 256> table_of(std::string_view marks) {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (char c : marks) table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr auto path_table = table_of(path_marks);
constexpr auto query_table = table_of(query_marks);

bool all_in(const std::array<bool, 256>& table, std::string_view text) {
    for (char c : text)
        if (!table[static_cast<unsigned char>(c)]) return false;
    return true;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// nullopt: a broken escape, not UTF-8, or a control character.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    bool plain = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return {};
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return {};
            c = static_cast<char>(high * 16 + low);
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x20 || byte == 0x7f) return {};
            plain = plain && byte < 0x80;
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out += c;
    }
    if (!plain && !is_utf8(out)) return {};
    return out;
}

std::string_view without_default_port(std::string_view authority, bool secure) {
    const std::string_view port = secure ? ":443" : ":80";
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return authority;
}

// The origin form within an absolute one, or nullopt.
std::optional<std::string> origin_of(std::string_view target, std::string_view host) {
    const std::size_t colon = target.find("://");
    const std::string_view scheme = target.substr(0, colon);
    const bool secure = equals_ignoring_case(scheme, "https");
    if (!secure && !equals_ignoring_case(scheme, "http")) return {};
    const std::string_view rest = target.substr(colon + 3);
    const std::size_t end = rest.find_first_of("/?");
    const std::string_view authority = rest.substr(0, end);
    if (authority.empty() || !equals_ignoring_case(without_default_port(authority, secure),
                                                   without_default_port(host, secure)))
        return {};
    if (end == std::string_view::npos) return "/";
    std::string origin(rest.substr(end));
    if (origin[0] == '?') origin.insert(0, "/");
    return origin;
}

std::optional<Fault> split_path(Target& target) {
    if (!all_in(path_table, target.path))
        return Fault{400, "malformed_target", "The path holds a character that must be encoded."};
    if (target.path == "/") return {};
    std::string_view rest = target.path;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const std::size_t end = std::min(rest.find('/'), rest.size());
        auto segment = decode(rest.substr(0, end), false);
        if (!segment)
            return Fault{
                400, "malformed_target",
                "The path's percent-encoding is broken, not UTF-8 or a control character."};
        if (*segment == "." || *segment == "..")
            return Fault{400, "malformed_target", "The path must not hold dot segments."};
        if (target.segments.size() == path_segments_max)
            return Fault{400, "malformed_target", "The path has too many segments."};
        target.segments.push_back(std::move(*segment));
        rest.remove_prefix(end);
    }
    return {};
}

std::optional<Fault> split_query(std::string_view query, Target& target) {
    if (!all_in(query_table, query))
        return Fault{400, "malformed_target", "The query holds a character that must be encoded."};
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, equals), true);
        auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!name || !value)
            return Fault{
                400, "malformed_target",
                "The query's percent-encoding is broken, not UTF-8 or a control character."};
        if (target.query.size() == query_parameters_max)
            return Fault{400, "malformed_target", "The query has too many parameters."};
        target.query.emplace_back(std::move(*name), std::move(*value));
    }
    return {};
}

}  // namespace

std::expected<Target, Fault> parse_target(std::string_view method, std::string_view target,
                                          std::string_view host) {
    Target out;
    if (!is_visible_ascii(target) || target.empty())
        return refuse("The request target must be visible ASCII.");
    if (method == "CONNECT")
        return std::unexpected(
            Fault{501, "method_not_implemented", "This server is no proxy: no CONNECT."});
    if (target == "*") {
        if (method != "OPTIONS") return refuse("The target `*` belongs to OPTIONS only.");
        out.origin = "*";
        out.path = "*";
        return out;
    }
    if (target[0] == '/') {
        out.origin = target;
    } else if (target.find("://") != std::string_view::npos) {
        auto origin = origin_of(target, host);
        if (!origin) return refuse("The absolute target does not name this host by http or https.");
        out.origin = std::move(*origin);
    } else {
        return refuse("The request target must begin with a slash.");
    }
    const std::size_t question = std::min(out.origin.find('?'), out.origin.size());
    out.path = out.origin.substr(0, question);
    if (auto fault = split_path(out)) return std::unexpected(*fault);
    if (question < out.origin.size())
        if (auto fault = split_query(std::string_view(out.origin).substr(question + 1), out))
            return std::unexpected(*fault);
    return out;
}

}  // namespace almanac::gateway
