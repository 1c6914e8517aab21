// Building at once: the same rows as event by event, seen as a whole or not at all, whatever ends
// it.
#include "projections/bulk_build.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <system_error>
#include <thread>

#include "tests/projections/house.hpp"

namespace almanac::projections {
namespace {
using eventstore::by_test;
using eventstore::draft;
using eventstore::tenant_number;

// Of every thing how many events it has had, and an index entry that names the number.
class Things final : public Projection {
  public:
    explicit Things(std::uint64_t refused = 0) : refused_(refused) {}
    std::string_view name() const override { return "things"; }
    std::uint32_t version() const override { return 1; }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override {
        if (event.position == refused_) return kernel::corrupt("told to refuse");
        const auto& thing = event.record->tags.front();
        std::string count = "0";
        views.get(thing, count);
        views.erase_unread("count/" + count + "/" + thing);
        count = std::to_string(std::stoull(count) + 1);
        views.put(thing, count);
        views.put_unread("count/" + count + "/" + thing, "");
        return {};
    }
    void forget() override {}
    std::unique_ptr<Projection> twin() const override { return std::make_unique<Things>(refused_); }

  private:
    std::uint64_t refused_;
};

// A row for every event; tells of each before it is done.
class Hooked final : public Projection {
  public:
    using Hook = std::function<void(std::uint64_t position)>;
    explicit Hooked(Hook hook) : hook_(std::move(hook)) {}
    std::string_view name() const override { return "things"; }
    std::uint32_t version() const override { return 1; }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override {
        views.put("row " + std::to_string(event.position), "there");
        hook_(event.position);
        return {};
    }
    void forget() override {}
    std::unique_ptr<Projection> twin() const override { return std::make_unique<Hooked>(hook_); }

  private:
    Hook hook_;
};

class BulkBuildTest : public testing::Test {
  protected:
    // Events of 20 things in each of three tenants.
    void append(int count) {
        for (; count > 0; --count) {
            const auto tenant = tenant_number(static_cast<std::uint8_t>(1 + random() % 3));
            std::promise<void> done;
            must(house.writer().append(
                tenant, by_test(),
                {draft("test.happened", {"thing:" + std::to_string(random() % 20)})}, std::nullopt,
                [&](Result<eventstore::Appended> appended) {
                    must(std::move(appended));
                    done.set_value();
                }));
            done.get_future().wait();
        }
    }
    std::uint64_t last() { return house.log().last_position(); }
    std::unique_ptr<ViewStore> open(std::string_view directory) {
        return must(ViewStore::open(house.path(directory), house.log().log_id(), last()));
    }
    static RuntimeOptions options_of(bool at_once) {
        RuntimeOptions options;
        options.bulk.events_min = at_once ? 1 : UINT64_MAX;
        options.bulk.bytes_per_thread = 400;  // a table for every few events
        options.bulk.threads = 3;
        return options;
    }
    // The rows as they are after everything was applied, and how often they were built at once.
    std::pair<ViewStore::Digest, std::uint64_t> run(ViewStore& store, Things& things,
                                                    bool at_once) {
        Runtime runtime(catalogue(), house.log(), store, {&things}, {}, options_of(at_once));
        runtime.start();
        EXPECT_TRUE(applied(runtime, last()));
        EXPECT_EQ(runtime.status().failure, "");
        const auto builds = runtime.status().bulk_builds;
        runtime.stop();
        return {store.digest(things.view()), builds};
    }
    ViewStore::Digest ordinary() {
        Things things;
        auto store = open("ordinary");
        const auto [digest, builds] = run(*store, things, false);
        EXPECT_EQ(builds, 0U);
        return digest;
    }
    // What Hooked writes about an event; nothing where nobody sees it.
    std::optional<std::string> row_seen(const ViewStore& store, std::uint64_t position) {
        const auto tenant = must(house.log().record(position)).tenant;
        std::string value;
        const auto rows = store.read({"things", 1}, tenant);
        if (!rows.get("row " + std::to_string(position), value)) return std::nullopt;
        return value;
    }

