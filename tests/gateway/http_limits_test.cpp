// Slow, large and greedy clients: each is refused or cut, none costs unbounded memory. Timeouts are
// set small and the test waits for the server's close, so nothing here sleeps or measures time.
#include <gtest/gtest.h>

#include <thread>

#include "domain/kernel/json.hpp"
#include "gateway/http_server.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway::testing {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<HttpServer> served(ServerOptions options,
                                   Handler handler = answer_with_description) {
    auto server = std::make_unique<HttpServer>(std::move(options), std::move(handler));
    server->start();
    return server;
}

std::string code_of(const Answer& answer) {
    if (answer.body.empty()) return "";
    return std::string(kernel::json::parse_own(answer.body).at("code").as_string());
}

TEST(HttpLimits, a_slow_head_gets_408) {
    const auto server = served({.header_timeout = 50ms});
    RawClient client(server->port());
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX-");
    const Answer answer = client.receive();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(code_of(answer), "request_timeout");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.receive_until_close());
    EXPECT_EQ(server->stats().refused_for(Refusal::header_timeout), 1u);
}

TEST(HttpLimits, a_head_that_drips_gets_408_all_the_same) {
    // Each byte waits until the server has read the one before: progress never stops, and a head of
    // a megabyte could not be filled within the timeout.
    const auto server = served({.header_timeout = 50ms, .max_header_bytes = 1024 * 1024});
    RawClient client(server->port());
    std::uint64_t sent = 0;
    std::string drop = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    while (client.send(drop)) {
        sent += drop.size();
        drop = "a";
        while (server->stats().bytes_read < sent && !client.poll_some()) std::this_thread::yield();
        if (client.poll_some()) break;
    }
    const Answer answer = client.receive();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(code_of(answer), "request_timeout");
}

