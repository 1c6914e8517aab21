// A jumped wall clock of a store: nothing is written until it is accepted, and that is an event.
// One that is behind at a start: time stands at the last event.
#include <gtest/gtest.h>

#include "domain/tenancy/machine_clock.hpp"
#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
constexpr std::int64_t hour_us = 3'600'000'000;

class AcceptedClockTest : public BusinessFixture {
  protected:
    Result<eventstore::CommandAnswer> write(eventstore::Store& store) {
        return run(store, key_request());
    }
    eventstore::CommandRequest acceptance() {
        return eventstore::house_request(catalogue, "accept_clock", kernel::system_tenant,
                                         tenancy::AcceptClock{});
    }
};

TEST_F(AcceptedClockTest, nothing_is_written_before_and_all_after) {
    const auto directory = init("data");
    std::atomic<std::int64_t> wall_us = 1'800'000'000'000'000;
    eventstore::StoreOptions options;
    options.clock = std::make_shared<eventstore::SystemClock>(
        [&] { return wall_us.load(); }, [] { return std::int64_t{1'000'000}; });
    auto store = eventstore::Store::open(directory, catalogue, options);
    ASSERT_TRUE(store) << store.error().detail;
    const auto nothing = run(**store, acceptance());
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, "nothing_to_accept");
    ASSERT_TRUE(write(**store));

    wall_us += hour_us;
    EXPECT_EQ(write(**store).error().code, "clock_jumped");
    auto bound = acceptance();
    bound.if_match = 1;
    EXPECT_EQ(run(**store, std::move(bound)).error().code, "precondition_failed");
    EXPECT_EQ(write(**store).error().code, "clock_jumped");

    auto keyed = acceptance();
    keyed.idempotency = eventstore::IdempotencyKey{"once", "POST /v1/admin/clock/accept", "{}"};
    auto again = keyed;
    const auto accepted = run(**store, std::move(keyed));
    ASSERT_TRUE(accepted) << accepted.error().detail;
    ASSERT_EQ(accepted->events.size(), 1U);
    EXPECT_EQ(accepted->events[0].type, "tenancy.clock_accepted");
    EXPECT_TRUE(write(**store));
    const auto replayed = run(**store, std::move(again));
    ASSERT_TRUE(replayed) << replayed.error().detail;
    EXPECT_TRUE(replayed->replayed);
    const auto held =
        (*store)->fold(kernel::system_tenant, kernel::fold_type<tenancy::MachineClock>(),
                       kernel::tag_of<tenancy::MachineClock>(tenancy::the_wall_clock));
    ASSERT_TRUE(held);
    EXPECT_EQ(held->revision, 1U);
    EXPECT_EQ(static_cast<const tenancy::MachineClock*>(held->state.get())->accepted,
              kernel::instant_from_micros(wall_us));
}

TEST_F(AcceptedClockTest, after_a_start_with_the_wall_clock_behind_time_stands_at_the_last_event) {
    std::int64_t wall_us = 1'800'000'000'000'000;
    const auto clock = [&] {
        const auto wall = [&] { return wall_us; };
        return std::make_shared<eventstore::SystemClock>(wall, wall);
    };
    const auto started = [&] {
        eventstore::StoreOptions options;
        options.clock = clock();
        auto store = eventstore::Store::open(path("data"), catalogue, options);
        if (!store) throw std::runtime_error(store.error().detail);
        return std::move(*store);
    };
    const auto first = kernel::instant_from_micros(wall_us);
    eventstore::CreateOptions create;
    create.ballast_bytes = 4'096;
    ASSERT_TRUE(eventstore::Store::init(path("data"), catalogue, create, clock()));
    wall_us -= 24 * hour_us;
    auto store = started();
    EXPECT_TRUE(store->partition(0).writer().status().clock_standing);
    EXPECT_FALSE(store->partition(0).writer().status().clock_jumped);
    EXPECT_EQ(store->clock().now(), first);
    ASSERT_TRUE(write(*store));
    const auto& log = store->partition(0).log();
    EXPECT_EQ(log.record(log.last_position())->time, first);
    store.reset();
    wall_us += 25 * hour_us;
    store = started();
    EXPECT_FALSE(store->partition(0).writer().status().clock_standing);
    EXPECT_EQ(store->clock().now(), first + std::chrono::hours(1));
}

TEST_F(AcceptedClockTest, a_sandbox_has_none) {
    const auto store = open(init("data", "2026-10-20T10:00:00Z"));
    const auto refused = run(*store, acceptance());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "not_found");
}

}  // namespace
}  // namespace almanac::replay