    std::mt19937_64 random{seed_of_test()};
    House house;
};

TEST_F(BulkBuildTest, gives_the_rows_and_checkpoints_that_event_by_event_gives) {
    append(300);
    Things things;
    auto store = open("views");
    const auto [digest, builds] = run(*store, things, true);
    EXPECT_EQ(builds, 1U);
    EXPECT_EQ(digest, ordinary());
    EXPECT_EQ(store->checkpoint("things")->position, last());
    auto other = open("ordinary");
    for (std::uint8_t n = 1; n <= 3; ++n)
        EXPECT_EQ(store->sequence("things", tenant_number(n)),
                  other->sequence("things", tenant_number(n)));
}

TEST_F(BulkBuildTest, goes_on_event_by_event_from_there_and_after_a_restart) {
    append(100);
    Things things;
    auto store = open("views");
    run(*store, things, true);
    append(50);
    store.reset();
    store = open("views");
    const auto [digest, builds] = run(*store, things, true);
    EXPECT_EQ(builds, 0U);
    EXPECT_EQ(digest, ordinary());
}

TEST_F(BulkBuildTest, gives_records_the_same_rows_as_ever) {
    const auto tenant = house.found("salon");
    for (int n = 0; n < 30; ++n) {
        const auto name = "Cut " + std::to_string(n);
        const auto id = house.make(tenant, "create_service",
                                   "{'name':'" + name +
                                       "','duration_minutes':30,"
                                       "'price':{'amount':100,'currency':'EUR'}}");
        if (n % 3 == 0) must(house.run(tenant, "change_service", "{'name':'Other'}", id));
    }
    Views at_once(house, house.path("at_once"), options_of(true));
    at_once.catch_up();
    EXPECT_EQ(at_once.runtime.status().bulk_builds, 1U);
    Views one_by_one(house, house.path("one_by_one"), options_of(false));
    one_by_one.catch_up();
    EXPECT_EQ(at_once.store->digest(at_once.records.view()),
              one_by_one.store->digest(one_by_one.records.view()));
}

TEST_F(BulkBuildTest, shows_nothing_before_all_is_there) {
    append(200);
    auto store = open("views");
    std::atomic<int> looks = 0;
    const Hooked hooked([&](std::uint64_t position) {
        if (position % 10 != 0) return;
        ++looks;
        EXPECT_EQ(row_seen(*store, 1), std::nullopt);
    });
    const auto outcome = build_in_bulk(catalogue(), house.log(), *store, hooked, last(),
                                       options_of(true).bulk, [] { return true; });
    EXPECT_EQ(outcome, BulkOutcome::built);
    EXPECT_EQ(looks, 20);
    EXPECT_EQ(row_seen(*store, 1), "there");
    EXPECT_EQ(row_seen(*store, 200), "there");
    EXPECT_FALSE(store->is_building("things"));
}

TEST_F(BulkBuildTest, who_has_read_since_before_it_began_sees_nothing_of_it) {
    append(200);
    auto store = open("views");
    std::vector<ViewRows> before;  // of each tenant
    for (std::uint8_t n = 1; n <= 3; ++n)
        before.push_back(store->read({"things", 1}, tenant_number(n)));
    const Hooked unhooked([](std::uint64_t) {});
    ASSERT_EQ(build_in_bulk(catalogue(), house.log(), *store, unhooked, last(),
                            options_of(true).bulk, [] { return true; }),
              BulkOutcome::built);
    std::string value;
    for (const auto& rows : before) {
        for (std::uint64_t position = 1; position <= last(); ++position)
            EXPECT_FALSE(rows.get("row " + std::to_string(position), value)) << position;
        auto walk = rows.walk("row ");
        walk.seek_first();
        EXPECT_FALSE(walk.valid());
    }
    EXPECT_EQ(row_seen(*store, 1), "there");
}

TEST_F(BulkBuildTest, tables_that_a_failed_one_left_go_when_the_next_begins) {
    auto store = open("views");
    const auto tables = house.path("views.tables");
    std::filesystem::create_directories(tables);
    std::ofstream(std::filesystem::path(tables) / "7.sst") << "half a table";
    store->begin_building(Things().view());
    EXPECT_TRUE(std::filesystem::is_empty(tables));
    store->end_building();
    EXPECT_FALSE(std::filesystem::exists(tables));
}

TEST_F(BulkBuildTest, leaves_nothing_of_what_was_interrupted_and_begins_again) {
    append(200);
    {
        auto store = open("views");
        store->begin_building(Things().view());
        ViewBatch batch(*store, ViewBatch::Way::tables);
        TenantViews views(batch, Things().view());
        views.turn_to(must(house.log().record(1)).tenant);
        views.put("row 1", "half");
        batch.write();
        EXPECT_EQ(row_seen(*store, 1), std::nullopt);
    }
    auto store = open("views");  // as after a crash: the mark and the table are on disk
    EXPECT_TRUE(store->is_building("things"));
    EXPECT_EQ(row_seen(*store, 1), std::nullopt);
    Things things;
    const auto [digest, builds] = run(*store, things, true);
    EXPECT_EQ(builds, 1U);
    EXPECT_EQ(digest, ordinary());
}

TEST_F(BulkBuildTest, stopped_it_leaves_nothing) {
    append(200);
    auto store = open("views");
    std::atomic<bool> in_the_middle = false;
    std::atomic<bool> told = false;
    const Hooked hooked([&](std::uint64_t position) {
        if (position < 100) return;
        in_the_middle = true;
        told.wait(false);
    });
    const auto outcome =
        build_in_bulk(catalogue(), house.log(), *store, hooked, last(), options_of(true).bulk, [&] {
            if (!in_the_middle) return true;
            told = true;
            told.notify_all();
            return false;
        });
    EXPECT_EQ(outcome, BulkOutcome::stopped);
    EXPECT_FALSE(store->is_building("things"));
    EXPECT_EQ(store->checkpoint("things"), std::nullopt);
    auto fresh = open("fresh");
    EXPECT_EQ(store->digest(hooked.view()), fresh->digest(hooked.view()));
}

// The views' thread looks after the build, and is told to stop in the middle of that.
TEST_F(BulkBuildTest, stopped_with_the_runtime_it_is_begun_again_at_the_next_start) {
    append(200);
    auto store = open("views");
    std::atomic<bool> in_the_middle = false, looks = false, released = false;
    const auto is_set = [](std::atomic<bool>& flag) {
        flag = true;
        flag.notify_all();
    };
    Hooked hooked([&](std::uint64_t position) {
        if (position < 100) return;
        is_set(in_the_middle);
        released.wait(false);
    });
    auto options = options_of(true);
    options.batch_events_max = 10;
    options.waiters_max = SIZE_MAX;
    Runtime runtime(catalogue(), house.log(), *store, {&hooked}, {}, options);
    runtime.start();
    in_the_middle.wait(false);
    const auto never = last() + 1;
    const auto now = std::chrono::steady_clock::now();
    bool asks = false, stopping = false;  // who asks then is answered at once
    runtime.when_applied(never, now, [&](bool) {
        is_set(looks);
        while (!stopping) {
            asks = true;
            runtime.when_applied(never, now + std::chrono::hours(1),
                                 [&](bool) { stopping = stopping || asks; });
            asks = false;
            std::this_thread::yield();
        }
        is_set(released);
    });
    looks.wait(false);
    runtime.stop();
    const auto checkpoint = store->checkpoint("things");
    EXPECT_TRUE(!checkpoint || checkpoint->position == last()) << checkpoint->position;
    if (checkpoint) return;  // it had come to its end before
    Things things;
    const auto [digest, builds] = run(*store, things, true);
    EXPECT_EQ(builds, 1U);
    EXPECT_EQ(digest, ordinary());
}

// At 500 tables that overlap RocksDB lets nobody write; without a bound these would be a hundred.
TEST_F(BulkBuildTest, tables_that_overlap_stay_few_however_long_the_log) {
    append(300);
    ViewStoreOptions few;
    few.runs_max = 8;
    auto store = must(ViewStore::open(house.path("views"), house.log().log_id(), last(), few));
    std::atomic<std::uint64_t> most = 0;
    const Hooked hooked([&](std::uint64_t) {
        const auto now = store->overlapping_tables();
        for (auto before = most.load(); before < now && !most.compare_exchange_weak(before, now);) {
        }
    });
    auto options = options_of(true).bulk;
    options.bytes_per_thread = 100;
    ASSERT_EQ(build_in_bulk(catalogue(), house.log(), *store, hooked, last(), options,
                            [] { return true; }),
              BulkOutcome::built);
    EXPECT_GE(most, 7U);
    // Every thread may have written one more, and the mark of the build is one.
    EXPECT_LE(most, 8U + options.threads + 1);
    for (std::uint64_t position = 1; position <= last(); ++position)
        EXPECT_EQ(row_seen(*store, position), "there") << position;
}

TEST_F(BulkBuildTest, merging_in_between_leaves_the_same_rows) {
    append(300);
    Things things;
    ViewStoreOptions few;
    few.runs_max = 5;
    auto store = must(ViewStore::open(house.path("views"), house.log().log_id(), last(), few));
    const auto [digest, builds] = run(*store, things, true);
    EXPECT_EQ(builds, 1U);
    EXPECT_EQ(digest, ordinary());
}

TEST_F(BulkBuildTest, takes_as_many_threads_as_there_are) {
    append(200);
    Things things;
    const auto expected = ordinary();
    for (const int there_are : {2, 1}) {
        auto store = open("views " + std::to_string(there_are));
        auto options = options_of(true).bulk;
        std::atomic<int> started = 0;
        options.start_thread = [&](std::function<void()> work) {
            if (started == there_are)
                throw std::system_error(
                    std::make_error_code(std::errc::resource_unavailable_try_again));
            ++started;
            return start_bulk_thread(std::move(work));
        };
        EXPECT_EQ(build_in_bulk(catalogue(), house.log(), *store, things, last(), options,
                                [] { return true; }),
                  BulkOutcome::built);
        EXPECT_EQ(started, there_are);
        EXPECT_EQ(store->digest(things.view()), expected);
    }
}

TEST_F(BulkBuildTest, without_any_thread_the_ordinary_way_is_left) {
    append(200);
    Things things;
    auto store = open("views");
    auto options = options_of(true);
    options.bulk.start_thread = [](const std::function<void()>&) -> std::thread {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    };
    Runtime runtime(catalogue(), house.log(), *store, {&things}, {}, options);
    runtime.start();
    EXPECT_TRUE(applied(runtime, last()));
    EXPECT_EQ(runtime.status().bulk_builds, 0U);
    runtime.stop();
    EXPECT_FALSE(store->is_building("things"));
    EXPECT_EQ(store->digest(things.view()), ordinary());
}

TEST_F(BulkBuildTest, an_event_that_cannot_be_applied_is_parked_the_ordinary_way) {
    append(100);
    Things things(40);
    auto store = open("views");
    Runtime runtime(catalogue(), house.log(), *store, {&things}, {}, options_of(true));
    runtime.start();
    EXPECT_TRUE(applied(runtime, last()));
    EXPECT_EQ(runtime.status().bulk_builds, 0U);
    ASSERT_EQ(runtime.parked().size(), 1U);
    EXPECT_EQ(runtime.parked().front().position, 40U);
    runtime.stop();
}
}  // namespace
}  // namespace almanac::projections
