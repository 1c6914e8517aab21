// One accepted socket, plain or TLS, behind the same five operations. Internal to the server; owned
// by its Session and used on that connection's thread only. At most one read and one write at a
// time. Every operation keeps its user alive until it has reported; close() makes all report.
#pragma once
#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace almanac::gateway {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using WriteBuffers = std::array<boost::asio::const_buffer, 2>;

class TransportUser {
  public:
    virtual ~TransportUser() = default;
    virtual void on_handshake(bool ok) = 0;
    virtual void on_read(std::size_t bytes) = 0;  // 0: the other side ended, or an error
    virtual void on_written(bool ok) = 0;         // all of the buffers, or an error
    virtual void on_goodbye() = 0;
};

class Transport {
  public:
    virtual ~Transport() = default;
    virtual bool secure() const = 0;
    virtual void handshake(std::shared_ptr<TransportUser> user) = 0;
    virtual void read(std::span<char> into, std::shared_ptr<TransportUser> user) = 0;
    virtual void write(const WriteBuffers& buffers, std::shared_ptr<TransportUser> user) = 0;
    // Says that nothing more will be sent. TLS waits for the other side's goodbye; plain TCP
    // reports at once and the user reads until the end.
    virtual void say_goodbye(std::shared_ptr<TransportUser> user) = 0;
    // `abortive`: what the kernel still holds is thrown away (RST).
    virtual void close(bool abortive) = 0;
};

std::string remote_address(const Socket& socket);  // numeric, no port; "" when already gone
// `tls` may be null: plain.
std::unique_ptr<Transport> make_transport(Socket socket, boost::asio::ssl::context* tls);

}  // namespace almanac::gateway
