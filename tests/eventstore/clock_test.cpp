// Time never goes back, whatever the wall clock does.
#include "eventstore/clock.hpp"

#include <gtest/gtest.h>

#include <latch>

#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {
using kernel::instant_from_micros;
constexpr std::int64_t minute_us = 60'000'000;

struct Wall {
    std::int64_t real_us = 1'764'576'000'000'000;
    std::int64_t boot_us = 5'000'000;
    void pass(std::int64_t us) {
        real_us += us;
        boot_us += us;
    }
    SystemClock clock() {
        return {[this] { return real_us; }, [this] { return boot_us; }};
    }
};

TEST(SystemClock, follows_the_wall_clock) {
    Wall wall;
    auto clock = wall.clock();
    wall.pass(10 * minute_us);
    EXPECT_EQ(clock.read().now, instant_from_micros(wall.real_us));
    EXPECT_FALSE(clock.read().jumped);
    EXPECT_FALSE(clock.read().standing);
}

TEST(SystemClock, stands_still_while_the_wall_clock_is_behind) {
    Wall wall;
    auto clock = wall.clock();
    const auto before = clock.now();
    wall.real_us -= 4 * minute_us;
    EXPECT_EQ(clock.now(), before);
    EXPECT_TRUE(clock.read().standing);
    EXPECT_FALSE(clock.read().jumped);
    wall.pass(4 * minute_us + 1);
    EXPECT_EQ(clock.now(), before + kernel::Micros(1));
    EXPECT_FALSE(clock.read().standing);
}

TEST(SystemClock, stands_at_what_was_given_before_a_restart_until_the_wall_clock_is_there) {
    Wall wall;
    auto clock = wall.clock();
    const auto given = clock.now() + std::chrono::hours(24);
    clock.not_before(given);
    EXPECT_EQ(clock.now(), given);
    EXPECT_TRUE(clock.read().standing);
    EXPECT_FALSE(clock.read().jumped);
    wall.pass(24 * 60 * minute_us + 1);
    EXPECT_EQ(clock.now(), given + kernel::Micros(1));
    EXPECT_FALSE(clock.read().standing);
    clock.not_before(given);  // long past: nothing changes
    EXPECT_EQ(clock.now(), given + kernel::Micros(1));
}

TEST(SystemClock, a_jump_of_more_than_five_minutes_stops_writes_until_it_returns) {
    for (const auto sign : {-1, 1}) {
        Wall wall;
        auto clock = wall.clock();
        const auto before = clock.now();
        wall.real_us += sign * 5 * minute_us;
        EXPECT_FALSE(clock.read().jumped);
        const auto at_five = clock.now();
        wall.real_us += sign;
        EXPECT_TRUE(clock.read().jumped);
        EXPECT_EQ(clock.now(), at_five);
        wall.real_us -= sign * (5 * minute_us + 1);
        EXPECT_FALSE(clock.read().jumped);
        EXPECT_GE(clock.now(), before);
    }
}

TEST(SystemClock, an_accepted_jump_is_the_new_truth) {
    Wall wall;
    auto clock = wall.clock();
    wall.real_us += 60 * minute_us;
    const auto refused = clock.read();
    EXPECT_TRUE(refused.jumped);
    const auto jump = clock.accept();
    ASSERT_TRUE(jump);
    EXPECT_EQ(jump->wall - jump->expected, std::chrono::microseconds(60 * minute_us));
    EXPECT_FALSE(clock.read().jumped);
    EXPECT_EQ(clock.now(), instant_from_micros(wall.real_us));
    EXPECT_FALSE(clock.accept());
    const auto highest = clock.now();
    wall.real_us -= 120 * minute_us;
    EXPECT_TRUE(clock.accept());
    EXPECT_EQ(clock.now(), highest);
    EXPECT_TRUE(clock.read().standing);
}

TEST(SystemClock, suspended_hours_are_no_jump) {
    Wall wall;
    auto clock = wall.clock();
    wall.pass(8 * 60 * minute_us);  // CLOCK_BOOTTIME counts them too
    EXPECT_FALSE(clock.read().jumped);
}

TEST(SystemClock, the_machine_has_such_clocks) {
    SystemClock clock;
    const auto first = clock.read();
    EXPECT_FALSE(first.jumped);
    EXPECT_LE(first.now, clock.now());
    EXPECT_GT(kernel::micros(first.now), 1'700'000'000'000'000);
}

TEST(SandboxClock, stands_until_it_is_moved_and_never_goes_back) {
    SandboxClock clock(noon());
    EXPECT_EQ(clock.now(), noon());
    EXPECT_TRUE(clock.move(noon()));
    EXPECT_TRUE(clock.move(noon() + std::chrono::hours(1)));
    EXPECT_FALSE(clock.move(noon()));
    EXPECT_EQ(clock.now(), noon() + std::chrono::hours(1));
}

TEST_F(WriterTest, times_of_a_tenant_never_go_back_and_jumps_refuse_writes) {
    auto& writer = start();
    append({"thing:a"}).get();
    clock_.set(noon() - std::chrono::minutes(3));
    submit([&](Stage& stage) {
        EXPECT_EQ(stage.now(tenant_number(1)), noon());
        EXPECT_EQ(stage.now(tenant_number(2)), noon());  // the clock itself stands
    }).get();
    append({"thing:a"}).get();
    EXPECT_TRUE(writer.status().clock_standing);
    clock_.set_jumped(true);
    EXPECT_EQ(writer.submit(Job{}).error().code, "clock_jumped");
    EXPECT_TRUE(writer.status().clock_jumped);
    clock_.set_jumped(false);
    clock_.set(noon() + std::chrono::seconds(1));
    append({"thing:a"}).get();
    EXPECT_EQ(must(log().record(2)).time, noon());
    EXPECT_EQ(must(log().record(3)).time, noon() + std::chrono::seconds(1));
}

TEST_F(WriterTest, a_clock_that_jumps_while_jobs_wait_lets_none_of_them_start) {
    start();
    Gate go_on;
    std::latch deciding(1);
    auto blocking = submit([&](Stage&) {
        deciding.count_down();
        go_on.pass();
    });
    deciding.wait();
    auto waiting = append({"thing:a"});
    clock_.set_jumped(true);
    go_on.open();
    EXPECT_EQ(waiting.get(), Outcome::not_started);
    EXPECT_EQ(log().last_position(), 0U);
}

TEST_F(WriterTest, a_decision_and_its_events_have_one_time) {
    start();
    submit([&](Stage& stage) {
        const auto now = stage.now(tenant_number(1));
        clock_.advance(std::chrono::seconds(5));
        EXPECT_EQ(must(stage.append(tenant_number(1), by_test(), {draft("test.x", {})})).time, now);
        EXPECT_EQ(stage.now(tenant_number(1)), now + std::chrono::seconds(5));
    }).get();
    EXPECT_EQ(must(log().record(1)).time, noon());
}

}  // namespace
}  // namespace almanac::eventstore
