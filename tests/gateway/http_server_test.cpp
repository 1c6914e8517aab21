#include "gateway/http_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "domain/kernel/id.hpp"
#include "domain/kernel/json.hpp"
#include "tests/gateway/malformed_requests.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway::testing {
namespace {

class HttpServerTest : public ::testing::Test {
  protected:
    void serve(Handler handler = answer_with_description, ServerOptions options = {}) {
        server_ = std::make_unique<HttpServer>(std::move(options), std::move(handler));
        server_->start();
    }
    // One connection, one request, one answer.
    Answer ask(const std::string& request, bool to_head = false) {
        RawClient client(server_->port());
        client.send(request);
        return client.receive(to_head);
    }
    std::unique_ptr<HttpServer> server_;
};

void expect_problem(const Answer& answer, int status, std::string_view code) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    ASSERT_TRUE(answer.complete);
    const auto json = kernel::json::parse_own(answer.body).as_object();
    EXPECT_EQ(json.at("code").as_string(), code);
    EXPECT_EQ(json.at("status"), status);
    EXPECT_EQ(json.at("instance").as_string(), answer.header("x-request-id"));
}

TEST_F(HttpServerTest, hands_over_the_request_and_brings_back_the_answer) {
    serve();
    const Answer answer = ask(post("/v1/a%2Fb/c?x=1&y=a+b&x=2", "hello", "X-Test: yes\r\n"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST [v1] [a/b] [c] x=1 y=a b x=2 x-test:yes body:hello");
    EXPECT_EQ(answer.header("content-type"), "text/plain");
    EXPECT_EQ(answer.header("content-length"), std::to_string(answer.body.size()));
    EXPECT_FALSE(answer.header("date").empty());
    EXPECT_TRUE(kernel::parse_uuid(answer.header("x-request-id")));
    EXPECT_EQ(answer.headers.count("server"), 0u);
    EXPECT_EQ(answer.headers.count("connection"), 0u);
}

TEST_F(HttpServerTest, refuses_every_malformed_request_with_a_problem_and_closes) {
    std::atomic<int> handled = 0;
    serve([&](Request request, Responder responder) {
        ++handled;
        answer_with_description(std::move(request), std::move(responder));
    });
    auto table = malformed_framings();
    for (auto& bad : malformed_targets()) table.push_back(std::move(bad));
    for (const Malformed& bad : table) {
        SCOPED_TRACE(bad.why);
        RawClient client(server_->port());
        // A second request behind it must never be seen as one.
        client.send(bad.bytes + get("/smuggled"));
        const Answer answer = client.receive();
        EXPECT_EQ(answer.status, bad.status);
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_EQ(answer.header("content-type"), "application/problem+json");
        std::string rest;
        EXPECT_TRUE(client.receive_until_close(&rest));
        EXPECT_EQ(rest, "");
    }
    EXPECT_EQ(handled, 0);
    const ServerStats stats = server_->stats();
    EXPECT_EQ(stats.requests, 0u);
    EXPECT_GT(stats.refused_for(Refusal::malformed), 100u);
    EXPECT_EQ(stats.refused_for(Refusal::unsupported_version), 4u);
    EXPECT_EQ(stats.refused_for(Refusal::unsupported_method), 1u);
    EXPECT_EQ(stats.refused_for(Refusal::unsupported_expect), 1u);
}

TEST_F(HttpServerTest, refuses_malformed_requests_that_come_byte_by_byte) {
    serve();
    for (const Malformed& bad : malformed_framings()) {
        SCOPED_TRACE(bad.why);
        RawClient client(server_->port());
        for (char c : bad.bytes)
            if (!client.send(std::string_view(&c, 1))) break;
        EXPECT_EQ(client.receive().status, bad.status);
        EXPECT_TRUE(client.receive_until_close());
    }
}

TEST_F(HttpServerTest, survives_mutated_requests) {
    // Whatever the bytes: each answer is a whole answer, and the server lives.
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    serve();
    std::vector<std::string> seeds;
    for (const Malformed& bad : malformed_framings()) seeds.push_back(bad.bytes);
    seeds.push_back(chunked("5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n"));
    seeds.push_back(post("/a?b=c", "hello", "Expect: 100-continue\r\nX-A: b\r\n"));
    for (int round = 0; round < 1500; ++round) {
        std::string bytes = seeds[random() % seeds.size()] + seeds[random() % seeds.size()];
        for (int change = static_cast<int>(random() % 3); change > 0; --change) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 3) {
                case 0:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 1:
                    bytes.insert(at, bytes.substr(random() % bytes.size(), 7));
                    break;
                default:
                    bytes.erase(at, 1 + random() % 5);
            }
            if (bytes.empty()) bytes = "G";
        }
        RawClient client(server_->port());
        client.send(bytes);
        client.finish_sending();
        for (;;) {
            const Answer answer = client.receive(bytes.starts_with("HEAD"));
            if (answer.status == 0) break;
            ASSERT_TRUE(answer.complete) << bytes;
            if (answer.header("connection") == "close") break;
        }
    }
    EXPECT_EQ(ask(get("/alive")).body, "GET [alive]");
}

