#include "ops/benchmarks/reference_server.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

namespace almanac::benchmarks {
namespace {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(tcp::socket socket, GroupCommit& commit)
        : socket_(std::move(socket)), commit_(commit) {
        socket_.set_option(tcp::no_delay(true));
        socket_.non_blocking(true);
        entry_.owner = this;
    }
    void read();
    void answer();

  private:
    void on_request();
    bool parse();
    void write(unsigned status, std::string_view body);

    tcp::socket socket_;
    GroupCommit& commit_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> request_;
    simdjson::dom::parser json_;
    Entry entry_;
    std::shared_ptr<Connection> held_;  // while the commit has the entry
    std::string out_;
};

void Connection::read() {
    request_.emplace();
    request_->body_limit(65536);
    http::async_read(socket_, buffer_, *request_,
                     [self = shared_from_this()](error_code failure, std::size_t) {
                         if (!failure) self->on_request();
                     });
}

void Connection::on_request() {
    const auto& request = request_->get();
    if (request.method() != http::verb::post || !parse())
        return write(400, R"({"code": "malformed"})");
    entry_.body = request.body();
    held_ = shared_from_this();
    commit_.submit(&entry_);
}

// Full validation of the body, then the fields a booking is made of.
bool Connection::parse() {
    static constexpr std::array<std::string_view, 3> names = {"service_id", "client_id", "start"};
    simdjson::dom::element body;
    if (json_.parse(request_->get().body()).get(body) != simdjson::SUCCESS) return false;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (body[names[i]].get(entry_.ids[i]) != simdjson::SUCCESS) return false;
    return true;
}

void Connection::answer() {
    const auto self = std::move(held_);
    const auto position = entry_.position;
    write(201, fmt::format(R"({{"id":"01900000-0000-7000-8000-{0:012x}","revision":1,)"
                           R"("position":"0-{0}","sequence":{0},"events":[{{"id":)"
                           R"("01900000-0000-7000-9000-{0:012x}",)"
                           R"("type":"scheduling.appointment_booked"}}]}})",
                           position));
}

void Connection::write(unsigned status, std::string_view body) {
    out_.clear();
    fmt::format_to(std::back_inserter(out_),
                   "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nETag: \"1\"\r\n"
                   "Almanac-Position: 0-{}\r\nContent-Length: {}\r\n\r\n{}",
                   status, status == 201 ? "Created" : "Bad Request", entry_.position, body.size(),
                   body);
    error_code failure;
    const std::size_t written = socket_.write_some(asio::buffer(out_), failure);
    if (failure && failure != asio::error::would_block) return;
    if (written == out_.size()) return read();
    asio::async_write(socket_, asio::buffer(out_) + written,
                      [self = shared_from_this()](error_code error, std::size_t) {
                          if (!error) self->read();
                      });
}

void accept_next(tcp::acceptor& acceptor, GroupCommit& commit) {
    acceptor.async_accept([&](error_code failure, tcp::socket socket) {
        if (failure) return;
        std::make_shared<Connection>(std::move(socket), commit)->read();
        accept_next(acceptor, commit);
    });
}
}  // namespace

void serve_reference(const CommitOptions& options, std::uint16_t port,
                     const std::function<void(std::uint16_t)>& ready) {
    asio::io_context io(1);
    auto work = asio::make_work_guard(io);
    GroupCommit commit(options, [&io](std::vector<Entry*>&& done) {
        asio::post(io, [done = std::move(done)] {
            for (const auto* entry : done) static_cast<Connection*>(entry->owner)->answer();
        });
    });
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
    asio::signal_set signals(io, SIGTERM, SIGINT);
    signals.async_wait([&](error_code, int) { io.stop(); });
    accept_next(acceptor, commit);
    ready(acceptor.local_endpoint().port());
    io.run();
}

}  // namespace almanac::benchmarks
