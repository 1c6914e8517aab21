#include "ops/benchmarks/http_load.hpp"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace almanac::benchmarks {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

struct AnswerHead {
    int status = 0;
    std::size_t bytes = 0;  // of the head, its empty line included
    std::size_t body_bytes = 0;
};

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
    return a.size() == lower.size() &&
           std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
               return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
           });
}

std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "content-length:";
    for (std::size_t line = head.find("\r\n"); line + 2 < head.size();
         line = head.find("\r\n", line + 2)) {
        const auto field = head.substr(line + 2);
        if (!equals_ignoring_case(field.substr(0, name.size()), name)) continue;
        auto digits = field.substr(name.size());
        digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
        std::size_t length = 0;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), length).ec == std::errc{})
            return length;
    }
    throw std::runtime_error("an answer without Content-Length");
}

std::optional<AnswerHead> parse_head(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    AnswerHead head{.bytes = end + 4};
    if (end < 12 || std::from_chars(&bytes[9], &bytes[12], head.status).ec != std::errc{})
        throw std::runtime_error("an answer that is not HTTP/1.1");
    if (head.status != 204 && head.status != 304)
        head.body_bytes = content_length(bytes.substr(0, end + 2));
    return head;
}

class Run;

// One connection: writes a request, reads its answer, and again, while the run gives requests.
class Connection {
  public:
    Connection(Run& run, asio::io_context& io) : run_(run), socket_(io), due_(io), in_(16384) {}
    void open(std::uint16_t port) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        socket_.set_option(tcp::no_delay(true));
        socket_.non_blocking(true);
    }
    void send_next();

  private:
    void send();
    void read();
    void on_bytes();

    Run& run_;
    tcp::socket socket_;
    asio::steady_timer due_;
    std::string out_;
    std::vector<char> in_;
    std::size_t filled_ = 0;
    std::uint64_t number_ = 0;
    SteadyClock::time_point begun_;
};

class Run {
  public:
    explicit Run(const LoadPlan& plan) : plan_(plan), next_(plan.first_request) {}

    LoadResult perform() {
        for (unsigned i = 0; i < plan_.connections; ++i) {
            connections_.push_back(std::make_unique<Connection>(*this, io_));
            connections_.back()->open(plan_.port);
        }
        begun_ = last_ = SteadyClock::now();
        for (auto& connection : connections_) connection->send_next();
        io_.run();
        result_.seconds = std::chrono::duration<double>(last_ - begun_).count();
        return std::move(result_);
    }
    // When the next request is due; nothing: that was all.
    std::optional<SteadyClock::time_point> take(std::uint64_t& number,
                                                SteadyClock::time_point now) {
        auto due = now;
        if (plan_.due_per_second > 0) {
            due = begun_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                               1e9 * static_cast<double>(result_.sent) / plan_.due_per_second));
        }
        if (result_.sent == plan_.requests_max) return std::nullopt;
        if (plan_.duration_max.count() > 0 && due - begun_ >= plan_.duration_max)
            return std::nullopt;
        number = next_++;
        ++result_.sent;
        return due;
    }
    void write_request(std::uint64_t number, std::string& out) { plan_.request(number, out); }
    void answered(std::uint64_t number, int status, std::string_view body,
                  SteadyClock::time_point begun, SteadyClock::time_point now) {
        last_ = now;
        result_.latency.record(static_cast<std::uint64_t>((now - begun).count()));
        if (status >= 200 && status < 300) {
            ++result_.accepted;
        } else if (result_.first_refusal.empty()) {
            result_.first_refusal = fmt::format("{} {}", status, body);
        }
        if (plan_.answer) plan_.answer(number, status, body, now - begun);
    }

  private:
    const LoadPlan& plan_;
    asio::io_context io_{1};
    std::vector<std::unique_ptr<Connection>> connections_;
    std::uint64_t next_;
    SteadyClock::time_point begun_, last_;
    LoadResult result_;
};

void Connection::send_next() {
    const auto now = SteadyClock::now();
    const auto due = run_.take(number_, now);
    if (!due) return;
    begun_ = *due;
    if (begun_ <= now) return send();
    due_.expires_at(begun_);
    due_.async_wait([this](boost::system::error_code error) {
        if (error) throw boost::system::system_error(error);
        send();
    });
}

void Connection::send() {
    out_.clear();
    run_.write_request(number_, out_);
    // A request nearly always fits the socket's buffer at once; only the rest goes the long way.
    boost::system::error_code failure;
    const std::size_t written = socket_.write_some(asio::buffer(out_), failure);
    if (failure && failure != asio::error::would_block) throw boost::system::system_error(failure);
    if (written == out_.size()) return read();
    asio::async_write(socket_, asio::buffer(out_) + written,
                      [this](boost::system::error_code error, std::size_t) {
                          if (error) throw boost::system::system_error(error);
                          read();
                      });
}

void Connection::read() {
    if (filled_ == in_.size()) in_.resize(in_.size() * 2);
    socket_.async_read_some(asio::buffer(in_.data() + filled_, in_.size() - filled_),
                            [this](boost::system::error_code error, std::size_t bytes) {
                                if (error) throw boost::system::system_error(error);
                                filled_ += bytes;
                                on_bytes();
                            });
}

void Connection::on_bytes() {
    const std::string_view bytes(in_.data(), filled_);
    const auto head = parse_head(bytes);
    if (!head || filled_ < head->bytes + head->body_bytes) return read();
    if (filled_ > head->bytes + head->body_bytes)
        throw std::runtime_error("an answer longer than its Content-Length");
    run_.answered(number_, head->status, bytes.substr(head->bytes), begun_, SteadyClock::now());
    filled_ = 0;
    send_next();
}
}  // namespace

LoadResult run_load(const LoadPlan& plan) {
    return Run(plan).perform();
}

HttpAnswer exchange(std::uint16_t port, std::string_view request) {
    HttpAnswer answer;
    LoadPlan plan{.port = port, .requests_max = 1};
    plan.request = [&](std::uint64_t, std::string& out) { out = request; };
    plan.answer = [&](std::uint64_t, int status, std::string_view body, auto) {
        answer = {status, std::string(body)};
    };
    run_load(plan);
    return answer;
}

std::string id_in(std::string_view body) {
    constexpr std::string_view name = R"("id":")";
    const auto at = body.find(name);
    if (at == std::string_view::npos)
        throw std::runtime_error(fmt::format("no id in: {}", body.substr(0, 400)));
    return std::string(body.substr(at + name.size(), 36));
}

void append_post(std::string& out, std::string_view target, std::string_view bearer,
                 std::string_view body, std::string_view idempotency_key) {
    fmt::format_to(std::back_inserter(out), "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\n", target);
    if (!bearer.empty())
        fmt::format_to(std::back_inserter(out), "Authorization: Bearer {}\r\n", bearer);
    if (!idempotency_key.empty())
        fmt::format_to(std::back_inserter(out), "Idempotency-Key: {}\r\n", idempotency_key);
    fmt::format_to(std::back_inserter(out),
                   "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", body.size(),
                   body);
}

void append_get(std::string& out, std::string_view target, std::string_view bearer) {
    fmt::format_to(std::back_inserter(out), "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n", target);
    if (!bearer.empty())
        fmt::format_to(std::back_inserter(out), "Authorization: Bearer {}\r\n", bearer);
    out += "\r\n";
}

}  // namespace almanac::benchmarks
