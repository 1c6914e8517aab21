// The log: what is put in comes out, in order, and what is missing is said.
#include "eventstore/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {
using Positions = std::vector<std::uint64_t>;

class LogTest : public testing::Test {
  protected:
    LogTest() : log_(must(Log::open(path_, LogMode::create))) {}
    void reopen(LogMode mode = LogMode::read_write) {
        log_.reset();
        log_ = must(Log::open(path_, mode));
    }
    std::uint64_t append(std::uint8_t tenant, std::vector<std::string> tags) {
        Record record;
        record.type = "test.happened";
        record.tenant = tenant_number(tenant);
        record.sequence = sequences_[tenant]++;
        record.time = noon();
        record.actor = {"system", ""};
        record.tags = std::move(tags);
        const auto bytes = must(encode(record));
        LogBatch batch(*log_);
        const auto position = log_->last_position() + 1;
        batch.put_event(position, record, bytes);
        must(log_->commit(batch));
        return position;
    }
    void change(std::function<void(LogBatch&)> fill) {
        LogBatch batch(*log_);
        fill(batch);
        must(log_->commit(batch));
    }
    Positions tagged_all(std::uint8_t tenant, std::vector<std::string> tags, std::uint64_t after) {
        Positions found;
        must(log_->tagged_all(tenant_number(tenant), tags, after, [&](std::uint64_t position) {
            found.push_back(position);
            return true;
        }));
        return found;
    }
    std::string key(std::uint64_t position) {
        std::string bytes;
        append_u64(bytes, position);
        return bytes;
    }

    TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_.path() / "log";
    std::unique_ptr<Log> log_;
    std::map<std::uint8_t, std::uint64_t> sequences_;
};

TEST_F(LogTest, is_empty_at_first_and_keeps_its_identity) {
    EXPECT_EQ(log_->last_position(), 0U);
    EXPECT_EQ(must(log_->last_sequence(tenant_number(1))), std::nullopt);
    EXPECT_TRUE(must(log_->tenants()).empty());
    const auto id = log_->log_id();
    EXPECT_FALSE(id.is_nil());
    reopen();
    EXPECT_EQ(log_->log_id(), id);
    log_.reset();
    EXPECT_EQ(Log::open(path_, LogMode::create).error().code, "data_exists");
    EXPECT_FALSE(Log::open(directory_.path() / "none", LogMode::read_write));
    EXPECT_FALSE(Log::open(directory_.path() / "none", LogMode::read_only));
}

