#include "gateway/http_message.hpp"

#include <map>

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
    static const std::map<int, std::string_view> phrases{
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {203, "Non-Authoritative Information"},
        {204, "No Content"},
        {205, "Reset Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {423, "Locked"},
        {425, "Too Early"},
        {426, "Upgrade Required"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {451, "Unavailable For Legal Reasons"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    const auto at = phrases.find(status);
    return at == phrases.end() ? "Unknown" : at->second;
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
