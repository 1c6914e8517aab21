// Decisions do not depend on what the fold cache still holds: with room for nothing, every fold
// comes from its snapshot and the events after it, and is the same.
#include <gtest/gtest.h>

#include <set>

#include "eventstore/typed_event.hpp"
#include "replay/generate.hpp"
#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
using identity::RevokeApiKey;

class FoldCacheTest : public BusinessFixture {
  protected:
    FoldCacheTest() : directory(init("data")) {}

    std::unique_ptr<eventstore::Store> open_with(eventstore::ExecutorOptions executor) {
        return open_with(directory, executor);
    }
    std::unique_ptr<eventstore::Store> open_with(const std::string& path,
                                                 eventstore::ExecutorOptions executor) {
        eventstore::StoreOptions options;
        options.executor = executor;
        auto store = eventstore::Store::open(path, catalogue, options);
        if (!store) throw std::runtime_error(store.error().detail);
        if (const auto done = (*store)->start_policies(); !done)
            throw std::runtime_error(done.error().detail);
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

// A decision that writes down one fold as it is handed to it, and does nothing.
struct Look {
    const kernel::FoldType* type = nullptr;
    std::string tag;
    std::string* seen = nullptr;
};
kernel::CommandType look_type() {
    kernel::CommandType type;
    type.name = "look";
    type.decide = [](const void* command, kernel::Read& read,
                     const kernel::Context&) -> kernel::Decision {
        const auto& look = *static_cast<const Look*>(command);
        *look.seen = eventstore::write_held(*look.type, read.load(*look.type, look.tag));
        return kernel::reject("looked", "Nothing happens.");
    };
    return type;
}

class RebuiltFolds : public FoldCacheTest {
  protected:
    std::string handed_to_a_decision(eventstore::Store& store, const kernel::TenantId& tenant,
                                     const kernel::FoldType& type, const std::string& tag) {
        static const auto looks = look_type();
        std::string seen;
        eventstore::CommandRequest request;
        request.type = &looks;
        request.command = std::make_shared<const Look>(Look{&type, tag, &seen});
        request.tenant = tenant;
        request.actor = {"user", "test"};
        EXPECT_EQ(run(store, std::move(request)).error().code, "looked");
        return seen;
    }
    // A business whose snapshots were written all the time, while nothing was remembered from one
    // decision to the next.
    std::unique_ptr<eventstore::Store> generated(const std::string& name, bool clock_runs) {
        auto store = open_with(init(name, "2026-03-02T08:00:00Z"),
                               {.fold_cache_bytes = 0, .snapshot_events = 3});
        StoreTarget target(*store, catalogue);
        GenerateWish wish;
        wish.tenants = 1;
        wish.appointments = 150;
        wish.sandbox = clock_runs;
        const auto made = generate(wish, target, [](auto, auto) {});
        EXPECT_TRUE(made) << made.error().detail;
        return store;
    }
    template <class Fn>
    void each_fold(eventstore::Store& store, Fn fn) {
        const auto& log = store.partition(0).log();
        const auto tenants = log.tenants().value();
        for (const auto& tenant : tenants) {
            std::set<std::string> tags;
            const auto positions = log.tenant_positions(tenant, 0, 100'000).value();
            for (const auto position : positions) {
                const auto record = log.record(position).value();
                tags.insert(record.tags.begin(), record.tags.end());
            }
            for (const auto& tag : tags) {
                if (const auto* type = catalogue.fold_of_tag(tag)) fn(tenant, *type, tag);
            }
        }
    }
};

TEST_F(RebuiltFolds, a_snapshot_and_its_tail_are_what_a_replay_of_all_makes) {
    std::set<std::string> kinds;  // of folds that came from a snapshot with events after it
    for (const bool clock_runs : {false, true}) {
        const auto store = generated(clock_runs ? "running" : "standing", clock_runs);
        each_fold(*store, [&](const auto& tenant, const auto& type, const auto& tag) {
            const auto replayed = store->fold(tenant, type, tag).value();
            EXPECT_EQ(handed_to_a_decision(*store, tenant, type, tag),
                      eventstore::write_held(type, replayed))
                << tag;
            const auto name = fmt::format("{}/{}/{}", type.kind, type.version, tag);
            const auto snapshot = store->partition(0).log().snapshot(tenant, name).value();
            if (!snapshot) return;
            const auto held = eventstore::read_held(type, *snapshot).value();
            if (held.last_position < replayed.last_position) kinds.emplace(type.kind);
        });
    }
    for (const auto* kind : {"resource_month", "booking_reference"})
        EXPECT_TRUE(kinds.contains(kind)) << kind;
}

TEST_F(RebuiltFolds, every_fold_goes_on_from_any_snapshot_of_it) {
    const auto store = generated("running", true);
    const auto& log = store->partition(0).log();
    std::set<std::string> kinds;
    each_fold(*store, [&](const auto& tenant, const auto& type, const auto& tag) {
        std::vector<std::uint64_t> positions;
        ASSERT_TRUE(log.tagged(tenant, tag, 0, [&](std::uint64_t position) {
            positions.push_back(position);
            return true;
        }));
        const auto apply = [&](kernel::Held& held, std::size_t from, std::size_t to) {
            for (; from < to; ++from) {
                const auto record = log.record(positions[from]).value();
                const auto event = eventstore::read_event(catalogue, record).value();
                eventstore::apply_event(held, type, event, record, positions[from], tag);
            }
        };
        const auto whole = eventstore::write_held(type, store->fold(tenant, type, tag).value());
        const auto step = 1 + positions.size() / 16;
        for (std::size_t events = 1; events < positions.size(); events += step) {
            kernel::Held before;
            before.state = type.make();
            apply(before, 0, events);
            auto after = eventstore::read_held(type, eventstore::write_held(type, before)).value();
            apply(after, events, positions.size());
            EXPECT_EQ(eventstore::write_held(type, after), whole) << tag << " at " << events;
            kinds.emplace(type.kind);
        }
    });
    EXPECT_GT(kinds.size(), 8U);
}

}  // namespace
}  // namespace almanac::replay
