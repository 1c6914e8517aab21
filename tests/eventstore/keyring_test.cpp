#include "eventstore/keyring.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <random>
#include <set>

#include "eventstore/keyring_cache.hpp"
#include "tests/eventstore/keyring_fixture.hpp"

namespace almanac::eventstore {
namespace {
using kernel::RejectionKind;

TEST_F(KeyringTest, opens_what_it_sealed_at_once_and_after_a_restart) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    const auto name = seal(*keyring, salon, "client:1", "client.last_name", "\"García\"");
    EXPECT_EQ(keyring->open(salon, name, "client:1", "client.last_name").value(), "\"García\"");
    ASSERT_TRUE(keyring->sync());
    keyring = nullptr;
    keyring = reopen();
    EXPECT_EQ(keyring->open(salon, name, "client:1", "client.last_name").value(), "\"García\"");
    keyring = nullptr;
    EXPECT_EQ(reopen(true)->open(salon, name, "client:1", "client.last_name").value(),
              "\"García\"");
}

TEST_F(KeyringTest, null_is_not_sealed) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    EXPECT_EQ(keyring->seal(salon, "client:1", "client.email", "null").value(), "null");
    EXPECT_EQ(keyring->subject_state(salon, "client:1").value(), SubjectState::absent);
}

TEST_F(KeyringTest, equal_texts_seal_differently) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    const auto one = seal(*keyring, salon, "client:1", "client.email", "\"a@b.es\"");
    EXPECT_NE(seal(*keyring, salon, "client:1", "client.email", "\"a@b.es\""), one);
}

TEST_F(KeyringTest, another_tenant_subject_or_field_does_not_open) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    ASSERT_TRUE(keyring->create_tenant(clinic));
    const auto sealed = seal(*keyring, salon, "client:1", "client.email", "\"a@b.es\"");
    seal(*keyring, clinic, "client:1", "client.email", "\"a@b.es\"");
    seal(*keyring, salon, "client:2", "client.email", "\"a@b.es\"");
    const auto expect_corrupt = [&](const kernel::TenantId& tenant, std::string_view subject,
                                    std::string_view field) {
        const auto opened = keyring->open(tenant, sealed, subject, field);
        ASSERT_FALSE(opened) << subject << field;
        EXPECT_EQ(opened.error().kind, RejectionKind::corrupt);
    };
    expect_corrupt(clinic, "client:1", "client.email");
    expect_corrupt(salon, "client:2", "client.email");
    expect_corrupt(salon, "client:3", "client.email");
    expect_corrupt(salon, "client:1", "client.phone");
    expect_corrupt(salon, "", "client.email");
    expect_corrupt(tenant_number(7), "client:1", "client.email");
    EXPECT_TRUE(keyring->open(salon, sealed, "client:1", "client.email").value());
}

TEST_F(KeyringTest, refuses_places_and_sizes_beyond_their_limits) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    const std::string long_name(201, 'x');
    EXPECT_EQ(keyring->seal(salon, "", "f", "1").error().code, "sealing_subject");
    EXPECT_EQ(keyring->seal(salon, long_name, "f", "1").error().code, "sealing_subject");
    EXPECT_EQ(keyring->seal(salon, "s", "", "1").error().code, "sealing_field");
    EXPECT_EQ(keyring->seal(salon, "s", long_name, "1").error().code, "sealing_field");
    EXPECT_EQ(keyring->seal(salon, "s", "f", "").error().code, "sealing_size");
    EXPECT_EQ(
        keyring->seal(salon, "s", "f", std::string(sealed_text_bytes_max + 1, '1')).error().code,
        "sealing_size");
    const auto most = seal(*keyring, salon, long_name.substr(1), long_name.substr(1),
                           std::string(sealed_text_bytes_max, '1'));
    EXPECT_EQ(keyring->open(salon, most, long_name.substr(1), long_name.substr(1)).value()->size(),
              sealed_text_bytes_max);
}

TEST_F(KeyringTest, a_tenant_without_keys_is_corrupt_and_not_given_new_ones) {
    auto keyring = create();
    EXPECT_EQ(keyring->seal(salon, "client:1", "f", "1").error().kind, RejectionKind::corrupt);
    EXPECT_EQ(keyring->claim(salon, ClaimKind::email, "a@b", {}).error().kind,
              RejectionKind::corrupt);
    EXPECT_EQ(keyring->sign(salon, "x").error().kind, RejectionKind::corrupt);
    EXPECT_EQ(keyring->result_mac(salon, 1, "x").error().kind, RejectionKind::corrupt);
    EXPECT_EQ(keyring->sync().value(), 1u);
}

