#include "gateway/descriptors.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace almanac::gateway {
namespace {

TEST(Descriptors, the_soft_limit_becomes_the_hard_one) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{std::min<rlim_t>(200, before.rlim_max), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Descriptors, connections_take_at_most_half_of_them) {
    EXPECT_EQ(connections_within(1'000'000, 10'000), 10'000U);
    EXPECT_EQ(connections_within(20'000, 10'000), 10'000U);
    EXPECT_EQ(connections_within(1'024, 10'000), 512U);
    EXPECT_EQ(connections_within(0, 10'000), 1U);
}

}  // namespace
}  // namespace almanac::gateway
