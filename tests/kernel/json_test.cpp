#include "domain/kernel/json.hpp"

#include "domain/kernel/json_arena.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <limits>
#include <random>

namespace almanac::kernel::json {
namespace {
std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    text += "1";
    for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

void expect_malformed(std::string_view text) {
    const auto value = parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().kind, RejectionKind::invalid) << text;
    EXPECT_EQ(value.error().code, "malformed_json") << text;
    EXPECT_FALSE(value.error().detail.empty()) << text;
}

TEST(Json, reads_every_kind_of_value) {
    EXPECT_TRUE(parse("null")->is_null());
    EXPECT_TRUE(parse("true")->as_bool());
    EXPECT_EQ(parse(" 7 ")->as_int64(), 7);
    EXPECT_EQ(parse("-0")->as_int64(), 0);
    EXPECT_EQ(parse("1.5")->as_double(), 1.5);
    EXPECT_EQ(parse("1e2")->as_double(), 100.0);
    EXPECT_EQ(parse(R"("a\u00e9\n\"")")->as_string(), "a\u00e9\n\"");
    EXPECT_EQ(parse(R"("\ud83d\ude00")")->as_string(), "\U0001F600");
    EXPECT_EQ(parse("[1,[2],{}]")->as_array().size(), 3u);
    EXPECT_EQ(parse(R"({"a":{"b":[]}})")->at("a").at("b").as_array().size(), 0u);
    EXPECT_EQ(parse("\t\r\n {} ")->as_object().size(), 0u);
    EXPECT_EQ(parse(R"({"":1})")->at("").as_int64(), 1);
    EXPECT_EQ(parse(R"("a\u0000b")")->as_string(), std::string_view("a\0b", 3));
}

TEST(Json, integers_are_exact_or_refused) {
    EXPECT_EQ(parse("9223372036854775807")->as_int64(), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(parse("-9223372036854775808")->as_int64(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(parse("9223372036854775808")->as_uint64(), 9223372036854775808u);
    EXPECT_EQ(parse("18446744073709551615")->as_uint64(),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(parse("9007199254740993")->as_int64(), 9007199254740993);
    for (const auto* text : {"18446744073709551616", "-9223372036854775809",
                             "123456789012345678901234567890", "-99999999999999999999"}) {
        expect_malformed(text);
        expect_malformed(std::string("{\"n\":") + text + "}");
    }
}

TEST(Json, refuses_what_rfc_8259_does_not_know) {
    for (const std::string text :
         {"",         " ",          "\n",          "nul",        "tru",
          "True",     "NaN",        "nan",         "Infinity",   "-Infinity",
          "inf",      "undefined",  "'a'",         "{a:1}",      "{'a':1}",
          "[1,]",     "{\"a\":1,}", "[,1]",        "[1 2]",      "{\"a\" 1}",
          "{\"a\":}", "{\"a\"}",    "{1:2}",       "01",         "-01",
          "+1",       ".5",         "5.",          "1.e1",       "1e",
          "1e+",      "-",          "0x10",        "1_000",      "\"",
          "\"a",      "\"\t\"",     "\"\n\"",      "\"\x01\"",   "\"\\x41\"",
          "\"\\a\"",  "\"\\u12\"",  "\"\\u12g4\"", "[",          "]",
          "{",        "}",          "[}",          "{]",         "[1",
          "{\"a\":1", "/* c */ 1",  "1 // c",      "1e400",      "-1e400",
          "[1e999]",  ":",          ",",           "\"a\" \"b\""}) {
        expect_malformed(text);
    }
}

TEST(Json, refuses_anything_after_the_value) {
    for (const std::string text : {"1 2", "{} {}", "{}x", "[]]", "null,", "true false", "1\n2"}) {
        expect_malformed(text);
    }
    expect_malformed(std::string("{}\0", 3));
    expect_malformed(std::string("\0{}", 3));
    expect_malformed("\xef\xbb\xbf{}");  // a byte order mark is not JSON
}

TEST(Json, refuses_bad_utf_8) {
    for (const std::string bytes :
         {"\xff", "\xfe", "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xc3",
          "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3("}) {
        expect_malformed("\"" + bytes + "\"");
        expect_malformed("{\"" + bytes + "\":1}");
    }
    EXPECT_EQ(parse("\"\xf4\x8f\xbf\xbf\"")->as_string(), "\xf4\x8f\xbf\xbf");
}

TEST(Json, refuses_lone_surrogates) {
    for (const auto* text : {R"("\ud800")", R"("\udc00")", R"("\ud83d")", R"("\ud83dx")",
                             R"("\ud83d\n")", R"("\ud83d\ud83d")", R"("\ude00\ud83d")",
                             R"("a\udfff")", R"({"\ud800":1})", R"("\ud83d\u0041")"}) {
        expect_malformed(text);
    }
}

TEST(Json, refuses_a_key_that_occurs_twice_and_says_where) {
    const auto twice = parse(R"({"a":{"b/c":[{"x":1,"x":2}]}})");
    ASSERT_FALSE(twice);
    EXPECT_NE(twice.error().detail.find("/a/b~1c/0/x"), std::string::npos) << twice.error().detail;
    expect_malformed(R"({"a":1,"a":1})");
    expect_malformed(R"({"a":1,"\u0061":2})");
    expect_malformed(R"({"":1,"":2})");
    expect_malformed(R"({"a":1,"b":2,"c":3,"a":{}})");
    EXPECT_TRUE(parse(R"({"a":1,"A":2})"));
    EXPECT_TRUE(parse(R"([{"a":1},{"a":2}])"));
}

TEST(Json, takes_32_levels_and_refuses_33) {
    EXPECT_TRUE(parse(nested(32, "[", "]")));
    expect_malformed(nested(33, "[", "]"));
    EXPECT_TRUE(parse(nested(32, "{\"a\":", "}")));
    expect_malformed(nested(33, "{\"a\":", "}"));
    EXPECT_TRUE(parse(nested(16, "[{\"a\":", "}]")));
    expect_malformed(nested(17, "[{\"a\":", "}]"));
    expect_malformed(nested(100'000, "[", "]"));
    expect_malformed(std::string(1'000'000, '['));
    std::string deepest_empty(32, '[');
    deepest_empty += std::string(32, ']');
    EXPECT_TRUE(parse(deepest_empty));
    EXPECT_FALSE(parse("[" + deepest_empty + "]"));
}

TEST(Json, does_not_read_beyond_its_text) {
    const std::string text = "[1,2]trailing";
    EXPECT_EQ(parse(std::string_view(text).substr(0, 5))->as_array().size(), 2u);
    EXPECT_EQ(parse(std::string_view("123456").substr(0, 3))->as_int64(), 123);
}

TEST(Json, a_good_text_follows_a_bad_one) {
    expect_malformed("{");
    expect_malformed("\"\xff\"");
    EXPECT_TRUE(parse("{}"));
}

TEST(Json, parse_own_throws_on_damage) {
    EXPECT_EQ(parse_own("[1]").as_array().size(), 1u);
    EXPECT_THROW(parse_own("[1"), std::runtime_error);
}

Value random_value(std::mt19937_64& random, int depth) {
    switch (random() % (depth == 0 ? 6 : 8)) {
        case 0:
            return nullptr;
        case 1:
            return random() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>(random());
        case 3:
            return random() | (1ULL << 63);
        case 4:
            return static_cast<double>(static_cast<std::int64_t>(random())) / 1024.5;
        case 5: {
            std::string text;
            for (auto n = random() % 12; n > 0; --n) {
                constexpr std::string_view pieces[] = {"a", "\"", "\\", "\n",   "\x01",
                                                       "é", "😀", "/",  "\x7f", "~"};
                text += pieces[random() % 10];
            }
            return Value(text);
        }
        case 6: {
            Array array;
            for (auto n = random() % 4; n > 0; --n)
                array.push_back(random_value(random, depth - 1));
            return array;
        }
        default: {
            Object object;
            for (auto n = random() % 4; n > 0; --n) {
                object["k" + std::to_string(random() % 9)] = random_value(random, depth - 1);
            }
            return object;
        }
    }
}

TEST(Json, what_is_written_reads_the_same) {
    const auto seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 3000; ++round) {
        const auto value = random_value(random, 5);
        const auto text = dump(value);
        const auto again = parse(text);
        ASSERT_TRUE(again) << text;
        EXPECT_EQ(*again, value) << text;
        std::string appended = "x";
        append(appended, value);
        EXPECT_EQ(appended, "x" + text);
    }
}

TEST(Json, append_keeps_long_values_whole) {
    const Value value(std::string(100'000, 'y'));
    std::string out;
    append(out, value);
    EXPECT_EQ(out, dump(value));
}

TEST(Json, append_string_escapes_what_must_be) {
    const auto quoted = [](std::string_view text) {
        std::string out;
        append_string(out, text);
        return out;
    };
    EXPECT_EQ(quoted(""), R"("")");
    EXPECT_EQ(quoted("a\"b\\c/é"), R"("a\"b\\c/é")");
    EXPECT_EQ(quoted(std::string_view("\0\x1f\n", 3)), R"("\u0000\u001f\u000a")");
    for (int c = 0; c < 0x80; ++c) {
        const std::string text(1, static_cast<char>(c));
        EXPECT_EQ(parse(quoted(text))->as_string(), text) << c;
    }
}

TEST(JsonPointer, escapes_as_rfc_6901_says) {
    EXPECT_EQ(pointer("", "foo"), "/foo");
    EXPECT_EQ(pointer("/foo", std::size_t{0}), "/foo/0");
    EXPECT_EQ(pointer("", ""), "/");
    EXPECT_EQ(pointer("", "a/b"), "/a~1b");
    EXPECT_EQ(pointer("", "m~n"), "/m~0n");
    EXPECT_EQ(pointer("", "~1"), "/~01");
    EXPECT_EQ(pointer("/x", " c%d^e|f\\g\"h"), "/x/ c%d^e|f\\g\"h");
    EXPECT_EQ(pointer("", std::numeric_limits<std::size_t>::max()), "/18446744073709551615");
}

TEST(JsonMergePatch, table_of_rfc_7396_appendix_a) {
    struct Case {
        const char* original;
        const char* patch;
        const char* result;
    };
    const Case table[] = {
        {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
        {R"({"a":"b"})", R"({"a":null})", R"({})"},
        {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
        {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
        {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
        {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
        {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
        {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
        {R"({"a":"foo"})", R"(null)", R"(null)"},
        {R"({"a":"foo"})", R"("bar")", R"("bar")"},
        {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
        {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
    };
    for (const auto& [original, patch, result] : table) {
        auto target = parse_own(original);
        merge_patch(target, parse_own(patch));
        EXPECT_EQ(target, parse_own(result)) << original << " patched by " << patch;
    }
}

TEST(JsonArena, reads_what_parse_reads_and_a_copy_outlives_it) {
    const auto long_text = std::string(20'000, 'x');  // more than the arena begins with
    const auto text =
        R"({"a":[1,-2,1.5,18446744073709551615,true,null,{}],"b":{"c":")" + long_text + R"("}})";
    Value copy;
    {
        Arena arena;
        const auto value = arena.parse(text);
        ASSERT_TRUE(value);
        EXPECT_EQ(*value, *parse(text));
        copy = *value;
    }
    EXPECT_EQ(copy.at("b").at("c").as_string(), long_text);
}

TEST(JsonArena, refuses_what_parse_refuses_in_the_same_words) {
    for (const auto& text : {std::string("{\"a\":[{\"b\":1,\"b\":2}]}"), std::string("[1,"),
                             std::string(), nested(depth_max + 1, "[", "]")}) {
        Arena arena;
        const auto value = arena.parse(text);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().detail, parse(text).error().detail);
    }
}
}  // namespace
}  // namespace almanac::kernel::json
