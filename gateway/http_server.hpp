// A hardened HTTP/1.1 server (RFC 9112) with optional TLS, on Boost.Asio and Boost.Beast 1.81.
// `io_threads` threads, each with an io_context of its own; a connection lives on one of them for
// ever, so its code needs no locks. The handler is called on that thread, one request at a time per
// connection, and may answer at once or later from any thread; long work belongs elsewhere.
// Every read, write, buffer and count is bounded (ServerOptions); after every 400 the connection is
// closed. What is refused before the handler sees it: http_framing.hpp, http_target.hpp.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/http_message.hpp"
#include "gateway/http_responder.hpp"
#include "gateway/tls.hpp"

namespace almanac::gateway {

using Handler = std::function<void(Request, Responder)>;  // called from all io threads at once

struct ServerOptions {
    std::string host = "127.0.0.1";  // address, or a name: the first address it resolves to
    std::uint16_t port = 0;          // 0 = a free one, see HttpServer::port()
    std::size_t io_threads = 2;
    TlsOptions tls = {};

    std::chrono::milliseconds header_timeout{10'000};  // first byte to end of head; TLS handshake
    std::chrono::milliseconds body_timeout{30'000};    // end of head to end of body
    std::chrono::milliseconds idle_timeout{60'000};    // between requests
    std::chrono::milliseconds write_timeout{30'000};   // for each 64 KiB the client must take
    std::chrono::milliseconds linger_timeout{2'000};   // for the client to read a last answer
    std::chrono::milliseconds drain_idle_timeout{
        200};  // drain: a last request on an idle connection

    std::size_t max_header_bytes = 16 * 1024;  // request line and headers
    std::size_t max_header_fields = 64;
    std::size_t max_body_bytes = 1024 * 1024;
    std::size_t max_buffered_body_bytes = 256 * 1024 * 1024;  // of all connections; above: 503
    std::size_t max_connections = 10'000;                     // above: 503 and close
    std::size_t stream_buffer_bytes_max = 256 * 1024;         // per StreamHandle

    // Where given, decides max_body_bytes per request from its head (body is still empty).
    std::function<std::size_t(const Request&)> body_limit = {};
    // Where given and true, the body is not gathered but read by the handler piece by piece
    // (Request::body_source, http_body.hpp): of any length, each piece within body_timeout.
    std::function<bool(const Request&)> stream_body = {};
    // Where given, adds headers to what the server itself refuses. The request is what was read of
    // it: its headers may be missing, and all of it where the handler gave no answer.
    std::function<void(const Request&, Response&)> dress_refusal = {};
};

// Why a connection or request was ended without (or instead of) the handler's answer.
enum class Refusal {
    malformed,            // 400: framing or target
    header_too_large,     // 431
    body_too_large,       // 413
    unsupported_version,  // 505
    unsupported_expect,   // 417
    unsupported_method,   // 501: CONNECT
    header_timeout,       // 408, or a TLS handshake too slow
    body_timeout,         // 408
    write_timeout,        // cut
    incomplete,           // the client left in the middle of a request
    too_many_connections,
    body_memory,       // 503: max_buffered_body_bytes
    tls_handshake,     // failed
    handler_abandoned  // 500: dropped without answer, threw, or gave an impossible header
};
inline constexpr std::size_t refusal_count = 14;
std::string_view name(Refusal reason);

struct ServerStats {
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_open = 0;
    std::uint64_t requests = 0;            // that reached the handler
    std::uint64_t requests_in_flight = 0;  // reached the handler, answer not yet fully written
    std::uint64_t bytes_read = 0;          // without TLS framing
    std::uint64_t bytes_written = 0;
    std::array<std::uint64_t, refusal_count> refused = {};  // by Refusal
    std::uint64_t refused_for(Refusal reason) const {
        return refused[static_cast<std::size_t>(reason)];
    }
};

class HttpServer {
  public:
    // Throws std::runtime_error with a clear sentence where an option makes no sense.
    HttpServer(ServerOptions options, Handler handler);
    ~HttpServer();  // stops without grace if drain_and_stop was not called
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Listens and starts the threads. Throws std::runtime_error: address in use, bad certificate...
    void start();
    std::uint16_t port() const;  // the real one, after start()

    // Stops accepting, lets every request in flight finish (`Connection: close`), closes idle
    // connections, tells streams by on_stop, cuts what is left when `grace` has passed, joins the
    // threads. Call from outside the io threads. Answers whether all ended by themselves.
    bool drain_and_stop(std::chrono::milliseconds grace);

    ServerStats stats() const;  // any thread

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace almanac::gateway
