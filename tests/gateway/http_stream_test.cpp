#include "gateway/http_stream.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "gateway/http_server.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway::testing {
namespace {

using namespace std::chrono_literals;

// Opens a stream and hands it to the test.
struct StreamServer {
    explicit StreamServer(ServerOptions options = {}) {
        server = std::make_unique<HttpServer>(std::move(options), [this](Request,
                                                                         Responder responder) {
            opened.put(responder.stream({.body = "first\n", .content_type = "text/event-stream"}));
        });
        server->start();
    }
    StreamHandle stream() { return opened.take(); }
    Mailbox<StreamHandle> opened;
    std::unique_ptr<HttpServer> server;
};

TEST(HttpStream, sends_pieces_as_chunks_and_keeps_the_connection) {
    StreamServer served;
    RawClient client(served.server->port());
    for (int round = 0; round < 3; ++round) {
        client.send(get("/", "Accept-Encoding: gzip\r\n"));
        StreamHandle stream = served.stream();
        EXPECT_TRUE(stream.write("second\n"));
        EXPECT_TRUE(stream.write(""));
        EXPECT_TRUE(stream.write(std::string(200'000, 'x')));
        EXPECT_TRUE(stream.write("last\n"));
        stream.close();
        EXPECT_TRUE(stream.closed());
        EXPECT_FALSE(stream.write("too late"));
        const Answer answer = client.receive();
        EXPECT_TRUE(answer.complete);
        EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
        EXPECT_EQ(answer.header("content-type"), "text/event-stream");
        EXPECT_EQ(answer.headers.count("content-encoding"), 0u);
        EXPECT_EQ(answer.body, "first\nsecond\n" + std::string(200'000, 'x') + "last\n");
    }
    EXPECT_EQ(served.server->stats().connections_accepted, 1u);
}

TEST(HttpStream, pieces_arrive_before_the_end) {
    StreamServer served;
    RawClient client(served.server->port());
    client.send(get("/"));
    StreamHandle stream = served.stream();
    for (int i = 0; i < 10; ++i) {
        const std::string piece = "piece " + std::to_string(i) + "\n";
        EXPECT_TRUE(stream.write(piece));
        while (client.pending().find(piece) == std::string::npos)
            ASSERT_TRUE(client.receive_some());
    }
    stream.close();
    EXPECT_TRUE(client.receive().complete);
}

TEST(HttpStream, a_request_pipelined_behind_a_stream_waits_for_its_end) {
    StreamServer served;
    RawClient client(served.server->port());
    client.send(get("/1") + get("/2"));
    StreamHandle one = served.stream();
    one.write("one");
    one.close();
    EXPECT_EQ(client.receive().body, "first\none");
    StreamHandle two = served.stream();
    client.send(get("/3"));
    two.close();
    EXPECT_EQ(client.receive().body, "first\n");
    served.stream().close();
    EXPECT_EQ(client.receive().body, "first\n");
}

TEST(HttpStream, refuses_more_than_its_buffer_and_tells_when_there_is_room) {
    StreamServer served({.stream_buffer_bytes_max = 100'000});
    RawClient client(served.server->port(), 4096);
    client.send(get("/"));
    StreamHandle stream = served.stream();
    std::atomic<bool> drained = false;
    stream.on_drain([&] { drained = true; });
    std::size_t accepted = 0;
    const std::string chunk(10'000, 'x');
    while (stream.write(chunk)) {
        accepted += chunk.size();
        ASSERT_LT(accepted, 100u * 1024 * 1024);
    }
    EXPECT_LE(stream.buffered_bytes(), 100'000u);
    EXPECT_FALSE(stream.closed());
    while (!drained) {
        if (stream.buffered_bytes() > 50'000)
            ASSERT_TRUE(client.receive_some());
        else
            std::this_thread::yield();
    }
    EXPECT_LE(stream.buffered_bytes(), 50'000u);
    EXPECT_TRUE(stream.write(chunk));
    stream.close();
    const Answer answer = client.receive();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body.size(), accepted + chunk.size() + 6);
}

TEST(HttpStream, one_chunk_larger_than_the_buffer_is_taken_when_it_is_alone) {
    StreamServer served({.stream_buffer_bytes_max = 1000});
    RawClient client(served.server->port());
    client.send(get("/"));
    StreamHandle stream = served.stream();
    while (stream.buffered_bytes() > 0) std::this_thread::yield();
    EXPECT_TRUE(stream.write(std::string(5000, 'x')));
    stream.close();
    EXPECT_EQ(client.receive().body.size(), 5006u);
}

TEST(HttpStream, a_client_that_does_not_read_is_cut) {
    StreamServer served({.write_timeout = 50ms});
    RawClient client(served.server->port(), 4096);
    client.send(get("/"));
    StreamHandle stream = served.stream();
    std::promise<void> closed;
    stream.on_close([&] { closed.set_value(); });
    while (!stream.closed())  // until the kernel's buffers are full too
        if (!stream.write(std::string(100'000, 'x'))) std::this_thread::yield();
    closed.get_future().get();
    EXPECT_TRUE(stream.closed());
    EXPECT_FALSE(stream.write("x"));
    EXPECT_EQ(stream.buffered_bytes(), 0u);
    EXPECT_EQ(served.server->stats().refused_for(Refusal::write_timeout), 1u);
}

TEST(HttpStream, tells_when_the_client_has_left) {
    StreamServer served;
    auto client = std::make_unique<RawClient>(served.server->port());
    client->send(get("/"));
    StreamHandle stream = served.stream();
    std::promise<void> closed;
    stream.on_close([&] { closed.set_value(); });
    client.reset();
    closed.get_future().get();
    EXPECT_FALSE(stream.write("x"));
    bool told_at_once = false;
    stream.on_close([&] { told_at_once = true; });
    EXPECT_TRUE(told_at_once) << "asked after the end";
}

TEST(HttpStream, a_dropped_handle_cuts_the_answer_visibly) {
    StreamServer served;
    RawClient client(served.server->port());
    client.send(get("/"));
    {
        StreamHandle stream = served.stream();
        stream.write("half");
    }
    const Answer answer = client.receive();
    EXPECT_FALSE(answer.complete);
    EXPECT_TRUE(client.receive_until_close());
}

TEST(HttpStream, an_http_1_0_client_reads_until_the_close) {
    StreamServer served;
    RawClient client(served.server->port());
    client.send("GET / HTTP/1.0\r\n\r\n");
    StreamHandle stream = served.stream();
    stream.write("second");
    stream.close();
    const Answer answer = client.receive();
    EXPECT_EQ(answer.headers.count("transfer-encoding"), 0u);
    EXPECT_EQ(answer.body, "first\nsecond");
}

TEST(HttpStream, a_head_request_is_answered_and_its_stream_is_over) {
    StreamServer served;
    RawClient client(served.server->port());
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    StreamHandle stream = served.stream();
    EXPECT_EQ(client.receive(true).status, 200);
    EXPECT_TRUE(stream.closed());
    client.send(get("/"));
    served.stream().close();
    EXPECT_EQ(client.receive().body, "first\n");
}

TEST(HttpStream, several_threads_may_write) {
    StreamServer served({.stream_buffer_bytes_max = 64 * 1024});
    RawClient client(served.server->port());
    client.send(get("/"));
    StreamHandle stream = served.stream();
    std::thread reader;
    Answer answer;
    reader = std::thread([&] { answer = client.receive(); });
    {
        std::vector<std::jthread> writers;
        for (char name : {'a', 'b', 'c'})
            writers.emplace_back([&, name] {
                for (int i = 0; i < 2000; ++i)
                    while (!stream.write(std::string(20, name) + "\n")) std::this_thread::yield();
            });
    }
    stream.close();
    reader.join();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body.size(), 6 + 3 * 2000 * 21u);
    std::array<int, 3> lines{};
    for (std::size_t at = 6; at < answer.body.size(); at += 21) {
        const std::string line = answer.body.substr(at, 21);
        ASSERT_EQ(line, std::string(20, line[0]) + "\n") << "a chunk stays in one piece";
        ++lines[static_cast<std::size_t>(line[0] - 'a')];
    }
    EXPECT_EQ(lines, (std::array<int, 3>{2000, 2000, 2000}));
}

TEST(HttpStream, a_producer_driven_by_on_drain_sends_everything_in_bounded_memory) {
    struct Producer {
        StreamHandle stream;
        int next = 0;
        std::size_t most_buffered = 0;
        void run() {
            while (next < 20'000) {
                if (!stream.write("line " + std::to_string(next) + "\n")) return;
                ++next;
                most_buffered = std::max(most_buffered, stream.buffered_bytes());
            }
            stream.close();
        }
    };
    const auto producer = std::make_shared<Producer>();
    HttpServer server({.stream_buffer_bytes_max = 4096}, [&](Request, Responder responder) {
        producer->stream = responder.stream({.content_type = "application/x-ndjson"});
        producer->stream.on_drain([producer] { producer->run(); });
        producer->run();
    });
    server.start();
    RawClient client(server.port());
    client.send(get("/"));
    const Answer answer = client.receive();
    EXPECT_TRUE(answer.complete);
    std::string expected;
    for (int i = 0; i < 20'000; ++i) expected += "line " + std::to_string(i) + "\n";
    EXPECT_TRUE(answer.body == expected);
    EXPECT_LE(producer->most_buffered, 4096u);
}

}  // namespace
}  // namespace almanac::gateway::testing
