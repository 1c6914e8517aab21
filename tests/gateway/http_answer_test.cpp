#include "gateway/http_answer.hpp"

#include <gtest/gtest.h>

#include <set>

#include "domain/kernel/id.hpp"
#include "domain/kernel/json.hpp"

namespace almanac::gateway {
namespace {

WireAnswer encoded(Response response, AnswerFacts facts = {}, bool keep_alive = true,
                   bool streamed = false) {
    if (facts.request_id.empty()) facts.request_id = "r1";
    auto wire = encode_answer(std::move(response), facts, keep_alive, streamed);
    EXPECT_TRUE(wire);
    return wire.value_or(WireAnswer{});
}

bool has(const WireAnswer& wire, std::string_view line) {
    return wire.head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

TEST(HttpAnswer, writes_head_and_small_body_in_one_piece) {
    Response response{.body = "{}"};
    response.set("ETag", "\"7\"");
    const WireAnswer wire = encoded(response);
    EXPECT_TRUE(wire.head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_TRUE(has(wire, "Content-Type: application/json"));
    EXPECT_TRUE(has(wire, "Content-Length: 2"));
    EXPECT_TRUE(has(wire, "X-Request-Id: r1"));
    EXPECT_TRUE(has(wire, "ETag: \"7\""));
    EXPECT_TRUE(wire.head.ends_with("\r\n\r\n{}"));
    EXPECT_EQ(wire.head.find("Server:"), std::string::npos);
    EXPECT_EQ(wire.head.find("Connection:"), std::string::npos);
    EXPECT_FALSE(wire.close);
}

TEST(HttpAnswer, closes_after_every_400_and_when_told) {
    EXPECT_TRUE(encoded({.status = 400}).close);
    EXPECT_TRUE(has(encoded({.status = 400}), "Connection: close"));
    EXPECT_FALSE(encoded({.status = 422}).close);
    EXPECT_TRUE(encoded({}, {}, false).close);
}

TEST(HttpAnswer, drops_the_body_of_head_but_keeps_its_length) {
    const WireAnswer wire = encoded({.body = "{\"a\":1}"}, {.head_only = true});
    EXPECT_TRUE(has(wire, "Content-Length: 7"));
    EXPECT_TRUE(wire.head.ends_with("\r\n\r\n"));
    EXPECT_TRUE(wire.body.empty());
}

TEST(HttpAnswer, gives_204_and_304_no_body_and_no_length) {
    for (int status : {204, 304}) {
        const WireAnswer wire = encoded({.status = status, .body = "x"});
        EXPECT_EQ(wire.head.find("Content-Length"), std::string::npos);
        EXPECT_TRUE(wire.head.ends_with("\r\n\r\n"));
        const WireAnswer streamed = encoded({.status = status}, {}, true, true);
        EXPECT_FALSE(streamed.streamed);
        EXPECT_EQ(streamed.head.find("Transfer-Encoding"), std::string::npos);
    }
}

TEST(HttpAnswer, refuses_headers_that_would_split_the_answer) {
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"X-A", "a\r\nX-B: c"},
                                                          {"X-A", "a\nb"},
                                                          {"X A", "a"},
                                                          {"", "a"},
                                                          {"X:A", "a"},
                                                          {"X-A", std::string("a\0b", 3)}}) {
        Response response;
        response.set(name, value);
        EXPECT_FALSE(encode_answer(response, {}, true, false)) << name << value;
    }
    EXPECT_FALSE(encode_answer({.content_type = "a/b\r\nX: y"}, {}, true, false));
    EXPECT_FALSE(encode_answer({.status = 101}, {}, true, false));
    EXPECT_FALSE(encode_answer({.status = 600}, {}, true, false));
}

TEST(HttpAnswer, ignores_headers_that_are_the_servers_own) {
    Response response{.body = "{}"};
    response.set("content-length", "99").set("CONNECTION", "upgrade").set("Transfer-Encoding", "x");
    const WireAnswer wire = encoded(response);
    EXPECT_EQ(wire.head.find("99"), std::string::npos);
    EXPECT_EQ(wire.head.find("upgrade"), std::string::npos);
    EXPECT_EQ(wire.head.find("Transfer-Encoding"), std::string::npos);
}

TEST(HttpAnswer, compresses_what_is_large_and_wanted) {
    const AnswerFacts wants{.gzip_accepted = true};
    const Response large{.body = std::string(5000, 'a')};
    const WireAnswer packed = encoded(large, wants);
    EXPECT_TRUE(has(packed, "Content-Encoding: gzip"));
    EXPECT_TRUE(has(packed, "Vary: Accept-Encoding"));
    EXPECT_LT(packed.size(), 1000u);
    const WireAnswer plain = encoded(large);
    EXPECT_FALSE(has(plain, "Content-Encoding: gzip"));
    EXPECT_TRUE(has(plain, "Vary: Accept-Encoding"));
    EXPECT_EQ(plain.body.size(), 5000u);
    EXPECT_EQ(encoded({.body = "small"}, wants).head.find("Vary"), std::string::npos);
    EXPECT_EQ(encoded({.body = std::string(5000, 'a'), .content_type = "image/png"}, wants)
                  .head.find("gzip"),
              std::string::npos);
    Response fixed = large;
    fixed.set("Cache-Control", "no-store, no-transform");
    EXPECT_FALSE(has(encoded(fixed, wants), "Content-Encoding: gzip"));
}

TEST(HttpAnswer, streams_chunked_or_until_the_close) {
    const WireAnswer chunked = encoded({.content_type = "text/event-stream"}, {}, true, true);
    EXPECT_TRUE(chunked.chunked && chunked.streamed && !chunked.close);
    EXPECT_TRUE(has(chunked, "Transfer-Encoding: chunked"));
    EXPECT_EQ(chunked.head.find("Content-Length"), std::string::npos);
    const WireAnswer old = encoded({}, {.version_minor = 0}, false, true);
    EXPECT_TRUE(!old.chunked && old.streamed && old.close);
}

TEST(HttpAnswer, returns_the_traceparent) {
    const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    EXPECT_TRUE(has(encoded({}, {.traceparent = trace}), "traceparent: " + trace));
    EXPECT_TRUE(is_traceparent(trace));
    for (const char* bad : {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"})
        EXPECT_FALSE(is_traceparent(bad)) << bad;
}

TEST(HttpAnswer, writes_dates_as_rfc_9110) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(RequestId, is_taken_when_visible_ascii_and_made_otherwise) {
    EXPECT_TRUE(is_request_id("abc-123"));
    EXPECT_TRUE(is_request_id(std::string(128, 'a')));
    for (const std::string& bad : {std::string(), std::string(129, 'a'), std::string("a b"),
                                   std::string("\xc3\xa9"), std::string("a\x01")})
        EXPECT_FALSE(is_request_id(bad));
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = fresh_request_id();
        EXPECT_TRUE(kernel::parse_uuid(id));
        EXPECT_EQ(id[14], '7');
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(Problem, is_the_document_of_rfc_9457) {
    Problem problem{.status = 422, .code = "validation_failed", .detail = "Say \"when\"\n"};
    problem.errors = {{"/start", "required", "Missing."}, {"/a~1b", "type", "No."}};
    const auto json = kernel::json::parse_own(problem_body(problem, "r\"1")).as_object();
    EXPECT_EQ(json.at("type"), "/docs/errors/validation_failed");
    EXPECT_EQ(json.at("title"), "Unprocessable Content");
    EXPECT_EQ(json.at("status"), 422);
    EXPECT_EQ(json.at("detail"), "Say \"when\"\n");
    EXPECT_EQ(json.at("instance"), "r\"1");
    EXPECT_EQ(json.at("code"), "validation_failed");
    EXPECT_EQ(json.at("retryable"), false);
    ASSERT_EQ(json.at("errors").as_array().size(), 2u);
    EXPECT_EQ(json.at("errors").as_array()[1].at("pointer"), "/a~1b");
    const Response busy = problem_response(
        {.status = 503, .code = "view_behind", .retryable = true, .retry_after_seconds = 2}, "r");
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.content_type, problem_content_type);
    EXPECT_EQ(busy.headers.at(0), (Header{"Retry-After", "2"}));
    EXPECT_TRUE(kernel::json::parse_own(busy.body).at("errors").as_array().empty());
    EXPECT_EQ(kernel::json::parse_own(busy.body).at("retryable"), true);
}

}  // namespace
}  // namespace almanac::gateway
