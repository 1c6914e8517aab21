#include "gateway/compress.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace almanac::gateway {
namespace {

std::string gunzip(std::string_view packed, std::size_t size) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string out(size, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.avail_out, 0u);
    inflateEnd(&stream);
    return out;
}

TEST(AcceptsGzip, follows_the_q_values) {
    for (const char* yes :
         {"gzip", "GZIP", "x-gzip", "*", "deflate, gzip", "gzip;q=0.5", "gzip; Q=0.001",
          "gzip;q=1.000", "br;q=1.0, gzip;q=0.8, *;q=0.1", "identity;q=0, *", " gzip ;q=1 "})
        EXPECT_TRUE(accepts_gzip(yes)) << yes;
    for (const char* no : {"", "identity", "br", "gzip;q=0", "gzip;q=0.0", "gzip;q=0.000, *",
                           "*;q=0", "gzip;q=", "gzip;q=2", "gzip;q=1.5", "gzip;q=0.0001", "gzip;x",
                           "gzipp", "gzip;q=-1", ",,"})
        EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(IsCompressible, knows_text_and_leaves_event_streams) {
    for (const char* yes :
         {"application/json", "application/json; charset=utf-8", "text/html",
          "application/problem+json", "image/svg+xml", "Application/JSON", "application/x-ndjson"})
        EXPECT_TRUE(is_compressible(yes)) << yes;
    for (const char* no : {"", "text/event-stream", "text/event-stream; charset=utf-8", "image/png",
                           "application/octet-stream", "application/gzip"})
        EXPECT_FALSE(is_compressible(no)) << no;
}

TEST(Gzip, gives_back_the_same_text_again_and_again) {
    for (std::size_t size : {1024u, 4096u, 70'000u, 1'000'000u}) {
        std::string text;
        for (std::size_t i = 0; text.size() < size; ++i)
            text += "{\"n\":" + std::to_string(i) + "},";
        const auto first = gzip(text);
        ASSERT_TRUE(first);
        EXPECT_LT(first->size(), text.size() / 2);
        EXPECT_EQ(gunzip(*first, text.size()), text);
        EXPECT_EQ(gzip(text), first);
    }
}

TEST(Gzip, declines_what_does_not_become_smaller) {
    std::string noise;
    std::uint64_t x = 88172645463325252ULL;
    while (noise.size() < 5000) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        noise.append(reinterpret_cast<const char*>(&x), sizeof(x));
    }
    EXPECT_FALSE(gzip(noise));
    EXPECT_FALSE(gzip(""));
    const std::string text(2000, 'a');
    const auto packed = gzip(text);  // the state is whole after a declined text
    ASSERT_TRUE(packed);
    EXPECT_EQ(gunzip(*packed, text.size()), text);
}

}  // namespace
}  // namespace almanac::gateway