TEST(HttpLimits, a_slow_body_gets_408) {
    const auto server = served({.body_timeout = 50ms});
    for (const char* start :
         {"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
          "Transfer-Encoding: chunked\r\n\r\n"}) {
        RawClient client(server->port());
        client.send("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(start));
        EXPECT_EQ(client.receive().status, 408);
        EXPECT_TRUE(client.receive_until_close());
    }
    EXPECT_EQ(server->stats().refused_for(Refusal::body_timeout), 3u);
}

TEST(HttpLimits, an_idle_connection_is_closed_in_silence) {
    const auto server = served({.idle_timeout = 50ms});
    RawClient fresh(server->port());
    std::string received;
    EXPECT_TRUE(fresh.receive_until_close(&received));
    EXPECT_EQ(received, "");
    RawClient used(server->port());
    used.send(get("/a"));
    EXPECT_EQ(used.receive().body, "GET [a]");
    EXPECT_TRUE(used.receive_until_close(&received));
    EXPECT_EQ(received, "");
}

TEST(HttpLimits, a_declared_body_too_large_gets_413_at_once) {
    const auto server = served({.max_body_bytes = 1000});
    RawClient fits(server->port());
    fits.send(post("/", std::string(1000, 'a')));
    EXPECT_EQ(fits.receive().status, 200);
    RawClient client(server->port());
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
    const Answer answer = client.receive();
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(code_of(answer), "body_too_large");
    EXPECT_TRUE(client.receive_until_close());
    EXPECT_EQ(server->stats().refused_for(Refusal::body_too_large), 1u);
}

TEST(HttpLimits, a_client_that_sends_on_still_gets_its_413) {
    const auto server = served({.max_body_bytes = 1000});
    RawClient client(server->port());
    client.send(post("/", std::string(3 * 1024 * 1024, 'a')));
    EXPECT_EQ(client.receive().status, 413) << "not lost to a connection reset";
}

TEST(HttpLimits, a_chunked_body_too_large_gets_413_while_reading) {
    const auto server = served({.max_body_bytes = 1000});
    RawClient client(server->port());
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "64\r\n" + std::string(100, 'a') + "\r\n";
    for (int i = 0; i < 10; ++i) client.send(chunk);
    client.send("1\r\n");
    EXPECT_EQ(client.receive().status, 413);
    EXPECT_TRUE(client.receive_until_close());
}

TEST(HttpLimits, the_limit_of_a_body_may_depend_on_the_route) {
    const auto server =
        served({.max_body_bytes = 10, .body_limit = [](const Request& request) {
                    return request.segments.at(0) == "import" ? std::size_t{5000} : std::size_t{10};
                }});
    RawClient client(server->port());
    client.send(post("/import", std::string(5000, 'a')));
    EXPECT_EQ(client.receive().status, 200);
    client.send(post("/other", std::string(11, 'a')));
    EXPECT_EQ(client.receive().status, 413);
    RawClient root(server->port());
    root.send(post("/", "a"));
    EXPECT_EQ(root.receive().status, 500) << "the limit threw: refused, and the server lives";
}

TEST(HttpLimits, heads_too_large_get_431_and_lines_too_long_414) {
    const auto server = served({});
    const auto status = [&](const std::string& request) {
        RawClient client(server->port());
        client.send(request);
        const Answer answer = client.receive();
        EXPECT_TRUE(client.receive_until_close());
        return answer.status;
    };
    EXPECT_EQ(status(get("/", "X: " + std::string(17'000, 'a') + "\r\n")), 431);
    std::string fields;
    for (int i = 0; i < 64; ++i) fields += "X: 1\r\n";
    EXPECT_EQ(status(get("/", fields)), 431);
    EXPECT_EQ(status(get("/" + std::string(9000, 'a'))), 414);
    EXPECT_EQ(server->stats().refused_for(Refusal::header_too_large), 3u);
    RawClient client(server->port());
    client.send(get("/" + std::string(8000, 'a'), "X: " + std::string(8000, 'a') + "\r\n"));
    EXPECT_EQ(client.receive().status, 200) << "just under both limits";
}

TEST(HttpLimits, bodies_of_all_connections_share_one_bound) {
    Mailbox<Responder> held;
    const auto server =
        served({.max_buffered_body_bytes = 1500},
               [&](Request, Responder responder) { held.put(std::move(responder)); });
    RawClient first(server->port());
    first.send(post("/", std::string(1000, 'a')));
    Responder responder = held.take();
    RawClient second(server->port());
    second.send(post("/", std::string(1000, 'a')));
    const Answer refused = second.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("retry-after"), "1");
    responder.send({});
    EXPECT_EQ(first.receive().status, 200);
    RawClient third(server->port());
    third.send(post("/", std::string(1000, 'a')));
    held.take().send({});
    EXPECT_EQ(third.receive().status, 200) << "an answered request gives its share back";
}

TEST(HttpLimits, connections_above_the_maximum_are_told_so) {
    const auto server = served({.max_connections = 2});
    RawClient one(server->port());
    auto two = std::make_unique<RawClient>(server->port());
    for (RawClient* client : {&one, two.get()}) {
        client->send(get("/"));
        EXPECT_EQ(client->receive().status, 200);
    }
    RawClient three(server->port());
    const Answer refused = three.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(code_of(refused), "too_many_connections");
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_TRUE(three.receive_until_close());
    EXPECT_EQ(server->stats().refused_for(Refusal::too_many_connections), 1u);
    one.send(get("/"));
    EXPECT_EQ(one.receive().status, 200);
}

TEST(HttpLimits, a_client_that_does_not_read_its_answer_is_cut) {
    const auto server = served({.write_timeout = 50ms}, [](Request, Responder responder) {
        responder.send({.body = std::string(64 * 1024 * 1024, 'a'), .content_type = "image/png"});
    });
    RawClient client(server->port(), 4096);
    client.send(get("/"));
    // Waits for the cut without reading: peeks only at what is queued once the server has counted.
    while (server->stats().refused_for(Refusal::write_timeout) == 0) std::this_thread::yield();
    const Answer answer = client.receive();
    EXPECT_FALSE(answer.complete);
    EXPECT_EQ(server->stats().requests_in_flight, 0u);
}

TEST(HttpLimits, answers_larger_than_one_slice_arrive_whole) {
    const auto server = served({}, [](Request, Responder responder) {
        std::string body;
        for (int i = 0; body.size() < 5'000'000; ++i) body += std::to_string(i);
        responder.send({.body = std::move(body), .content_type = "image/png"});
    });
    RawClient client(server->port(), 8192);
    for (int round = 0; round < 2; ++round) {
        client.send(get("/"));
        const Answer answer = client.receive();
        ASSERT_TRUE(answer.complete);
        std::string expected;
        for (int i = 0; expected.size() < 5'000'000; ++i) expected += std::to_string(i);
        EXPECT_TRUE(answer.body == expected);
    }
}

}  // namespace
}  // namespace almanac::gateway::testing
