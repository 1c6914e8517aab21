// The table of timers against a plain map: replaced, cancelled, in due order, many more than memory
// holds, across jobs that are taken back and reopening. And their bytes.
#include "eventstore/timers.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <map>

#include "domain/kernel/json.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {

Timer timer(std::uint8_t tenant, std::string key, std::int64_t due_us, std::string data = "{}") {
    Timer t;
    t.tenant = tenant_number(tenant);
    t.policy = "lab.clerk";
    t.key = std::move(key);
    t.due = kernel::instant_from_micros(due_us);
    t.id = timer_id(t.tenant, t.policy, t.key);
    t.cause = tenant_number(99);
    t.data = std::move(data);
    return t;
}
bool anybody(std::string_view policy) {
    return policy != "lab.gone";
}

class TimersTest : public WriterTest {
  protected:
    template <class Fn>
    Outcome run(Fn fn) {
        return submit([fn = std::move(fn)](Stage& stage) mutable { fn(stage); }).get();
    }
};

TEST_F(TimersTest, any_changes_leave_what_a_map_would) {
    const auto seed = std::random_device{}();
    std::cout << "seed " << seed << '\n';
    std::mt19937 random(seed);
    std::map<std::string, Timer> model;  // by timer_key
    start();
    Timers timers(&anybody);
    for (int round = 0; round < 60; ++round) {
        const auto model_before = model;
        const auto saved = timers.save();
        const bool taken_back = random() % 5 == 0;
        const auto outcome = run([&](Stage& stage) {
            for (int i = 0; i < 200; ++i) {
                const auto t = timer(
                    static_cast<std::uint8_t>(random() % 3), std::to_string(random() % 9'000),
                    static_cast<std::int64_t>(random() % 1'000'000), std::to_string(random()));
                if (random() % 4 == 0) {
                    timers.cancel(stage, t);
                    model.erase(timer_key(t));
                } else {
                    timers.set(stage, t);
                    model[timer_key(t)] = t;
                }
            }
            if (taken_back) throw std::runtime_error("taken back");
        });
        ASSERT_EQ(outcome, taken_back ? Outcome::not_started : Outcome::durable);
        if (taken_back) {
            timers.restore(saved);
            model = model_before;
        }
        if (random() % 10 == 0) {
            reopen();
            start();
            timers = Timers(&anybody);
            must(timers.count(log()));
        }
        ASSERT_EQ(timers.pending(), model.size());
    }
    std::map<std::string, Timer> by_due;
    for (const auto& [key, t] : model) by_due[due_key(t)] = t;
    run([&](Stage& stage) {
        for (const auto& [key, expected] : by_due) {
            const auto next = timers.next(stage);
            ASSERT_TRUE(next);
            ASSERT_EQ(*next, expected);
            timers.cancel(stage, *next);
        }
        EXPECT_FALSE(timers.next(stage));
    });
    EXPECT_EQ(timers.pending(), 0U);
}

TEST_F(TimersTest, more_timers_than_memory_holds_come_in_order) {
    start();
    Timers timers(&anybody);
    constexpr int count = 3 * static_cast<int>(timers_known_max);
    for (int job = 0; job < 12; ++job) {
        run([&](Stage& stage) {
            for (int i = job; i < count; i += 12)
                timers.set(stage, timer(1, std::to_string(i), (i * 7'919) % count));
        });
        EXPECT_LE(timers.in_memory(), timers_known_max);
    }
    for (int from = 0; from < count; from += count / 12) {
        run([&](Stage& stage) {
            for (int i = from; i < from + count / 12; ++i) {
                const auto next = timers.next(stage);
                ASSERT_TRUE(next);
                ASSERT_EQ(kernel::micros(next->due), i);
                ASSERT_LE(timers.in_memory(), timers_known_max);
                timers.cancel(stage, *next);
            }
        });
    }
}

TEST_F(TimersTest, a_timer_of_an_unknown_policy_waits) {
    start();
    Timers timers(&anybody);
    run([&](Stage& stage) {
        for (int i = 0; i < 2'000; ++i) {
            auto gone = timer(1, std::to_string(i), i);
            gone.policy = "lab.gone";
            timers.set(stage, gone);
        }
        timers.set(stage, timer(1, "late", 5'000));
        EXPECT_EQ(timers.next(stage)->key, "late");
    });
    Timers again(&anybody);
    must(again.count(log()));
    EXPECT_EQ(again.pending(), 2'001U);
    run([&](Stage& stage) { EXPECT_EQ(again.next(stage)->key, "late"); });
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) text += fmt::format("{:02x}", static_cast<std::uint8_t>(c));
    return text;
}

TEST(PolicyEntries, their_bytes_never_change) {
    const auto t = timer(1, "task-1", 1'764'590'400'000'000, R"({"id":1})");
    const SetAside event{t.tenant, t.policy, t.cause, 42, std::nullopt, "cannot react"};
    const SetAside fired{t.tenant, t.policy, t.id, 0, t, "cannot ring"};
    const PolicyCheckpoint checkpoint{3, 1'234'567};
    const std::vector<std::pair<std::string, std::string>> entries{
        {checkpoint_key(t.policy), encode(checkpoint)},
        {timer_key(t), encode(t)},
        {due_key(t), ""},
        {set_aside_key(event), encode(event)},
        {set_aside_key(fired), encode(fired)}};
    std::string text;
    for (const auto& [key, value] : entries) text += hex(key) + ' ' + hex(value) + '\n';
    std::ifstream golden(std::string(ALMANAC_SOURCE_DIR) + "/tests/golden/policy_entries_v1.hex");
    const std::string expected{std::istreambuf_iterator<char>(golden), {}};
    EXPECT_EQ(text, expected);

    EXPECT_EQ(must(decode_checkpoint(entries[0].first, entries[0].second)),
              (std::pair{t.policy, checkpoint}));
    EXPECT_EQ(must(decode_timer(entries[1].first, entries[1].second)), t);
    EXPECT_EQ(must(decode_due(entries[2].first)).key, t.key);
    EXPECT_EQ(must(decode_set_aside(entries[3].first, entries[3].second)), event);
    EXPECT_EQ(must(decode_set_aside(entries[4].first, entries[4].second)), fired);
    for (std::size_t i = 0; i < entries[4].second.size() - fired.error.size(); ++i)
        EXPECT_FALSE(decode_set_aside(entries[4].first, entries[4].second.substr(0, i))) << i;
}

}  // namespace
}  // namespace almanac::eventstore
