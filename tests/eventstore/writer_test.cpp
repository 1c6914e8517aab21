// The single writer: order, group commit, back-pressure, what a decision sees, and how jobs end.
#include "eventstore/writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <map>
#include <thread>

#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {

using Positions = std::vector<std::uint64_t>;

Positions tagged(Stage& stage, const std::string& tag, std::uint64_t after = 0,
                 std::uint8_t tenant = 1) {
    Positions positions;
    must(stage.visit_tag(tenant_number(tenant), tag, after,
                         [&](std::uint64_t position, const Record& record) {
                             EXPECT_NE(std::ranges::find(record.tags, tag), record.tags.end());
                             EXPECT_EQ(record.tenant, tenant_number(tenant));
                             positions.push_back(position);
                         }));
    return positions;
}

TEST_F(WriterTest, events_are_durable_in_order_and_gapless_when_the_job_is_done) {
    auto& writer = start();
    for (std::uint8_t i = 0; i < 10; ++i) {
        std::optional<Appended> appended;
        auto done = submit([&](Stage& stage) {
            appended = must(stage.append(
                tenant_number(1 + i % 2), by_test(),
                {draft("test.first", {"thing:a"}), draft("test.second", {"thing:b", "thing:a"})}));
        });
        EXPECT_EQ(done.get(), Outcome::durable);
        EXPECT_EQ(appended->first_position, 1U + 2U * i);
        EXPECT_EQ(appended->last_position, 2U + 2U * i);
        EXPECT_EQ(appended->first_sequence, 2U * (i / 2));
        EXPECT_EQ(appended->last_sequence, 2U * (i / 2) + 1);
        EXPECT_EQ(log().last_position(), appended->last_position);
        EXPECT_EQ(mark().position, appended->last_position);
        EXPECT_EQ(writer.durable_position(), appended->last_position);
    }
    const auto second = must(log().record(20));
    EXPECT_EQ(second.type, "test.second");
    EXPECT_EQ(second.index, 1);
    EXPECT_EQ(second.count, 2);
    EXPECT_EQ(second.sequence, 9U);
    EXPECT_EQ(second.time, noon());
    EXPECT_EQ(second.correlation_id, "request-1");
    EXPECT_EQ(mark().hash, second.leaf);
    EXPECT_EQ(must(log().tenants()).size(), 2U);
}

TEST_F(WriterTest, positions_sequences_and_time_go_on_after_a_restart) {
    start();
    clock_.set(noon() + std::chrono::hours(1));
    append({"thing:a"}).get();
    reopen();
    ManualClock earlier(noon());
    Writer writer(log(), *partition_->mark, earlier, {});
    Appended appended;
    std::promise<void> done;
    Job job;
    job.decide = [&](Stage& stage) {
        EXPECT_EQ(stage.next_position(), 2U);
        EXPECT_EQ(stage.next_sequence(tenant_number(1)), 1U);
        appended = must(stage.append(tenant_number(1), by_test(), {draft("test.b", {"thing:a"})}));
    };
    job.done = [&](Outcome) { done.set_value(); };
    must(writer.submit(std::move(job)));
    done.get_future().wait();
    EXPECT_EQ(appended.first_position, 2U);
    EXPECT_EQ(appended.first_sequence, 1U);
    EXPECT_EQ(appended.time, noon() + std::chrono::hours(1));
}

