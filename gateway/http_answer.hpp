// From a Response to the bytes of its head and body (RFC 9112), and the few values the server adds
// to every answer. Pure but for the clock and randomness of Date and request ids; any thread.
#pragma once
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http_message.hpp"

namespace almanac::gateway {

// What an answer depends on besides the Response; taken from the request it answers.
struct AnswerFacts {
    std::string request_id = {};
    std::string traceparent = {};  // "" where the request had no valid one
    int version_minor = 1;
    bool head_only = false;      // HEAD: headers as if for GET, no body
    bool gzip_accepted = false;  // by Accept-Encoding
};

struct WireAnswer {
    std::string head;  // with its CRLFCRLF; small bodies are appended here
    std::string body;
    int status = 0;
    bool close = false;     // announced by Connection: close
    bool streamed = false;  // pieces follow the head,
    bool chunked = false;   // as chunks (HTTP/1.1) or until the close (HTTP/1.0)
    std::size_t size() const { return head.size() + body.size(); }
};

// nullopt: the status is not 200..599, or a header cannot be sent (see Response).
// Every 400 closes, whatever `keep_alive` says. `streamed`: the body is left out, it follows in
// pieces unless the answer has none (HEAD, 204, 304).
std::optional<WireAnswer> encode_answer(Response response, const AnswerFacts& facts,
                                        bool keep_alive, bool streamed);

// W3C Trace Context, version 00 or later, ids not all zero.
bool is_traceparent(std::string_view text);
bool is_request_id(std::string_view text);  // 1..128 visible ASCII
std::string fresh_request_id();             // UUIDv7
std::string http_date(std::time_t time);    // RFC 9110 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT

}  // namespace almanac::gateway
