#include "gateway/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "gateway/http_body.hpp"
#include "gateway/http_server.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway::testing {
namespace {

// A fresh key and a certificate it signed itself, as PEM files.
class Credentials {
  public:
    Credentials() {
        static std::atomic<int> number = 0;
        directory_ = std::filesystem::temp_directory_path() /
                     ("almanac_tls_" + std::to_string(::getpid()) + "_" + std::to_string(++number));
        std::filesystem::create_directories(directory_);
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_sign(certificate, key, EVP_sha256());
        write(certificate_file(), [&](FILE* file) { PEM_write_X509(file, certificate); });
        write(key_file(), [&](FILE* file) {
            PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
        });
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    ~Credentials() { std::filesystem::remove_all(directory_); }
    std::string certificate_file() const { return directory_ / "cert.pem"; }
    std::string key_file() const { return directory_ / "key.pem"; }
    TlsOptions options() const { return {certificate_file(), key_file()}; }

  private:
    template <class Write>
    static void write(const std::string& path, Write write) {
        FILE* file = std::fopen(path.c_str(), "w");
        write(file);
        std::fclose(file);
    }
    std::filesystem::path directory_;
};

class TlsClient {
  public:
    TlsClient(std::uint16_t port, int version_max = 0, std::string_view alpn = {})
        : tcp_(port), context_(SSL_CTX_new(TLS_client_method())) {
        if (version_max != 0) SSL_CTX_set_max_proto_version(context_, version_max);
        SSL_CTX_set_security_level(context_, 0);
        ssl_ = SSL_new(context_);
        if (!alpn.empty())
            SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()),
                                static_cast<unsigned>(alpn.size()));
        SSL_set_fd(ssl_, tcp_.native());
        connected_ = SSL_connect(ssl_) == 1;
    }
    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
        ERR_clear_error();
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    bool connected() const { return connected_; }
    std::string version() const { return SSL_get_version(ssl_); }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned length = 0;
        SSL_get0_alpn_selected(ssl_, &name, &length);
        return {reinterpret_cast<const char*>(name), length};
    }
    void send(std::string_view text) {
        while (!text.empty()) {
            const int n = SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
            if (n <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    // Reads until the text ends so, or the server says goodbye.
    std::string receive_until(std::string_view end) {
        std::string out;
        char bytes[16384];
        while (end.empty() || !out.ends_with(end)) {
            const int n = SSL_read(ssl_, bytes, sizeof(bytes));
            if (n <= 0) break;
            out.append(bytes, static_cast<std::size_t>(n));
        }
        return out;
    }
    // A handshake that failed is counted before the connection is closed, but after the alert.
    bool closed_by_server() { return tcp_.receive_until_close(); }
    bool got_goodbye() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }

  private:
    RawClient tcp_;
    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
    bool connected_ = false;
};

std::string failure(const TlsOptions& options) {
    try {
        make_tls_context(options);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

class TlsServerTest : public ::testing::Test {
  protected:
    void serve(Handler handler = answer_with_description, ServerOptions options = {}) {
        options.tls = credentials_.options();
        server_ = std::make_unique<HttpServer>(std::move(options), std::move(handler));
        server_->start();
    }
    Credentials credentials_;
    std::unique_ptr<HttpServer> server_;
};

// Echoes a body piece by piece.
struct Echo : std::enable_shared_from_this<Echo> {
    std::shared_ptr<BodySource> body;
    StreamHandle stream;
    void go_on() {
        body->next([self = shared_from_this()](BodyPiece piece) {
            self->stream.write(std::move(piece.bytes));
            if (piece.end == BodyPiece::End::more) return self->go_on();
            self->stream.close();
            self->body = nullptr;
        });
    }
};

TEST_F(TlsServerTest, a_body_and_its_answer_pass_each_other) {
    ServerOptions options;
    options.stream_body = [](const Request&) { return true; };
    serve(
        [](Request request, Responder responder) {
            auto echo = std::make_shared<Echo>();
            echo->body = request.body_source;
            echo->stream = responder.stream({.content_type = "text/plain"});
            echo->go_on();
        },
        std::move(options));
    TlsClient client(server_->port());
    ASSERT_TRUE(client.connected());
    client.send("POST /import HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 50; ++i) {
        client.send("6\r\nhello" + std::to_string(i % 10) + "\r\n");
        EXPECT_TRUE(client.receive_until("hello" + std::to_string(i % 10) + "\r\n")
                        .ends_with("hello" + std::to_string(i % 10) + "\r\n"));
    }
    client.send("0\r\n\r\n");
    EXPECT_TRUE(client.receive_until("0\r\n\r\n").ends_with("0\r\n\r\n"));
}

TEST_F(TlsServerTest, serves_requests_and_keeps_the_connection) {
    serve([](Request request, Responder responder) {
        Response response = describe(request);
        response.body += request.secure ? " secure" : " plain";
        responder.send(std::move(response));
    });
    TlsClient client(server_->port());
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.version(), "TLSv1.3");
    client.send(get("/a") + get("/b"));
    EXPECT_TRUE(client.receive_until("GET [b] secure").find("GET [a] secure") != std::string::npos);
    client.send(post("/c", std::string(100'000, 'x')));
    EXPECT_TRUE(client.receive_until(" secure").find("POST [c]") != std::string::npos);
    EXPECT_EQ(server_->stats().connections_accepted, 1u);
}

TEST_F(TlsServerTest, speaks_1_2_and_refuses_older) {
    serve();
    TlsClient modern(server_->port(), TLS1_2_VERSION);
    ASSERT_TRUE(modern.connected());
    EXPECT_EQ(modern.version(), "TLSv1.2");
    TlsClient old(server_->port(), TLS1_1_VERSION);
    EXPECT_FALSE(old.connected());
    EXPECT_TRUE(old.closed_by_server());
    EXPECT_EQ(server_->stats().refused_for(Refusal::tls_handshake), 1u);
}

TEST_F(TlsServerTest, agrees_on_http_1_1_and_on_nothing_else) {
    serve();
    TlsClient both(server_->port(), 0, std::string_view("\x02h2\x08http/1.1", 12));
    ASSERT_TRUE(both.connected());
    EXPECT_EQ(both.protocol(), "http/1.1");
    TlsClient other(server_->port(), 0, std::string_view("\x02h2", 3));
    EXPECT_FALSE(other.connected());
}

TEST_F(TlsServerTest, refuses_plain_text_and_goes_on) {
    serve();
    RawClient plain(server_->port());
    plain.send(get("/a"));
    EXPECT_TRUE(plain.receive_until_close());
    TlsClient client(server_->port());
    EXPECT_TRUE(client.connected());
}

TEST_F(TlsServerTest, says_goodbye_after_a_last_answer) {
    serve();
    TlsClient client(server_->port());
    client.send(get("/a", "Connection: close\r\n"));
    EXPECT_TRUE(client.receive_until("").ends_with("GET [a]"));
    EXPECT_TRUE(client.got_goodbye());
}

TEST_F(TlsServerTest, a_slow_handshake_is_cut) {
    serve(answer_with_description, {.header_timeout = std::chrono::milliseconds{50}});
    RawClient client(server_->port());
    client.send("\x16\x03\x01");
    EXPECT_TRUE(client.receive_until_close());
    EXPECT_EQ(server_->stats().refused_for(Refusal::header_timeout), 1u);
}

TEST_F(TlsServerTest, a_client_still_sending_gets_its_413) {
    serve(answer_with_description, {.max_body_bytes = 1000});
    TlsClient client(server_->port());
    client.send(post("/a", std::string(500'000, 'x')));
    EXPECT_TRUE(client.receive_until("}").starts_with("HTTP/1.1 413 "));
}

TEST_F(TlsServerTest, streams_large_answers) {
    serve([](Request, Responder responder) {
        StreamHandle stream = responder.stream({.content_type = "application/x-ndjson"});
        EXPECT_TRUE(stream.write(std::string(200'000, 'a')));
        stream.close();
    });
    TlsClient client(server_->port());
    client.send(get("/"));
    const std::string received = client.receive_until("\r\n0\r\n\r\n");
    const std::string body = received.substr(received.find("\r\n\r\n") + 4);
    EXPECT_NE(body.find(std::string(200'000, 'a')), std::string::npos) << "one chunk, whole";
}

TEST_F(TlsServerTest, drains) {
    serve();
    TlsClient client(server_->port());
    client.send(get("/a"));
    client.receive_until("GET [a]");
    EXPECT_TRUE(server_->drain_and_stop(std::chrono::seconds{60}));
}

TEST(TlsContext, explains_what_is_wrong_with_the_files) {
    const Credentials one;
    const Credentials two;
    EXPECT_EQ(failure(one.options()), "");
    EXPECT_NE(failure({"", one.key_file()}).find("without a certificate"), std::string::npos);
    EXPECT_NE(failure({one.certificate_file(), ""}).find("without its private key"),
              std::string::npos);
    EXPECT_NE(failure({"/nonexistent.pem", one.key_file()}).find("/nonexistent.pem"),
              std::string::npos);
    EXPECT_NE(failure({one.key_file(), one.key_file()}).find("cannot use the certificate"),
              std::string::npos);
    EXPECT_NE(failure({one.certificate_file(), one.certificate_file()}).find("private key"),
              std::string::npos);
    EXPECT_NE(failure({one.certificate_file(), two.key_file()}).find("mismatch"),
              std::string::npos);
}

}  // namespace
}  // namespace almanac::gateway::testing
