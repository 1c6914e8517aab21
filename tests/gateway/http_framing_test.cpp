#include "gateway/http_framing.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/gateway/malformed_requests.hpp"

namespace almanac::gateway {
namespace {

std::string head(std::string_view lines) {
    return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n";
}

// What a server would say to these bytes at the level of framing: 0 = well-formed.
int verdict(std::string_view bytes) {
    HeadScan scan;
    const auto length = find_head_end(bytes, scan, 16 * 1024);
    if (!length) return length.error().status;
    if (*length == 0) return -1;
    const auto framing = check_head(bytes.substr(0, *length), 64);
    if (!framing) return framing.error().status;
    if (!framing->chunked) return 0;
    ChunkScanner chunks(1024 * 1024);
    const auto used = chunks.feed(bytes.substr(*length));
    return used ? 0 : used.error().status;
}

TEST(HttpFraming, refuses_every_malformed_request_of_the_table) {
    for (const auto& bad : testing::malformed_framings())
        EXPECT_EQ(verdict(bad.bytes), bad.status) << bad.why;
    EXPECT_GE(testing::malformed_framings().size(), 60u);
}

TEST(HttpFraming, accepts_what_is_well_formed) {
    for (const std::string& lines : testing::fair_header_lines())
        EXPECT_EQ(verdict(head(lines)), 0) << lines;
}

TEST(HttpFraming, reads_the_lengths) {
    const std::string plain = head("Content-Length: 42\r\n");
    auto framing = check_head(plain, 64);
    ASSERT_TRUE(framing);
    EXPECT_EQ(framing->content_length, 42u);
    EXPECT_FALSE(framing->chunked);
    EXPECT_EQ(framing->method, "GET");
    EXPECT_EQ(framing->target, "/");
    EXPECT_EQ(framing->host, "h");
    framing = check_head(head("TRANSFER-ENCODING:\tChunked \r\nExpect: 100-Continue\r\n"), 64);
    ASSERT_TRUE(framing);
    EXPECT_TRUE(framing->chunked);
    EXPECT_TRUE(framing->expect_continue);
    framing = check_head("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", 64);
    ASSERT_TRUE(framing);
    EXPECT_EQ(framing->version_minor, 0);
    EXPECT_FALSE(framing->expect_continue) << "HTTP/1.0 has no 100";
}

TEST(HttpFraming, finds_the_heads_end_wherever_the_bytes_are_cut) {
    const std::string whole = head("X-A: 1\r\n") + "rest\r\n\r\n";
    const std::size_t expected = whole.find("rest");
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        HeadScan scan;
        const auto first = find_head_end(std::string_view(whole).substr(0, cut), scan, 16384);
        ASSERT_TRUE(first);
        EXPECT_EQ(*first, cut < expected ? 0 : expected);
        if (*first > 0) continue;
        EXPECT_EQ(find_head_end(whole, scan, 16384).value_or(0), expected) << cut;
    }
}

TEST(HttpFraming, refuses_a_bare_line_feed_before_the_head_is_complete) {
    HeadScan scan;
    const auto found = find_head_end("GET / HTTP/1.1\nHost: h\n", scan, 16384);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, 400);
}

TEST(HttpFraming, bounds_the_request_line_and_the_head) {
    HeadScan scan;
    const std::string long_line = "GET /" + std::string(request_line_bytes_max, 'a');
    EXPECT_EQ(find_head_end(long_line, scan, 16384).error().status, 414);
    scan = {};
    const std::string many = head("X: " + std::string(16384, 'a') + "\r\n");
    EXPECT_EQ(find_head_end(many, scan, 16384).error().status, 431);
    scan = {};
    const std::string unfinished = "GET / HTTP/1.1\r\nX: " + std::string(16384, 'a');
    EXPECT_EQ(find_head_end(unfinished, scan, 16384).error().status, 431);
    std::string fields;
    for (int i = 0; i < 63; ++i) fields += "X: 1\r\n";
    EXPECT_TRUE(check_head(head(fields), 64));
    EXPECT_EQ(check_head(head(fields + "X: 1\r\n"), 64).error().status, 431);
}

