// The contract of an event store, the same for every store (eventstore/event_store.hpp).
#include "eventstore/event_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {
using Positions = std::vector<std::uint64_t>;

// A store and what it stands on.
struct Ground {
    virtual ~Ground() = default;
    virtual EventStore& store() = 0;
};
struct MemoryGround final : Ground {
    explicit MemoryGround(Clock& clock) : store_(make_memory_store(clock)) {}
    EventStore& store() override { return *store_; }
    std::unique_ptr<EventStore> store_;
};
struct LogGround final : Ground {
    explicit LogGround(Clock& clock) {
        must(DataDirectory::create(directory_.path() / "data", small_directory()));
        held_.emplace(must(DataDirectory::open(directory_.path() / "data")));
        partition_.emplace(must(held_->open_partition(0, small_open())));
        writer_.emplace(*partition_->log, *partition_->mark, clock, WriterHooks{});
        store_ = make_log_store(*partition_->log, *writer_);
    }
    EventStore& store() override { return *store_; }
    TemporaryDirectory directory_;
    std::optional<DataDirectory> held_;
    std::optional<Partition> partition_;
    std::optional<Writer> writer_;
    std::unique_ptr<EventStore> store_;
};

class Contract : public testing::TestWithParam<const char*> {
  protected:
    Contract() {
        if (std::string_view(GetParam()) == "memory") {
            ground_ = std::make_unique<MemoryGround>(clock_);
        } else {
            ground_ = std::make_unique<LogGround>(clock_);
        }
    }
    EventStore& store() { return ground_->store(); }
    Appended append(std::vector<EventDraft> events, std::uint8_t tenant = 1) {
        return must(store().append(tenant_number(tenant), by_test(), std::move(events)));
    }
    Appended append(std::string type, std::vector<std::string> tags, std::uint8_t tenant = 1) {
        return append({draft(std::move(type), std::move(tags))}, tenant);
    }
    std::string append_if(AppendCondition condition, std::vector<std::string> tags = {"thing:x"},
                          std::uint8_t tenant = 1) {
        const auto result = store().append(tenant_number(tenant), by_test(),
                                           {draft("test.conditional", std::move(tags))}, condition);
        return result ? "appended" : result.error().code;
    }
    Positions positions(const Query& query, std::uint64_t after = 0, std::size_t limit = 10'000,
                        std::uint8_t tenant = 1) {
        Positions found;
        for (const auto& event : must(store().read(tenant_number(tenant), query, after, limit)))
            found.push_back(event.position);
        return found;
    }
    // 1: a {x}   2: b {x, y}   3: a {y}   4: c {}   5: b {x}   6: c {x, y, z}
    void six_events() {
        append("test.a", {"thing:x"});
        append("test.b", {"thing:x", "thing:y"});
        append("test.a", {"thing:y"});
        append("test.c", {});
        append("test.b", {"thing:x"});
        append("test.c", {"thing:x", "thing:y", "thing:z"});
    }

    ManualClock clock_{noon()};
    std::unique_ptr<Ground> ground_;
};
INSTANTIATE_TEST_SUITE_P(Stores, Contract, testing::Values("memory", "log"),
                         [](const auto& store) { return std::string(store.param); });

TEST_P(Contract, an_empty_store_has_nothing_to_read) {
    EXPECT_EQ(positions(Query::all()), Positions{});
    EXPECT_EQ(positions(Query::tagged("thing:x")), Positions{});
}

