#include "gateway/http_server.hpp"

#include <sodium.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <latch>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "eventstore/named_thread.hpp"
#include "gateway/http_session.hpp"

namespace almanac::gateway {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;
using RetryTimer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                              asio::wait_traits<std::chrono::steady_clock>,
                                              asio::io_context::executor_type>;

constexpr std::size_t farewells_max = 64;  // connections above the maximum that are told so
constexpr std::chrono::milliseconds accept_retry{50};  // after running out of descriptors
constexpr int backlog = 4096;

void check(const ServerOptions& options) {
    const auto demand = [](bool holds, const char* what) {
        if (!holds) throw std::runtime_error(std::string("HTTP server options: ") + what);
    };
    demand(options.io_threads >= 1 && options.io_threads <= 256, "io_threads must be 1..256");
    for (const auto timeout : {options.header_timeout, options.body_timeout, options.idle_timeout,
                               options.write_timeout, options.linger_timeout})
        demand(timeout.count() > 0, "timeouts must be above zero");
    demand(options.max_header_bytes >= 512 && options.max_header_bytes <= 1024 * 1024,
           "max_header_bytes must be 512..1048576");
    demand(options.max_header_fields >= 1, "max_header_fields must be above zero");
    demand(options.max_connections >= 1, "max_connections must be above zero");
    demand(options.stream_buffer_bytes_max >= 1, "stream_buffer_bytes_max must be above zero");
}

}  // namespace

std::string_view name(Refusal reason) {
    switch (reason) {
        case Refusal::malformed:
            return "malformed";
        case Refusal::header_too_large:
            return "header_too_large";
        case Refusal::body_too_large:
            return "body_too_large";
        case Refusal::unsupported_version:
            return "unsupported_version";
        case Refusal::unsupported_expect:
            return "unsupported_expect";
        case Refusal::unsupported_method:
            return "unsupported_method";
        case Refusal::header_timeout:
            return "header_timeout";
        case Refusal::body_timeout:
            return "body_timeout";
        case Refusal::write_timeout:
            return "write_timeout";
        case Refusal::incomplete:
            return "incomplete";
        case Refusal::too_many_connections:
            return "too_many_connections";
        case Refusal::body_memory:
            return "body_memory";
        case Refusal::tls_handshake:
            return "tls_handshake";
        case Refusal::handler_abandoned:
            return "handler_abandoned";
    }
    return "unknown";
}

class HttpServer::Impl {
  public:
    Impl(ServerOptions options, Handler handler) : core_(std::make_shared<ServerCore>()) {
        check(options);
        if (!handler) throw std::runtime_error("HTTP server options: the handler is empty");
        core_->options = std::move(options);
        core_->handler = std::move(handler);
    }

    ~Impl() {
        if (!threads_.empty()) drain_and_stop(std::chrono::milliseconds{0});
    }

    void start() {
        if (!workers_.empty()) throw std::runtime_error("the HTTP server was already started");
        if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
        if (core_->options.tls.enabled()) core_->tls = make_tls_context(core_->options.tls);
        for (std::size_t i = 0; i < core_->options.io_threads; ++i)
            workers_.push_back(std::make_shared<Worker>());
        listen();
        for (const auto& worker : workers_) {
            guards_.emplace_back(worker->context.get_executor());
            threads_.push_back(
                eventstore::named_thread("http", [worker] { worker->context.run(); }));
        }
        asio::post(workers_[0]->context, [this] { accept(); });
    }

    std::uint16_t port() const { return port_; }

    bool drain_and_stop(std::chrono::milliseconds grace) {
        if (threads_.empty()) return true;
        core_->draining = true;
        stop_accepting();
        on_all_sessions([](Session& session) { session.drain(); });
        bool all_ended = false;
        {
            std::unique_lock lock(core_->mutex);
            all_ended = core_->ended.wait_for(lock, grace, [this] { return core_->open == 0; });
        }
        core_->cut = true;
        on_all_sessions([](Session& session) { session.cut(); });
        guards_.clear();
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
        return all_ended;
    }

    ServerStats stats() const {
        ServerStats sum;
        std::uint64_t answered = 0;
        for (const auto& worker : workers_) {
            const Counters& c = worker->counters;
            answered += c.answered;
            sum.connections_accepted += c.connections;
            sum.requests += c.requests;
            sum.bytes_read += c.bytes_read;
            sum.bytes_written += c.bytes_written;
            for (std::size_t i = 0; i < refusal_count; ++i) sum.refused[i] += c.refused[i];
        }
        sum.connections_open = core_->open;
        sum.requests_in_flight = sum.requests - std::min(answered, sum.requests);
        return sum;
    }

