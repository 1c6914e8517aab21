// The table of requests that must be refused, shared by the unit test of the framing rules and by
// the test that sends each to a real server. Sources: RFC 9112 sections 2.2, 3, 5, 6, 7 and 11.2,
// and the request smuggling techniques published since 2005 (CL.TE, TE.CL, TE.TE, obs-fold, ...).
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace almanac::gateway::testing {

struct Malformed {
    const char* why;
    std::string bytes;
    int status;
};

inline std::string with(std::string_view header_lines, std::string_view body = {}) {
    return "POST /x HTTP/1.1\r\nHost: h\r\n" + std::string(header_lines) + "\r\n" +
           std::string(body);
}
inline std::string chunked(std::string_view body) {
    return with("Transfer-Encoding: chunked\r\n", body);
}

// Refused by http_framing.hpp alone.
using namespace std::string_literals;
inline const std::vector<Malformed> malformed_framings_table{
    // Content-Length
    {"CL: two of the same", with("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
    {"CL: two that differ", with("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
    {"CL: list", with("Content-Length: 5, 5\r\n", "hello"), 400},
    {"CL: trailing comma", with("Content-Length: 5,\r\n", "hello"), 400},
    {"CL: plus", with("Content-Length: +5\r\n", "hello"), 400},
    {"CL: minus", with("Content-Length: -5\r\n", "hello"), 400},
    {"CL: hexadecimal", with("Content-Length: 0x5\r\n", "hello"), 400},
    {"CL: leading zero", with("Content-Length: 05\r\n", "hello"), 400},
    {"CL: inner space", with("Content-Length: 1 0\r\n", "hello"), 400},
    {"CL: empty", with("Content-Length:\r\n", "hello"), 400},
    {"CL: words", with("Content-Length: five\r\n", "hello"), 400},
    {"CL: fraction", with("Content-Length: 5.0\r\n", "hello"), 400},
    {"CL: exponent", with("Content-Length: 5e0\r\n", "hello"), 400},
    {"CL: quoted", with("Content-Length: \"5\"\r\n", "hello"), 400},
    {"CL: beyond 64 bits", with("Content-Length: 18446744073709551617\r\n", "h"), 400},
    {"CL: vertical tab", with("Content-Length: \v5\r\n", "hello"), 400},
    // Transfer-Encoding
    {"TE and CL", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
    {"CL and TE", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: identity", with("Transfer-Encoding: identity\r\n"), 400},
    {"TE: gzip, chunked", with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: chunked, identity", with("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400},
    {"TE: chunked, chunked", with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
     400},
    {"TE: second hides", with("Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n"), 400},
    {"TE: xchunked", with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
    {"TE: chunkedx", with("Transfer-Encoding: chunkedx\r\n", "0\r\n\r\n"), 400},
    {"TE: quoted", with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
    {"TE: parameter", with("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 400},
    {"TE: comma first", with("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: comma last", with("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), 400},
    {"TE: empty", with("Transfer-Encoding:\r\n"), 400},
    {"TE: vertical tab", with("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
    {"TE: NUL", with("Transfer-Encoding: chunked\0\r\n"s, "0\r\n\r\n"), 400},
    {"TE: space before colon", with("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: tab before colon", with("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: leading space", with(" Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: folded", with("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: behind a bare LF", with("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"TE: behind a bare CR", with("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"TE in HTTP/1.0", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400},
    // Host
    {"Host: none", "GET / HTTP/1.1\r\n\r\n", 400},
    {"Host: two", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"Host: the same twice", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400},
    {"Host: two in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"Host: empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"Host: list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
    {"Host: user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
    {"Host: path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"Host: bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400},
    {"Host: open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
    // Header lines
    {"header: folded", with("X-A: one\r\n two\r\n"), 400},
    {"header: folded by tab", with("X-A: one\r\n\ttwo\r\n"), 400},
    {"header: first folded", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
    {"header: no colon", with("X-A\r\n"), 400},
    {"header: no name", with(": x\r\n"), 400},
    {"header: space before colon", with("X-A : x\r\n"), 400},
    {"header: space in name", with("X A: x\r\n"), 400},
    {"header: non-ASCII name", with("X-\xc3\xa9: x\r\n"), 400},
    {"header: bracket in name", with("X[a]: x\r\n"), 400},
    {"header: NUL in value", with("X-A: a\0b\r\n"s), 400},
    {"header: NUL in name", with("X\0A: b\r\n"s), 400},
    {"header: DEL in value", with("X-A: a\x7f\r\n"), 400},
    {"header: escape in value", with("X-A: \x1b[0m\r\n"), 400},
    {"header: value not UTF-8", with("X-A: \xff\xfe\r\n"), 400},
    {"header: bare CR in value", with("X-A: a\rb\r\n"), 400},
    {"header: Authorization twice", with("Authorization: a\r\nAuthorization: b\r\n"), 400},
    {"header: Content-Type twice", with("Content-Type: a/b\r\nContent-Type: a/b\r\n"), 400},
    {"header: Idempotency-Key twice", with("Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), 400},
    {"header: unknown expectation", with("Expect: 200-ok\r\n"), 417},
    // Line ends
    {"bare LF everywhere", "GET / HTTP/1.1\nHost: h\n\n", 400},
    {"bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
    {"bare LF after a header", "GET / HTTP/1.1\r\nHost: h\n\r\n", 400},
    {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400},
    {"CR CR LF", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", 400},
    // Request line
    {"line: two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: space before version", "GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: trailing space", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400},
    {"line: leading space", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: tab", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: space in target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: NUL in target", "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n"s, 400},
    {"line: control in target", "GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: non-ASCII target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: DEL in target", "GET /\x7f HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: method not a token", "GE(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: method too long", std::string(33, 'A') + " / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: no version (HTTP/0.9)", "GET /\r\n\r\n", 400},
    {"line: lower-case http", "GET / http/1.1\r\nHost: h\r\n\r\n", 400},
    {"line: version 1.10", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", 400},
    {"line: version 01.1", "GET / HTTP/01.1\r\nHost: h\r\n\r\n", 400},
    {"line: nothing but a token", "GET\r\n\r\n", 400},
    {"version 1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
    {"version 0.9", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", 505},
    {"version 3.0", "GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"TLS to a plain port", "\x16\x03\x01\x02\x05\x01"s, 400},
    {"NUL first", "\0GET / HTTP/1.1\r\nHost: h\r\n\r\n"s, 400},
    // Chunked bodies
    {"chunk: no size", chunked("\r\n"), 400},
    {"chunk: size not hexadecimal", chunked("g\r\n"), 400},
    {"chunk: 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: plus", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: minus", chunked("-1\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: leading space", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: trailing space", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: bare LF after size", chunked("5\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: bare CR after size", chunked("5\rhello\r\n0\r\n\r\n"), 400},
    {"chunk: bare LF in extension", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: NUL in extension", chunked("5;a\0\r\nhello\r\n0\r\n\r\n"s), 400},
    {"chunk: shorter than its size", chunked("6\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: bare LF after data", chunked("5\r\nhello\n0\r\n\r\n"), 400},
    {"chunk: size beyond 64 bits", chunked("ffffffffffffffff5\r\nhello\r\n0\r\n\r\n"), 400},
    {"chunk: trailer", chunked("0\r\nX-A: b\r\n\r\n"), 400},
    {"chunk: trailer that reframes", chunked("0\r\nContent-Length: 50\r\n\r\n"), 400},
    {"chunk: LF ends the body", chunked("0\r\n\n"), 400},
    {"chunk: larger than allowed", chunked("100001\r\n"), 413},
};
inline std::vector<Malformed> malformed_framings() {
    return malformed_framings_table;
}

// Well-formed framing, refused for the target, or by Beast where we are more lenient.
inline std::vector<Malformed> malformed_targets() {
    const auto target = [](std::string_view text, std::string_view method = "GET") {
        return std::string(method) + " " + std::string(text) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    };
    return {
        {"no slash", target("a/b"), 400},
        {"asterisk with GET", target("*"), 400},
        {"fragment", target("/a#b"), 400},
        {"backslash", target("/a\\b"), 400},
        {"raw quote", target("/a?b=\"c\""), 400},
        {"raw angle", target("/<a>"), 400},
        {"escape cut off", target("/a%2"), 400},
        {"escape at the end", target("/a%"), 400},
        {"escape not hexadecimal", target("/a%zz"), 400},
        {"encoded NUL", target("/a%00b"), 400},
        {"encoded CR LF", target("/a%0d%0aX:b"), 400},
        {"encoded DEL in query", target("/?a=%7f"), 400},
        {"encoded not UTF-8", target("/a%ff"), 400},
        {"encoded overlong slash", target("/a%c0%afb"), 400},
        {"query not UTF-8", target("/?a=%e2%82"), 400},
        {"dot segment", target("/a/./b"), 400},
        {"dot dot segment", target("/a/../b"), 400},
        {"encoded dot dot", target("/a/%2e%2E/b"), 400},
        {"dot dot at the end", target("/.."), 400},
        {"absolute form, other host", target("http://other/"), 400},
        {"absolute form, other port", target("http://h:81/"), 400},
        {"absolute form, other scheme", target("ftp://h/"), 400},
        {"absolute form, user", target("http://u@h/"), 400},
        {"absolute form, no host", target("http:///a"), 400},
        {"authority form", target("h:80", "CONNECT"), 501},
        {"Connection not a list", "GET / HTTP/1.1\r\nHost: h\r\nConnection: a b\r\n\r\n", 400},
        {"chunk extension no token", chunked("5;=b\r\nhello\r\n0\r\n\r\n"), 400},
    };
}

inline std::vector<std::string> fair_header_lines() {
    return {"",
            "X-A:\r\n",
            "X-A:b\r\n",
            "X-A: \t b \t \r\n",
            "X-A: 1\r\nX-A: 2\r\n",
            "X-A: \xc3\xa9\xe2\x82\xac\r\n",
            "X-A: a: b, \"c\"; d\r\n",
            "!#$%&'*+-.^_`|~: x\r\n",
            "Content-Length: 0\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Expect: 100-continue\r\n",
            "Connection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n",
            "Trailer: X-A\r\n"};
}

}  // namespace almanac::gateway::testing
