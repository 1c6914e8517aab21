// A plain socket that speaks bytes, for tests that must send what no HTTP library would. Blocking;
// the receive timeout is only a watchdog against a test that would hang.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/http_server.hpp"

namespace almanac::gateway::testing {

struct Answer {
    int status = 0;
    std::string head;                            // status line and headers, as received
    std::map<std::string, std::string> headers;  // lower case; the last of repeated ones
    std::string body;                            // chunks joined
    bool complete = false;                       // body as long as announced
    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

class RawClient {
  public:
    explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receive_buffer_bytes > 0)
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                         sizeof(receive_buffer_bytes));
        const timeval watchdog{60, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &watchdog, sizeof(watchdog));
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &watchdog, sizeof(watchdog));
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
            throw std::runtime_error("cannot connect");
    }
    ~RawClient() { ::close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    // False: the server no longer takes it.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    void finish_sending() { ::shutdown(socket_, SHUT_WR); }

    // The next answer; status 0 where the connection ended before one.
    Answer receive(bool to_head = false) {
        Answer answer;
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
            if (!fill()) return answer;
        answer.head = buffer_.substr(0, end + 2);
        buffer_.erase(0, end + 4);
        parse_head(answer);
        if (to_head || answer.status == 204 || answer.status == 304 || answer.status == 100) {
            answer.complete = true;
        } else if (answer.header("transfer-encoding") == "chunked") {
            receive_chunks(answer);
        } else if (!answer.header("content-length").empty()) {
            const auto length = std::stoull(answer.header("content-length"));
            while (buffer_.size() < length && fill()) {
            }
            answer.body = buffer_.substr(0, length);
            answer.complete = answer.body.size() == length;
            buffer_.erase(0, length);
        } else {
            while (fill()) {
            }
            answer.body = std::exchange(buffer_, {});
            answer.complete = true;
        }
        return answer;
    }

    // Everything until the server closes; true: it did close (not: the watchdog struck).
    bool receive_until_close(std::string* received = nullptr) {
        while (fill()) {
        }
        if (received) *received = buffer_;
        return ended_;
    }
    bool receive_some() { return fill(); }
    // Takes what is already there; true: something is, or the connection is over.
    bool poll_some() {
        char bytes[16384];
        const ssize_t n = ::recv(socket_, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n > 0) buffer_.append(bytes, static_cast<std::size_t>(n));
        return !buffer_.empty() || n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }
    const std::string& pending() const { return buffer_; }
    int native() const { return socket_; }

  private:
    bool fill() {
        char bytes[16384];
        const ssize_t n = ::recv(socket_, bytes, sizeof(bytes), 0);
        if (n > 0) {
            buffer_.append(bytes, static_cast<std::size_t>(n));
            return true;
        }
        ended_ = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        return false;
    }
    static void parse_head(Answer& answer) {
        answer.status = std::atoi(answer.head.substr(9, 3).c_str());
        std::size_t at = answer.head.find("\r\n") + 2;
        while (at < answer.head.size()) {
            const std::size_t end = answer.head.find("\r\n", at);
            const std::string line = answer.head.substr(at, end - at);
            const std::size_t colon = line.find(": ");
            std::string name = line.substr(0, colon);
            for (char& c : name) c = static_cast<char>(std::tolower(c));
            answer.headers[name] = line.substr(colon + 2);
            at = end + 2;
        }
    }
    void receive_chunks(Answer& answer) {
        for (;;) {
            std::size_t end = 0;
            while ((end = buffer_.find("\r\n")) == std::string::npos)
                if (!fill()) return;
            const auto size = std::stoull(buffer_.substr(0, end), nullptr, 16);
            while (buffer_.size() < end + 2 + size + 2)
                if (!fill()) return;
            answer.body += buffer_.substr(end + 2, size);
            buffer_.erase(0, end + 2 + size + 2);
            if (size == 0) {
                answer.complete = true;
                return;
            }
        }
    }

    int socket_ = -1;
    std::string buffer_;
    bool ended_ = false;
};

// Hands things from the server's threads to the test, which waits for them.
template <class Thing>
class Mailbox {
  public:
    void put(Thing thing) {
        const std::scoped_lock lock(mutex_);
        things_.push_back(std::move(thing));
        arrived_.notify_one();
    }
    Thing take() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !things_.empty(); });
        Thing thing = std::move(things_.front());
        things_.pop_front();
        return thing;
    }

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Thing> things_;
};

inline std::string get(std::string_view target, std::string_view more_headers = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more_headers) +
           "\r\n";
}
inline std::string post(std::string_view target, std::string_view body,
                        std::string_view more_headers = {}) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more_headers) + "\r\n" + std::string(body);
}

// What arrived, as text: method, path segments, query, one header, body.
inline Response describe(const Request& request) {
    Response response;
    response.content_type = "text/plain";
    response.body = request.method;
    for (const std::string& segment : request.segments) response.body += " [" + segment + "]";
    for (const auto& [name, value] : request.query) response.body += " " + name + "=" + value;
    if (!request.header("x-test").empty())
        response.body += " x-test:" + std::string(request.header("x-test"));
    if (!request.body.empty()) response.body += " body:" + request.body;
    return response;
}

inline void answer_with_description(Request request, Responder responder) {
    responder.send(describe(request));
}

}  // namespace almanac::gateway::testing
