#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "gateway/http_server.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway::testing {
namespace {

using namespace std::chrono_literals;

// Answers on threads of its own, as the log's writer will.
class Workers {
  public:
    explicit Workers(int threads) {
        for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
    }
    ~Workers() {
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
    }
    void take(Request request, Responder responder) {
        {
            const std::scoped_lock lock(mutex_);
            queue_.emplace_back(std::move(request), std::move(responder));
        }
        wake_.notify_one();
    }

  private:
    void run() {
        for (;;) {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            auto [request, responder] = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            answer_with_description(std::move(request), std::move(responder));
        }
    }
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::pair<Request, Responder>> queue_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

TEST(HttpConcurrency, many_clients_get_their_own_answers_from_other_threads) {
    Workers workers(3);
    HttpServer server({}, [&](Request request, Responder responder) {
        workers.take(std::move(request), std::move(responder));
    });
    server.start();
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> clients;
        for (int c = 0; c < 8; ++c)
            clients.emplace_back([&, c] {
                RawClient client(server.port());
                for (int i = 0; i < 200; ++i) {
                    const std::string body = std::to_string(c) + "-" + std::to_string(i);
                    client.send(post("/x", body));
                    if (client.receive().body == "POST [x] body:" + body) ++right;
                }
            });
    }
    EXPECT_EQ(right, 8 * 200);
    EXPECT_EQ(server.stats().requests, 8u * 200);
    EXPECT_TRUE(server.drain_and_stop(10s));
    EXPECT_EQ(server.stats().connections_open, 0u);
    EXPECT_EQ(server.stats().requests_in_flight, 0u);
}

TEST(HttpConcurrency, clients_that_leave_while_they_wait_do_no_harm) {
    Workers workers(2);
    HttpServer server({}, [&](Request request, Responder responder) {
        workers.take(std::move(request), std::move(responder));
    });
    server.start();
    for (int i = 0; i < 300; ++i) {
        RawClient client(server.port());
        client.send(i % 3 == 0 ? post("/x", std::string(20'000, 'a')).substr(0, 15'000)
                               : get("/x"));
    }
    RawClient client(server.port());
    client.send(get("/still"));
    EXPECT_EQ(client.receive().body, "GET [still]");
}

TEST(HttpDrain, finishes_what_is_in_flight_and_closes_what_is_idle) {
    std::promise<Responder> held;
    HttpServer server({.idle_timeout = 10min, .linger_timeout = 20ms},
                      [&](Request request, Responder responder) {
                          if (request.path == "/slow") return held.set_value(std::move(responder));
                          responder.send(describe(request));
                      });
    server.start();
    RawClient idle(server.port());
    idle.send(get("/a"));
    EXPECT_EQ(idle.receive().status, 200);
    RawClient busy(server.port());
    busy.send(get("/slow"));
    Responder responder = held.get_future().get();
    auto drained = std::async(std::launch::async, [&] { return server.drain_and_stop(60s); });
    EXPECT_TRUE(idle.receive_until_close()) << "closed while the other is still being answered";
    responder.send({.body = "done", .content_type = "text/plain"});
    const Answer answer = busy.receive();
    EXPECT_EQ(answer.body, "done");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(busy.receive_until_close());
    EXPECT_TRUE(drained.get());
    EXPECT_THROW(RawClient(server.port()), std::runtime_error);
}

TEST(HttpDrain, under_load_every_request_the_handler_saw_is_answered_whole) {
    Workers workers(2);
    std::atomic<int> handled = 0;
    HttpServer server({}, [&](Request request, Responder responder) {
        ++handled;
        workers.take(std::move(request), std::move(responder));
    });
    server.start();
    std::atomic<int> answered = 0;
    std::atomic<int> broken = 0;
    std::vector<std::jthread> clients;
    for (int c = 0; c < 6; ++c)
        clients.emplace_back([&] {
            RawClient client(server.port());
            for (;;) {
                if (!client.send(post("/x", "body"))) return;
                const Answer answer = client.receive();
                if (answer.status == 0) {
                    if (!client.pending().empty()) ++broken;
                    return;
                }
                if (answer.status != 200 || !answer.complete) ++broken;
                ++answered;
                if (answer.header("connection") == "close") return;
            }
        });
    while (handled < 500) std::this_thread::yield();
    EXPECT_TRUE(server.drain_and_stop(60s));
    clients.clear();
    EXPECT_EQ(broken, 0);
    EXPECT_EQ(answered, handled);
}

TEST(HttpDrain, a_deadline_cuts_what_does_not_end) {
    std::promise<Responder> held;
    std::promise<StreamHandle> streamed;
    HttpServer server({}, [&](Request request, Responder responder) {
        if (request.path == "/stream") return streamed.set_value(responder.stream({}));
        held.set_value(std::move(responder));
    });
    server.start();
    RawClient waiting(server.port());
    waiting.send(get("/never"));
    Responder responder = held.get_future().get();
    RawClient reading(server.port());
    reading.send(get("/stream"));
    StreamHandle stream = streamed.get_future().get();
    std::atomic<bool> told_to_stop = false;
    std::atomic<bool> told_closed = false;
    stream.on_stop([&] { told_to_stop = true; });
    stream.on_close([&] { told_closed = true; });
    EXPECT_FALSE(server.drain_and_stop(20ms));
    EXPECT_TRUE(told_to_stop && told_closed);
    EXPECT_TRUE(waiting.receive_until_close());
    EXPECT_TRUE(reading.receive_until_close());
    responder.send({.body = "too late"});
    EXPECT_FALSE(stream.write("too late"));
}

TEST(HttpDrain, a_stream_that_ends_when_told_ends_whole) {
    HttpServer server({}, [](Request, Responder responder) {
        auto stream = std::make_shared<StreamHandle>(responder.stream({.body = "hello "}));
        stream->on_stop([stream] {
            stream->write("bye");
            stream->close();
        });
    });
    server.start();
    RawClient client(server.port());
    client.send(get("/"));
    while (client.pending().find("hello") == std::string::npos) ASSERT_TRUE(client.receive_some());
    EXPECT_TRUE(server.drain_and_stop(60s));
    const Answer answer = client.receive();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body, "hello bye");
}

TEST(HttpDrain, handles_may_outlive_the_server) {
    std::promise<Responder> held;
    std::promise<StreamHandle> streamed;
    auto server =
        std::make_unique<HttpServer>(ServerOptions{}, [&](Request request, Responder responder) {
            if (request.path == "/stream") return streamed.set_value(responder.stream({}));
            held.set_value(std::move(responder));
        });
    server->start();
    RawClient one(server->port());
    one.send(get("/never"));
    RawClient two(server->port());
    two.send(get("/stream"));
    Responder responder = held.get_future().get();
    StreamHandle stream = streamed.get_future().get();
    server.reset();
    EXPECT_FALSE(stream.write("x"));
    stream.close();
    StreamHandle late = responder.stream({});
    EXPECT_TRUE(late.closed());
    EXPECT_FALSE(late.write("x"));
}

TEST(HttpDrain, may_be_called_before_the_start_and_twice) {
    HttpServer server({}, answer_with_description);
    EXPECT_TRUE(server.drain_and_stop(1s));
    server.start();
    EXPECT_TRUE(server.drain_and_stop(1s));
    EXPECT_TRUE(server.drain_and_stop(1s));
}

}  // namespace
}  // namespace almanac::gateway::testing
