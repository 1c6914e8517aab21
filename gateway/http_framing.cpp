#include "gateway/http_framing.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "domain/kernel/format.hpp"
#include "gateway/http_message.hpp"

namespace almanac::gateway {

namespace {

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

constexpr std::array<bool, 256> token_table = [] {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (char c : token_marks) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

bool is_token_char(char c) {
    return token_table[static_cast<unsigned char>(c)];
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::unexpected<Fault> refuse(std::string_view detail) {
    return std::unexpected(Fault{400, "malformed_request", detail});
}

// RFC 9110 7.2: uri-host [ ":" port ]. An empty host names nothing and is refused.
bool is_host(std::string_view text) {
    if (text.empty() || text.size() > 255 + 6) return false;
    std::size_t at = 0;
    if (text[0] == '[') {
        at = text.find(']');
        if (at == std::string_view::npos || at < 3) return false;
        for (char c : text.substr(1, at - 1))
            if (hex_value(c) < 0 && c != ':' && c != '.') return false;
        ++at;
    } else {
        while (at < text.size() && text[at] != ':') {
            const char c = text[at++];
            const bool plain = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!plain && c != '-' && c != '.' && c != '_' && c != '~') return false;
        }
        if (at == 0) return false;
    }
    if (at == text.size()) return true;
    if (text[at++] != ':' || text.size() - at > 5) return false;
    while (at < text.size())
        if (!is_digit(text[at++])) return false;
    return true;
}

std::expected<Framing, Fault> check_request_line(std::string_view line) {
    Framing framing;
    const std::size_t method_end = line.find(' ');
    if (method_end == std::string_view::npos) return refuse("The request line is not complete.");
    framing.method = line.substr(0, method_end);
    if (!is_token(framing.method) || framing.method.size() > method_bytes_max)
        return refuse("The method is not a token of at most 32 characters.");
    const std::size_t target_end = line.find(' ', method_end + 1);
    if (target_end == std::string_view::npos) return refuse("The request line has no version.");
    framing.target = line.substr(method_end + 1, target_end - method_end - 1);
    if (framing.target.empty() || !is_visible_ascii(framing.target))
        return refuse("The request target must be visible ASCII, percent-encoded elsewhere.");
    const std::string_view version = line.substr(target_end + 1);
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
        version[6] != '.' || !is_digit(version[7]))
        return refuse("The request line does not end in one HTTP version.");
    if (version[5] != '1' || version[7] > '1')
        return std::unexpected(
            Fault{505, "http_version_not_supported", "This server speaks HTTP/1.1 and HTTP/1.0."});
    framing.version_minor = version[7] - '0';
    return framing;
}

// Headers that decide over framing or identity and must not come twice.
enum Singleton : unsigned {
    host = 1,
    content_length = 2,
    transfer_encoding = 4,
    expect = 8,
    content_type = 16,
    authorization = 32,
    idempotency_key = 64,
    none = 0
};

Singleton singleton(std::string_view name) {
    switch (name.size()) {
        case 4:
            return equals_ignoring_case(name, "host") ? host : none;
        case 6:
            return equals_ignoring_case(name, "expect") ? expect : none;
        case 12:
            return equals_ignoring_case(name, "content-type") ? content_type : none;
        case 13:
            return equals_ignoring_case(name, "authorization") ? authorization : none;
        case 14:
            return equals_ignoring_case(name, "content-length") ? content_length : none;
        case 15:
            return equals_ignoring_case(name, "idempotency-key") ? idempotency_key : none;
        case 17:
            return equals_ignoring_case(name, "transfer-encoding") ? transfer_encoding : none;
        default:
            return none;
    }
}

std::expected<std::uint64_t, Fault> parse_content_length(std::string_view value) {
    if (value.empty() || value.size() > 18 || (value.size() > 1 && value[0] == '0'))
        return refuse("Content-Length must be one plain number.");
    std::uint64_t length = 0;
    for (char c : value) {
        if (!is_digit(c)) return refuse("Content-Length must be one plain number.");
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return length;
}

std::optional<Fault> apply_singleton(Singleton which, std::string_view value, Framing& framing) {
    switch (which) {
        case host:
            if (!is_host(value)) return Fault{.detail = "Host is not a host with optional port."};
            framing.host = value;
            return {};
        case content_length: {
            const auto length = parse_content_length(value);
            if (!length) return length.error();
            framing.content_length = *length;
            return {};
        }
        case transfer_encoding:
            if (!equals_ignoring_case(value, "chunked"))
                return Fault{.detail = "Transfer-Encoding must be exactly `chunked`."};
            framing.chunked = true;
            return {};
        case expect:
            if (!equals_ignoring_case(value, "100-continue"))
                return Fault{417, "expectation_failed", "Only 100-continue can be expected."};
            framing.expect_continue = true;
            return {};
        case content_type:
        case authorization:
        case idempotency_key:
        case none:
            return {};
    }
    return {};
}

std::optional<Fault> check_field(std::string_view line, unsigned& seen, Framing& framing) {
    if (line[0] == ' ' || line[0] == '\t')
        return Fault{.detail = "A header must not be folded over several lines."};
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Fault{.detail = "A header line has no colon."};
    const std::string_view name = line.substr(0, colon);
    if (!is_token(name))
        return Fault{.detail = "A header name must be a token, directly before its colon."};
    const std::string_view value = trim_whitespace(line.substr(colon + 1));
    if (!is_field_value(value))
        return Fault{.detail = "A header value holds control characters or is not UTF-8."};
    const Singleton which = singleton(name);
    if (which == none) return {};
    if (seen & which)
        return Fault{.detail =
                         "A header that must come once came twice (such as Host, "
                         "Content-Length, Transfer-Encoding, Authorization)."};
    seen |= which;
    return apply_singleton(which, value, framing);
}

}  // namespace

std::expected<std::size_t, Fault> find_head_end(std::string_view buffer, HeadScan& scan,
                                                std::size_t header_bytes_max) {
    if (!buffer.empty() && !is_token_char(buffer[0]))
        return refuse("The bytes received do not begin an HTTP request.");
    while (scan.scanned_bytes < buffer.size()) {
        const void* found = std::memchr(buffer.data() + scan.scanned_bytes, '\n',
                                        buffer.size() - scan.scanned_bytes);
        if (!found) {
            scan.scanned_bytes = buffer.size();
            break;
        }
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer.data());
        if (at == 0 || buffer[at - 1] != '\r') return refuse("Lines must end in CR LF.");
        if (scan.line_start == 0 && at > request_line_bytes_max) break;
        if (at + 1 > header_bytes_max) break;
        scan.scanned_bytes = at + 1;
        if (at - 1 == scan.line_start && scan.line_start != 0) return at + 1;
        scan.line_start = at + 1;
    }
    if (scan.line_start == 0 && buffer.size() > request_line_bytes_max)
        return std::unexpected(Fault{414, "uri_too_long", "The request line is too long."});
    if (buffer.size() >= header_bytes_max)
        return std::unexpected(
            Fault{431, "header_too_large", "The request line and headers are too large."});
    return std::size_t{0};
}

std::expected<Framing, Fault> check_head(std::string_view head, std::size_t header_fields_max) {
    if (!head.ends_with("\r\n\r\n")) return refuse("The head is not complete.");
    head.remove_suffix(2);
    std::size_t line_end = head.find("\r\n");
    auto framing = check_request_line(head.substr(0, line_end));
    if (!framing) return framing;
    head.remove_prefix(line_end + 2);
    unsigned seen = 0;
    std::size_t fields = 0;
    while (!head.empty()) {
        line_end = head.find("\r\n");
        if (line_end == 0) return refuse("The head ends in its middle.");
        if (++fields > header_fields_max)
            return std::unexpected(Fault{431, "header_too_large", "There are too many headers."});
        if (auto fault = check_field(head.substr(0, line_end), seen, *framing))
            return std::unexpected(*fault);
        head.remove_prefix(line_end + 2);
    }
    if (framing->version_minor == 1 && !(seen & host)) return refuse("The Host header is missing.");
    if (framing->chunked && framing->content_length)
        return refuse("Content-Length and Transfer-Encoding exclude each other.");
    if (framing->chunked && framing->version_minor == 0)
        return refuse("HTTP/1.0 knows no Transfer-Encoding.");
    if (framing->version_minor == 0) framing->expect_continue = false;
    return framing;
}

std::expected<std::size_t, Fault> ChunkScanner::feed(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && state_ != State::done) {
        if (state_ == State::data) {
            const std::uint64_t taken =
                std::min<std::uint64_t>(chunk_bytes_left_, bytes.size() - at);
            at += static_cast<std::size_t>(taken);
            chunk_bytes_left_ -= taken;
            if (chunk_bytes_left_ == 0) state_ = State::data_cr;
            continue;
        }
        if (auto fault = step(bytes[at])) return std::unexpected(*fault);
        ++at;
    }
    return at;
}