TEST_P(Contract, what_was_appended_is_read_back_whole) {
    EventDraft event = draft("test.a", {"thing:x", "other:y"}, R"({"n":1})");
    event.type_version = 7;
    event.metadata = R"({"m":2})";
    const CommandMeta meta{{"user", "ana"}, "correlation", "cause"};
    must(store().append(tenant_number(1), meta, {event}));
    const auto events = must(store().read(tenant_number(1), Query::all()));
    ASSERT_EQ(events.size(), 1U);
    const auto& record = events[0].record;
    EXPECT_EQ(events[0].position, 1U);
    EXPECT_EQ(record.id, event.id);
    EXPECT_EQ(record.type, "test.a");
    EXPECT_EQ(record.type_version, 7);
    EXPECT_EQ(record.tenant, tenant_number(1));
    EXPECT_EQ(record.sequence, 0U);
    EXPECT_EQ(record.time, noon());
    EXPECT_EQ(record.actor, meta.actor);
    EXPECT_EQ(record.correlation_id, "correlation");
    EXPECT_EQ(record.causation_id, "cause");
    EXPECT_EQ(record.tags, event.tags);
    EXPECT_EQ(record.data, event.data);
    EXPECT_EQ(record.metadata, event.metadata);
    EXPECT_EQ(record.index, 0);
    EXPECT_EQ(record.count, 1);
    EXPECT_NE(record.leaf, Hash{});
}

