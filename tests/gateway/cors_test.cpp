// Which pages may call and read, and that nothing is said where nothing was configured.
#include "gateway/cors.hpp"

#include <gtest/gtest.h>

#include <map>

#include "gateway/http_server.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway::testing {
namespace {

using Headers = std::map<std::string, std::string>;

Headers headers_of(const Response& response) {
    Headers headers;
    for (const auto& header : response.headers) headers.emplace(header.name, header.value);
    return headers;
}

Request request_of(std::string method, std::string origin = {}, std::string asks_for = {}) {
    Request request;
    request.method = std::move(method);
    if (!origin.empty()) request.headers.push_back({"origin", origin});
    if (!asks_for.empty())
        request.headers.push_back({"access-control-request-method", std::move(asks_for)});
    return request;
}

Headers dressed(const Cors& cors, const Request& request) {
    Response response;
    cors.dress(request, response);
    return headers_of(response);
}

constexpr const char* shop = "https://shop.example.com";

TEST(Cors, says_nothing_unless_origins_are_given) {
    const Cors off;
    EXPECT_FALSE(off.is_on());
    EXPECT_FALSE(off.preflight(request_of("OPTIONS", shop, "POST")));
    EXPECT_EQ(dressed(off, request_of("GET", shop)), Headers{});
}

TEST(Cors, a_page_that_may_call_is_named_and_others_are_not) {
    const Cors cors({shop, "http://localhost:3000"});
    for (const auto* origin : {shop, "http://localhost:3000"}) {
        const auto headers = dressed(cors, request_of("GET", origin));
        EXPECT_EQ(headers.at("Access-Control-Allow-Origin"), origin);
        EXPECT_EQ(headers.at("Vary"), "Origin");
    }
    for (const auto* origin :
         {"", "null", "https://shop.example.com.evil.com", "http://shop.example.com",
          "https://shop.example.com:8443", "https://SHOP.example.com", "*"}) {
        EXPECT_EQ(dressed(cors, request_of("GET", origin)), (Headers{{"Vary", "Origin"}}))
            << origin;
    }
}

TEST(Cors, any_page_means_any_and_never_with_credentials) {
    const Cors cors({"*"});
    for (const auto* origin : {"", "null", shop}) {
        const auto headers = dressed(cors, request_of("GET", origin));
        EXPECT_EQ(headers.at("Access-Control-Allow-Origin"), "*");
        EXPECT_FALSE(headers.contains("Access-Control-Allow-Credentials"));
        EXPECT_FALSE(headers.contains("Vary"));
    }
    // Others beside it change nothing.
    EXPECT_EQ(dressed(Cors({shop, "*"}), request_of("GET", shop)),
              dressed(cors, request_of("GET", shop)));
}

TEST(Cors, what_a_page_needs_can_be_sent_and_read) {
    const Cors cors({shop});
    const auto exposed = dressed(cors, request_of("GET", shop)).at("Access-Control-Expose-Headers");
    for (const auto* name : {"ETag", "Location", "Almanac-Position", "Almanac-Log", "RateLimit",
                             "Idempotent-Replayed", "RateLimit-Policy", "Retry-After"}) {
        EXPECT_NE(exposed.find(name), std::string::npos) << name;
    }
    const auto answer = cors.preflight(request_of("OPTIONS", shop, "PATCH"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 204);
    const auto headers = headers_of(*answer);
    for (const auto* name : {"Authorization", "Content-Type", "Idempotency-Key", "If-Match",
                             "Almanac-Min-Position", "Last-Event-ID"}) {
        EXPECT_NE(headers.at("Access-Control-Allow-Headers").find(name), std::string::npos) << name;
    }
    for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        EXPECT_NE(headers.at("Access-Control-Allow-Methods").find(method), std::string::npos);
    }
    EXPECT_GT(std::stoi(headers.at("Access-Control-Max-Age")), 0);
    EXPECT_FALSE(headers.contains("Access-Control-Allow-Credentials"));
}

TEST(Cors, only_a_preflight_of_a_page_that_may_call_is_one) {
    const Cors cors({shop});
    EXPECT_FALSE(cors.preflight(request_of("OPTIONS", shop)));
    EXPECT_FALSE(cors.preflight(request_of("OPTIONS", "", "POST")));
    EXPECT_FALSE(cors.preflight(request_of("OPTIONS", "https://other.example.com", "POST")));
    EXPECT_FALSE(cors.preflight(request_of("POST", shop, "POST")));
    EXPECT_TRUE(Cors({"*"}).preflight(request_of("OPTIONS", "https://other.example.com", "GET")));
}

TEST(Cors, an_origin_that_no_browser_sends_is_refused) {
    for (const auto* good : {"*", "https://a.b", "http://localhost:3000", "http://[::1]:8080",
                             "capacitor://localhost", "chrome-extension://abcdef"}) {
        EXPECT_EQ(cors_origin_fault(good), "") << good;
        EXPECT_NO_THROW(Cors({good})) << good;
    }
    for (const auto* bad : {"", "null", "shop.example.com", "https://", "https://a.b/",
                            "https://a.b/path", "https://A.b", "HTTPS://a.b", "https://a.b:443",
                            "http://a.b:80", "https://a.b:", "https://*.a.b",
                            "https://a.b, https://c.d", "https://u@a.b", "https://a b", "://a.b"}) {
        EXPECT_NE(cors_origin_fault(bad), "") << bad;
        EXPECT_THROW(Cors({bad}), std::runtime_error) << bad;
    }
}

TEST(Cors, a_page_can_read_what_the_server_itself_refuses) {
    ServerOptions options;
    options.max_body_bytes = 10;
    options.dress_refusal = [cors = Cors({shop})](const Request& request, Response& response) {
        cors.dress(request, response);
    };
    HttpServer server(options, answer_with_description);
    server.start();
    RawClient client(server.port());
    client.send(post("/", "more than ten bytes", "Origin: " + std::string(shop) + "\r\n"));
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.header("access-control-allow-origin"), shop);
    RawClient other(server.port());
    other.send("nonsense\r\n\r\n");
    const auto refused = other.receive();
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.header("vary"), "Origin");
    EXPECT_EQ(refused.headers.count("access-control-allow-origin"), 0U);
}

TEST(Cors, what_no_handler_answered_is_dressed_too) {
    ServerOptions options;
    options.dress_refusal = [](const Request&, Response& response) {
        response.set("Almanac-Sandbox", "true");
    };
    HttpServer server(options, [](const Request& request, Responder responder) {
        if (request.path == "/header") responder.send(Response{}.set("no token", ""));
    });
    server.start();
    for (const auto* path : {"/dropped", "/header"}) {
        RawClient client(server.port());
        client.send(get(path));
        const auto answer = client.receive();
        EXPECT_EQ(answer.status, 500) << path;
        EXPECT_EQ(answer.header("almanac-sandbox"), "true") << path;
    }
}

}  // namespace
}  // namespace almanac::gateway::testing