TEST_F(HttpServerTest, takes_fair_headers) {
    serve();
    for (const std::string& lines : fair_header_lines()) {
        const bool chunks = lines.starts_with("Transfer-Encoding");
        EXPECT_EQ(ask(get("/", lines) + (chunks ? "0\r\n\r\n" : "")).status, 200) << lines;
    }
}

TEST_F(HttpServerTest, keeps_the_connection_and_answers_one_request_after_the_other) {
    serve();
    RawClient client(server_->port());
    for (int i = 0; i < 50; ++i) {
        client.send(get("/" + std::to_string(i)));
        EXPECT_EQ(client.receive().body, "GET [" + std::to_string(i) + "]");
    }
    EXPECT_EQ(server_->stats().connections_accepted, 1u);
    EXPECT_EQ(server_->stats().requests, 50u);
}

TEST_F(HttpServerTest, answers_pipelined_requests_in_order) {
    // Every second answer comes late and from another thread, and yet none overtakes.
    std::vector<std::jthread> threads;
    std::mutex mutex;
    serve([&](Request request, Responder responder) {
        if (request.segments[0].back() % 2 == 0)
            return answer_with_description(std::move(request), std::move(responder));
        const std::scoped_lock lock(mutex);
        threads.emplace_back(
            [request = std::move(request), responder = std::move(responder)]() mutable {
                answer_with_description(std::move(request), std::move(responder));
            });
    });
    RawClient client(server_->port());
    std::string all;
    for (int i = 0; i < 40; ++i)
        all += i % 3 == 0 ? post("/" + std::to_string(i), "b" + std::to_string(i))
                          : get("/" + std::to_string(i));
    client.send(all);
    for (int i = 0; i < 40; ++i) {
        const std::string n = std::to_string(i);
        EXPECT_EQ(client.receive().body,
                  i % 3 == 0 ? "POST [" + n + "] body:b" + n : "GET [" + n + "]");
    }
}

TEST_F(HttpServerTest, reads_chunked_bodies) {
    serve();
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(ask(head + "5\r\nhello\r\n6;a=\"b\"\r\n world\r\n0\r\n\r\n").body,
              "POST body:hello world");
    EXPECT_EQ(ask(head + "0\r\n\r\n").body, "POST");
    const std::string whole = head + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n" + get("/next");
    for (std::size_t cut = 1; cut < whole.size(); cut += 3) {
        RawClient client(server_->port());
        client.send(std::string_view(whole).substr(0, cut));
        client.send(std::string_view(whole).substr(cut));
        EXPECT_EQ(client.receive().body, "POST body:abc0123456789");
        EXPECT_EQ(client.receive().body, "GET [next]");
    }
}

TEST_F(HttpServerTest, reads_bodies_that_come_byte_by_byte) {
    serve();
    RawClient client(server_->port());
    for (char c : post("/a", "0123456789") + get("/b")) client.send(std::string_view(&c, 1));
    EXPECT_EQ(client.receive().body, "POST [a] body:0123456789");
    EXPECT_EQ(client.receive().body, "GET [b]");
}

