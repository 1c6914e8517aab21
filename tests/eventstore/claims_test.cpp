#include "eventstore/claims.hpp"

#include <gtest/gtest.h>

#include <set>

#include "eventstore/keyring_entries.hpp"
#include "eventstore/keyring_store.hpp"
#include "tests/eventstore/keyring_fixture.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Instant;
using kernel::TenantId;
using kernel::Uuid;

class ClaimsTest : public KeyringTest {
  protected:
    void SetUp() override {
        keyring = create();
        ASSERT_TRUE(keyring->create_tenant(salon));
        ASSERT_TRUE(keyring->create_tenant(clinic));
    }
    Uuid claim(std::string_view value, Instant at, ClaimKind kind = ClaimKind::email) {
        return keyring->claim(salon, kind, value, at).value();
    }
    std::optional<Uuid> find(std::string_view value, ClaimKind kind = ClaimKind::email) {
        return keyring->find_claim(salon, kind, value).value();
    }
    std::size_t sweep(Instant at, const std::set<Uuid>& named, std::size_t count_max = 1000) {
        const auto judge = [&](const TenantId&, ClaimKind, const Uuid& id) {
            ++asked;
            return named.contains(id);
        };
        return keyring->sweep_claims(at, judge, count_max).value();
    }
    void restart() {
        keyring = nullptr;
        keyring = reopen();
    }
    std::unique_ptr<Keyring> keyring;
    const Instant noon = kernel::parse_instant("2026-12-01T12:00:00Z").value();
    const Instant next_noon = noon + std::chrono::hours{24};
    int asked = 0;
};

TEST_F(ClaimsTest, a_value_has_one_id_per_tenant_and_kind) {
    EXPECT_FALSE(find("a@b.es"));
    const auto id = claim("a@b.es", noon);
    EXPECT_EQ(claim("a@b.es", next_noon), id);
    EXPECT_EQ(find("a@b.es"), id);
    EXPECT_NE(claim("c@b.es", noon), id);
    EXPECT_FALSE(find("a@b.es", ClaimKind::phone));
    EXPECT_NE(claim("a@b.es", noon, ClaimKind::phone), id);
    EXPECT_FALSE(keyring->find_claim(clinic, ClaimKind::email, "a@b.es").value());
    EXPECT_NE(keyring->claim(clinic, ClaimKind::email, "a@b.es", noon).value(), id);
}

TEST_F(ClaimsTest, is_durable_with_the_sync_and_only_then) {
    const auto kept = claim("a@b.es", noon);
    ASSERT_TRUE(keyring->sync());
    claim("lost@b.es", noon);
    restart();
    EXPECT_EQ(find("a@b.es"), kept);
    EXPECT_FALSE(find("lost@b.es"));
}

TEST_F(ClaimsTest, an_id_tells_nothing_of_its_time_or_value) {
    const auto one = claim("a@b.es", noon);
    EXPECT_EQ(one.bytes[6] >> 4, 4);
    EXPECT_EQ(one.bytes[8] >> 6, 2);
}

TEST_F(ClaimsTest, a_claim_unnamed_after_24_hours_is_deleted_exactly_then) {
    const auto unnamed = claim("a@b.es", noon);
    ASSERT_TRUE(keyring->sync());
    EXPECT_EQ(sweep(next_noon - kernel::Micros{1}, {}), 0u);
    EXPECT_EQ(find("a@b.es"), unnamed);
    EXPECT_EQ(sweep(next_noon, {}), 1u);
    EXPECT_FALSE(find("a@b.es"));
    EXPECT_NE(claim("a@b.es", next_noon), unnamed);
    ASSERT_TRUE(keyring->sync());
    restart();
    EXPECT_TRUE(keyring->verify());
}

TEST_F(ClaimsTest, a_named_claim_stays_and_is_asked_for_once) {
    const auto named = claim("a@b.es", noon);
    ASSERT_TRUE(keyring->sync());
    EXPECT_EQ(sweep(next_noon, {named}), 1u);
    EXPECT_EQ(sweep(next_noon, {named}), 0u);
    ASSERT_TRUE(keyring->sync());
    restart();
    EXPECT_EQ(sweep(next_noon, {}), 0u);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(find("a@b.es"), named);
}

TEST_F(ClaimsTest, a_sweep_goes_in_steps_oldest_first) {
    std::set<Uuid> named;
    for (int i = 0; i < 10; ++i) {
        const auto id = claim("p" + std::to_string(i), noon + std::chrono::seconds{i});
        if (i % 2 == 0) named.insert(id);
    }
    ASSERT_TRUE(keyring->sync());
    EXPECT_EQ(sweep(next_noon + std::chrono::seconds{9}, named, 4), 4u);
    ASSERT_TRUE(keyring->sync());
    EXPECT_FALSE(find("p1"));
    EXPECT_FALSE(find("p3"));
    EXPECT_TRUE(find("p5"));
    EXPECT_EQ(sweep(next_noon + std::chrono::seconds{9}, named, 100), 6u);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(find("p" + std::to_string(i)).has_value(), i % 2 == 0) << i;
    }
}

