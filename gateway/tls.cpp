#include "gateway/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>
#include <string_view>

namespace almanac::gateway {

namespace {

constexpr unsigned char offered_protocol[] = "\x08http/1.1";

[[noreturn]] void fail(const std::string& what) {
    std::string reason;
    if (const unsigned long code = ERR_peek_last_error(); code != 0) {
        char text[256];
        ERR_error_string_n(code, text, sizeof(text));
        reason = std::string(": ") + text;
    }
    ERR_clear_error();
    throw std::runtime_error("TLS: " + what + reason);
}

// A client that offers protocols but not HTTP/1.1 is refused by alert (RFC 7301 3.2), which also
// keeps connections meant for other protocols away (ALPACA).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_length, offered_protocol, sizeof(offered_protocol) - 1,
                              offered, offered_length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

int no_password(char*, int, int, void*) {
    return 0;
}

}  // namespace

std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TlsOptions& options) {
    if (options.certificate_file.empty()) fail("a private key is given without a certificate");
    if (options.private_key_file.empty()) fail("a certificate is given without its private key");
    auto context =
        std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        fail("OpenSSL knows none of our ciphers");
    SSL_CTX_set_default_passwd_cb(native, no_password);
    SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
    if (SSL_CTX_use_certificate_chain_file(native, options.certificate_file.c_str()) != 1)
        fail("cannot use the certificate " + options.certificate_file);
    if (SSL_CTX_use_PrivateKey_file(native, options.private_key_file.c_str(), SSL_FILETYPE_PEM) !=
        1)
        fail("cannot use the private key " + options.private_key_file);
    if (SSL_CTX_check_private_key(native) != 1)
        fail("the private key " + options.private_key_file +
             " does not belong to the certificate " + options.certificate_file);
    return context;
}

}  // namespace almanac::gateway