TEST_F(HttpServerTest, says_continue_before_it_waits_for_a_body) {
    serve();
    RawClient client(server_->port());
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.receive().status, 100);
    client.send("hello");
    EXPECT_EQ(client.receive().body, "POST body:hello");
    client.send(post("/", "there", "Expect: 100-continue\r\n"));
    EXPECT_EQ(client.receive().body, "POST body:there") << "the body is there: no 100";
    client.send(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n"
        "Expect: 100-continue\r\n\r\n");
    expect_problem(client.receive(), 413, "body_too_large");
}

TEST_F(HttpServerTest, passes_head_and_options_to_the_handler) {
    serve();
    const Answer head = ask("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n", true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), "8");
    RawClient client(server_->port());
    client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + get("/b"));
    EXPECT_EQ(client.receive(true).status, 200);
    EXPECT_EQ(client.receive().body, "GET [b]") << "no body was sent for HEAD";
    EXPECT_EQ(ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").body, "OPTIONS");
    EXPECT_EQ(ask("OPTIONS /a HTTP/1.1\r\nHost: h\r\n\r\n").body, "OPTIONS [a]");
    EXPECT_EQ(ask("BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n").body, "BREW [pot]");
}

TEST_F(HttpServerTest, serves_http_1_0_once_per_connection) {
    serve();
    for (const char* lines : {"", "Host: h\r\n", "Host: h\r\nConnection: keep-alive\r\n"}) {
        RawClient client(server_->port());
        client.send("GET /a HTTP/1.0\r\n" + std::string(lines) + "\r\n");
        const Answer answer = client.receive();
        EXPECT_EQ(answer.body, "GET [a]");
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_TRUE(client.receive_until_close());
    }
}

TEST_F(HttpServerTest, closes_when_the_client_asks_for_it) {
    serve();
    RawClient client(server_->port());
    client.send(get("/a", "Connection: foo, Close\r\n") + get("/b"));
    EXPECT_EQ(client.receive().header("connection"), "close");
    std::string rest;
    EXPECT_TRUE(client.receive_until_close(&rest));
    EXPECT_EQ(rest, "");
}

TEST_F(HttpServerTest, closes_after_a_400_of_the_handler_too) {
    serve([](Request request, Responder responder) {
        responder.send(
            problem_response({.status = 400, .code = "malformed_json"}, request.request_id));
    });
    RawClient client(server_->port());
    client.send(get("/"));
    expect_problem(client.receive(), 400, "malformed_json");
    EXPECT_TRUE(client.receive_until_close());
}

TEST_F(HttpServerTest, forgives_one_empty_line_before_a_request) {
    serve();
    EXPECT_EQ(ask("\r\n" + get("/a")).body, "GET [a]");
    RawClient client(server_->port());
    client.send("\r");
    client.send("\n" + get("/a"));
    EXPECT_EQ(client.receive().body, "GET [a]");
    client.send("\r\n\r\n" + get("/a"));
    expect_problem(client.receive(), 400, "malformed_request");
}

TEST_F(HttpServerTest, answers_a_client_that_only_closed_its_sending_side) {
    serve();
    RawClient client(server_->port());
    client.send(get("/a"));
    client.finish_sending();
    EXPECT_EQ(client.receive().body, "GET [a]");
    EXPECT_TRUE(client.receive_until_close());
}

TEST_F(HttpServerTest, says_400_to_half_a_request) {
    serve();
    for (const std::string half :
         {"GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"}) {
        RawClient client(server_->port());
        client.send(half);
        client.finish_sending();
        expect_problem(client.receive(), 400, "malformed_request");
        EXPECT_TRUE(client.receive_until_close());
    }
    EXPECT_EQ(server_->stats().refused_for(Refusal::incomplete), 2u);
}

