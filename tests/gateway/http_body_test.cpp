// A body that is read while its request is answered: framing, backpressure, the client's leaving.
#include "gateway/http_body.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "gateway/http_server.hpp"
#include "tests/gateway/malformed_requests.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway::testing {
namespace {

using namespace std::chrono_literals;

struct Taken {
    std::shared_ptr<BodySource> body;
    std::unique_ptr<Responder> responder;
    BodyPiece next() const {
        std::promise<BodyPiece> promise;
        body->next([&](BodyPiece piece) { promise.set_value(std::move(piece)); });
        return promise.get_future().get();
    }
    // All that is left of it.
    BodyPiece rest() const {
        BodyPiece all;
        do {
            auto piece = next();
            all.bytes += piece.bytes;
            all.end = piece.end;
            all.fault = piece.fault;
        } while (all.end == BodyPiece::End::more);
        return all;
    }
};

// Hands every request with its unread body to the test.
struct BodyServer {
    explicit BodyServer(ServerOptions options = {}) {
        options.stream_body = [](const Request&) { return true; };
        options.max_body_bytes = 1'000;  // no limit of these
        server = std::make_unique<HttpServer>(
            std::move(options), [this](Request request, Responder responder) {
                auto body = request.body_source;
                taken.put({std::move(body), std::make_unique<Responder>(std::move(responder))});
            });
        server->start();
    }
    std::unique_ptr<HttpServer> server;
    Mailbox<Taken> taken;
};

const std::string chunked_head =
    "POST /import HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& bytes) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
}

TEST(HttpBody, comes_piece_by_piece_while_it_is_answered) {
    BodyServer served;
    RawClient client(served.server->port());
    client.send(chunked_head + chunk("one"));
    auto taken = served.taken.take();
    EXPECT_EQ(taken.next().bytes, "one");
    auto stream = taken.responder->stream({.body = "1", .content_type = "text/plain"});
    while (client.pending().find("1\r\n1\r\n") == std::string::npos)
        ASSERT_TRUE(client.receive_some()) << "the answer begins before the body ends";
    client.send(chunk("two"));
    EXPECT_EQ(taken.next().bytes, "two");
    stream.write("2");
    client.send("0\r\n\r\n");
    EXPECT_EQ(taken.next().end, BodyPiece::End::complete);
    stream.close();
    const auto answer = client.receive();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body, "12");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.receive_until_close());
}

TEST(HttpBody, of_a_known_length_and_of_none) {
    BodyServer served;
    for (const std::string body : {"", "x", "0123456789"}) {
        RawClient client(served.server->port());
        client.send(post("/import", body));
        auto taken = served.taken.take();
        const auto all = taken.rest();
        EXPECT_EQ(all.end, BodyPiece::End::complete);
        EXPECT_EQ(all.bytes, body);
        taken.responder->send({.body = "ok"});
        EXPECT_EQ(client.receive().body, "ok");
    }
}

TEST(HttpBody, a_question_for_it_that_fails_is_an_error_of_this_request_alone) {
    ServerOptions options;
    options.stream_body = [](const Request& request) -> bool {
        if (request.path == "/fails") throw std::runtime_error("no");
        return false;
    };
    HttpServer server(options, [](Request request, Responder responder) {
        responder.send({.body = std::move(request.body)});
    });
    server.start();
    RawClient client(server.port());
    client.send(post("/fails", "x"));
    EXPECT_EQ(client.receive().status, 500);
    RawClient other(server.port());
    other.send(post("/works", "x"));
    EXPECT_EQ(other.receive().body, "x");
}

