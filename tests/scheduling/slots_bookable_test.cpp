// Offered ⇔ bookable, on the same snapshot, over 100,000 random worlds: four times 25,000, so that
// they run side by side. In each world every slot that is listed is bookable as it is listed, and
// of other starts, on the grid of five minutes that holds every window's and off it, none is.
#include "tests/scheduling/random_world.hpp"

namespace almanac::scheduling::slot_tests {
namespace {

struct Tally {
    std::size_t offered = 0;
    std::size_t refused = 0;
};

void compare(RandomWorld& world, Tally& tally) {
    const auto query = world.query();
    const auto list = slots(world.snapshot, query);
    SlotContext context;
    context.now = query.now;
    context.location = query.location;
    const auto asked = [&](Instant start) {
        return evaluate(world.snapshot, start, query.party_size, query.resource_ids, context);
    };
    for (const auto& slot : list.slots) {
        const auto booked = asked(slot.start);
        ASSERT_EQ(show(booked), show(slot));
        ++tally.offered;
    }
    constexpr minutes raster{5};
    const auto places = (query.to - query.from) / raster;
    for (int i = 0; i < 6 && places > 0; ++i) {
        auto start = std::chrono::ceil<minutes>(query.from) +
                     raster * world.number(0, static_cast<int>(places) - 1);
        start -= (start.time_since_epoch() % raster);
        Instant at = start;
        if (world.chance(5)) at += kernel::Micros{world.number(-1, 1)};
        const bool inside = at >= query.from && at < query.to;
        const bool offered = std::ranges::count(list.slots, at, &Slot::start) > 0;
        if (!inside) {
            ASSERT_FALSE(offered) << kernel::to_string(at);
            continue;
        }
        const auto booked = asked(at);
        ASSERT_EQ(booked.has_value(), offered) << kernel::to_string(at) << ": " << show(booked);
        tally.refused += offered ? 0 : 1;
    }
}

class OfferedIsBookable : public testing::TestWithParam<int> {};

TEST_P(OfferedIsBookable, InEveryWorld) {
    Tally tally;
    in_many_worlds(25'000, [&](RandomWorld& world) { compare(world, tally); });
    std::printf("%zu offered and bookable, %zu neither\n", tally.offered, tally.refused);
    EXPECT_GT(tally.offered, 0U);
    EXPECT_GT(tally.refused, 0U);
}

INSTANTIATE_TEST_SUITE_P(Worlds, OfferedIsBookable, testing::Range(1, 5));

}  // namespace
}  // namespace almanac::scheduling::slot_tests
