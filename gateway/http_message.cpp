#include "gateway/http_message.hpp"

#include <algorithm>

#include "domain/kernel/json.hpp"

namespace almanac::gateway {

namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
    kernel::json::append_string(out, name);
    out += ':';
    kernel::json::append_string(out, value);
    out += ',';
}

}  // namespace

const std::string* Request::find_header(std::string_view lower_case_name) const {
    for (const Header& header : headers)
        if (header.name == lower_case_name) return &header.value;
    return nullptr;
}

std::string_view Request::header(std::string_view lower_case_name) const {
    const std::string* value = find_header(lower_case_name);
    return value ? std::string_view(*value) : std::string_view();
}

const std::string* Request::find_query(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return &value;
    return nullptr;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 203:
            return "Non-Authoritative Information";
        case 204:
            return "No Content";
        case 205:
            return "Reset Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 423:
            return "Locked";
        case 425:
            return "Too Early";
        case 426:
            return "Upgrade Required";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 451:
            return "Unavailable For Legal Reasons";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        case 507:
            return "Insufficient Storage";
        default:
            return "Unknown";
    }
}

std::string problem_body(const Problem& problem, std::string_view request_id) {
    std::string out;
    out.reserve(320 + problem.detail.size());
    out += '{';
    append_member(out, "type", "/docs/errors/" + problem.code);
    append_member(out, "title",
                  problem.title.empty() ? reason_phrase(problem.status) : problem.title);
    out += "\"status\":" + std::to_string(problem.status) + ',';
    append_member(out, "detail", problem.detail);
    append_member(out, "instance", request_id);
    append_member(out, "code", problem.code);
    out += "\"errors\":[";
    for (const kernel::FieldError& error : problem.errors) {
        if (out.back() != '[') out += ',';
        out += '{';
        append_member(out, "pointer", error.pointer);
        append_member(out, "code", error.code);
        append_member(out, "detail", error.detail);
        out.back() = '}';
    }
    out += "],\"retryable\":";
    out += problem.retryable ? "true}" : "false}";
    return out;
}

Response problem_response(const Problem& problem, std::string_view request_id) {
    Response response;
    response.status = problem.status;
    response.body = problem_body(problem, request_id);
    response.content_type = problem_content_type;
    if (problem.retry_after_seconds > 0)
        response.set("Retry-After", std::to_string(problem.retry_after_seconds));
    return response;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace almanac::gateway