TEST(HttpBody, waits_with_the_go_ahead_that_was_asked_for) {
    BodyServer served;
    RawClient client(served.server->port());
    client.send(
        "POST /import HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.receive().status, 100);
    client.send("hello");
    auto taken = served.taken.take();
    EXPECT_EQ(taken.rest().bytes, "hello");
    taken.responder->send({.body = "ok"});
    EXPECT_EQ(client.receive().body, "ok");
}

TEST(HttpBody, nothing_is_read_that_nobody_asked_for) {
    BodyServer served;
    RawClient client(served.server->port());
    client.send(chunked_head);
    auto taken = served.taken.take();
    auto stream = taken.responder->stream({.content_type = "text/plain"});
    // Until the kernel takes no more: the server leaves it there.
    const std::string block = chunk(std::string(64 * 1024, 'x'));
    std::size_t sent = 0;
    std::string waiting = block;
    while (true) {
        const auto n =
            ::send(client.native(), waiting.data(), waiting.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
        waiting.erase(0, static_cast<std::size_t>(n));
        if (waiting.empty()) waiting = block;
        ASSERT_LT(sent, 100UL << 20);
    }
    EXPECT_LE(served.server->stats().bytes_read, 128U * 1024);
    std::thread sender([&] { client.send(waiting + "0\r\n\r\n"); });
    const auto all = taken.rest();
    sender.join();
    EXPECT_EQ(all.end, BodyPiece::End::complete);
    EXPECT_EQ(all.bytes.size() % (64 * 1024), 0U);
    stream.close();
    EXPECT_TRUE(client.receive().complete);
}

TEST(HttpBody, a_piece_is_bounded_whatever_the_client_sends) {
    BodyServer served;
    RawClient client(served.server->port());
    const std::string body(5'000'000, 'y');
    std::thread sender([&] { client.send(post("/import", body)); });
    auto taken = served.taken.take();
    std::size_t bytes = 0;
    BodyPiece piece;
    do {
        piece = taken.next();
        EXPECT_LE(piece.bytes.size(), 256U * 1024);
        bytes += piece.bytes.size();
    } while (piece.end == BodyPiece::End::more);
    sender.join();
    EXPECT_EQ(bytes, body.size());
    taken.responder->send({.body = "ok"});
    EXPECT_EQ(client.receive().body, "ok");
}

TEST(HttpBody, a_chunk_that_is_none_breaks_it_and_the_handler_says_so) {
    BodyServer served;
    for (const std::string bad :
         {"zz\r\n", "3\r\nabcd\r\n", "3;\x01\r\n", "-1\r\n", "0\r\nTrailer: x\r\n\r\n"}) {
        SCOPED_TRACE(bad);
        RawClient client(served.server->port());
        client.send(chunked_head + chunk("good") + bad);
        auto taken = served.taken.take();
        const auto all = taken.rest();
        EXPECT_EQ(all.end, BodyPiece::End::broken);
        EXPECT_EQ(all.fault.status, 400);
        taken.responder->send({.status = 400, .body = "bad"});
        EXPECT_EQ(client.receive().status, 400);
        EXPECT_TRUE(client.receive_until_close());
    }
    EXPECT_EQ(served.server->stats().refused_for(Refusal::malformed), 5U);
}

TEST(HttpBody, a_head_that_is_refused_never_reaches_the_handler) {
    BodyServer served;
    std::size_t refused = 0;
    for (const Malformed& bad : malformed_framings()) {
        if (bad.bytes.find("\r\n\r\n") != bad.bytes.size() - 4) continue;  // the body is at fault
        SCOPED_TRACE(bad.why);
        RawClient client(served.server->port());
        client.send(bad.bytes);
        EXPECT_EQ(client.receive().status, bad.status);
        ++refused;
    }
    EXPECT_GT(refused, 50U);
    EXPECT_EQ(served.server->stats().requests, 0U);
}

TEST(HttpBody, what_stands_behind_it_is_no_second_request) {
    BodyServer served;
    RawClient client(served.server->port());
    client.send(post("/import", "hello") + get("/smuggled"));
    auto taken = served.taken.take();
    EXPECT_EQ(taken.rest().bytes, "hello");
    taken.responder->send({.body = "ok"});
    EXPECT_EQ(client.receive().body, "ok");
    EXPECT_TRUE(client.receive_until_close());
    EXPECT_EQ(served.server->stats().requests, 1U);
}

TEST(HttpBody, a_client_that_leaves_breaks_it) {
    BodyServer served;
    for (const bool answering : {false, true}) {
        auto client = std::make_unique<RawClient>(served.server->port());
        client->send(chunked_head + chunk("one"));
        auto taken = served.taken.take();
        EXPECT_EQ(taken.next().bytes, "one");
        StreamHandle stream;
        if (answering) stream = taken.responder->stream({.content_type = "text/plain"});
        client.reset();
        const auto rest = taken.rest();
        EXPECT_EQ(rest.end, BodyPiece::End::broken);
        EXPECT_EQ(rest.fault.status, 400);
        EXPECT_EQ(taken.next().end, BodyPiece::End::broken) << "asked again";
        while (answering && !stream.closed()) stream.write("x");  // until it cannot be delivered
    }
    EXPECT_EQ(served.server->stats().refused_for(Refusal::incomplete), 2U);
}

TEST(HttpBody, a_client_that_has_said_all_may_close_its_half) {
    BodyServer served;
    RawClient client(served.server->port());
    client.send(post("/import", "hello"));
    client.finish_sending();
    auto taken = served.taken.take();
    EXPECT_EQ(taken.rest().bytes, "hello");
    auto stream = taken.responder->stream({.content_type = "text/plain"});
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(stream.write("piece "));
        while (stream.buffered_bytes() > 0) std::this_thread::yield();
    }
    stream.close();
    const auto answer = client.receive();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body.size(), 30U);
}