TEST_F(KeyringTest, the_generation_grows_only_with_something_new) {
    auto keyring = create();
    EXPECT_EQ(keyring->generation(), 1u);
    EXPECT_EQ(keyring->sync().value(), 1u);
    ASSERT_TRUE(keyring->create_tenant(salon));
    EXPECT_EQ(keyring->generation(), 1u);
    EXPECT_EQ(keyring->sync().value(), 2u);
    ASSERT_TRUE(keyring->create_tenant(salon));
    const auto sealed = seal(*keyring, salon, "client:1", "f", "1");
    EXPECT_EQ(keyring->sync().value(), 3u);
    seal(*keyring, salon, "client:1", "g", "2");
    EXPECT_TRUE(keyring->open(salon, sealed, "client:1", "f"));
    EXPECT_EQ(keyring->sync().value(), 3u);
    keyring = nullptr;
    EXPECT_EQ(Keyring::peek_generation(directory).value(), 3u);
    EXPECT_EQ(reopen()->generation(), 3u);
}

TEST_F(KeyringTest, what_was_never_synced_is_gone_after_a_restart) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    ASSERT_TRUE(keyring->sync());
    seal(*keyring, salon, "client:1", "f", "1");
    keyring = nullptr;
    keyring = reopen();
    EXPECT_EQ(keyring->subject_state(salon, "client:1").value(), SubjectState::absent);
    EXPECT_EQ(keyring->generation(), 2u);
}

TEST_F(KeyringTest, keys_of_a_tenant_stay_the_same) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    ASSERT_TRUE(keyring->create_tenant(clinic));
    const auto key = keyring->signing_public_key(salon).value();
    ASSERT_TRUE(keyring->create_tenant(salon));
    EXPECT_EQ(keyring->signing_public_key(salon).value(), key);
    ASSERT_TRUE(keyring->sync());
    keyring = nullptr;
    keyring = reopen();
    EXPECT_EQ(keyring->signing_public_key(salon).value(), key);
    EXPECT_NE(keyring->signing_public_key(clinic).value(), key);
}

TEST_F(KeyringTest, signatures_verify_under_the_public_key) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    const auto key = keyring->signing_public_key(salon).value();
    const std::string_view text = "almanac checkpoint";
    const auto signature = keyring->sign(salon, text).value();
    const auto verifies = [&](std::string_view signed_text) {
        return crypto_sign_verify_detached(
                   signature.data(), reinterpret_cast<const unsigned char*>(signed_text.data()),
                   signed_text.size(), key.data()) == 0;
    };
    EXPECT_TRUE(verifies(text));
    EXPECT_FALSE(verifies("almanac checkpoinT"));
}

TEST_F(KeyringTest, a_read_only_keyring_makes_nothing) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    const auto sealed = seal(*keyring, salon, "client:1", "f", "1");
    ASSERT_TRUE(keyring->sync());
    keyring = nullptr;
    const auto before = everything_in(directory);
    keyring = reopen(true);
    EXPECT_EQ(keyring->create_tenant(clinic).error().code, "keyring_read_only");
    EXPECT_EQ(keyring->seal(salon, "client:2", "f", "1").error().code, "keyring_read_only");
    EXPECT_EQ(keyring->claim(salon, ClaimKind::email, "a@b", {}).error().code, "keyring_read_only");
    EXPECT_EQ(keyring->erase_subject(salon, "client:1").error().code, "keyring_read_only");
    EXPECT_EQ(keyring->destroy_day_keys_before(9).error().code, "keyring_read_only");
    EXPECT_EQ(keyring->sync().value(), 2u);
    EXPECT_EQ(keyring->open(salon, sealed, "client:1", "f").value(), "1");
    EXPECT_TRUE(keyring->verify());
    keyring = nullptr;
    EXPECT_EQ(everything_in(directory), before);
}

TEST_F(KeyringTest, a_result_mac_depends_on_tenant_day_and_body_and_lives_until_its_day_goes) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    ASSERT_TRUE(keyring->create_tenant(clinic));
    const auto mac = keyring->result_mac(salon, 20000, "body").value();
    EXPECT_EQ(keyring->result_mac(salon, 20000, "body").value(), mac);
    EXPECT_NE(keyring->result_mac(salon, 20000, "Body").value(), mac);
    EXPECT_NE(keyring->result_mac(salon, 20001, "body").value(), mac);
    EXPECT_NE(keyring->result_mac(clinic, 20000, "body").value(), mac);
    ASSERT_TRUE(keyring->sync());
    keyring = nullptr;
    keyring = reopen();
    EXPECT_EQ(keyring->result_mac(salon, 20000, "body").value(), mac);
    const auto later = keyring->result_mac(salon, 20001, "body").value();
    ASSERT_TRUE(keyring->destroy_day_keys_before(20000));
    EXPECT_EQ(keyring->result_mac(salon, 20000, "body").value(), mac);
    ASSERT_TRUE(keyring->destroy_day_keys_before(20001));
    EXPECT_NE(keyring->result_mac(salon, 20000, "body").value(), mac);
    EXPECT_EQ(keyring->result_mac(salon, 20001, "body").value(), later);
}

