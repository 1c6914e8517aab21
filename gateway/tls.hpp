// TLS settings of the server (OpenSSL): TLS 1.2 and 1.3, forward secrecy and AEAD ciphers only, no
// compression, no renegotiation, ALPN "http/1.1". Made once at start-up, then shared by all
// connections and threads without change. Only http_transport.cpp and tls.cpp see Asio's side.
#pragma once
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace almanac::gateway {

struct TlsOptions {
    std::string certificate_file = {};  // PEM, the server's own first, then its chain; "" = no TLS
    std::string private_key_file = {};  // PEM, unencrypted
    bool enabled() const { return !certificate_file.empty() || !private_key_file.empty(); }
};

// Throws std::runtime_error with the file's name and OpenSSL's reason where a file is missing or
// unreadable, holds no certificate or key, is encrypted, or the two do not belong together.
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TlsOptions& options);

}  // namespace almanac::gateway
