#include "ops/benchmarks/umadb_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace almanac::benchmarks {
namespace {
using Clock = std::chrono::steady_clock;

// Protocol Buffers, as far as an AppendRequest of umadb.v1 needs them: fields of bytes.
void append_varint(std::string& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
    out += static_cast<char>(number);
}
void append_field(std::string& out, unsigned field, std::string_view bytes) {
    append_varint(out, field << 3 | 2);
    append_varint(out, bytes.size());
    out.append(bytes);
}

// AppendRequest {1: Event {1: type, 2: tags…, 3: data},
//                2: AppendCondition {1: Query {1: QueryItem {2: tag}}}}, framed as gRPC has it.
std::string append_request(std::uint64_t number) {
    const auto identity = fmt::format("appointment:01900000-0000-7000-8000-{}", number);
    std::string event;
    append_field(event, 1, "scheduling.appointment_booked");
    append_field(event, 2, identity);
    append_field(event, 2,
                 fmt::format("resource_month:01900000-0000-7000-8001-{}/2026-12", number % 1000));
    append_field(event, 2,
                 fmt::format("client_visits:01900000-0000-7000-8002-{}/2026", number % 10000));
    append_field(event, 3, std::string(600, 'x'));
    std::string item;
    append_field(item, 2, identity);
    std::string query;
    append_field(query, 1, item);
    std::string condition;
    append_field(condition, 1, query);
    std::string message;
    append_field(message, 1, event);
    append_field(message, 2, condition);
    std::string framed(1, '\0');  // not compressed
    for (int shift = 24; shift >= 0; shift -= 8)
        framed += static_cast<char>(message.size() >> shift);
    return framed + message;
}

nghttp2_nv header(std::string_view name, std::string_view value) {
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(fmt::format("UmaDB: {}", what));
}
}  // namespace

struct UmaDbClient::Connection {
    explicit Connection(std::uint16_t port);
    ~Connection() {
        nghttp2_session_del(session);
        close(socket);
    }
    void send(std::uint64_t number);
    void receive();
    void flush();

    int socket = -1;
    nghttp2_session* session = nullptr;
    std::string body;
    std::size_t sent = 0;
    std::string status;  // of the answer at hand, `grpc-status`
    bool answered = false;
};

namespace {
using Session = nghttp2_session*;

template <class Connection>
Connection& of(void* user) {
    return *static_cast<Connection*>(user);
}

template <class Connection>
ssize_t read_body(Session, std::int32_t, std::uint8_t* out, std::size_t room, std::uint32_t* flags,
                  nghttp2_data_source*, void* user) {
    auto& at = of<Connection>(user);
    const auto count = std::min(room, at.body.size() - at.sent);
    std::memcpy(out, at.body.data() + at.sent, count);
    at.sent += count;
    if (at.sent == at.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
}

template <class Connection>
int on_header(Session, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
              const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
    if (std::string_view(reinterpret_cast<const char*>(name), name_size) == "grpc-status")
        of<Connection>(user).status.assign(reinterpret_cast<const char*>(value), value_size);
    return 0;
}

template <class Connection>
int on_close(Session, std::int32_t, std::uint32_t, void* user) {
    of<Connection>(user).answered = true;
    return 0;
}
}  // namespace

UmaDbClient::Connection::Connection(std::uint16_t port) {
    socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    require(socket >= 0 &&
                connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0,
            "cannot be reached");
    nghttp2_session_callbacks* callbacks = nullptr;
    require(nghttp2_session_callbacks_new(&callbacks) == 0, "no memory");
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &on_header<Connection>);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &on_close<Connection>);
    const auto made = nghttp2_session_client_new(&session, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    require(made == 0, "no memory");
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    flush();
}

void UmaDbClient::Connection::flush() {
    const std::uint8_t* bytes = nullptr;
    while (true) {
        const auto count = nghttp2_session_mem_send(session, &bytes);
        require(count >= 0, "HTTP/2 cannot be written");
        if (count == 0) return;
        require(::send(socket, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count,
                "the connection broke");
    }
}

void UmaDbClient::Connection::send(std::uint64_t number) {
    body = append_request(number);
    sent = 0;
    status.clear();
    answered = false;
    const std::array headers{header(":method", "POST"),
                             header(":scheme", "http"),
                             header(":path", "/umadb.v1.DCB/Append"),
                             header(":authority", "127.0.0.1"),
                             header("content-type", "application/grpc"),
                             header("te", "trailers")};
    nghttp2_data_provider provider{};
    provider.read_callback = &read_body<Connection>;
    require(nghttp2_submit_request(session, nullptr, headers.data(), headers.size(), &provider,
                                   nullptr) > 0,
            "a request cannot be sent");
    flush();
}

void UmaDbClient::Connection::receive() {
    std::array<std::uint8_t, 16'384> bytes{};
    const auto count = recv(socket, bytes.data(), bytes.size(), 0);
    require(count > 0, "the connection was closed");
    require(
        nghttp2_session_mem_recv(session, bytes.data(), static_cast<std::size_t>(count)) == count,
        "no HTTP/2 came back");
    flush();
}

UmaDbClient::UmaDbClient(std::uint16_t port, unsigned connections) {
    for (unsigned i = 0; i < connections; ++i)
        connections_.push_back(std::make_unique<Connection>(port));
}
UmaDbClient::~UmaDbClient() = default;

double UmaDbClient::per_second(double seconds) {
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    require(poll >= 0, "no epoll");
    const auto begun = Clock::now();
    const auto end = begun + std::chrono::duration<double>(seconds);
    for (auto& each : connections_) {
        epoll_event event{.events = EPOLLIN, .data = {.ptr = each.get()}};
        require(epoll_ctl(poll, EPOLL_CTL_ADD, each->socket, &event) == 0, "no epoll");
        each->send(next_++);
    }
    std::uint64_t appended = 0;
    std::array<epoll_event, 64> events{};
    for (auto under_way = connections_.size(); under_way > 0;) {
        const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            auto& at = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            at.receive();
            if (!at.answered) continue;
            at.answered = false;
            require(at.status == "0", "an append was refused");
            ++appended;
            if (Clock::now() < end)
                at.send(next_++);
            else
                --under_way;
        }
    }
    close(poll);
    const std::chrono::duration<double> took = Clock::now() - begun;
    return static_cast<double>(appended) / took.count();
}

}  // namespace almanac::benchmarks