TEST_F(LogTest, every_index_agrees_with_a_model_before_and_after_a_restart) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::map<std::uint8_t, std::vector<std::pair<std::uint64_t, std::vector<std::string>>>> model;
    for (int i = 0; i < 600; ++i) {
        const auto tenant = static_cast<std::uint8_t>(random() % 3);
        std::vector<std::string> tags;
        for (int t = 0; t < 6; ++t)
            if (random() % 3 == 0) tags.push_back("thing:" + std::to_string(t));
        model[tenant].emplace_back(append(tenant, tags), tags);
    }
    for (int round = 0; round < 2; ++round, reopen()) {
        EXPECT_EQ(log_->last_position(), 600U);
        for (const auto& [tenant, events] : model) {
            EXPECT_EQ(must(log_->last_sequence(tenant_number(tenant))), events.size() - 1);
            const auto positions = must(log_->tenant_positions(tenant_number(tenant), 0, 10'000));
            ASSERT_EQ(positions.size(), events.size());
            for (int i = 0; i < 60; ++i) {
                const auto after = random() % 600;
                std::vector<std::string> wanted{"thing:" + std::to_string(random() % 7)};
                while (random() % 2 == 0) wanted.push_back("thing:" + std::to_string(random() % 6));
                Positions expected;
                std::uint64_t sequence = 0;
                for (const auto& [position, tags] : events) {
                    sequence += position <= after ? 1 : 0;
                    const bool all = std::ranges::all_of(wanted, [&](const auto& tag) {
                        return std::ranges::find(tags, tag) != tags.end();
                    });
                    if (position > after && all) expected.push_back(position);
                }
                EXPECT_EQ(tagged_all(tenant, wanted, after), expected);
                EXPECT_EQ(must(log_->sequence_after(tenant_number(tenant), after)), sequence);
                const auto of_first = tagged_all(tenant, {wanted[0]}, 0);
                const auto last = must(log_->last_tagged(tenant_number(tenant), wanted[0]));
                EXPECT_EQ(last, of_first.empty() ? std::nullopt : std::optional(of_first.back()));
            }
        }
    }
}

TEST_F(LogTest, a_tag_that_begins_like_another_is_another) {
    append(1, {"thing:a"});
    append(1, {"thing:ab"});
    append(2, {"thing:a"});
    EXPECT_EQ(tagged_all(1, {"thing:a"}, 0), Positions{1});
    EXPECT_EQ(tagged_all(1, {"thing:ab"}, 0), Positions{2});
    EXPECT_EQ(tagged_all(2, {"thing:a"}, 0), Positions{3});
    EXPECT_EQ(tagged_all(2, {"thing:a", "thing:ab"}, 0), Positions{});
    EXPECT_EQ(must(log_->last_tagged(tenant_number(1), "thing:a")), 1U);
    EXPECT_EQ(must(log_->last_tagged(tenant_number(2), "thing:ab")), std::nullopt);
    EXPECT_EQ(tagged_all(1, {}, 0), Positions{});
}

TEST_F(LogTest, scans_give_every_record_once_and_stop_when_told) {
    for (int i = 0; i < 50; ++i) append(1, {});
    Positions seen;
    must(log_->scan(10, 20, [&](std::uint64_t position, std::string_view bytes) {
        EXPECT_EQ(must(decode(bytes)).sequence + 1, position);
        seen.push_back(position);
        return position < 15;
    }));
    EXPECT_EQ(seen, (Positions{10, 11, 12, 13, 14, 15}));
    seen.clear();
    const auto all = [&](std::uint64_t position, std::string_view) {
        seen.push_back(position);
        return true;
    };
    must(log_->scan(0, ~0ULL, all));
    EXPECT_EQ(seen.size(), 50U);
    seen.clear();
    must(log_->scan(51, ~0ULL, all));
    EXPECT_TRUE(seen.empty());
}

TEST_F(LogTest, holes_are_corrupt_and_never_a_shorter_answer) {
    for (int i = 0; i < 9; ++i) append(1, {"thing:a"});
    const auto nothing = [](std::uint64_t, std::string_view) { return true; };
    for (const std::uint64_t hole : {1U, 5U}) {
        change([&](LogBatch& batch) { batch.erase(Space::log, key(hole)); });
        const auto scanned = log_->scan(1, 9, nothing);
        ASSERT_FALSE(scanned);
        EXPECT_EQ(scanned.error().kind, kernel::RejectionKind::corrupt);
        EXPECT_EQ(log_->record(hole).error().kind, kernel::RejectionKind::corrupt);
        EXPECT_EQ(log_->record_bytes(hole).error().kind, kernel::RejectionKind::corrupt);
    }
    EXPECT_TRUE(log_->scan(6, 9, nothing));
    change([&](LogBatch& batch) { batch.erase(Space::log, key(9)); });
    EXPECT_FALSE(log_->scan(6, 9, nothing));
    std::string sequence(tenant_number(1).view());
    append_u64(sequence, 3);
    change([&](LogBatch& batch) { batch.erase(Space::tenants, sequence); });
    EXPECT_FALSE(log_->tenant_positions(tenant_number(1), 0, 100));
    EXPECT_EQ(must(log_->tenant_positions(tenant_number(1), 4, 2)), (Positions{5, 6}));
}

TEST_F(LogTest, results_are_kept_by_day_and_forgotten_by_day) {
    const auto has = [&](std::uint8_t tenant, std::uint32_t day) {
        return must(log_->result(tenant_number(tenant), day, Key32{7})).has_value();
    };
    change([&](LogBatch& batch) {
        for (std::uint8_t tenant = 1; tenant <= 2; ++tenant)
            for (std::uint32_t day = 300; day < 304; ++day)
                batch.put(Space::results, result_key(tenant_number(tenant), day, Key32{7}), "x");
    });
    must(log_->delete_results_before(tenant_number(1), 302));
    EXPECT_FALSE(has(1, 301));
    EXPECT_TRUE(has(1, 302));
    EXPECT_TRUE(has(2, 300));
    must(log_->delete_results_before(std::nullopt, 303));
    EXPECT_FALSE(has(1, 302));
    EXPECT_TRUE(has(1, 303));
    EXPECT_FALSE(has(2, 302));
    EXPECT_TRUE(has(2, 303));
}

TEST_F(LogTest, entries_and_purges_go_by_prefix) {
    change([&](LogBatch& batch) {
        for (const std::string name : {"a", "ba", "bb", "bc", "c", "b\xff", "b\xff\xff"})
            batch.put(Space::policies, name, "value of " + name);
        batch.put(Space::snapshots, "bb", "another space");
    });
    const auto names = [&](std::string_view prefix, std::string_view from = "") {
        std::string joined;
        must(log_->entries(Space::policies, prefix, from,
                           [&](std::string_view name, std::string_view value) {
                               EXPECT_EQ(value, "value of " + std::string(name));
                               joined += std::string(name) + ",";
                               return true;
                           }));
        return joined;
    };
    EXPECT_EQ(names("b"), "ba,bb,bc,b\xff,b\xff\xff,");
    EXPECT_EQ(names("b\xff"), "b\xff,b\xff\xff,");
    EXPECT_EQ(names("b", "bb"), "bb,bc,b\xff,b\xff\xff,");
    EXPECT_EQ(names("").size(), names("b").size() + 4);
    must(log_->purge(Space::policies, "b"));
    EXPECT_EQ(names(""), "a,c,");
    EXPECT_TRUE(must(log_->get(Space::snapshots, "bb")));
    EXPECT_FALSE(log_->purge(Space::policies, ""));
    for (const auto what_happened : {Space::log, Space::tags, Space::tenants})
        EXPECT_FALSE(log_->purge(what_happened, "b"));
}

TEST_F(LogTest, a_savepoint_takes_back_what_followed_it) {
    LogBatch batch(*log_);
    batch.put(Space::meta, "kept", "1");
    batch.set_savepoint();
    batch.put(Space::meta, "gone", "1");
    Record record;
    record.type = "test.happened";
    record.actor = {"system", ""};
    record.tags = {"thing:a"};
    batch.put_event(1, record, must(encode(record)));
    EXPECT_EQ(batch.last_position(), 1U);
    batch.rollback_savepoint();
    EXPECT_EQ(batch.last_position(), 0U);
    must(log_->commit(batch));
    EXPECT_TRUE(must(log_->meta("kept")));
    EXPECT_FALSE(must(log_->meta("gone")));
    EXPECT_EQ(must(log_->last_tagged(record.tenant, "thing:a")), std::nullopt);
    EXPECT_EQ(log_->last_position(), 0U);
}

TEST_F(LogTest, a_checkpoint_is_a_log_of_its_own) {
    for (int i = 0; i < 20; ++i) append(1, {"thing:a"});
    must(log_->checkpoint(directory_.path() / "copy"));
    append(1, {"thing:a"});
    const auto copy = must(Log::open(directory_.path() / "copy", LogMode::read_write));
    EXPECT_EQ(copy->last_position(), 20U);
    EXPECT_EQ(copy->log_id(), log_->log_id());
    EXPECT_EQ(must(copy->record(20)).leaf, must(log_->record(20)).leaf);
    EXPECT_FALSE(log_->checkpoint(directory_.path() / "copy"));
}

TEST_F(LogTest, what_is_opened_to_read_cannot_be_written) {
    append(1, {"thing:a"});
    reopen(LogMode::read_only);
    EXPECT_EQ(log_->last_position(), 1U);
    LogBatch batch(*log_);
    batch.put(Space::meta, "x", "y");
    EXPECT_FALSE(log_->commit(batch));
}

TEST_F(LogTest, a_log_of_a_newer_format_is_refused) {
    change([](LogBatch& batch) {
        std::string newer;
        append_u32(newer, log_format_version + 1);
        batch.put(Space::meta, meta_format, newer);
    });
    log_.reset();
    EXPECT_EQ(Log::open(path_, LogMode::read_only).error().code, "newer_format");
}

TEST_F(LogTest, memory_is_accounted_for) {
    EXPECT_GT(log_->memory_bytes(), 0U);
    EXPECT_LT(log_->memory_bytes(), 128U << 20);
}

}  // namespace
}  // namespace almanac::eventstore
