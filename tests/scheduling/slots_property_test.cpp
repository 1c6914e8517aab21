// Random worlds: what is offered is what evaluate accepts is what the oracle says, and the other
// properties of the domain page.
#include "tests/scheduling/random_world.hpp"
#include "tests/scheduling/slots_oracle.hpp"

namespace almanac::scheduling::slot_tests {
namespace {

TEST(SlotProperties, OfferedIsAcceptedIsWhatTheOracleSays) {
    std::size_t offered = 0;
    in_many_worlds(5000, [&](RandomWorld& world) {
        const auto query = world.query();
        const Oracle oracle(world.snapshot, query.from, query.to);
        const auto list = slots(world.snapshot, query);
        auto next = list.slots.begin();
        for (const auto start : oracle.grid_starts(query.from, query.to)) {
            SlotContext context;
            context.now = query.now;
            context.location = query.location;
            const auto said =
                evaluate(world.snapshot, start, query.party_size, query.resource_ids, context);
            const auto right =
                oracle.answer({start, query.party_size, query.resource_ids, context});
            ASSERT_EQ(show(said), show(right)) << kernel::to_string(start);
            if (!said) continue;
            ASSERT_TRUE(next != list.slots.end()) << "not offered: " << show(said);
            ASSERT_EQ(show(*next), show(said));
            ++next;
        }
        ASSERT_TRUE(next == list.slots.end()) << "offered: " << show(*next);
        offered += list.slots.size();
    });
    std::printf("%zu slots offered\n", offered);
    EXPECT_GT(offered, 0U);
}

TEST(SlotProperties, EvaluateIsRightAtAnyTimeWithAnyLeave) {
    std::map<std::string, int> answers;
    in_many_worlds(5000, [&](RandomWorld& world) {
        for (int i = 0; i < 8; ++i) {
            auto start = world.any_time();
            if (world.chance(2)) start = std::chrono::floor<std::chrono::hours>(start);
            if (world.chance(10)) start += kernel::Micros{1};
            const Oracle::Question question{start, world.chance(4) ? 2 : 1, world.some_resources(),
                                            world.context()};
            const auto said = evaluate(world.snapshot, start, question.party, question.resource_ids,
                                       question.context);
            const Oracle oracle(world.snapshot, start, start);
            ASSERT_EQ(show(said), show(oracle.answer(question))) << kernel::to_string(start);
            ++answers[said ? "ok" : std::string(name(said.error()))];
        }
    });
    if (std::getenv("ALMANAC_SLOT_SEED") != nullptr) return;
    EXPECT_EQ(answers.size(), 9U);  // every answer there is came up
}

TEST(SlotProperties, DaysCountTheirSlotsAndEmptyOnesSayWhy) {
    std::map<EmptyDay, int> reasons;
    in_many_worlds(1000, [&](RandomWorld& world) {
        const auto query = world.query();
        const Oracle oracle(world.snapshot, query.from, query.to);
        const auto list = slots(world.snapshot, query);
        for (const auto& day : list.days) {
            const auto [start, end] = query.viewer.day(day.date);
            ASSERT_EQ(day.slots, std::ranges::count_if(list.slots, [&](const Slot& s) {
                          return start <= s.start && s.start < end;
                      }));
            ASSERT_EQ(day.slots == 0, day.reason.has_value());
            if (!day.reason) continue;
            ++reasons[*day.reason];
            bool staffed = false, near = false, noticed = false, seated = false;
            for (const auto t :
                 oracle.grid_starts(std::max(start, query.from), std::min(end, query.to))) {
                Oracle::Question q{t, query.party_size, query.resource_ids, {}};
                q.context.now = query.now;
                q.context.location = query.location;
                const auto earliest =
                    query.now + minutes{world.snapshot.service.min_notice_minutes};
                staffed = staffed || oracle.staffed(q, false);
                near = near || oracle.staffed(q, true);
                noticed = noticed || (t >= earliest && oracle.staffed(q, true));
                seated = seated || (t >= earliest && oracle.seated(q));
            }
            if (!staffed) {
                ASSERT_TRUE(day.reason == EmptyDay::closed || day.reason == EmptyDay::no_resource);
            } else {
                const auto right = !near      ? EmptyDay::window
                                   : !noticed ? EmptyDay::notice
                                   : seated   ? EmptyDay::full
                                              : EmptyDay::no_resource;
                ASSERT_EQ(name(*day.reason), name(right)) << kernel::to_string(day.date);
            }
        }
    });
    if (std::getenv("ALMANAC_SLOT_SEED") != nullptr) return;
    EXPECT_EQ(reasons.size(), 5U);
}

std::set<Instant> starts(const SlotList& list) {
    std::set<Instant> times;
    for (const auto& slot : list.slots) times.insert(slot.start);
    return times;
}

TEST(SlotProperties, AnAllocationMoreNeverAddsASlot) {
    in_many_worlds(20'000, [](RandomWorld& world) {
        const auto query = world.query();
        const auto before = starts(slots(world.snapshot, query));
        world.allocate();
        const auto after = starts(slots(world.snapshot, query));
        ASSERT_TRUE(std::ranges::includes(before, after));
    });
}

TEST(SlotProperties, QueriesSideBySideAreTheQueryOverBoth) {
    in_many_worlds(20'000, [](RandomWorld& world) {
        const auto whole = world.query();
        auto first = whole;
        auto second = whole;
        first.to = second.from = whole.from + (whole.to - whole.from) / 3;
        auto joined = slots(world.snapshot, first).slots;
        const auto rest = slots(world.snapshot, second).slots;
        joined.insert(joined.end(), rest.begin(), rest.end());
        ASSERT_EQ(joined, slots(world.snapshot, whole).slots);
    });
}

