// What the sessions of a server share: one Worker per io thread, one ServerCore per server.
// Internal to the server. A Worker's context and sessions belong to its thread; its counters and
// the core's atomics may be touched by any.
#pragma once
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "gateway/http_server.hpp"

namespace almanac::gateway {

class Session;

struct alignas(64) Counters {
    std::atomic<std::uint64_t> connections{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> answered{0};  // or given up
    std::atomic<std::uint64_t> bytes_read{0};
    std::atomic<std::uint64_t> bytes_written{0};
    std::array<std::atomic<std::uint64_t>, refusal_count> refused{};
};

struct Worker {
    boost::asio::io_context context{1};
    Counters counters;
    std::unordered_map<const Session*, std::shared_ptr<Session>> sessions;
};

struct ServerCore {
    ServerOptions options;
    Handler handler;
    std::shared_ptr<boost::asio::ssl::context> tls;  // null: plain
    std::atomic<bool> draining{false};
    std::atomic<bool> cut{false};  // no session may begin any more
    std::atomic<std::size_t> open{0};
    std::atomic<std::size_t> body_bytes{0};  // of requests not yet answered
    std::mutex mutex;
    std::condition_variable ended;

    void connection_ended() {
        if (open.fetch_sub(1) == 1 && draining) {
            const std::scoped_lock lock(mutex);
            ended.notify_all();
        }
    }
};

inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
    counter.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace almanac::gateway
