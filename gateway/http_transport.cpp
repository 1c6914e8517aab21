#include "gateway/http_transport.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace almanac::gateway {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<Socket>;

Socket& socket_of(Socket& stream) {
    return stream;
}
Socket& socket_of(TlsStream& stream) {
    return stream.next_layer();
}

template <class Stream>
class StreamTransport : public Transport {
  public:
    template <class... Args>
    explicit StreamTransport(Args&&... args) : stream_(std::forward<Args>(args)...) {}

    void read(std::span<char> into, std::shared_ptr<TransportUser> user) override {
        stream_.async_read_some(asio::buffer(into.data(), into.size()),
                                [user = std::move(user)](error_code ec, std::size_t bytes) {
                                    user->on_read(ec ? 0 : bytes);
                                });
    }
    void write(const WriteBuffers& buffers, std::shared_ptr<TransportUser> user) override {
        asio::async_write(stream_, buffers, [user = std::move(user)](error_code ec, std::size_t) {
            user->on_written(!ec);
        });
    }
    void close(bool abortive) override {
        error_code ignored;
        Socket& socket = socket_of(stream_);
        if (abortive) socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
    }

  protected:
    Stream stream_;
};

class PlainTransport final : public StreamTransport<Socket> {
  public:
    using StreamTransport::StreamTransport;
    bool secure() const override { return false; }
    void handshake(std::shared_ptr<TransportUser> user) override { user->on_handshake(true); }
    void say_goodbye(std::shared_ptr<TransportUser> user) override {
        error_code ignored;
        stream_.shutdown(asio::socket_base::shutdown_send, ignored);
        user->on_goodbye();
    }
};

class TlsTransport final : public StreamTransport<TlsStream> {
  public:
    using StreamTransport::StreamTransport;
    bool secure() const override { return true; }
    void handshake(std::shared_ptr<TransportUser> user) override {
        stream_.async_handshake(
            asio::ssl::stream_base::server,
            [user = std::move(user)](error_code ec) { user->on_handshake(!ec); });
    }
    void say_goodbye(std::shared_ptr<TransportUser> user) override {
        stream_.async_shutdown([user = std::move(user)](error_code) { user->on_goodbye(); });
    }
};

}  // namespace

std::string remote_address(const Socket& socket) {
    error_code ec;
    const auto endpoint = socket.remote_endpoint(ec);
    if (ec) return {};
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

std::unique_ptr<Transport> make_transport(Socket socket, asio::ssl::context* tls) {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    if (tls) return std::make_unique<TlsTransport>(std::move(socket), *tls);
    return std::make_unique<PlainTransport>(std::move(socket));
}

}  // namespace almanac::gateway