TEST_F(ClaimsTest, the_sweep_is_told_tenant_and_kind) {
    const auto id = keyring->claim(clinic, ClaimKind::phone, "+34612345678", noon).value();
    ASSERT_TRUE(keyring->sync());
    ASSERT_TRUE(keyring->sweep_claims(
        next_noon, [&](const TenantId& tenant, ClaimKind kind, const Uuid& asked_id) {
            EXPECT_EQ(tenant, clinic);
            EXPECT_EQ(kind, ClaimKind::phone);
            EXPECT_EQ(asked_id, id);
            return true;
        }));
}

TEST_F(ClaimsTest, a_deleted_claim_leaves_nothing_on_disk) {
    const auto gone = claim("a@b.es", noon);
    const auto kept = claim("c@b.es", noon);
    ASSERT_TRUE(keyring->sync());
    std::string mac;
    std::string kept_mac;
    {
        const auto store = KeyringStore::open(directory, KeyringStore::Mode::read_only);
        mac = (*store)->get(entries::claim_by_id(salon, gone)).value().value().substr(1);
        kept_mac = (*store)->get(entries::claim_by_id(salon, kept)).value().value().substr(1);
    }
    restart();
    ASSERT_EQ(mac.size(), 32u);
    EXPECT_TRUE(any_file_holds(directory, mac));
    const std::vector<Uuid> ids{gone, Uuid{{1, 2, 3}}};
    ASSERT_TRUE(keyring->delete_claims(salon, ids));
    EXPECT_FALSE(find("a@b.es"));
    EXPECT_EQ(find("c@b.es"), kept);
    EXPECT_FALSE(any_file_holds(directory, mac));
    EXPECT_FALSE(any_file_holds(directory, gone.view()));
    EXPECT_TRUE(any_file_holds(directory, kept_mac));
    EXPECT_TRUE(keyring->verify());
}

TEST_F(ClaimsTest, a_claim_can_be_deleted_before_its_first_sync) {
    const std::vector<Uuid> ids{claim("a@b.es", noon)};
    ASSERT_TRUE(keyring->delete_claims(salon, ids));
    EXPECT_FALSE(find("a@b.es"));
    EXPECT_EQ(sweep(next_noon, {}), 0u);
}

TEST_F(ClaimsTest, a_fork_takes_the_new_log_id_and_asks_again_for_every_claim) {
    const auto named = claim("a@b.es", noon);
    const auto forgotten = claim("c@b.es", noon);
    ASSERT_TRUE(keyring->sync());
    EXPECT_EQ(sweep(next_noon, {named, forgotten}), 2u);
    const Uuid new_log_id{{4, 4, 4}};
    ASSERT_TRUE(keyring->fork(new_log_id, next_noon));
    EXPECT_EQ(keyring->log_id(), new_log_id);
    keyring = nullptr;
    EXPECT_EQ(Keyring::open(directory, master, log_id, true).error().code, "keyring_foreign");
    keyring = made(Keyring::open(directory, master, new_log_id, false));
    EXPECT_EQ(sweep(next_noon + std::chrono::hours{23}, {}), 0u);
    EXPECT_EQ(sweep(next_noon + std::chrono::hours{24}, {named}), 2u);
    EXPECT_EQ(find("a@b.es"), named);
    EXPECT_FALSE(find("c@b.es"));
    ASSERT_TRUE(keyring->sync());
    EXPECT_TRUE(keyring->verify());
}

TEST_F(ClaimsTest, a_fork_of_many_claims_asks_for_each_exactly_once) {
    constexpr int count = 20'001;  // beyond two chunks
    for (int i = 0; i < count; ++i) claim("p" + std::to_string(i), noon);
    ASSERT_TRUE(keyring->sync());
    ASSERT_TRUE(keyring->fork(Uuid{{4}}, next_noon));
    std::set<Uuid> seen;
    const auto judge = [&](const TenantId&, ClaimKind, const Uuid& id) {
        EXPECT_TRUE(seen.insert(id).second);
        return true;
    };
    const auto later = next_noon + std::chrono::hours{24};
    EXPECT_EQ(keyring->sweep_claims(later, judge, 2 * count).value(), std::size_t{count});
    EXPECT_EQ(seen.size(), std::size_t{count});
}

TEST_F(ClaimsTest, kinds_have_names) {
    EXPECT_EQ(to_string(ClaimKind::email), "email");
    EXPECT_EQ(to_string(ClaimKind::phone), "phone");
    EXPECT_EQ(parse_claim_kind("phone"), ClaimKind::phone);
    EXPECT_FALSE(parse_claim_kind("Email"));
}
}  // namespace
}  // namespace almanac::eventstore
