// Rows of views: isolation, snapshots, savepoints, walks, digests, and when they are thrown away.
#include "projections/view_store.hpp"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <map>
#include <random>

#include "tests/projections/house.hpp"

namespace almanac::projections {
namespace {
using eventstore::tenant_number;

class ViewStoreTest : public testing::Test {
  protected:
    ViewStoreTest() { open(); }
    void open(std::uint64_t log_position = 100, Uuid log_id = {{1}}) {
        store.reset();
        store = must(ViewStore::open(directory.path() / "views", log_id, log_position));
    }
    void put(const ViewName& view, std::uint8_t tenant, std::string_view key,
             std::string_view value) {
        ViewBatch batch(*store);
        TenantViews views(batch, view);
        views.turn_to(tenant_number(tenant));
        views.put(key, value);
        batch.write();
    }
    std::optional<std::string> get(const ViewName& view, std::uint8_t tenant,
                                   std::string_view key) {
        std::string value;
        if (!store->read(view, tenant_number(tenant)).get(key, value)) return std::nullopt;
        return value;
    }

    TemporaryDirectory directory;
    std::unique_ptr<ViewStore> store;
    const ViewName a{"a", 1};
};

TEST_F(ViewStoreTest, rows_are_those_of_one_projection_version_and_tenant) {
    put(a, 1, "key", "one");
    put(a, 2, "key", "two");
    put({"a", 2}, 1, "key", "other version");
    put({"ab", 1}, 1, "key", "other name");
    EXPECT_EQ(get(a, 1, "key"), "one");
    EXPECT_EQ(get(a, 2, "key"), "two");
    EXPECT_EQ(get(a, 3, "key"), std::nullopt);
    EXPECT_EQ(get({"a", 2}, 1, "key"), "other version");
    auto walk = store->read(a, tenant_number(1)).walk("");
    walk.seek_first();
    ASSERT_TRUE(walk.valid());
    EXPECT_EQ(walk.key(), "key");
    EXPECT_EQ(walk.value(), "one");
    walk.next();
    EXPECT_FALSE(walk.valid());
}

TEST_F(ViewStoreTest, a_reading_stays_as_of_one_batch) {
    put(a, 1, "key", "before");
    const auto rows = store->read(a, tenant_number(1));
    auto walk = rows.walk("k");
    put(a, 1, "key", "after");
    put(a, 1, "key2", "new");
    std::string value;
    ASSERT_TRUE(rows.get("key", value));
    EXPECT_EQ(value, "before");
    EXPECT_FALSE(rows.get("key2", value));
    walk.seek_end();
    ASSERT_TRUE(walk.valid());
    EXPECT_EQ(walk.value(), "before");
}

TEST_F(ViewStoreTest, a_batch_sees_itself_and_takes_back_to_its_savepoint) {
    put(a, 1, "old", "1");
    ViewBatch batch(*store);
    TenantViews views(batch, a);
    views.turn_to(tenant_number(1));
    std::string value;
    views.put("first", "1");
    batch.set_savepoint();
    views.put("first", "2");
    views.put("first", "3");
    views.put("second", "1");
    views.put_unread("index", "1");
    views.erase("old");
    EXPECT_TRUE(views.get("first", value));
    EXPECT_EQ(value, "3");
    EXPECT_FALSE(views.get("old", value));
    batch.rollback_savepoint();
    ASSERT_TRUE(views.get("first", value));
    EXPECT_EQ(value, "1");
    EXPECT_FALSE(views.get("second", value));
    EXPECT_TRUE(views.get("old", value));
    batch.set_savepoint();
    views.put("third", "1");
    batch.drop_savepoint();
    EXPECT_EQ(get(a, 1, "first"), std::nullopt);  // nothing before the write
    batch.write();
    EXPECT_EQ(get(a, 1, "first"), "1");
    EXPECT_EQ(get(a, 1, "third"), "1");
    EXPECT_EQ(get(a, 1, "old"), "1");
    EXPECT_EQ(get(a, 1, "second"), std::nullopt);
    EXPECT_EQ(get(a, 1, "index"), std::nullopt);
}

TEST_F(ViewStoreTest, walks_find_what_an_ordered_map_finds) {
    std::mt19937_64 random(seed_of_test());
    std::map<std::string, std::string> model;
    const auto key = [&] {
        std::string text;
        for (auto n = random() % 4; n > 0; --n)
            text += static_cast<char>("\x00\x01p\xff"[random() % 4]);
        return text;
    };
    for (int i = 0; i < 200; ++i) {
        const auto k = key();
        put(a, 7, k, std::to_string(i));
        put(a, 6, k, "other tenant");
        put(a, 8, k, "other tenant");
        model[k] = std::to_string(i);
    }
    const auto rows = store->read(a, tenant_number(7));
    for (int i = 0; i < 500; ++i) {
        const auto prefix = key();
        const auto target = prefix + key();
        std::map<std::string, std::string> mine;
        for (const auto& [k, v] : model) {
            if (k.starts_with(prefix)) mine.emplace(k, v);
        }
        auto walk = rows.walk(prefix);
        const auto same = [&](auto it, bool none) {
            ASSERT_EQ(walk.valid(), !none);
            if (none) return;
            EXPECT_EQ(walk.key(), it->first);
            EXPECT_EQ(walk.value(), it->second);
        };
        walk.seek(target);
        auto found = mine.lower_bound(target);
        same(found, found == mine.end());
        if (found != mine.end()) {
            walk.next();
            ++found;
            same(found, found == mine.end());
        }
        walk.seek_last(target);
        const auto after = mine.upper_bound(target);
        same(after == mine.begin() ? after : std::prev(after), after == mine.begin());
        walk.seek_end();
        same(mine.empty() ? mine.end() : std::prev(mine.end()), mine.empty());
    }
}

TEST_F(ViewStoreTest, the_digest_is_that_of_the_rows_and_of_nothing_else) {
    put(a, 1, "key", "value");
    const auto before = store->digest(a);
    put({"b", 1}, 1, "key", "value");
    ViewBatch batch(*store);
    batch.put_checkpoint("a", {1, 9});
    batch.put_sequence("a", tenant_number(1), 4);
    batch.write();
    EXPECT_EQ(store->digest(a), before);
    put(a, 1, "keyv", "alue");
    EXPECT_NE(store->digest(a), before);
}

TEST_F(ViewStoreTest, rows_and_checkpoints_survive_a_restart) {
    put(a, 1, "key", "value");
    ViewBatch batch(*store);
    batch.put_checkpoint("a", {1, 42});
    batch.put_sequence("a", tenant_number(1), 4);
    batch.put_parked("a", tenant_number(2), {17, 3, "why"});
    batch.write();
    open();
    EXPECT_EQ(store->discarded(), "");
    EXPECT_EQ(get(a, 1, "key"), "value");
    EXPECT_EQ(store->checkpoint("a")->position, 42U);
    EXPECT_EQ(store->sequence("a", tenant_number(1)), 4U);
    EXPECT_EQ(store->read(a, tenant_number(1)).position(), 42U);
    EXPECT_EQ(store->read(a, tenant_number(2)).position(), 16U);  // parked before 17
    EXPECT_EQ(store->read({"a", 2}, tenant_number(1)).position(), 0U);
    ASSERT_EQ(store->parked("a").size(), 1U);
    EXPECT_EQ(store->parked("a")[0].at.error, "why");
}

TEST_F(ViewStoreTest, rows_of_another_log_are_thrown_away) {
    put(a, 1, "key", "value");
    open(100, {{2}});
    EXPECT_NE(store->discarded(), "");
    EXPECT_EQ(get(a, 1, "key"), std::nullopt);
    open(100, {{2}});
    EXPECT_EQ(store->discarded(), "");
}

TEST_F(ViewStoreTest, rows_ahead_of_the_log_are_thrown_away) {
    put(a, 1, "key", "value");
    ViewBatch batch(*store);
    batch.put_checkpoint("a", {1, 42});
    batch.write();
    open(42);
    EXPECT_EQ(get(a, 1, "key"), "value");
    open(41);
    EXPECT_NE(store->discarded(), "");
    EXPECT_EQ(get(a, 1, "key"), std::nullopt);
    EXPECT_EQ(store->checkpoint("a"), std::nullopt);
}

TEST_F(ViewStoreTest, damaged_files_are_thrown_away) {
    put(a, 1, "key", "value");
    store->flush();
    store.reset();
    for (const auto& file : std::filesystem::directory_iterator(directory.path() / "views")) {
        if (file.path().filename().string().starts_with("MANIFEST")) {
            std::ofstream(file.path(), std::ios::trunc) << "no manifest";
        }
    }
    open();
    EXPECT_NE(store->discarded(), "");
    EXPECT_EQ(get(a, 1, "key"), std::nullopt);
}

TEST_F(ViewStoreTest, clearing_a_projection_leaves_the_others) {
    put(a, 1, "key", "value");
    put({"a", 2}, 1, "key", "value");
    put({"aa", 1}, 1, "key", "value");
    ViewBatch batch(*store);
    batch.put_checkpoint("a", {1, 42});
    batch.put_checkpoint("aa", {1, 42});
    batch.put_parked("a", tenant_number(2), {17, 3, "why"});
    batch.write();
    store->clear("a");
    EXPECT_EQ(get(a, 1, "key"), std::nullopt);
    EXPECT_EQ(get({"a", 2}, 1, "key"), std::nullopt);
    EXPECT_EQ(get({"aa", 1}, 1, "key"), "value");
    EXPECT_EQ(store->names(), std::vector<std::string>{"aa"});
    EXPECT_TRUE(store->parked("a").empty());
}

TEST_F(ViewStoreTest, what_is_written_after_a_clearing_is_there) {
    for (int round = 0; round < 20; ++round) {
        put(a, 1, "key " + std::to_string(round), "value");
        put({"b", 1}, 1, "key " + std::to_string(round), "value");
        store->clear("a");
        put(a, 1, "after", "value");
        EXPECT_EQ(get(a, 1, "after"), "value");
        EXPECT_EQ(get(a, 1, "key " + std::to_string(round)), std::nullopt);
        for (int i = 0; i <= round; ++i)
            EXPECT_EQ(get({"b", 1}, 1, "key " + std::to_string(i)), "value") << round;
    }
}

// ---- copies -----------------------------------------------------------------------------------

class ViewCopyTest : public ViewStoreTest {
  protected:
    // One row and a checkpoint at 50, copied while the store is open and goes on.
    ViewCopyTest() {
        put(a, 1, "key", "copied");
        ViewBatch batch(*store);
        batch.put_checkpoint(a.name, {a.version, 50});
        batch.write();
        must(store->copy_to(copy()));
        put(a, 1, "key", "later");
    }
    std::filesystem::path copy() const { return directory.path() / "copy"; }
    std::string adopt(const Uuid& from, const Uuid& to, std::uint64_t log_position) {
        return must(ViewStore::adopt(copy(), from, to, log_position));
    }
    void open_copy(const Uuid& log_id, std::uint64_t log_position) {
        store.reset();
        store = must(ViewStore::open(copy(), log_id, log_position));
    }
    const Uuid of{{1}};
    const Uuid fork{{2}};
};

TEST_F(ViewCopyTest, a_copy_is_taken_over_by_a_fork) {
    EXPECT_EQ(adopt(of, fork, 50), "");
    EXPECT_EQ(get(a, 1, "key"), "later");
    open_copy(fork, 50);
    EXPECT_EQ(store->discarded(), "");
    EXPECT_EQ(get(a, 1, "key"), "copied");
    EXPECT_EQ(store->checkpoint(a.name)->position, 50U);
}

TEST_F(ViewCopyTest, a_copy_that_nobody_took_over_is_not_the_forks) {
    open_copy(fork, 50);
    EXPECT_EQ(store->discarded(), "they are of another log");
}

TEST_F(ViewCopyTest, what_does_not_fit_is_named_and_left_as_it_is) {
    EXPECT_EQ(adopt(of, fork, 49), "they are ahead of the log");
    EXPECT_EQ(adopt(fork, of, 50), "they are of another log");
    EXPECT_EQ(adopt(of, of, 50), "");
    open_copy(of, 50);
    EXPECT_EQ(store->discarded(), "");
}

TEST_F(ViewCopyTest, of_a_view_that_is_being_built_nothing_is_gone_on_with) {
    store->begin_building({"b", 1});
    must(store->copy_to(directory.path() / "building"));
    store->end_building();
    EXPECT_EQ(must(ViewStore::adopt(directory.path() / "building", of, fork, 50)),
              "one of them was being built: b");
}

TEST_F(ViewCopyTest, where_there_is_nothing_there_is_nothing_to_go_on_with) {
    std::filesystem::create_directory(directory.path() / "nothing");
    EXPECT_TRUE(must(ViewStore::adopt(directory.path() / "nothing", of, fork, 50))
                    .starts_with("they are damaged: "));
    // Killed before anything was flushed: RocksDB's files, and no row.
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* empty = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, (directory.path() / "empty").string(), &empty).ok());
    delete empty;
    EXPECT_EQ(must(ViewStore::adopt(directory.path() / "empty", of, fork, 50)),
              "there is nothing in them");
}

TEST_F(ViewCopyTest, damage_is_named) {
    std::ofstream(copy() / "CURRENT") << "nonsense";
    EXPECT_TRUE(adopt(of, fork, 50).starts_with("they are damaged: "));
}

TEST_F(ViewCopyTest, a_copy_goes_only_where_nothing_is) {
    EXPECT_FALSE(store->copy_to(copy()));
}

}  // namespace
}  // namespace almanac::projections
