#include "gateway/http_target.hpp"

#include <gtest/gtest.h>

#include <random>

namespace almanac::gateway {
namespace {

using Segments = std::vector<std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

Target parsed(std::string_view target, std::string_view host = "h",
              std::string_view method = "GET") {
    auto result = parse_target(method, target, host);
    EXPECT_TRUE(result) << target << ": " << (result ? "" : result.error().detail);
    return result.value_or(Target{});
}

TEST(HttpTarget, splits_the_path_and_normalises_nothing) {
    EXPECT_EQ(parsed("/").segments, Segments{});
    EXPECT_EQ(parsed("/a").segments, (Segments{"a"}));
    EXPECT_EQ(parsed("/a/b").segments, (Segments{"a", "b"}));
    EXPECT_EQ(parsed("/a/").segments, (Segments{"a", ""}));
    EXPECT_EQ(parsed("//a").segments, (Segments{"", "a"}));
    EXPECT_EQ(parsed("/a//b").segments, (Segments{"a", "", "b"}));
    EXPECT_EQ(parsed("/...").segments, (Segments{"..."}));
    EXPECT_EQ(parsed("/a;v=1/b,c").segments, (Segments{"a;v=1", "b,c"}));
}

TEST(HttpTarget, decodes_each_segment_by_itself) {
    EXPECT_EQ(parsed("/a%2Fb/c%20d").segments, (Segments{"a/b", "c d"}));
    EXPECT_EQ(parsed("/%e2%82%ac+").segments, (Segments{"\xe2\x82\xac+"}));
    EXPECT_EQ(parsed("/%252e").segments, (Segments{"%2e"})) << "decoded once only";
    EXPECT_EQ(parsed("/a%2Fb").path, "/a%2Fb");
}

TEST(HttpTarget, decodes_the_query_in_order_with_duplicates) {
    EXPECT_EQ(parsed("/?a=1&b=2&a=3").query, (Query{{"a", "1"}, {"b", "2"}, {"a", "3"}}));
    EXPECT_EQ(parsed("/?a").query, (Query{{"a", ""}}));
    EXPECT_EQ(parsed("/?a=b=c").query, (Query{{"a", "b=c"}}));
    EXPECT_EQ(parsed("/?=x").query, (Query{{"", "x"}}));
    EXPECT_EQ(parsed("/?a=b+c%2Bd").query, (Query{{"a", "b c+d"}}));
    EXPECT_EQ(parsed("/?").query, Query{});
    EXPECT_EQ(parsed("/?&&a=1&").query, (Query{{"a", "1"}}));
    EXPECT_EQ(parsed("/?f[x]=1/2?3").query, (Query{{"f[x]", "1/2?3"}}));
    EXPECT_EQ(parsed("/?a=%26%3D").query, (Query{{"a", "&="}}));
}

TEST(HttpTarget, bounds_segments_and_parameters) {
    std::string path;
    for (std::size_t i = 0; i < path_segments_max; ++i) path += "/a";
    EXPECT_TRUE(parse_target("GET", path, "h"));
    EXPECT_FALSE(parse_target("GET", path + "/a", "h"));
    std::string query = "/?";
    for (std::size_t i = 0; i < query_parameters_max; ++i) query += "a=1&";
    EXPECT_TRUE(parse_target("GET", query, "h"));
    EXPECT_FALSE(parse_target("GET", query + "a=1", "h"));
}

TEST(HttpTarget, takes_the_absolute_form_of_this_host) {
    EXPECT_EQ(parsed("http://h/a?b=c").origin, "/a?b=c");
    EXPECT_EQ(parsed("HTTPS://H:443/a").origin, "/a");
    EXPECT_EQ(parsed("http://h").origin, "/");
    EXPECT_EQ(parsed("http://h?a=b").origin, "/?a=b");
    EXPECT_EQ(parsed("http://h/", "h:80").origin, "/");
    EXPECT_EQ(parsed("http://[::1]:8080/a", "[::1]:8080").origin, "/a");
    for (const char* other : {"http://i/", "http://h:81/", "http://u@h/", "ftp://h/", "http:///"})
        EXPECT_FALSE(parse_target("GET", other, "h")) << other;
}

TEST(HttpTarget, takes_the_asterisk_of_options_only) {
    const Target star = parsed("*", "h", "OPTIONS");
    EXPECT_EQ(star.path, "*");
    EXPECT_TRUE(star.segments.empty());
    EXPECT_FALSE(parse_target("GET", "*", "h"));
    EXPECT_EQ(parse_target("CONNECT", "h:80", "h").error().status, 501);
}

TEST(HttpTarget, decoded_text_is_clean_whatever_the_bytes) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::string alphabet = "/..%%%%0011223344aAcCfFeE?&=+;\x80 ";
    for (int round = 0; round < 50'000; ++round) {
        std::string text = "/";
        for (std::size_t n = random() % 24; n > 0; --n)
            text += alphabet[random() % alphabet.size()];
        const auto target = parse_target("GET", text, "h");
        if (!target) continue;
        const auto clean = [](const std::string& part) {
            for (char c : part)
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
            return is_utf8(part);
        };
        for (const std::string& segment : target->segments) {
            ASSERT_TRUE(clean(segment)) << text;
            ASSERT_TRUE(segment != "." && segment != "..") << text;
        }
        for (const auto& [name, value] : target->query)
            ASSERT_TRUE(clean(name) && clean(value)) << text;
        ASSERT_EQ(target->origin, text);
    }
}

}  // namespace
}  // namespace almanac::gateway
