// Timers by a sandbox's clock: each at its due instant, in due order, across downtime and moves
// that were not finished; and by a machine's clock.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <set>

#include "tests/eventstore/policy_fixture.hpp"

namespace almanac::eventstore {
namespace {
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(PolicyTest, a_timer_fires_when_the_clock_reaches_it) {
    init();
    open();
    ask(1, 1, "later", noon() + hours{2});
    ask(1, 2, "later", noon() + hours{1});
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().timers_pending, 2U);
    EXPECT_EQ(status().next_due, noon() + hours{1});
    set_time(noon() + hours{1} - minutes{1});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), Told{});
    set_time(noon() + hours{1});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"13:00 answered later"}));
    EXPECT_EQ(status().next_due, noon() + hours{2});
}

TEST_F(PolicyTest, timers_that_came_due_during_downtime_fire_at_the_next_start_once) {
    init();
    open();
    ask(1, 1, "later", noon() + hours{2}, 3);
    ask(2, 2, "later", noon() + hours{1});
    ASSERT_TRUE(settle());
    close();
    set_time(noon() + hours{20});
    for (int i = 0; i < 2; ++i) {
        open();
        ASSERT_TRUE(settle());
        EXPECT_EQ(story(1),
                  (Told{"08:00 answered later", "08:00 answered later", "08:00 answered later"}));
        EXPECT_EQ(story(2), (Told{"08:00 answered later"}));
        EXPECT_EQ(status().timers_pending, 0U);
    }
}

TEST_F(PolicyTest, a_timer_set_again_is_replaced_and_a_cancelled_one_is_gone) {
    init();
    open();
    ask(1, 1, "later", noon() + hours{1});
    ask(1, 1, "later", noon() + hours{3});
    ask(1, 2, "later", noon() + hours{1});
    ask(1, 2, "never");
    ask(1, 3, "never");
    ask(2, 2, "later", noon() + hours{2});  // another tenant's of the same key
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().timers_pending, 2U);
    set_time(noon() + hours{2});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), Told{});
    EXPECT_EQ(story(2), (Told{"14:00 answered later"}));
    set_time(noon() + hours{3});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"15:00 answered later"}));
}

TEST_F(PolicyTest, in_a_sandbox_each_timer_runs_at_its_due_instant_in_due_order) {
    init(1, noon());
    open({.echoes = true});
    ask(1, 1, "later", noon() + hours{2});
    ask(1, 2, "later", noon() + hours{1}, 4);  // 13:00, 14:00, 15:00, 16:00
    ask(1, 3, "later", noon() + hours{9});
    must(move_clock(noon() + hours{3} + minutes{30}));
    EXPECT_EQ(store_->clock().now(), noon() + hours{3} + minutes{30});
    const Told expected{"13:00 answered later", "13:00 echoed",         "14:00 answered later",
                        "14:00 echoed",         "14:00 answered later", "14:00 echoed",
                        "15:00 answered later", "15:00 echoed"};
    EXPECT_EQ(story(1), expected);
    for (const auto& record : effects(1))
        EXPECT_EQ(kernel::to_string(record.id).substr(0, 13),
                  kernel::to_string(kernel::uuid_v7(record.time, {})).substr(0, 13));
    // The same time is a barrier and no event.
    EXPECT_TRUE(must(move_clock(noon() + hours{3} + minutes{30})).events.empty());
    EXPECT_EQ(story(1), expected);
    EXPECT_EQ(move_clock(noon()).error().code, "clock_backwards");
    must(move_clock(noon() + hours{24}));
    EXPECT_EQ(story(1).size(), 12U);
    EXPECT_EQ(story(1).back(), "21:00 echoed");
}