TEST_F(KeyringTest, an_erased_subject_reads_as_nothing_and_takes_nothing) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    ASSERT_TRUE(keyring->create_tenant(clinic));
    const auto gone = seal(*keyring, salon, "client:1", "f", "1");
    const auto kept = seal(*keyring, salon, "client:2", "f", "2");
    const auto elsewhere = seal(*keyring, clinic, "client:1", "f", "3");
    ASSERT_TRUE(keyring->erase_subject(salon, "client:1"));
    for (int restart = 0; restart < 2; ++restart) {
        EXPECT_EQ(keyring->open(salon, gone, "client:1", "f").value(), std::nullopt);
        EXPECT_EQ(keyring->subject_state(salon, "client:1").value(), SubjectState::erased);
        EXPECT_EQ(keyring->seal(salon, "client:1", "f", "1").error().code, "subject_erased");
        EXPECT_EQ(keyring->open(salon, kept, "client:2", "f").value(), "2");
        EXPECT_EQ(keyring->open(clinic, elsewhere, "client:1", "f").value(), "3");
        EXPECT_TRUE(keyring->erase_subject(salon, "client:1"));
        keyring = nullptr;
        keyring = reopen();
    }
}

TEST_F(KeyringTest, an_absent_subject_can_be_erased_before_it_ever_was) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    ASSERT_TRUE(keyring->erase_subject(salon, "client:1"));
    EXPECT_EQ(keyring->seal(salon, "client:1", "f", "1").error().code, "subject_erased");
}

TEST_F(KeyringTest, more_subjects_than_the_cache_holds_all_open) {
    auto keyring = made(Keyring::create(directory, master, log_id, {.cached_keys_max = 1}));
    ASSERT_TRUE(keyring->create_tenant(salon));
    std::vector<std::string> sealed;
    for (int i = 0; i < 500; ++i) {
        sealed.push_back(
            seal(*keyring, salon, "client:" + std::to_string(i), "f", std::to_string(i)));
        ASSERT_TRUE(i % 100 != 0 || keyring->sync());
    }
    for (int i = 0; i < 500; ++i) {
        const auto at = static_cast<std::size_t>(i);
        EXPECT_EQ(keyring->open(salon, sealed[at], "client:" + std::to_string(i), "f").value(),
                  std::to_string(i));
    }
}

TEST(KeyringCache, holds_its_count_drops_the_least_recent_and_wipes_it) {
    KeyringCache cache(3);
    const auto key = [](std::uint8_t fill) {
        std::array<std::uint8_t, 32> bytes;
        bytes.fill(fill);
        return SecretKey(bytes);
    };
    const auto in_memory = [&](std::uint8_t fill) {
        return std::ranges::count(cache.memory(), fill);
    };
    cache.put("a", key(0xa1));
    cache.put("b", key(0xb2));
    cache.put("c", key(0xc3));
    ASSERT_TRUE(cache.find("a"));
    cache.put("d", key(0xd4));
    EXPECT_EQ(cache.size(), 3u);
    EXPECT_FALSE(cache.find("b"));
    EXPECT_EQ(in_memory(0xb2), 0);
    EXPECT_EQ(in_memory(0xa1), 32);
    cache.remove("a");
    cache.remove("never there");
    EXPECT_EQ(in_memory(0xa1), 0);
    cache.put("c", key(0xe5));
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_EQ(in_memory(0xc3), 0);
    EXPECT_TRUE(std::ranges::equal(cache.find("c")->bytes(), key(0xe5).bytes()));
}

TEST(KeyringCache, behaves_like_a_small_model_under_random_use) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    constexpr std::size_t capacity = 5;
    KeyringCache cache(capacity);
    std::vector<std::pair<std::string, std::uint8_t>> model;  // most recent last
    const auto at = [&](const std::string& name) {
        return std::ranges::find(model, name, [](const auto& item) { return item.first; });
    };
    for (int step = 0; step < 5000; ++step) {
        const std::string name(1, static_cast<char>('a' + random() % 9));
        const auto known = at(name);
        switch (random() % 3) {
            case 0: {
                const auto found = cache.find(name);
                ASSERT_EQ(found.has_value(), known != model.end());
                if (!found) break;
                ASSERT_EQ(found->bytes()[0], known->second);
                std::rotate(known, known + 1, model.end());
                break;
            }
            case 1: {
                const auto value = static_cast<std::uint8_t>(random());
                std::array<std::uint8_t, 32> bytes;
                bytes.fill(value);
                cache.put(name, SecretKey(bytes));
                if (known != model.end()) model.erase(known);
                if (model.size() == capacity) model.erase(model.begin());
                model.emplace_back(name, value);
                break;
            }
            default:
                cache.remove(name);
                if (known != model.end()) model.erase(known);
        }
        ASSERT_EQ(cache.size(), model.size());
    }
}
}  // namespace
}  // namespace almanac::eventstore