TEST_P(Contract, a_query_without_items_matches_all) {
    six_events();
    EXPECT_EQ(positions(Query::all()), (Positions{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(positions({{QueryItem{}}}), (Positions{1, 2, 3, 4, 5, 6}));
}

TEST_P(Contract, types_of_an_item_are_ored) {
    six_events();
    EXPECT_EQ(positions({{{{"test.a"}, {}}}}), (Positions{1, 3}));
    EXPECT_EQ(positions({{{{"test.a", "test.c"}, {}}}}), (Positions{1, 3, 4, 6}));
    EXPECT_EQ(positions({{{{"test.none"}, {}}}}), Positions{});
}

TEST_P(Contract, tags_of_an_item_are_anded) {
    six_events();
    EXPECT_EQ(positions(Query::tagged("thing:x")), (Positions{1, 2, 5, 6}));
    EXPECT_EQ(positions({{{{}, {"thing:x", "thing:y"}}}}), (Positions{2, 6}));
    EXPECT_EQ(positions({{{{}, {"thing:y", "thing:x"}}}}), (Positions{2, 6}));
    EXPECT_EQ(positions({{{{}, {"thing:x", "thing:y", "thing:z"}}}}), (Positions{6}));
    EXPECT_EQ(positions({{{{}, {"thing:x", "thing:none"}}}}), Positions{});
}

TEST_P(Contract, types_and_tags_of_an_item_must_both_match) {
    six_events();
    EXPECT_EQ(positions({{{{"test.b"}, {"thing:y"}}}}), (Positions{2}));
    EXPECT_EQ(positions({{{{"test.b", "test.c"}, {"thing:x"}}}}), (Positions{2, 5, 6}));
}

TEST_P(Contract, items_are_ored_and_no_event_comes_twice) {
    six_events();
    EXPECT_EQ(positions({{{{"test.c"}, {}}, {{}, {"thing:y"}}}}), (Positions{2, 3, 4, 6}));
    EXPECT_EQ(positions({{{{}, {"thing:x"}}, {{}, {"thing:x"}}}}), (Positions{1, 2, 5, 6}));
}

TEST_P(Contract, reading_starts_after_a_position_and_keeps_to_a_limit) {
    six_events();
    EXPECT_EQ(positions(Query::all(), 4), (Positions{5, 6}));
    EXPECT_EQ(positions(Query::all(), 6), Positions{});
    EXPECT_EQ(positions(Query::all(), 100), Positions{});
    EXPECT_EQ(positions(Query::all(), 1, 2), (Positions{2, 3}));
    EXPECT_EQ(positions(Query::tagged("thing:x"), 1, 2), (Positions{2, 5}));
    EXPECT_EQ(positions({{{{"test.c"}, {}}, {{}, {"thing:y"}}}}, 0, 3), (Positions{2, 3, 4}));
    EXPECT_EQ(positions(Query::all(), 0, 0), Positions{});
}

TEST_P(Contract, pages_follow_each_other_without_a_gap) {
    for (int i = 0; i < 600; ++i) append(i % 3 == 0 ? "test.a" : "test.b", {"thing:x"});
    for (const auto& query : {Query::all(), Query::tagged("thing:x"), Query{{{{"test.a"}, {}}}}}) {
        Positions paged;
        for (Positions page;
             !(page = positions(query, paged.empty() ? 0 : paged.back(), 7)).empty();)
            paged.insert(paged.end(), page.begin(), page.end());
        EXPECT_EQ(paged, positions(query));
    }
}

TEST_P(Contract, positions_are_gapless_in_the_store_and_sequences_in_the_tenant) {
    std::map<std::uint8_t, std::uint64_t> next;
    std::uint64_t position = 1;
    for (std::uint8_t i = 0; i < 60; ++i) {
        const auto tenant = static_cast<std::uint8_t>(i * 7 % 4);
        const std::size_t count = 1 + i % 3;
        const auto done = append(std::vector(count, draft("test.a", {})), tenant);
        EXPECT_EQ(done.first_position, position);
        EXPECT_EQ(done.last_position, position + count - 1);
        EXPECT_EQ(done.first_sequence, next[tenant]);
        EXPECT_EQ(done.last_sequence, next[tenant] + count - 1);
        position += count;
        next[tenant] += count;
    }
}

TEST_P(Contract, tenants_do_not_see_each_other) {
    append("test.a", {"thing:x"}, 1);
    append("test.a", {"thing:x"}, 2);
    EXPECT_EQ(positions(Query::all(), 0, 10, 1), Positions{1});
    EXPECT_EQ(positions(Query::tagged("thing:x"), 0, 10, 2), Positions{2});
    EXPECT_EQ(positions(Query::all(), 0, 10, 3), Positions{});
    // Nor do their conditions.
    EXPECT_EQ(append_if({Query::tagged("thing:x"), 0}, {}, 3), "appended");
    EXPECT_EQ(append_if({Query::tagged("thing:x"), 0}, {}, 2), "append_condition_failed");
}

TEST_P(Contract, the_events_of_a_command_are_adjacent_and_numbered) {
    append("test.first", {});
    const auto done = append({draft("test.a", {}), draft("test.b", {}), draft("test.c", {})});
    EXPECT_EQ(done.first_position, 2U);
    const auto events = must(store().read(tenant_number(1), Query::all(), 1));
    ASSERT_EQ(events.size(), 3U);
    for (std::uint16_t i = 0; i < 3; ++i) {
        EXPECT_EQ(events[i].record.index, i);
        EXPECT_EQ(events[i].record.count, 3);
        EXPECT_EQ(events[i].record.time, done.time);
    }
}

TEST_P(Contract, a_command_is_all_or_nothing) {
    append("test.a", {"thing:x"});
    const auto refused = store().append(tenant_number(1), by_test(),
                                        {draft("test.b", {"thing:x"}), draft("NOT A TYPE", {})});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "invalid_event");
    EXPECT_EQ(positions(Query::all()), Positions{1});
    const auto next = append("test.c", {"thing:x"});
    EXPECT_EQ(next.first_position, 2U);
    EXPECT_EQ(next.first_sequence, 1U);
}

TEST_P(Contract, limits_are_refused_with_nothing_appended) {
    const auto code = [&](std::vector<EventDraft> events) {
        const auto result = store().append(tenant_number(1), by_test(), std::move(events));
        return result ? "appended" : result.error().code;
    };
    EXPECT_EQ(code({}), "invalid_event");
    EXPECT_EQ(code(std::vector(1'001, draft("test.a", {}))), "limit_reached");
    EXPECT_EQ(code({draft("test.a", {}, "{" + std::string(1 << 20, ' ') + "}")}), "limit_reached");
    EXPECT_EQ(code({draft("test.a", {"thing:" + std::string(195, 'x')})}), "limit_reached");
    std::vector<std::string> tags;
    for (int i = 0; i < 257; ++i) tags.push_back("thing:" + std::to_string(i));
    EXPECT_EQ(code({draft("test.a", tags)}), "limit_reached");
    EXPECT_EQ(code(std::vector(10, draft("test.a", {}, "{" + std::string(900'000, ' ') + "}"))),
              "limit_reached");
    EXPECT_EQ(positions(Query::all()), Positions{});
    tags.pop_back();
    EXPECT_EQ(code({draft("test.a", tags)}), "appended");
    EXPECT_EQ(code(std::vector(1'000, draft("test.a", {}))), "appended");
    EXPECT_EQ(positions(Query::tagged("thing:255")), Positions{1});
}

TEST_P(Contract, a_tag_given_twice_counts_once) {
    append("test.a", {"thing:x", "thing:y", "thing:x"});
    const auto events = must(store().read(tenant_number(1), Query::tagged("thing:x")));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].record.tags, (std::vector<std::string>{"thing:x", "thing:y"}));
}

TEST_P(Contract, a_condition_without_a_match_lets_it_through) {
    six_events();
    EXPECT_EQ(append_if({Query::tagged("thing:none"), 0}), "appended");
    EXPECT_EQ(append_if({{{{{"test.none"}, {}}}}, 0}), "appended");
    EXPECT_EQ(positions(Query::all()).size(), 8U);
}

TEST_P(Contract, a_condition_with_a_match_appends_nothing) {
    six_events();
    EXPECT_EQ(append_if({Query::tagged("thing:z"), 0}), "append_condition_failed");
    EXPECT_EQ(append_if({{{{{"test.c"}, {}}}}, 0}), "append_condition_failed");
    EXPECT_EQ(append_if({{{{{"test.c"}, {"thing:z"}}}}, 0}), "append_condition_failed");
    EXPECT_EQ(append_if({Query::all(), 0}), "append_condition_failed");
    EXPECT_EQ(positions(Query::all()).size(), 6U);
    EXPECT_EQ(append("test.a", {}).first_position, 7U);
}

TEST_P(Contract, a_condition_looks_only_after_its_position) {
    six_events();
    EXPECT_EQ(append_if({Query::tagged("thing:x"), 5}, {}), "append_condition_failed");
    EXPECT_EQ(append_if({Query::tagged("thing:x"), 6}, {}), "appended");  // 7, without the tag
    EXPECT_EQ(append_if({Query::all(), 6}), "append_condition_failed");
    EXPECT_EQ(append_if({Query::all(), 7}), "appended");
    EXPECT_EQ(append_if({{{{{"test.a"}, {}}}}, 3}), "appended");
    EXPECT_EQ(append_if({{{{{"test.a"}, {}}}}, 2}), "append_condition_failed");
}

TEST_P(Contract, a_condition_needs_all_tags_and_the_type_on_one_event) {
    append("test.a", {"thing:x"});
    append("test.b", {"thing:y"});
    EXPECT_EQ(append_if({{{{{}, {"thing:x", "thing:y"}}}}, 0}, {}), "appended");
    EXPECT_EQ(append_if({{{{{"test.a"}, {"thing:y"}}}}, 0}, {}), "appended");
    EXPECT_EQ(append_if({{{{{"test.a"}, {"thing:y"}}, {{"test.b"}, {"thing:y"}}}}, 0}, {}),
              "append_condition_failed");
}

TEST_P(Contract, a_condition_sees_what_was_appended_just_before) {
    EXPECT_EQ(append_if({Query::tagged("email:1"), 0}, {"email:1"}), "appended");
    EXPECT_EQ(append_if({Query::tagged("email:1"), 0}, {"email:1"}), "append_condition_failed");
    EXPECT_EQ(append_if({Query::tagged("email:2"), 0}, {"email:2"}), "appended");
}

TEST_P(Contract, a_failed_condition_is_a_conflict_and_says_nothing_about_others) {
    append("test.a", {"thing:x"});
    const auto result = store().append(tenant_number(1), by_test(), {draft("test.b", {})},
                                       AppendCondition{Query::tagged("thing:x"), 0});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kernel::RejectionKind::conflict);
    EXPECT_EQ(result.error().detail.find("thing:x"), std::string::npos);
}

TEST_P(Contract, time_never_goes_back_within_a_tenant) {
    append("test.a", {});
    clock_.set(noon() - std::chrono::hours(1));
    EXPECT_EQ(append("test.a", {}).time, noon());
    clock_.set(noon() + std::chrono::seconds(1));
    EXPECT_EQ(append("test.a", {}).time, noon() + std::chrono::seconds(1));
}

// Each thread reads a counter and appends "+1" on the condition that nobody did meanwhile.
TEST_P(Contract, concurrent_conditional_appends_are_serializable) {
    constexpr int threads = 4;
    constexpr int each = 40;
    std::atomic<int> conflicts = 0;
    std::atomic<int> errors = 0;
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t)
        workers.emplace_back([&] {
            for (int done = 0; done < each;) {
                const auto seen = store().read(tenant_number(1), Query::tagged("counter:a"));
                const auto last = seen && !seen->empty() ? seen->back().position : 0;
                const auto count = seen ? seen->size() : 0;
                const auto result =
                    store().append(tenant_number(1), by_test(),
                                   {draft("test.counted", {"counter:a"},
                                          "{\"n\":" + std::to_string(count + 1) + "}")},
                                   AppendCondition{Query::tagged("counter:a"), last});
                if (result) {
                    ++done;
                } else if (result.error().code == "append_condition_failed") {
                    ++conflicts;
                } else {
                    ++errors;
                    return;
                }
            }
        });
    for (auto& worker : workers) worker.join();
    EXPECT_EQ(errors, 0);
    const auto events = must(store().read(tenant_number(1), Query::tagged("counter:a")));
    ASSERT_EQ(events.size(), static_cast<std::size_t>(threads * each));
    for (std::size_t i = 0; i < events.size(); ++i)
        EXPECT_EQ(events[i].record.data, "{\"n\":" + std::to_string(i + 1) + "}");
}

TEST_P(Contract, of_many_grabs_of_one_thing_exactly_one_succeeds) {
    for (int round = 0; round < 10; ++round) {
        const auto tag = "slot:" + std::to_string(round);
        std::atomic<int> won = 0;
        std::atomic<int> lost = 0;
        std::vector<std::thread> workers;
        for (int t = 0; t < 8; ++t)
            workers.emplace_back([&] {
                const auto result = append_if({Query::tagged(tag), 0}, {tag});
                won += result == "appended" ? 1 : 0;
                lost += result == "append_condition_failed" ? 1 : 0;
            });
        for (auto& worker : workers) worker.join();
        EXPECT_EQ(won, 1);
        EXPECT_EQ(lost, 7);
    }
}

TEST_P(Contract, random_queries_equal_a_plain_filter) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<Record> all;
    const auto pick = [&](std::string_view kind, std::size_t of) {
        return std::string(kind) + std::to_string(random() % of);
    };
    for (int i = 0; i < 200; ++i) {
        std::vector<std::string> tags;
        for (auto n = random() % 4; n > 0; --n) tags.push_back(pick("thing:", 5));
        append(pick("test.t", 4), tags);
    }
    const auto events = must(store().read(tenant_number(1), Query::all()));
    for (int i = 0; i < 200; ++i) {
        Query query;
        for (auto items = random() % 3; items > 0; --items) {
            QueryItem item;
            for (auto n = random() % 3; n > 0; --n) item.types.push_back(pick("test.t", 5));
            for (auto n = random() % 3; n > 0; --n) item.tags.push_back(pick("thing:", 6));
            query.items.push_back(item);
        }
        const auto after = random() % 210;
        const auto limit = 1 + random() % 60;
        Positions expected;
        bool any = false;
        for (const auto& event : events) {
            if (event.position <= after || !matches(query, event.record)) continue;
            any = true;
            if (expected.size() < limit) expected.push_back(event.position);
        }
        EXPECT_EQ(positions(query, after, limit), expected);
        const auto tried = store().append(tenant_number(1), by_test(), {draft("not a type", {})},
                                          AppendCondition{query, after});
        EXPECT_EQ(tried.error().code, any ? "append_condition_failed" : "invalid_event");
    }
}

}  // namespace
}  // namespace almanac::eventstore
