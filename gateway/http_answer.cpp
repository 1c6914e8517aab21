#include "gateway/http_answer.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "domain/kernel/id.hpp"
#include "gateway/compress.hpp"
#include "gateway/http_framing.hpp"

namespace almanac::gateway {

namespace {

constexpr std::size_t inline_body_bytes_max = 4096;  // one buffer, one copy, one packet

constexpr std::array<std::string_view, 5> own_headers = {
    "date", "content-length", "transfer-encoding", "connection", "x-request-id"};

bool is_own(std::string_view name) {
    return std::ranges::any_of(
        own_headers, [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

const Header* find(const Response& response, std::string_view name) {
    for (const Header& header : response.headers)
        if (equals_ignoring_case(header.name, name)) return &header;
    return nullptr;
}

bool is_sendable(const Response& response) {
    if (response.status < 200 || response.status > 599) return false;
    if (!is_field_value(response.content_type)) return false;
    return std::ranges::all_of(response.headers, [](const Header& header) {
        return is_token(header.name) && is_field_value(header.value);
    });
}

bool forbids_transform(const Response& response) {
    const Header* control = find(response, "cache-control");
    return control && control->value.find("no-transform") != std::string::npos;
}

// Answers whether the representation depends on Accept-Encoding; compresses where that was asked.
bool compress(Response& response, bool accepted) {
    if (response.body.size() <= compress_bytes_min || !is_compressible(response.content_type) ||
        find(response, "content-encoding") || forbids_transform(response))
        return false;
    if (!accepted) return true;
    if (auto packed = gzip(response.body)) {
        response.body = std::move(*packed);
        response.set("Content-Encoding", "gzip");
    }
    return true;
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

void append_number(std::string& head, std::size_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    head.append(digits.data(), end);
}

const std::string& date_now() {
    thread_local std::time_t second = 0;
    thread_local std::string text;
    if (const std::time_t now = std::time(nullptr); now != second) {
        second = now;
        text = http_date(now);
    }
    return text;
}

}  // namespace

std::optional<WireAnswer> encode_answer(Response response, const AnswerFacts& facts,
                                        bool keep_alive, bool streamed) {
    if (!is_sendable(response)) return {};
    const bool bodiless = response.status == 204 || response.status == 304;
    if (response.content_type.empty() && (streamed || !response.body.empty()))
        response.content_type = "application/json";
    const bool varies = !streamed && !bodiless && compress(response, facts.gzip_accepted);

    WireAnswer wire;
    wire.status = response.status;
    wire.streamed = streamed && !bodiless && !facts.head_only;
    wire.chunked = wire.streamed && facts.version_minor == 1;
    wire.close = !keep_alive || response.status == 400 || (wire.streamed && !wire.chunked);
    const bool small = response.body.size() <= inline_body_bytes_max;
    std::string& head = wire.head;
    head.reserve(384 + (small ? response.body.size() : 0));
    head.append("HTTP/1.1 ");
    append_number(head, static_cast<std::size_t>(response.status));
    head.append(" ").append(reason_phrase(response.status)).append("\r\n");
    append_header(head, "Date", date_now());
    if (!bodiless && !response.content_type.empty())
        append_header(head, "Content-Type", response.content_type);
    if (wire.chunked) {
        append_header(head, "Transfer-Encoding", "chunked");
    } else if (!streamed && !bodiless) {
        head.append("Content-Length: ");
        append_number(head, response.body.size());
        head.append("\r\n");
    }
    append_header(head, "X-Request-Id", facts.request_id);
    if (!facts.traceparent.empty() && !find(response, "traceparent"))
        append_header(head, "traceparent", facts.traceparent);
    for (const Header& header : response.headers)
        if (!is_own(header.name)) append_header(head, header.name, header.value);
    if (varies) append_header(head, "Vary", "Accept-Encoding");
    if (wire.close) append_header(head, "Connection", "close");
    head.append("\r\n");
    if (streamed || bodiless || facts.head_only) return wire;
    if (small)
        head.append(response.body);
    else
        wire.body = std::move(response.body);
    return wire;
}

bool is_traceparent(std::string_view text) {
    if (text.size() != 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 2 || i == 35 || i == 52) continue;
        const char c = text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    const auto all_zero = [](std::string_view part) {
        return part.find_first_not_of('0') == std::string_view::npos;
    };
    return text.substr(0, 2) != "ff" && !all_zero(text.substr(3, 32)) &&
           !all_zero(text.substr(36, 16));
}

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= 128 && is_visible_ascii(text);
}

std::string fresh_request_id() {
    constexpr std::size_t bytes_per_id = 10;
    thread_local std::array<unsigned char, bytes_per_id * 64> pool;
    thread_local std::size_t used = pool.size();
    if (used == pool.size()) {
        randombytes_buf(pool.data(), pool.size());
        used = 0;
    }
    std::array<std::uint8_t, bytes_per_id> random;
    std::copy_n(pool.begin() + static_cast<std::ptrdiff_t>(used), bytes_per_id, random.begin());
    used += bytes_per_id;
    const auto now = std::chrono::time_point_cast<kernel::Micros>(std::chrono::system_clock::now());
    return kernel::to_string(kernel::uuid_v7(now, random));
}

std::string http_date(std::time_t time) {
    static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm t{};
    gmtime_r(&time, &t);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                       months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour,
                       t.tm_min, t.tm_sec);
}

}  // namespace almanac::gateway
