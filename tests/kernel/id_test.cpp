#include "domain/kernel/id.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <type_traits>
#include <unordered_set>

namespace almanac::kernel {
namespace {
std::mt19937 seeded() {
    const auto seed = std::random_device{}();
    testing::Test::RecordProperty("seed", std::to_string(seed));
    std::printf("seed %u\n", seed);
    return std::mt19937(seed);
}
std::array<std::uint8_t, 10> random_ten(std::mt19937& random) {
    std::array<std::uint8_t, 10> bytes;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

TEST(Uuid, is_written_in_36_lower_case_characters_and_read_in_either_case) {
    const auto id = parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
    ASSERT_TRUE(id);
    EXPECT_EQ(to_string(*id), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    EXPECT_EQ(to_string(Uuid{}), "00000000-0000-0000-0000-000000000000");
    EXPECT_TRUE(Uuid{}.is_nil());
    EXPECT_FALSE(id->is_nil());
}

TEST(Uuid, refuses_every_other_shape) {
    const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    ASSERT_TRUE(parse_uuid(good));
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse_uuid(good.substr(0, size)));
    EXPECT_FALSE(parse_uuid(good + " "));
    EXPECT_FALSE(parse_uuid("{" + good + "}"));
    EXPECT_FALSE(parse_uuid("017f22e279b07cc398c4dc0c0c07398f"));
    EXPECT_FALSE(parse_uuid("017f22e279b07cc398c4dc0c0c07398f0000"));
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char c : {'g', ' ', '_', '\0', '/', ':', '@', '`', '-'}) {
            auto bad = good;
            if (bad[at] == c) continue;
            bad[at] = c;
            EXPECT_FALSE(parse_uuid(bad)) << bad;
        }
        auto moved = good;
        if (moved[at] == '-') {
            moved[at] = '0';
            EXPECT_FALSE(parse_uuid(moved));
        }
    }
}

TEST(Uuid, version_7_is_that_of_rfc_9562_appendix_a_6) {
    // 2022-02-22T19:22:22Z = 0x017F22E279B0 ms; rand_a = 0xCC3, rand_b = 0x18C4DC0C0C07398F.
    const auto time = parse_instant("2022-02-22T19:22:22Z").value();
    const auto id = uuid_v7(time, {0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f});
    EXPECT_EQ(to_string(id), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid, version_7_sorts_by_millisecond_in_bytes_and_in_text) {
    auto random = seeded();
    for (int round = 0; round < 2000; ++round) {
        const auto early = static_cast<std::int64_t>(random()) * 1'600'000;
        const auto late = early + 1000 + static_cast<std::int64_t>(random());
        const auto a = uuid_v7(instant_from_micros(early), random_ten(random));
        const auto b = uuid_v7(instant_from_micros(late), random_ten(random));
        EXPECT_LT(a, b) << early << " " << late;
        EXPECT_LT(to_string(a), to_string(b));
        EXPECT_EQ(a.bytes[6] >> 4, 7);
        EXPECT_EQ(a.bytes[8] >> 6, 2);
    }
}

TEST(Uuid, goes_through_text_and_bytes_unchanged) {
    auto random = seeded();
    for (int round = 0; round < 2000; ++round) {
        Uuid id;
        for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
        EXPECT_EQ(parse_uuid(to_string(id)), id);
        EXPECT_EQ(uuid_from_bytes(id.view()), id);
    }
}

TEST(Uuid, hashes_of_many_differ) {
    auto random = seeded();
    std::unordered_set<std::size_t> hashes;
    for (int n = 0; n < 100'000; ++n) {
        hashes.insert(std::hash<Uuid>{}(
            uuid_v7(instant_from_micros(1'700'000'000'000'000 + n), random_ten(random))));
    }
    EXPECT_GT(hashes.size(), 99'990u);
}

TEST(Id, of_one_thing_is_no_id_of_another) {
    static_assert(!std::is_convertible_v<TenantId, EventId>);
    static_assert(!std::is_convertible_v<Uuid, TenantId>);
    static_assert(!std::is_assignable_v<TenantId&, EventId>);
    const TenantId tenant{Uuid{{1}}};
    EXPECT_EQ(std::hash<TenantId>{}(tenant), std::hash<Uuid>{}(tenant));
    EXPECT_LT(tenant, TenantId{Uuid{{2}}});
}

TEST(Id, of_the_system_tenant_is_fixed_and_no_version_7) {
    EXPECT_EQ(to_string(system_tenant), "00000000-0000-0000-0000-73797374656d");
    EXPECT_NE(system_tenant.bytes[6] >> 4, 7);
}
}  // namespace
}  // namespace almanac::kernel