std::optional<Fault> ChunkScanner::end_of_size_line() {
    line_bytes_ = 0;
    size_digits_ = 0;
    if (chunk_bytes_left_ == 0) {
        state_ = State::end_cr;
        return {};
    }
    if (chunk_bytes_left_ > body_bytes_max_ - body_bytes_)
        return Fault{413, "body_too_large", "The body is larger than this resource takes."};
    body_bytes_ += chunk_bytes_left_;
    state_ = State::data;
    return {};
}

std::optional<Fault> ChunkScanner::step(char c) {
    const Fault bad{.detail = "The chunked body is not well-formed."};
    switch (state_) {
        case State::size_first:
        case State::size: {
            const int digit = hex_value(c);
            if (digit >= 0) {
                if (++size_digits_ > 15) return bad;
                chunk_bytes_left_ = chunk_bytes_left_ * 16 + static_cast<std::uint64_t>(digit);
                state_ = State::size;
                return {};
            }
            if (state_ == State::size_first) return bad;
            if (c == '\r')
                state_ = State::size_lf;
            else if (c == ';')
                state_ = State::extension;
            else
                return bad;
            return {};
        }
        case State::extension:
            if (c == '\r') {
                state_ = State::size_lf;
                return {};
            }
            if (c < 0x20 || c > 0x7e || ++line_bytes_ > chunk_line_bytes_max ||
                ++extension_bytes_ > chunk_extension_bytes_max)
                return bad;
            return {};
        case State::size_lf:
            return c == '\n' ? end_of_size_line() : bad;
        case State::data_cr:
            state_ = State::data_lf;
            return c == '\r' ? std::optional<Fault>{} : bad;
        case State::data_lf:
            state_ = State::size_first;
            return c == '\n' ? std::optional<Fault>{} : bad;
        case State::end_cr:
            state_ = State::end_lf;
            if (c == '\r') return {};
            return Fault{.detail = "Trailers after a chunked body are not taken."};
        case State::end_lf:
            state_ = State::done;
            return c == '\n' ? std::optional<Fault>{} : bad;
        case State::data:
        case State::done:
            return {};
    }
    return bad;
}

bool is_token(std::string_view text) {
    for (char c : text)
        if (!is_token_char(c)) return false;
    return !text.empty();
}

bool is_field_value(std::string_view text) {
    const auto forbidden = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    };
    if (kernel::has_control(text) && std::ranges::any_of(text, forbidden)) return false;
    return is_utf8(text);
}

std::string_view trim_whitespace(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace almanac::gateway
