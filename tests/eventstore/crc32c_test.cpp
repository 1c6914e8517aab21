#include "eventstore/crc32c.hpp"

#include <gtest/gtest.h>

#include <string>

namespace almanac::eventstore {
namespace {

// RFC 3720, appendix B.4.
TEST(Crc32c, is_that_of_iscsi) {
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
    std::string counting;
    for (char c = 0; c < 32; ++c) counting.push_back(c);
    EXPECT_EQ(crc32c(counting), 0x46dd794eU);
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
    EXPECT_EQ(crc32c(""), 0U);
}

}  // namespace
}  // namespace almanac::eventstore