TEST(SlotProperties, ViewersZoneChangesNoInstant) {
    in_many_worlds(20'000, [](RandomWorld& world) {
        auto query = world.query();
        const auto here = slots(world.snapshot, query).slots;
        query.viewer = zone("Pacific/Auckland");
        ASSERT_EQ(here, slots(world.snapshot, query).slots);
    });
}

TEST(SlotProperties, OrderOfTheInputChangesNothing) {
    in_many_worlds(3000, [](RandomWorld& world) {
        const auto query = world.query();
        const auto before = slots(world.snapshot, query);
        world.shuffle();
        const auto after = slots(world.snapshot, query);
        ASSERT_EQ(before.slots, after.slots);
        ASSERT_EQ(before.days, after.days);
    });
}

TEST(SlotProperties, WhatIsOfferedCanBeBookedOneAfterTheOther) {
    in_many_worlds(300, [](RandomWorld& world) {
        auto query = world.query();
        const auto& service = world.snapshot.service;
        world.snapshot.service.max_per_day.reset();
        int owner = 0;
        for (auto list = slots(world.snapshot, query); !list.slots.empty() && owner < 60;
             list = slots(world.snapshot, query)) {
            const auto& slot = world.pick(list.slots);
            Allocation a{id("n" + std::to_string(++owner)),
                         service.id,
                         slot.start,
                         slot.end,
                         service.buffer_before_minutes,
                         service.buffer_after_minutes,
                         query.party_size,
                         std::nullopt,
                         {}};
            for (const auto& r : slot.resources) a.resources.push_back(r.id);
            const auto again = [&] {
                SlotContext context;
                context.now = query.now;
                return evaluate(world.snapshot, slot.start, query.party_size, a.resources, context);
            };
            ASSERT_TRUE(again()) << name(again().error());
            world.book(a);
            if (!again()) continue;
            ASSERT_GE(slot.remaining, 2 * query.party_size);
        }
    });
}

}  // namespace
}  // namespace almanac::scheduling::slot_tests