TEST(HttpBody, a_client_that_closes_its_half_too_early_is_told_so) {
    for (const bool answering : {false, true}) {
        BodyServer served;
        RawClient client(served.server->port());
        client.send("POST /import HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\none");
        auto taken = served.taken.take();
        EXPECT_EQ(taken.next().bytes, "one");
        StreamHandle stream;
        if (answering) stream = taken.responder->stream({.content_type = "text/plain"});
        client.finish_sending();
        const auto rest = taken.rest();
        EXPECT_EQ(rest.end, BodyPiece::End::broken);
        EXPECT_EQ(rest.fault.status, 400);
        if (!answering) stream = taken.responder->stream({.content_type = "text/plain"});
        EXPECT_TRUE(stream.write("what was done"));
        stream.close();
        const auto answer = client.receive();
        EXPECT_TRUE(answer.complete);
        EXPECT_EQ(answer.body, "what was done");
        EXPECT_TRUE(client.receive_until_close());
        EXPECT_EQ(served.server->stats().refused_for(Refusal::incomplete), 1U);
    }
}

TEST(HttpBody, framing_alone_wins_no_time) {
    BodyServer served({.body_timeout = 1ms});
    RawClient client(served.server->port());
    client.send(chunked_head);
    auto taken = served.taken.take();
    std::promise<BodyPiece> promise;
    auto piece = promise.get_future();
    taken.body->next([&](BodyPiece first) { promise.set_value(std::move(first)); });
    // A chunk's first line, a byte at a time, each once the one before was read: after 256 of its
    // extension it would be malformed.
    const auto over = [&] { return piece.wait_for(0s) == std::future_status::ready; };
    const auto begun = served.server->stats().bytes_read;
    for (std::uint64_t sent = 0; !over(); ++sent) {
        while (served.server->stats().bytes_read < begun + sent && !over())
            std::this_thread::yield();
        client.send(sent == 0 ? "1" : sent == 1 ? ";" : "x");
    }
    EXPECT_EQ(piece.get().fault.status, 408);
    taken.responder->send({.status = 408, .body = "slow"});
    EXPECT_EQ(client.receive().status, 408);
}

TEST(HttpBody, a_client_that_sends_nothing_more_is_given_up) {
    BodyServer served({.body_timeout = 30ms});
    RawClient client(served.server->port());
    client.send(chunked_head + chunk("one"));
    auto taken = served.taken.take();
    const auto rest = taken.rest();
    EXPECT_EQ(rest.bytes, "one");
    EXPECT_EQ(rest.end, BodyPiece::End::broken);
    EXPECT_EQ(rest.fault.status, 408);
    taken.responder->send({.status = 408, .body = "slow"});
    EXPECT_EQ(client.receive().status, 408);
    EXPECT_EQ(served.server->stats().refused_for(Refusal::body_timeout), 1U);
}

TEST(HttpBody, an_answer_that_needs_no_body_ends_the_connection) {
    BodyServer served;
    RawClient client(served.server->port());
    client.send("POST /import HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nfirst");
    auto taken = served.taken.take();
    taken.responder->send({.status = 401, .body = "no"});
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.header("connection"), "close");
}

}  // namespace
}  // namespace almanac::gateway::testing
