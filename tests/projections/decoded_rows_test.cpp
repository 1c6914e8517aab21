// What queries for slots keep decoded between them is as the folds are after every event.
#include "projections/availability/row_source.hpp"
#include "tests/projections/happened.hpp"
#include "tests/projections/replayed.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using std::chrono::hours;
using std::chrono::minutes;

// Everything lies about the turn of a year, where local and UTC months part.
class MonthsEndTest : public testing::Test {
  protected:
    std::size_t pick(std::size_t count) { return random() % count; }
    Instant soon() { return at("2026-12-29") + minutes(15 * pick(600)); }
    static kernel::LocalDate date_of(Instant t) {
        return kernel::LocalDate{std::chrono::floor<std::chrono::days>(t).time_since_epoch()};
    }
    Uuid owner() { return owners[pick(owners.size())]; }
    Occupancy some_time() {
        auto time = booked({}, Uuid{{9}}, soon(), minutes(15 * (1 + pick(200))), {}).occupancy;
        time.buffer_before_minutes = static_cast<int>(pick(90));
        time.buffer_after_minutes = static_cast<int>(pick(90));
        for (const auto& each : owners) {
            if (pick(3) != 0) time.resources.push_back({"staff", each});
        }
        return time;
    }

    kernel::Event book() {
        const auto id = random_id(random);
        auto e = booked(id, Uuid{{9}}, soon(), minutes(15), {});
        e.occupancy = some_time();
        appointments[id] = e.occupancy;
        return e;
    }
    kernel::Event move_or_cancel() {
        const auto at =
            std::next(appointments.begin(), static_cast<long>(pick(appointments.size())));
        const AppointmentId id{at->first};
        const auto freed = at->second;
        if (pick(2)) {
            at->second = some_time();
            return AppointmentRescheduled{id, freed, at->second};
        }
        appointments.erase(at);
        return AppointmentCancelled{id, freed, CancelledBy::business, {}, {}, false, {}};
    }
    kernel::Event hold() {
        const auto id = random_id(random);
        holds[id] = some_time();
        return HoldPlaced{HoldId{id}, "user/test", holds[id],
                          house.clock().now() + minutes(1 + pick(600))};
    }
    kernel::Event release() {
        const auto one = holds.extract(holds.begin());
        return HoldReleased{HoldId{one.key()}, "user/test", one.mapped()};
    }
    kernel::Event set_override() {
        OverrideSet e;
        e.id = OverrideId{random_id(random)};
        e.resource_id = ResourceId{owner()};
        e.date = date_of(soon());
        e.closed = true;
        const auto [at, fresh] = overrides.try_emplace({e.resource_id, e.date}, e.id);
        e.id = at->second;
        return e;
    }
    kernel::Event remove_override() {
        const auto one = overrides.extract(overrides.begin());
        return OverrideRemoved{one.mapped(), one.key().first, one.key().second};
    }
    kernel::Event block() {
        BlockAdded e;
        e.id = BlockId{random_id(random)};
        e.start = soon();
        e.end = e.start + hours(1 + pick(60));
        e.scope.resource_id = ResourceId{owner()};
        e.owner_id = *e.scope.resource_id;
        blocks.push_back(e);
        return e;
    }
    kernel::Event unblock() {
        std::swap(blocks[pick(blocks.size())], blocks.back());
        const auto e = blocks.back();
        blocks.pop_back();
        return BlockRemoved{e.id, e.scope, e.owner_id, e};
    }
    kernel::Event something() {
        switch (pick(5)) {
            case 0:
                return overrides.size() > 3 ? remove_override() : set_override();
            case 1:
                return blocks.size() > 3 ? unblock() : block();
            case 2:
                return holds.size() > 3 ? release() : hold();
            default:
                return appointments.size() > 5 ? move_or_cancel() : book();
        }
    }

    template <class List, class By>
    static List sorted(List list, By by) {
        std::ranges::sort(list, {}, by);
        return list;
    }
    static auto allocations(SnapshotSource& source, const Uuid& of, Instant from, Instant to) {
        std::vector<std::tuple<Instant, Uuid, Instant, int, int, std::optional<Instant>>> list;
        for (const auto& a : source.allocations(ResourceId{of}, from, to)) {
            list.emplace_back(a.start, a.owner, a.end, a.buffer_before_minutes,
                              a.buffer_after_minutes, a.expires_at);
        }
        return sorted(std::move(list), std::identity{});
    }
    void expect_equal(SnapshotSource& rows, SnapshotSource& folds, const Uuid& of, Instant from,
                      Instant to) {
        const auto closed = [&](SnapshotSource& source) {
            return sorted(source.resource_blocks(ResourceId{of}, from, to),
                          [](const Block& b) { return std::tuple(b.start, b.id); });
        };
        const auto otherwise = [&](SnapshotSource& source) {
            return sorted(source.overrides(ResourceId{of}, date_of(from), date_of(to)),
                          &Override::date);
        };
        const auto taken = allocations(rows, of, from, to);
        EXPECT_EQ(taken, allocations(folds, of, from, to)) << kernel::to_string(from);
        EXPECT_EQ(closed(rows), closed(folds)) << kernel::to_string(from);
        EXPECT_EQ(otherwise(rows), otherwise(folds)) << kernel::to_string(from);
        seen += taken.size();
    }