TEST_F(PolicyTest, a_move_runs_the_timers_of_every_partition) {
    init(3, noon());
    open();
    for (std::uint8_t tenant = 1; tenant <= 12; ++tenant)
        ask(tenant, 1, "later", noon() + minutes{10 * tenant});
    must(move_clock(noon() + hours{2}));
    std::set<unsigned> partitions;
    for (std::uint8_t tenant = 1; tenant <= 12; ++tenant) {
        partitions.insert(store_->partition_for(tenant_number(tenant)).number());
        EXPECT_EQ(
            story(tenant),
            (Told{fmt::format("{}:{:02} answered later", 12 + tenant / 6, 10 * (tenant % 6))}));
    }
    EXPECT_EQ(partitions.size(), 3U);
}

TEST_F(PolicyTest, ten_thousand_timers_are_not_ten_thousand_syncs) {
    init(1, noon());
    open();
    ask(1, 1, "later", noon() + hours{1}, 10'000);
    const auto before = store_->partition(0).writer().status().batches;
    must(move_clock(noon() + hours{10'001}));
    EXPECT_EQ(story(1).size(), 10'000U);
    EXPECT_LE(store_->partition(0).writer().status().batches - before, 40U);
}

// The process died after the clock's event was durable.
TEST_F(PolicyTest, a_start_finishes_a_move_before_anything_else) {
    init(2, noon());
    open({.echoes = true});
    for (std::uint8_t tenant = 1; tenant <= 4; ++tenant)
        ask(tenant, 1, "later", noon() + hours{tenant}, 2);
    open({.echoes = true, .policies_run = false});
    std::promise<Result<CommandAnswer>> moved;
    store_->partition_for(kernel::system_tenant)
        .executor()
        .submit(house_request(*catalogue_, "move_clock", kernel::system_tenant,
                              tenancy::MoveClock{noon() + hours{4}}),
                [&](Result<CommandAnswer> answer) { moved.set_value(std::move(answer)); });
    must(moved.get_future().get());
    open({.echoes = true});
    EXPECT_EQ(store_->clock().now(), noon() + hours{4});
    EXPECT_EQ(story(1), (Told{"13:00 answered later", "13:00 echoed", "14:00 answered later",
                              "14:00 echoed"}));
    EXPECT_EQ(story(4), (Told{"16:00 answered later", "16:00 echoed"}));
}

TEST_F(PolicyTest, while_a_move_is_unfinished_other_commands_wait) {
    init(1, noon());
    open({.policies = {.turn = {.tries_max = 1'000'000},
                       .retry_first = std::chrono::milliseconds{0}}});
    ask(1, 1, "later", noon() + hours{1});
    lab::broken = true;
    auto moved = submit("move_clock", kernel::system_tenant, tenancy::MoveClock{noon() + hours{2}});
    while (status().failure.empty()) std::this_thread::yield();
    auto asked = submit("ask", tenant_number(1), lab::Ask{task(2), "quiet", {}, 1});
    EXPECT_EQ(asked.wait_for(seconds{0}), std::future_status::timeout);
    EXPECT_EQ(store_->clock().now(), noon());
    lab::broken = false;
    must(moved.get());
    const auto answer = must(asked.get());
    const auto record = must(store_->partition(0).log().record(answer.position));
    EXPECT_EQ(record.time, noon() + hours{2});
    EXPECT_EQ(story(1), (Told{"13:00 answered later"}));
}

TEST_F(PolicyTest, who_waits_too_long_is_told_and_the_move_goes_on) {
    init(1, noon());
    open({.policies = {.turn = {.tries_max = 1'000'000},
                       .retry_first = std::chrono::milliseconds{0}},
          .mover = {.command_wait = std::chrono::milliseconds{0},
                    .move_wait = std::chrono::milliseconds{0}}});
    ask(1, 1, "later", noon() + hours{1});
    lab::broken = true;
    // The first may be told before it began: then it is to be repeated, as its answer says.
    kernel::Rejection told;
    do {
        told = move_clock(noon() + hours{2}).error();
        EXPECT_EQ(told.code, "clock_moving");
        EXPECT_GT(told.retry_after_seconds, 0);
    } while (told.detail.find("goes on.") == std::string::npos);
    const auto refused = submit("ask", tenant_number(1), lab::Ask{task(2), "quiet", {}, 1}).get();
    EXPECT_EQ(refused.error().code, "clock_moving");
    lab::broken = false;
    while (store_->clock().now() != noon() + hours{2}) std::this_thread::yield();
    EXPECT_EQ(story(1), (Told{"13:00 answered later"}));
}

TEST_F(PolicyTest, who_waits_for_a_move_is_refused_when_the_store_closes) {
    init(1, noon());
    open({.policies = {.turn = {.tries_max = 1'000'000},
                       .retry_first = std::chrono::milliseconds{0}}});
    ask(1, 1, "later", noon() + hours{1});
    lab::broken = true;
    auto moved = submit("move_clock", kernel::system_tenant, tenancy::MoveClock{noon() + hours{2}});
    while (status().failure.empty()) std::this_thread::yield();
    auto asked = submit("ask", tenant_number(1), lab::Ask{task(2), "quiet", {}, 1});
    store_->close();
    EXPECT_EQ(moved.get().error().code, "stopping");
    EXPECT_EQ(asked.get().error().code, "stopping");
    lab::broken = false;
    open();
    EXPECT_EQ(story(1), (Told{"13:00 answered later"}));
}

// Random wishes, moves and restarts of a sandbox against a model that fires one timer at a time.
struct Model {
    struct Set {
        Instant due;
        std::int32_t steps;
    };
    std::map<std::pair<std::uint8_t, std::uint8_t>, Set> timers;  // by tenant and task
    std::map<std::uint8_t, std::multiset<std::string>> told;

    void run_until(Instant until) {
        for (;;) {
            auto first = timers.end();
            for (auto i = timers.begin(); i != timers.end(); ++i)
                if (first == timers.end() || i->second.due < first->second.due) first = i;
            if (first == timers.end() || first->second.due > until) return;
            const auto time = kernel::to_string(first->second.due).substr(11, 5);
            told[first->first.first].insert(time + " answered later");
            first->second.due += hours{1};
            if (--first->second.steps == 0) timers.erase(first);
        }
    }
};

TEST_F(PolicyTest, any_history_of_a_sandbox_is_what_one_timer_at_a_time_gives) {
    const auto seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    std::cout << "seed " << seed << '\n';
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<std::uint8_t>(random() % n); };
    init(2, noon());
    LabOptions options;
    options.policies.turn.sources_max = 1 + below(7);
    options.policies.inbox_events_max = 1 + below(5);
    open(options);
    Model model;
    Instant now = noon();
    for (int i = 0; i < 300; ++i) {
        const auto tenant = static_cast<std::uint8_t>(1 + below(3));
        const auto number = below(6);
        switch (below(10)) {
            case 0:
                now += minutes{below(180)};
                must(move_clock(now));
                model.run_until(now);
                break;
            case 1:
                open(options);
                break;
            case 2:
                ask(tenant, number, "never");
                model.timers.erase({tenant, number});
                break;
            default: {
                const auto due = now + minutes{1 + below(250)};
                const auto steps = 1 + below(3);
                ask(tenant, number, "later", due, steps);
                model.timers[{tenant, number}] = {due, steps};
            }
        }
    }
    must(move_clock(now + hours{24}));
    model.run_until(now + hours{24});
    for (std::uint8_t tenant = 1; tenant <= 3; ++tenant) {
        const auto told = story(tenant);
        EXPECT_EQ(std::multiset<std::string>(told.begin(), told.end()), model.told[tenant]);
        Instant last{};
        for (const auto& record : effects(tenant)) {
            EXPECT_GE(record.time, last);
            last = record.time;
        }
    }
    EXPECT_EQ(status(0).timers_pending + status(1).timers_pending, 0U);
}

}  // namespace
}  // namespace almanac::eventstore
