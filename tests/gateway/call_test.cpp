// The small grammars of headers and parameters.
#include "gateway/call.hpp"

#include <gtest/gtest.h>

namespace almanac::gateway {
namespace {

TEST(Call, a_whole_number_is_digits_and_nothing_else) {
    EXPECT_EQ(whole_number("0"), 0U);
    EXPECT_EQ(whole_number("007"), 7U);
    EXPECT_EQ(whole_number("18446744073709551615"), 18'446'744'073'709'551'615U);
    for (const auto* text :
         {"", " ", "-", "-1", "+1", "1 ", " 1", "1.0", "1e3", "0x1", "18446744073709551616"}) {
        EXPECT_FALSE(whole_number(text)) << text;
    }
}

TEST(Call, a_position_is_a_partition_that_can_be_and_a_number) {
    EXPECT_EQ(parse_position("3-1042"), std::pair(3U, std::uint64_t{1042}));
    for (const auto* text : {"", "7", "0-", "-1", "0-x", "0-1-1", "x-1", "4294967296-1"})
        EXPECT_FALSE(parse_position(text)) << text;
}

TEST(Call, of_a_preference_only_what_is_known_counts) {
    Request request;
    request.headers = {{"prefer", "respond-async, wait=5, return=representation"}};
    EXPECT_TRUE(preferences_of(request).representation);
    EXPECT_EQ(preferences_of(request).wait_seconds, 5);
    request.headers = {{"prefer", "wait=300"}, {"prefer", "wait=x"}};
    EXPECT_FALSE(preferences_of(request).representation);
    EXPECT_EQ(preferences_of(request).wait_seconds, 30);
}

}  // namespace
}  // namespace almanac::gateway
