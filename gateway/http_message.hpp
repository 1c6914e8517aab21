// What the edge hands inwards and takes back: plain requests, answers and problems, no Boost.
// A Request has passed the framing rules (http_framing.hpp) and the target rules (http_target.hpp):
// one unambiguous length, one Host, visible ASCII in the target, decoded text is valid UTF-8
// without control characters. Values only; no thread safety of their own, none needed.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/kernel/result.hpp"

namespace almanac::gateway {

struct Header {
    std::string name;  // in a Request always lower case
    std::string value;
    bool operator==(const Header&) const = default;
};

class BodySource;  // http_body.hpp

struct Request {
    std::string method;  // as sent; a token of at most 32 characters
    std::string target;  // origin form as sent, still percent-encoded ("/v1/x?limit=2"), or "*"
    std::string path;    // the target's part before '?', still percent-encoded

    // The path's segments, decoded one by one, so an encoded '/' stays inside its segment.
    // "/" -> {}, "/a/b" -> {a, b}, "/a/" -> {a, ""}, "//a" -> {"", a}: doubled and trailing slashes
    // stay visible as empty segments for the router to refuse. Segments "." and ".." never arrive.
    std::vector<std::string> segments;

    // Decoded name and value ('+' is a space), in order, repeated names kept; "a" alone has value
    // "". At most 128.
    std::vector<std::pair<std::string, std::string>> query;

    std::vector<Header> headers;  // in order, repeated names kept; at most 64; values trimmed
    std::string body;             // decoded from its transfer coding
    std::shared_ptr<BodySource> body_source;  // of a body that is read while it is answered
    std::string remote_address;               // numeric address of the peer, no port
    std::string request_id;                   // the caller's X-Request-Id, else a fresh UUIDv7
    int version_minor = 1;                    // HTTP/1.0 or HTTP/1.1
    bool secure = false;                      // came over TLS

    // The first header of that name, which must be given in lower case; nullptr where there is
    // none.
    const std::string* find_header(std::string_view lower_case_name) const;
    // The same as text; "" where there is none.
    std::string_view header(std::string_view lower_case_name) const;
    // The first query parameter of that name; nullptr where there is none.
    const std::string* find_query(std::string_view name) const;
};

// The server itself writes Date, Content-Length, Transfer-Encoding, Connection, X-Request-Id,
// Content-Encoding of its own gzip, and Vary: Accept-Encoding; headers of these first five names
// given here are ignored. A header whose name is no token or whose value holds a control character
// turns the answer into a 500, so that no text of a user can split an answer.
struct Response {
    int status = 200;
    std::vector<Header> headers = {};
    std::string body = {};
    std::string content_type = {};  // "" -> "application/json" where there is a body

    Response& set(std::string name, std::string value) {
        headers.push_back({std::move(name), std::move(value)});
        return *this;
    }
};

// RFC 9457. `type` is "/docs/errors/<code>", `title` the status' reason phrase unless given.
struct Problem {
    int status = 500;
    std::string code = {};  // stable: `malformed_request`, `scheduling.slot_taken`
    std::string detail = {};
    std::vector<kernel::FieldError> errors = {};
    bool retryable = false;
    int retry_after_seconds = 0;  // > 0: sent as Retry-After
    std::string title = {};
};

inline constexpr std::string_view problem_content_type = "application/problem+json";

std::string_view reason_phrase(int status);  // RFC 9110 and 6585; "Unknown" for others
// The body as api.md lays it down: type, title, status, detail, instance, code, errors, retryable.
std::string problem_body(const Problem& problem, std::string_view request_id);
Response problem_response(const Problem& problem, std::string_view request_id);

bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII only

}  // namespace almanac::gateway