TEST_F(WriterTest, a_decision_sees_the_durable_the_flying_and_the_staged_each_once) {
    Gate let_sync;
    std::atomic<int> syncs = 0;
    std::latch second_sync(1);
    WriterHooks hooks;
    hooks.sync_keyring = [&]() -> Result<std::uint64_t> {
        if (++syncs == 2) {
            second_sync.count_down();
            let_sync.pass();
        }
        return 0;
    };
    start(std::move(hooks), never_alone());
    ASSERT_EQ(append({"thing:a"}).get(), Outcome::durable);  // position 1
    auto flying = submit([](Stage& stage) {
        must(stage.append(tenant_number(1), by_test(),
                          {draft("test.x", {"thing:b"}), draft("test.x", {"thing:b", "thing:a"})}));
        stage.put_result(tenant_number(1), 7, Key32{1}, "answer");
        stage.put_snapshot(tenant_number(1), "fold", "old");
    });  // 2 and 3
    second_sync.wait();
    auto staged = append({"thing:a"});    // 4, behind the sync
    auto other = append({"thing:a"}, 2);  // 5, of another tenant
    std::latch seen(1);
    auto reader = submit([&](Stage& stage) {
        EXPECT_EQ(tagged(stage, "thing:a"), (Positions{1, 3, 4}));
        EXPECT_EQ(tagged(stage, "thing:a", 1), (Positions{3, 4}));
        EXPECT_EQ(tagged(stage, "thing:a", 3), (Positions{4}));
        EXPECT_EQ(tagged(stage, "thing:a", 4), Positions{});
        EXPECT_EQ(tagged(stage, "thing:b"), (Positions{2, 3}));
        EXPECT_EQ(tagged(stage, "thing:a", 0, 2), (Positions{5}));
        EXPECT_EQ(must(stage.last_tagged(tenant_number(1), "thing:b")), 3U);
        EXPECT_TRUE(must(stage.tag_exists(tenant_number(1), "thing:a")));
        EXPECT_FALSE(must(stage.tag_exists(tenant_number(1), "thing:c")));
        EXPECT_EQ(stage.result(tenant_number(1), 7, Key32{1}), "answer");
        EXPECT_EQ(stage.result(tenant_number(2), 7, Key32{1}), std::nullopt);
        EXPECT_EQ(stage.snapshot(tenant_number(1), "fold"), "old");
        stage.put_snapshot(tenant_number(1), "fold", "new");
        EXPECT_EQ(stage.snapshot(tenant_number(1), "fold"), "new");
        stage.erase(Space::snapshots, snapshot_key(tenant_number(1), "fold"));
        EXPECT_EQ(stage.snapshot(tenant_number(1), "fold"), std::nullopt);
        EXPECT_EQ(stage.next_position(), 6U);
        EXPECT_EQ(stage.next_sequence(tenant_number(1)), 4U);
        EXPECT_EQ(stage.log().last_position(), 1U);
        seen.count_down();
    });
    seen.wait();
    EXPECT_EQ(flying.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    let_sync.open();
    EXPECT_EQ(flying.get(), Outcome::durable);
    for (auto* each : {&staged, &other, &reader}) EXPECT_EQ(each->get(), Outcome::durable);
    auto later = submit([&](Stage& stage) {
        EXPECT_EQ(tagged(stage, "thing:a"), (Positions{1, 3, 4}));
        EXPECT_EQ(stage.result(tenant_number(1), 7, Key32{1}), "answer");
        EXPECT_EQ(stage.snapshot(tenant_number(1), "fold"), std::nullopt);
    });
    EXPECT_EQ(later.get(), Outcome::durable);
    EXPECT_EQ(must(log().result(tenant_number(1), 7, Key32{1})), "answer");
}

TEST_F(WriterTest, all_that_waits_while_a_batch_is_synced_shares_the_next_sync) {
    Gate let_sync;
    std::latch first_sync(1);
    bool held = false;
    WriterHooks hooks;
    hooks.sync_keyring = [&]() -> Result<std::uint64_t> {
        if (!std::exchange(held, true)) {
            first_sync.count_down();
            let_sync.pass();
        }
        return 0;
    };
    auto& writer = start(std::move(hooks), never_alone());
    std::vector<std::future<Outcome>> done;
    done.push_back(append({"thing:a"}));
    first_sync.wait();
    std::latch decided(100);
    for (int i = 0; i < 100; ++i)
        done.push_back(submit([&](Stage& stage) {
            must(stage.append(tenant_number(1), by_test(), {draft("test.x", {"thing:a"})}));
            decided.count_down();
        }));
    decided.wait();
    let_sync.open();
    for (auto& each : done) EXPECT_EQ(each.get(), Outcome::durable);
    EXPECT_EQ(log().last_position(), 101U);
    writer.drain_and_stop();
    EXPECT_LE(writer.status().batches, 3U);
}

TEST_F(WriterTest, a_job_that_staged_nothing_waits_for_what_it_could_have_seen) {
    Gate let_sync;
    std::latch syncing(1);
    WriterHooks hooks;
    hooks.sync_keyring = [&]() -> Result<std::uint64_t> {
        syncing.count_down();
        let_sync.pass();
        return 0;
    };
    auto& writer = start(std::move(hooks), never_alone());
    // Nothing in flight: at once, though no batch can be committed.
    EXPECT_EQ(submit([](Stage&) {}).get(), Outcome::durable);
    auto write = append({"thing:a"});
    syncing.wait();
    std::latch ran(1);
    auto read = submit([&](Stage&) { ran.count_down(); });
    auto barrier = submit(nullptr);
    ran.wait();
    EXPECT_EQ(read.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    EXPECT_EQ(barrier.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    let_sync.open();
    EXPECT_EQ(barrier.get(), Outcome::durable);
    EXPECT_EQ(read.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_EQ(write.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    writer.drain_and_stop();
    EXPECT_EQ(writer.status().batches, 1U);
}

TEST_F(WriterTest, a_full_queue_refuses_by_count_and_by_bytes) {
    WriterOptions options;
    options.queue_jobs_max = 3;
    options.queue_bytes_max = 1'000;
    options.retry_after_seconds = 2;
    auto& writer = start({}, options);
    Gate go_on;
    std::latch deciding(1);
    auto blocking = submit([&](Stage&) {
        deciding.count_down();
        go_on.pass();
    });
    deciding.wait();
    Job large;
    large.bytes = 1'001;
    const auto too_large = writer.submit(std::move(large));
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code, "queue_full");
    std::vector<std::future<Outcome>> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(append({"thing:a"}));
    const auto refused = writer.submit(Job{});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, kernel::RejectionKind::unavailable);
    EXPECT_EQ(refused.error().code, "queue_full");
    EXPECT_EQ(refused.error().retry_after_seconds, 2);
    EXPECT_EQ(writer.status().queued_jobs, 3U);
    go_on.open();
    for (auto& each : waiting) EXPECT_EQ(each.get(), Outcome::durable);
    EXPECT_EQ(append({"thing:a"}).get(), Outcome::durable);
}

TEST_F(WriterTest, a_job_that_throws_leaves_nothing_and_spoils_nobody) {
    auto& writer = start();
    Gate go_on;
    auto blocking = submit([&](Stage&) { go_on.pass(); });
    auto before = append({"thing:a"});
    auto thrower = submit([](Stage& stage) {
        must(stage.append(tenant_number(1), by_test(),
                          {draft("test.x", {"thing:a"}), draft("test.x", {"thing:b"})}));
        must(stage.append(tenant_number(1), by_test(), {draft("test.x", {"thing:a"})}));
        must(stage.append(tenant_number(2), by_test(), {draft("test.x", {"thing:a"})}));
        stage.put_result(tenant_number(1), 1, Key32{}, "lost");
        throw std::runtime_error("broken invariant");
    });
    auto after = submit([](Stage& stage) {
        EXPECT_EQ(tagged(stage, "thing:a"), (Positions{1}));
        EXPECT_EQ(tagged(stage, "thing:b"), Positions{});
        EXPECT_EQ(stage.result(tenant_number(1), 1, Key32{}), std::nullopt);
        EXPECT_EQ(stage.next_sequence(tenant_number(2)), 0U);
        const auto appended = must(
            stage.append(tenant_number(1), by_test(), {draft("test.x", {"thing:b", "thing:a"})}));
        EXPECT_EQ(appended.first_position, 2U);
        EXPECT_EQ(appended.first_sequence, 1U);
    });
    go_on.open();
    EXPECT_EQ(before.get(), Outcome::durable);
    EXPECT_EQ(thrower.get(), Outcome::not_started);
    EXPECT_EQ(after.get(), Outcome::durable);
    EXPECT_EQ(log().last_position(), 2U);
    EXPECT_EQ(must(log().last_tagged(tenant_number(1), "thing:b")), 2U);
    EXPECT_EQ(must(log().result(tenant_number(1), 1, Key32{})), std::nullopt);
    EXPECT_EQ(writer.status().jobs_thrown, 1U);
    EXPECT_EQ(writer.status().failure, "broken invariant");
    EXPECT_FALSE(writer.status().read_only);
}

TEST_F(WriterTest, a_refused_command_stages_nothing) {
    start();
    submit([](Stage& stage) {
        const auto tenant = tenant_number(1);
        const auto code = [&](std::vector<EventDraft> events) {
            const auto result = stage.append(tenant, by_test(), std::move(events));
            return result ? "accepted" : result.error().code;
        };
        EXPECT_EQ(code({}), "invalid_event");
        EXPECT_EQ(code({draft("test.x", {"thing:a"}), draft("Not a type", {})}), "invalid_event");
        EXPECT_EQ(code(std::vector(1'001, draft("test.x", {}))), "limit_reached");
        const auto large = "{" + std::string(920'000, ' ') + "}";
        EXPECT_EQ(code(std::vector(10, draft("test.x", {}, large))), "limit_reached");
        EXPECT_EQ(stage.next_position(), 1U);
        EXPECT_EQ(stage.next_sequence(tenant), 0U);
        EXPECT_FALSE(must(stage.tag_exists(tenant, "thing:a")));
        EXPECT_EQ(code(std::vector(1'000, draft("test.x", {"thing:a", "thing:a"}))), "accepted");
        EXPECT_EQ(code(std::vector(9, draft("test.x", {}, large))), "limit_reached");
    }).wait();
    EXPECT_EQ(log().last_position(), 1'000U);
    EXPECT_EQ(must(log().record(1'000)).tags, std::vector<std::string>{"thing:a"});
}

TEST_F(WriterTest, a_command_that_does_not_fit_the_batch_goes_into_the_next) {
    auto& writer = start();
    Gate go_on;
    auto blocking = submit([&](Stage&) { go_on.pass(); });
    const auto large = "{" + std::string(900'000, ' ') + "}";
    std::vector<std::future<Outcome>> done;
    for (int i = 0; i < 6; ++i)
        done.push_back(submit([&, i](Stage& stage) {
            EXPECT_EQ(stage.next_position(), 1U + 4U * static_cast<unsigned>(i));
            must(stage.append(tenant_number(1), by_test(),
                              std::vector(i < 5 ? 4 : 9, draft("test.x", {"thing:a"}, large))));
            EXPECT_EQ(tagged(stage, "thing:a").size(), i < 5 ? 4U * (i + 1U) : 29U);
        }));
    go_on.open();
    for (auto& each : done) EXPECT_EQ(each.get(), Outcome::durable);
    EXPECT_EQ(log().last_position(), 29U);
    writer.drain_and_stop();
    EXPECT_GE(writer.status().batches, 4U);
}

TEST_F(WriterTest, stopping_finishes_what_was_taken_and_refuses_the_rest) {
    auto& writer = start();
    std::vector<std::future<Outcome>> done;
    for (int i = 0; i < 300; ++i) done.push_back(append({"thing:a"}));
    writer.drain_and_stop();
    for (auto& each : done) EXPECT_EQ(each.get(), Outcome::durable);
    EXPECT_EQ(log().last_position(), 300U);
    EXPECT_EQ(writer.submit(Job{}).error().code, "stopping");
    writer.drain_and_stop();
}

TEST_F(WriterTest, the_committed_hook_gets_every_event_once_in_order_before_the_replies) {
    std::atomic<std::uint64_t> told = 0;
    WriterHooks hooks;
    hooks.committed = [&](std::span<const CommittedEvent> events) {
        for (const auto& event : events) {
            EXPECT_EQ(event.position, told + 1);
            EXPECT_EQ(event.record->sequence + 1, event.position);
            told = event.position;
        }
    };
    auto& writer = start(std::move(hooks));
    std::atomic<int> late = 0;
    for (int i = 0; i < 500; ++i) {
        Job job;
        auto position = std::make_shared<std::uint64_t>(0);
        job.decide = [position](Stage& stage) {
            *position =
                must(stage.append(tenant_number(1), by_test(), {draft("test.x", {"thing:a"})}))
                    .last_position;
        };
        job.done = [&, position](Outcome) { late += told < *position ? 1 : 0; };
        must(writer.submit(std::move(job)));
    }
    writer.drain_and_stop();
    EXPECT_EQ(told, 500U);
    EXPECT_EQ(late, 0);
}

TEST_F(WriterTest, a_batch_with_nothing_behind_it_is_finished_by_the_decision_thread) {
    std::atomic<std::thread::id> decided, synced, told, answered;
    for (const bool alone : {true, false}) {
        WriterHooks hooks;
        hooks.sync_keyring = [&]() -> Result<std::uint64_t> {
            synced = std::this_thread::get_id();
            return 0;
        };
        hooks.committed = [&](std::span<const CommittedEvent>) {
            told = std::this_thread::get_id();
        };
        auto& writer = start(std::move(hooks), alone ? WriterOptions{} : never_alone());
        bool seen_alone = false;
        // The other two threads may still be on their way to sleep when the first jobs come.
        for (int i = 0; i < 200 && !(alone && seen_alone); ++i) {
            std::promise<void> done;
            Job job;
            job.decide = [&](Stage& stage) {
                decided = std::this_thread::get_id();
                must(stage.append(tenant_number(1), by_test(), {draft("test.x", {"thing:a"})}));
            };
            job.done = [&](Outcome outcome) {
                EXPECT_EQ(outcome, Outcome::durable);
                answered = std::this_thread::get_id();
                done.set_value();
            };
            must(writer.submit(std::move(job)));
            done.get_future().wait();
            const auto by = decided.load();
            seen_alone = synced == by && told == by && answered == by;
            EXPECT_TRUE(seen_alone || (synced != by && told != by && answered != by));
        }
        EXPECT_EQ(seen_alone, alone);
    }
}

// The mark follows within its interval, though nobody wakes the acknowledge thread for a batch.
TEST_F(WriterTest, the_mark_follows_a_batch_that_was_finished_alone) {
    WriterOptions options;
    options.mark_interval_ms = 1;
    start({}, options);
    for (std::uint64_t position = 1; position <= 50; ++position) {
        ASSERT_EQ(append({"thing:a"}).get(), Outcome::durable);
        while (must(MarkFile::read(partition_->path / "mark")).mark.position < position)
            std::this_thread::yield();
    }
}

TEST_F(WriterTest, the_keyring_generation_is_in_the_log_and_the_mark) {
    std::uint64_t generation = 0;
    WriterHooks hooks;
    hooks.sync_keyring = [&]() -> Result<std::uint64_t> { return ++generation; };
    start(std::move(hooks));
    append({"thing:a"}).get();
    append({"thing:a"}).get();
    const auto stored = must(log().meta(meta_keyring_generation));
    ASSERT_TRUE(stored);
    EXPECT_EQ(read_u64(*stored), 2U);
    EXPECT_EQ(mark().keyring_generation, 2U);
}

class WriterModel : public WriterTest, public testing::WithParamInterface<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(AloneJobsMax, WriterModel, testing::Values(0, 1, 4, 64),
                         testing::PrintToStringParamName());

// Many threads, random tags: every decision compares what it sees with a model kept in memory.
TEST_P(WriterModel, what_decisions_see_always_equals_a_model) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    WriterOptions options;
    options.batch_jobs_max = 7;
    options.batch_jobs_early = 2;
    options.alone_jobs_max = GetParam();
    options.mark_interval_ms = static_cast<int>(seed % 3);
    auto& writer = start({}, options);
    std::map<std::pair<std::uint8_t, std::string>, Positions> model;  // decision thread only
    std::map<std::uint8_t, std::string> values;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            std::mt19937_64 random(seed + t);
            for (int i = 0; i < 400; ++i) {
                const auto tenant = static_cast<std::uint8_t>(random() % 3);
                const auto tag = "thing:" + std::to_string(random() % 5);
                const auto count = random() % 4;
                const bool fails = random() % 10 == 0;
                Job job;
                job.decide = [&, tenant, tag, count, fails, i](Stage& stage) {
                    auto& expected = model[{tenant, tag}];
                    const auto after = expected.empty() ? 0 : expected[expected.size() / 2];
                    const Positions tail(std::ranges::upper_bound(expected, after), expected.end());
                    wrong += tagged(stage, tag, 0, tenant) == expected ? 0 : 1;
                    wrong += tagged(stage, tag, after, tenant) == tail ? 0 : 1;
                    wrong +=
                        stage.snapshot(tenant_number(tenant), "v").value_or("") == values[tenant]
                            ? 0
                            : 1;
                    if (count == 0) return;
                    const auto appended =
                        must(stage.append(tenant_number(tenant), by_test(),
                                          std::vector(count, draft("test.x", {tag}))));
                    stage.put_snapshot(tenant_number(tenant), "v", std::to_string(i));
                    if (fails) throw std::runtime_error("taken back");
                    values[tenant] = std::to_string(i);
                    for (auto p = appended.first_position; p <= appended.last_position; ++p)
                        expected.push_back(p);
                };
                wrong += writer.submit(std::move(job)) ? 0 : 1;
            }
        });
    for (auto& thread : threads) thread.join();
    writer.drain_and_stop();
    EXPECT_EQ(wrong, 0);
    for (const auto& [key, expected] : model) {
        Positions stored;
        must(log().tagged(tenant_number(key.first), key.second, 0, [&](std::uint64_t position) {
            stored.push_back(position);
            return true;
        }));
        EXPECT_EQ(stored, expected);
    }
}

}  // namespace
}  // namespace almanac::eventstore