TEST(ChunkScanner, finds_the_bodys_end_wherever_the_bytes_are_cut) {
    const std::string whole = "5;a=b;c=\"d\"\r\nhello\r\n000A\r\n0123456789\r\n00\r\n\r\nNEXT";
    const std::size_t expected = whole.find("NEXT");
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        ChunkScanner chunks(100);
        const auto first = chunks.feed(std::string_view(whole).substr(0, cut));
        ASSERT_TRUE(first);
        const auto second = chunks.feed(std::string_view(whole).substr(*first));
        ASSERT_TRUE(second);
        EXPECT_EQ(*first + *second, expected) << cut;
        EXPECT_TRUE(chunks.done());
        EXPECT_EQ(chunks.body_bytes(), 15u);
    }
}

TEST(ChunkScanner, bounds_body_and_extensions) {
    ChunkScanner small(4);
    EXPECT_EQ(small.feed("5\r\n").error().status, 413);
    ChunkScanner sum(8);
    EXPECT_EQ(sum.feed("5\r\nhello\r\n4\r\n").error().status, 413);
    ChunkScanner huge(~std::uint64_t{0});
    EXPECT_EQ(huge.feed("0000000000000001\r\n").error().status, 400) << "sixteen digits";
    ChunkScanner line(100);
    EXPECT_EQ(line.feed("1;" + std::string(300, 'x')).error().status, 400);
    ChunkScanner all(10000);
    std::string many;
    for (int i = 0; i < 50; ++i) many += "1;" + std::string(200, 'x') + "\r\na\r\n";
    EXPECT_EQ(all.feed(many).error().status, 400);
}

TEST(HttpFraming, never_vouches_for_bytes_it_would_refuse_in_another_cut) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::string alphabet = "GET /:aA0,;=\r\n\t %HTTP1.chunkedHostLength-\0\x80\xc3\xa9";
    const std::string start = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = start + "3;x=y\r\nabc\r\n0\r\n\r\n";
        for (int change = static_cast<int>(random() % 4); change >= 0; --change) {
            const std::size_t at = random() % bytes.size();
            const char c = alphabet[random() % alphabet.size()];
            if (random() % 2)
                bytes[at] = c;
            else
                bytes.insert(at, 1, c);
        }
        HeadScan at_once;
        const auto whole = find_head_end(bytes, at_once, 16384);
        HeadScan step_by_step;
        std::expected<std::size_t, Fault> grown = std::size_t{0};
        for (std::size_t n = 1; n <= bytes.size() && grown && *grown == 0; ++n)
            grown = find_head_end(std::string_view(bytes).substr(0, n), step_by_step, 16384);
        ASSERT_EQ(whole.has_value(), grown.has_value());
        if (!whole || *whole == 0) continue;
        ASSERT_EQ(*whole, *grown);
        const auto framing = check_head(std::string_view(bytes).substr(0, *whole), 64);
        if (!framing) continue;
        EXPECT_TRUE(is_token(framing->method));
        EXPECT_TRUE(is_visible_ascii(framing->target));
        EXPECT_FALSE(framing->chunked && framing->content_length);
        if (!framing->chunked) continue;
        ChunkScanner one(1000);
        ChunkScanner two(1000);
        const std::string_view body = std::string_view(bytes).substr(*whole);
        const auto used = one.feed(body);
        bool fine = true;
        for (std::size_t n = 0; n < body.size() && fine; ++n)
            fine = two.feed(body.substr(n, 1)).has_value();
        EXPECT_EQ(used.has_value(), fine);
        EXPECT_EQ(one.done(), two.done());
    }
}

TEST(HttpGrammar, knows_utf8) {
    for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const char* bad :
         {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3(", "\xff"})
        EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace almanac::gateway
