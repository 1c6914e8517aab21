#include "domain/kernel/eight_bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "domain/kernel/format.hpp"
#include "domain/kernel/json.hpp"

namespace almanac::kernel {
namespace {

bool naive_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

// Every byte at every place of texts of every length up to three words, among neighbours that are
// nearly what is looked for.
TEST(EightBytes, say_of_every_byte_at_every_place_what_a_look_at_each_says) {
    for (const char around : {' ', '!', '\x7e', '\x80', '\xff', 'a'}) {
        for (std::size_t length = 0; length <= 24; ++length) {
            EXPECT_FALSE(has_control(std::string(length, around))) << length;
            for (std::size_t at = 0; at < length; ++at) {
                for (int byte = 0; byte < 256; ++byte) {
                    std::string text(length, around);
                    text[at] = static_cast<char>(byte);
                    ASSERT_EQ(has_control(text), naive_control(text))
                        << "byte " << byte << " at " << at << " of " << length;
                    const bool high = byte >= 0x80 || (length > 1 && around < 0);
                    ASSERT_EQ(any_eight(text, has_non_ascii), high);
                }
            }
        }
    }
}

TEST(EightBytes, random_texts_are_judged_as_byte_by_byte) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::string text(random() % 40, ' ');
        for (auto& c : text) c = static_cast<char>(random());
        EXPECT_EQ(has_control(text), naive_control(text));
        for (const int limit : {1, 0x20, 0x22, 0x80}) {
            const auto below = [&](char c) { return static_cast<unsigned char>(c) < limit; };
            const auto holds = [&](auto bytes) {
                return has_below(bytes, static_cast<std::uint8_t>(limit));
            };
            EXPECT_EQ(any_eight(text, holds),
                      std::ranges::any_of(text, below) ||
                          (limit > ' ' && text.size() % 8 != 0));  // the spaces at its end
        }
    }
}

// What is written is read back the same, whatever has to be escaped and wherever it stands.
TEST(EightBytes, strings_with_something_to_escape_at_any_place_are_read_back) {
    for (const char c : {'"', '\\', '\n', '\t', '\x01', '\x1f', '\x7f', '/'}) {
        for (std::size_t length = 1; length <= 20; ++length) {
            for (std::size_t at = 0; at < length; ++at) {
                std::string text(length, 'a');
                text[at] = c;
                std::string json;
                json::append_string(json, text);
                const auto read = json::parse("[" + json + "]");
                ASSERT_TRUE(read) << json;
                EXPECT_EQ(read->at(0).as_string(), text) << json;
                const bool escaped = c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
                EXPECT_EQ(json.size() > length + 2, escaped) << json;
            }
        }
    }
}

}  // namespace
}  // namespace almanac::kernel