TEST_F(HttpServerTest, keeps_or_makes_the_request_id_and_returns_the_traceparent) {
    serve([](Request request, Responder responder) {
        responder.send({.body = request.request_id, .content_type = "text/plain"});
    });
    const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Answer answer = ask(get("/", "X-Request-Id: my-id\r\ntraceparent: " + trace + "\r\n"));
    EXPECT_EQ(answer.body, "my-id");
    EXPECT_EQ(answer.header("x-request-id"), "my-id");
    EXPECT_EQ(answer.header("traceparent"), trace);
    answer = ask(get("/", "X-Request-Id: not valid\r\ntraceparent: nonsense\r\n"));
    EXPECT_TRUE(kernel::parse_uuid(answer.body));
    EXPECT_EQ(answer.header("x-request-id"), answer.body);
    EXPECT_EQ(answer.headers.count("traceparent"), 0u);
}

TEST_F(HttpServerTest, answers_500_when_the_handler_forgets_throws_or_spoils_a_header) {
    serve([](Request request, Responder responder) {
        if (request.path == "/throw") throw std::runtime_error("secret");
        if (request.path == "/late-throw") {
            Responder mine = std::move(responder);
            throw 42;
        }
        if (request.path == "/split") {
            Response response;
            response.set("X-A", "b\r\nSet-Cookie: evil");
            responder.send(std::move(response));
        }
    });
    for (const char* path : {"/forget", "/throw", "/late-throw", "/split"}) {
        RawClient client(server_->port());
        client.send(get(path) + get("/forget"));
        const Answer answer = client.receive();
        expect_problem(answer, 500, "internal_error");
        EXPECT_EQ(answer.head.find("evil"), std::string::npos);
        EXPECT_EQ(answer.body.find("secret"), std::string::npos);
        EXPECT_EQ(client.receive().status, 500) << "the connection goes on";
    }
    EXPECT_EQ(server_->stats().refused_for(Refusal::handler_abandoned), 8u);
}

TEST_F(HttpServerTest, a_responder_answers_once) {
    std::promise<bool> second_refused;
    serve([&](Request request, Responder responder) {
        responder.send(describe(request));
        EXPECT_TRUE(responder.answered());
        try {
            responder.send({});
            second_refused.set_value(false);
        } catch (const std::logic_error&) {
            second_refused.set_value(true);
        }
    });
    EXPECT_EQ(ask(get("/")).status, 200);
    EXPECT_TRUE(second_refused.get_future().get());
}

TEST_F(HttpServerTest, compresses_large_answers_for_those_who_want_it) {
    serve([](Request, Responder responder) {
        Response response{.body = std::string(100'000, 'a')};
        response.set("ETag", "\"1\"");
        responder.send(std::move(response));
    });
    const Answer packed = ask(get("/", "Accept-Encoding: br, gzip;q=0.5\r\n"));
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
    EXPECT_EQ(packed.header("etag"), "\"1\"");
    EXPECT_LT(packed.body.size(), 1000u);
    EXPECT_TRUE(packed.complete);
    const Answer plain = ask(get("/", "Accept-Encoding: gzip;q=0\r\n"));
    EXPECT_EQ(plain.headers.count("content-encoding"), 0u);
    EXPECT_EQ(plain.body.size(), 100'000u);
}

TEST(HttpServerStart, explains_what_is_wrong) {
    const Handler handler = answer_with_description;
    HttpServer first({}, handler);
    first.start();
    ServerOptions same;
    same.port = first.port();
    HttpServer second(same, handler);
    try {
        second.start();
        FAIL() << "the port is taken";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find(std::to_string(first.port())), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("in use"), std::string::npos);
    }
    EXPECT_THROW(HttpServer({.io_threads = 0}, handler), std::runtime_error);
    EXPECT_THROW(HttpServer({.max_header_bytes = 10}, handler), std::runtime_error);
    EXPECT_THROW(HttpServer({}, nullptr), std::runtime_error);
    HttpServer elsewhere({.host = "no.such.host.invalid"}, handler);
    EXPECT_THROW(elsewhere.start(), std::runtime_error);
}

TEST(HttpServerStart, listens_on_names_and_addresses) {
    for (const char* host : {"localhost", "127.0.0.1"}) {
        HttpServer server({.host = host}, answer_with_description);
        server.start();
        EXPECT_NE(server.port(), 0);
    }
}

}  // namespace
}  // namespace almanac::gateway::testing
