// Decisions do not depend on what the fold cache still holds: with room for nothing, every fold
// comes from its snapshot and the events after it, and is the same.
#include <gtest/gtest.h>

#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
using identity::RevokeApiKey;

class FoldCacheTest : public BusinessFixture {
  protected:
    FoldCacheTest() : directory(init("data")) {}

    std::unique_ptr<eventstore::Store> open_with(eventstore::ExecutorOptions executor) {
        eventstore::StoreOptions options;
        options.executor = executor;
        auto store = eventstore::Store::open(directory, catalogue, options);
        if (!store) throw std::runtime_error(store.error().detail);
        return std::move(*store);
    }
    std::string issue(eventstore::Store& store) { return run(store, key_request()).value().id; }
    Result<eventstore::CommandAnswer> revoke(eventstore::Store& store, const std::string& id) {
        RevokeApiKey wish;
        wish.id = identity::ApiKeyId{kernel::parse_uuid(id).value()};
        return run(store, eventstore::house_request(catalogue, "revoke_api_key",
                                                    kernel::system_tenant, wish));
    }

    std::string directory;
};

TEST_F(FoldCacheTest, what_was_evicted_is_read_again_and_is_the_same) {
    for (const std::uint64_t snapshot_events : {1, 2, 256}) {
        auto store = open_with({.fold_cache_bytes = 0, .snapshot_events = snapshot_events});
        std::vector<std::string> ids;
        for (int i = 0; i < 10; ++i) ids.push_back(issue(*store));
        for (const auto& id : ids) {
            const auto revoked = revoke(*store, id);
            ASSERT_TRUE(revoked) << revoked.error().detail;
            EXPECT_EQ(revoked->revision, 2U);
        }
        const auto status = store->partition(0).executor().status();
        EXPECT_EQ(status.fold_bytes, 0U);
        EXPECT_GE(status.fold_misses, ids.size());
    }
}

TEST_F(FoldCacheTest, the_cache_stays_within_its_bound) {
    constexpr std::size_t bound = 16'384;
    auto store = open_with({.fold_cache_bytes = bound});
    for (int i = 0; i < 200; ++i) {
        const auto id = issue(*store);
        ASSERT_TRUE(revoke(*store, id));
        ASSERT_LE(store->partition(0).executor().status().fold_bytes, bound);
    }
    EXPECT_GT(store->partition(0).executor().status().fold_bytes, 0U);
}

}  // namespace
}  // namespace almanac::replay
