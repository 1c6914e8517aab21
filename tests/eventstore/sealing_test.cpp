#include "eventstore/sealing.hpp"

#include <gtest/gtest.h>

#include <random>

#include "domain/kernel/json.hpp"
#include "eventstore/claims.hpp"
#include "eventstore/keyring_entries.hpp"
#include "tests/eventstore/keyring_fixture.hpp"

namespace almanac::eventstore {
namespace {
using kernel::json::Value;

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

std::string text_of(const Value& object, std::string_view name) {
    return std::string(object.at(std::string(name)).as_string());
}
std::uint32_t number_of(const Value& object, std::string_view name) {
    return static_cast<std::uint32_t>(object.at(std::string(name)).as_int64());
}
SecretKey key_of(const Value& object, std::string_view name) {
    const auto bytes = from_hex(text_of(object, name));
    EXPECT_EQ(bytes.size(), 32u);
    return SecretKey(
        std::span<const std::uint8_t, 32>(reinterpret_cast<const std::uint8_t*>(bytes.data()), 32));
}
Nonce nonce_of(const Value& object) {
    const auto bytes = from_hex(text_of(object, "nonce"));
    Nonce nonce{};
    EXPECT_EQ(bytes.size(), nonce.size());
    std::copy(bytes.begin(), bytes.end(), nonce.begin());
    return nonce;
}
kernel::TenantId tenant_of(const Value& object) {
    return kernel::TenantId{kernel::parse_uuid(text_of(object, "tenant")).value()};
}
// The golden files come from another implementation, written after the formats' description.
Value golden(std::string_view name) {
    const auto file = std::filesystem::path(ALMANAC_SOURCE_DIR) / "tests/golden" / name;
    return kernel::json::parse_own(read_bytes(file));
}

std::string view(const SecretKey& key) {
    return {reinterpret_cast<const char*>(key.data()), 32};
}

TEST(SealedValue, golden_bytes_seal_and_open) {
    const auto cases = golden("sealed_values_v1.json");
    ASSERT_GE(cases.as_array().size(), 6u);
    for (const auto& one : cases.as_array()) {
        const auto associated =
            associated_data(tenant_of(one), text_of(one, "subject"), text_of(one, "field_id"));
        const auto sealed = seal_value(key_of(one, "key"), number_of(one, "key_number"),
                                       nonce_of(one), associated, text_of(one, "json_text"));
        EXPECT_EQ(sealed, text_of(one, "sealed")) << text_of(one, "name");
        const auto number = sealed_key_number(text_of(one, "sealed"));
        ASSERT_TRUE(number);
        EXPECT_EQ(*number, number_of(one, "key_number"));
        const auto opened = open_value(key_of(one, "key"), text_of(one, "sealed"), associated);
        ASSERT_TRUE(opened) << text_of(one, "name");
        EXPECT_EQ(*opened, text_of(one, "json_text"));
    }
}

TEST(SealedValue, golden_wraps_wrap_and_unwrap) {
    const auto cases = golden("sealed_wraps_v1.json");
    ASSERT_GE(cases.as_array().size(), 7u);
    for (const auto& one : cases.as_array()) {
        const auto entry = from_hex(text_of(one, "entry_key"));
        const auto number = number_of(one, "number");
        const auto wrap =
            wrap_key(key_of(one, "wrapping_key"), nonce_of(one), entry, number, key_of(one, "key"));
        EXPECT_EQ(hex(wrap), text_of(one, "wrap")) << text_of(one, "name");
        const auto key = unwrap_key(key_of(one, "wrapping_key"), wrap, entry, number);
        ASSERT_TRUE(key) << text_of(one, "name");
        EXPECT_EQ(view(*key), view(key_of(one, "key")));
        EXPECT_FALSE(unwrap_key(key_of(one, "wrapping_key"), wrap, entry, number + 1));
        EXPECT_FALSE(unwrap_key(key_of(one, "wrapping_key"), wrap, entry + "x", number));
        EXPECT_FALSE(unwrap_key(key_of(one, "key"), wrap, entry, number));
    }
}

TEST(SealedValue, golden_entry_keys_are_those_of_the_keyring) {
    const auto cases = golden("sealed_wraps_v1.json");
    const kernel::TenantId tenant{
        kernel::parse_uuid("0190a1b2-c3d4-7e5f-8a0b-1c2d3e4f5061").value()};
    const auto client = "client:0190a1b2-0000-7000-8000-000000000001";
    const std::vector<std::string> made{
        entries::tenant_key(tenant),      entries::claim_key(tenant),
        entries::signing_key(tenant, 1),  entries::day_key(20788, tenant),
        entries::subject(tenant, client), std::string(entries::meta_master_check),
        entries::subject(tenant, client)};
    ASSERT_EQ(cases.as_array().size(), made.size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        EXPECT_EQ(hex(made[i]), text_of(cases.as_array()[i], "entry_key"));
    }
}

TEST(SealedValue, golden_claims_have_their_mac_and_entry) {
    const auto cases = golden("sealed_claims_v1.json");
    ASSERT_GE(cases.as_array().size(), 3u);
    for (const auto& one : cases.as_array()) {
        const auto kind = parse_claim_kind(text_of(one, "kind"));
        ASSERT_TRUE(kind);
        const auto mac = claim_mac(key_of(one, "claim_key"), *kind, text_of(one, "value"));
        EXPECT_EQ(hex({reinterpret_cast<const char*>(mac.data()), mac.size()}),
                  text_of(one, "mac"));
        EXPECT_EQ(hex(entries::claim(tenant_of(one), *kind, mac)), text_of(one, "entry_key"));
    }
}

TEST(SealedValue, pads_to_sixteen_and_opens_without_padding) {
    const auto key = SecretKey::random();
    for (std::size_t size = 1; size <= 65; ++size) {
        const auto text = "\"" + std::string(size, 'x') + "\"";
        const auto sealed = seal_value(key, 1, random_nonce(), "place", text);
        const auto blocks = (text.size() + 15) / 16;
        const auto bytes = 1 + 4 + 24 + 16 * blocks + 16;
        EXPECT_EQ(sealed.size(), (bytes * 4 + 2) / 3);
        EXPECT_EQ(open_value(key, sealed, "place").value(), text);
    }
}

TEST(SealedValue, spaces_inside_a_string_stay) {
    const auto key = SecretKey::random();
    const auto sealed = seal_value(key, 1, random_nonce(), "place", "\"  two  \"");
    EXPECT_EQ(open_value(key, sealed, "place").value(), "\"  two  \"");
}

TEST(SealedValue, every_changed_character_is_refused) {
    const auto key = SecretKey::random();
    const auto sealed = seal_value(key, 1, random_nonce(), "place", "\"García\"");
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        // The key number is not within what is authenticated: it only chooses the key.
        const bool number = i >= 1 && i <= 6;
        for (const char c : alphabet) {
            auto changed = sealed;
            if (changed[i] == c) continue;
            changed[i] = c;
            const auto opened = open_value(key, changed, "place");
            if (number && sealed_key_number(changed).value_or(0) != 1) continue;
            ASSERT_FALSE(opened) << i << " " << c;
            EXPECT_EQ(opened.error().kind, kernel::RejectionKind::corrupt);
        }
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(open_value(key, sealed.substr(0, size), "place"));
    }
    EXPECT_FALSE(open_value(key, sealed + "A", "place"));
    EXPECT_FALSE(open_value(key, sealed + "=", "place"));
    EXPECT_FALSE(open_value(key, " " + sealed, "place"));
}

TEST(SealedValue, is_bound_to_tenant_subject_and_field_without_ambiguity) {
    const auto one = tenant_number(1);
    const auto two = tenant_number(2);
    EXPECT_NE(associated_data(one, "client:a", "b.c"), associated_data(two, "client:a", "b.c"));
    EXPECT_NE(associated_data(one, "client:a", "b.c"), associated_data(one, "client:ab", ".c"));
    EXPECT_EQ(associated_data(one, "ab", "cd"),
              std::string(one.view()) + std::string("\0\2", 2) + "abcd");
}

TEST(SealedValue, random_text_comes_back_and_random_bytes_never_open) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto key = SecretKey::random();
    for (int round = 0; round < 500; ++round) {
        std::string text = "\"";
        for (auto n = random() % 300; n > 0; --n) text += static_cast<char>('!' + random() % 90);
        text += '"';
        const auto sealed = seal_value(key, 1, random_nonce(), "place", text);
        EXPECT_EQ(open_value(key, sealed, "place").value(), text);
        EXPECT_NE(seal_value(key, 1, random_nonce(), "place", text), sealed);
        std::string noise;
        for (auto n = random() % 200; n > 0; --n) noise += static_cast<char>(random());
        EXPECT_FALSE(open_value(key, noise, "place"));
        EXPECT_FALSE(unwrap_key(key, noise, "entry", 1));
        noise.resize(wrap_bytes, 'x');
        noise[0] = 1;
        EXPECT_FALSE(unwrap_key(key, noise, "entry", 1));
    }
}

TEST(SealedValue, its_json_names_the_subject_escaped) {
    EXPECT_EQ(sealed_object("AQ", "client:1"), R"({"sealed":"AQ","of":"client:1"})");
    EXPECT_EQ(sealed_object("AQ", "odd\"one"), R"({"sealed":"AQ","of":"odd\"one"})");
}
}  // namespace
}  // namespace almanac::eventstore