  private:
    // Runs on every worker's thread, after all that the accepting one has sent there, and waits.
    void on_all_sessions(std::function<void(Session&)> action) {
        std::latch done(static_cast<std::ptrdiff_t>(workers_.size()));
        asio::post(workers_[0]->context, [&] {
            for (const auto& worker : workers_)
                asio::post(worker->context, [&, worker] {
                    std::vector<std::shared_ptr<Session>> sessions;  // an action may end its own
                    for (const auto& [key, session] : worker->sessions) sessions.push_back(session);
                    for (const auto& session : sessions) action(*session);
                    sessions.clear();
                    done.count_down();
                });
        });
        done.wait();
    }

    void listen() {
        const ServerOptions& options = core_->options;
        const std::string where = options.host + ":" + std::to_string(options.port);
        error_code ec;
        tcp::resolver resolver(workers_[0]->context);
        // Always loopback (RFC 6761, 6.3): a bare system has no /etc/hosts to look it up in.
        const auto host = options.host == "localhost" ? std::string("127.0.0.1") : options.host;
        const auto found =
            resolver.resolve(host, std::to_string(options.port), tcp::resolver::passive, ec);
        if (ec || found.empty())
            throw std::runtime_error("cannot listen on " + where + ": " + ec.message());
        const tcp::endpoint endpoint = *found.begin();
        acceptor_.emplace(workers_[0]->context);
        const auto step = [&](const char* what) {
            if (ec)
                throw std::runtime_error("cannot listen on " + where + ": " + what + ": " +
                                         ec.message());
        };
        acceptor_->open(endpoint.protocol(), ec);
        step("socket");
        acceptor_->set_option(asio::socket_base::reuse_address(true), ec);
        step("reuse address");
        acceptor_->bind(endpoint, ec);
        step("bind");
        acceptor_->listen(backlog, ec);
        step("listen");
        port_ = acceptor_->local_endpoint().port();
        retry_.emplace(workers_[0]->context);
    }

    void accept() {
        if (!acceptor_->is_open()) return;
        const auto& worker = workers_[next_worker_++ % workers_.size()];
        acceptor_->async_accept(worker->context, [this, worker](error_code ec, Socket socket) {
            if (!ec) {
                take(worker, std::move(socket));
                return accept();
            }
            if (ec == asio::error::operation_aborted || !acceptor_->is_open()) return;
            if (ec == asio::error::connection_aborted) return accept();
            retry_->expires_after(accept_retry);
            retry_->async_wait([this](error_code aborted) {
                if (!aborted) accept();
            });
        });
    }

    void take(const std::shared_ptr<Worker>& worker, Socket socket) {
        const std::size_t open = core_->open.fetch_add(1) + 1;
        const std::size_t most = core_->options.max_connections;
        count(worker->counters.connections);
        if (open > most + farewells_max) {
            count(
                worker->counters.refused[static_cast<std::size_t>(Refusal::too_many_connections)]);
            core_->connection_ended();
            return;  // the socket closes itself
        }
        asio::post(worker->context, [core = core_, worker, socket = std::move(socket),
                                     over = open > most]() mutable {
            if (core->cut) return core->connection_ended();
            auto session = std::make_shared<Session>(core, worker, std::move(socket));
            worker->sessions.emplace(session.get(), session);
            session->start(over);
        });
    }

    // Those the kernel has already accepted for us are still served.
    void stop_accepting() {
        std::latch done(1);
        asio::post(workers_[0]->context, [&] {
            error_code ec;
            acceptor_->non_blocking(true, ec);
            while (!ec) {
                const auto& worker = workers_[next_worker_++ % workers_.size()];
                Socket socket(worker->context);
                acceptor_->accept(socket, ec);
                if (!ec) take(worker, std::move(socket));
            }
            acceptor_->close(ec);
            retry_->cancel();
            done.count_down();
        });
        done.wait();
    }

    const std::shared_ptr<ServerCore> core_;
    std::vector<std::shared_ptr<Worker>> workers_;
    std::vector<WorkGuard> guards_;
    std::vector<std::thread> threads_;
    std::optional<Acceptor> acceptor_;  // of workers_[0], like retry_
    std::optional<RetryTimer> retry_;
    std::size_t next_worker_ = 0;
    std::uint16_t port_ = 0;
};

HttpServer::HttpServer(ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}
HttpServer::~HttpServer() = default;

void HttpServer::start() {
    impl_->start();
}
std::uint16_t HttpServer::port() const {
    return impl_->port();
}
bool HttpServer::drain_and_stop(std::chrono::milliseconds grace) {
    return impl_->drain_and_stop(grace);
}
ServerStats HttpServer::stats() const {
    return impl_->stats();
}

}  // namespace almanac::gateway