    std::mt19937_64 random{seed_of_test()};
    House house;
    TenantId tenant = house.found("salon");
    Views views{house, house.path("views"), {.batch_events_max = 7}};
    std::vector<Uuid> owners{Uuid{{1}}, Uuid{{2}}};
    std::map<Uuid, Occupancy> appointments, holds;
    std::map<std::pair<ResourceId, kernel::LocalDate>, OverrideId> overrides;
    std::vector<BlockAdded> blocks;
    std::size_t seen = 0;
};

TEST_F(MonthsEndTest, what_was_decoded_before_is_as_the_folds_are_after_every_event) {
    for (int step = 0; step < 90 && !HasFailure(); ++step) {
        std::vector<kernel::Event> events;
        for (auto count = 1 + pick(3); count > 0; --count) events.push_back(something());
        happen(house, tenant, events, random);
        house.clock().advance(minutes(pick(20)));
        views.catch_up();
        Replayed read(house, tenant);
        FoldSource folds(read, house.clock().now());
        views.slots.with_source(tenant, house.clock().now(), [&](SnapshotSource& rows) {
            // In one walk over the months of all, or one by one.
            if (pick(2)) rows.prepare(owners.size(), at("2026-12-20"), at("2027-01-10"));
            for (const auto& each : owners) {
                expect_equal(rows, folds, each, at("2027-01-01"), at("2027-01-01T00:15"));
                expect_equal(rows, folds, each, at("2026-12-20"), at("2027-01-01"));
                expect_equal(rows, folds, each, at("2026-11-20"), at("2027-02-10"));
            }
        });
    }
    EXPECT_GT(seen, 300U);
}

TEST(DecodedRows, are_those_of_one_position_and_of_the_latest_one_put) {
    availability::DecodedRows decoded(1UL << 20);
    const auto older = std::make_shared<const int>(4);
    const auto newer = std::make_shared<const int>(5);
    EXPECT_FALSE(decoded.find("key", 0));
    decoded.put("key", 5, newer, 4);
    EXPECT_EQ(decoded.find("key", 5), newer);
    EXPECT_FALSE(decoded.find("key", 4));
    EXPECT_FALSE(decoded.find("key", 6));
    decoded.put("key", 4, older, 4);  // of an older snapshot, still read
    EXPECT_EQ(decoded.find("key", 5), newer);
    decoded.put("key", 6, nullptr, 0);  // there is none: known, too
    ASSERT_TRUE(decoded.find("key", 6));
    EXPECT_EQ(*decoded.find("key", 6), nullptr);
    EXPECT_FALSE(decoded.find("key", 5));
}

class ReadModelsTest : public testing::Test {
  protected:
    // Brings these views to the end of the log, as a runtime beside that of the others.
    void keep(bool availability) {
        std::vector<Projection*> kept;
        RuntimeOptions options;
        for (auto* each : models.projections()) {
            if ((each->name() == "availability") == availability)
                kept.push_back(each);
            else
                options.kept_by_others.emplace_back(each->name());
        }
        Runtime runtime(catalogue(), house.log(), *store, kept, {}, options);
        runtime.start();
        EXPECT_TRUE(applied(runtime, last()));
    }
    std::uint64_t last() { return house.log().last_position(); }
    std::uint64_t position_of(std::string_view name, const kernel::json::Object& asked = {}) {
        const auto& known = catalogue().queries();
        const auto type =
            std::ranges::find(known, name, [](const auto& each) { return each->name; });
        const auto query = must((*type)->parse(asked, {}));
        const auto now = house.clock().now();
        return must(models.answer(name, tenant, now, query.get())).position;
    }
    std::uint64_t position_of_utilisation() {
        return position_of("utilisation", {{"from", "2026-12-01"}, {"to", "2026-12-07"}});
    }

    House house;
    TenantId tenant = house.found("salon");
    std::unique_ptr<ViewStore> store =
        must(ViewStore::open(house.path("views"), house.log().log_id(), last()));
    ReadModels models{catalogue(), *store};
};

TEST_F(ReadModelsTest, an_answer_is_as_old_as_the_oldest_view_it_looks_at) {
    keep(true);
    const auto early = last();
    house.make(tenant, "create_client", "{'first_name':'Ana'}");
    keep(false);
    const auto late = last();
    ASSERT_LT(early, late);
    EXPECT_EQ(position_of_utilisation(), early);
    EXPECT_EQ(position_of("dashboard"), late) << "it looks at its own rows alone";
    keep(true);
    EXPECT_EQ(position_of_utilisation(), late);
    house.make(tenant, "create_client", "{'first_name':'Eva'}");
    keep(true);
    EXPECT_EQ(position_of_utilisation(), late);
}

}  // namespace
}  // namespace almanac::projections
