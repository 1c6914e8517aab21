#include "replay/sample.hpp"

#include <gtest/gtest.h>

#include <map>

#include "replay/stopped_directory.hpp"
#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

// Passes on so many commands, then the line is dead.
class DyingTarget final : public CommandTarget {
  public:
    DyingTarget(CommandTarget& inner, int commands_left)
        : inner_(inner), commands_left_(commands_left) {}
    void submit(CommandCall call, CommandReply reply) override {
        if (commands_left_-- <= 0) {
            return reply(kernel::unavailable("server_unreachable", "The line is dead."));
        }
        inner_.submit(std::move(call), std::move(reply));
    }
    void drain() override { inner_.drain(); }
    Result<Instant> now() override { return inner_.now(); }
    bool is_sandbox() override { return inner_.is_sandbox(); }

  private:
    CommandTarget& inner_;
    int commands_left_;
};

class Sample : public BusinessFixture {
  protected:
    SampleSummary load(eventstore::Store& store) {
        StoreTarget target(store, catalogue);
        std::ostringstream notes;
        auto summary = load_sample(bella_hair_salon(), target, target, notes);
        if (!summary) throw std::runtime_error(summary.error().detail + notes.str());
        return std::move(*summary);
    }
    std::map<std::string, int> types(const std::string& directory) {
        std::map<std::string, int> count;
        const auto stopped = StoppedDirectory::open(directory);
        const auto tenant = stopped->find_tenant(catalogue, "bella-hair-salon");
        EXPECT_TRUE(visit_events(stopped->log_of(*tenant), *tenant, 0,
                                 [&](std::uint64_t, const auto& record) {
                                     ++count[std::string(record.type())];
                                     return true;
                                 }));
        return count;
    }
};

TEST_F(Sample, a_second_run_changes_nothing) {
    const auto directory = init("twice");
    {
        const auto store = open(directory);
        const auto first = load(*store);
        EXPECT_GT(first.changes, 50);
        EXPECT_EQ(first.created.at("services"), 3);
        EXPECT_EQ(first.created.at("clients"), 10);
        EXPECT_GE(first.created.at("appointments"), 30);
        const auto position = store->partition(0).log().last_position();
        const auto second = load(*store);
        EXPECT_EQ(second.changes, 0);
        EXPECT_TRUE(second.created.empty());
        EXPECT_EQ(store->partition(0).log().last_position(), position);
    }
    const auto ran = almanac({"sample", "bella-hair-salon", "--data", directory});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_NE(ran.out.find("nothing changed"), std::string::npos) << ran.out;
}

TEST_F(Sample, is_what_seed_001_says) {
    const auto directory = init("seed", "2026-10-20T10:00:00Z");
    {
        load(*open(directory));
    }
    const auto count = types(directory);
    EXPECT_EQ(count.at("scheduling.service_category_created"), 3);
    EXPECT_EQ(count.at("scheduling.service_created"), 3);
    EXPECT_EQ(count.at("scheduling.resource_created"), 3);
    EXPECT_EQ(count.at("scheduling.client_created"), 10);
    EXPECT_EQ(count.at("scheduling.schedule_set"), 1);
    EXPECT_GT(count.at("scheduling.appointment_cancelled"), 0);
    EXPECT_GT(count.at("scheduling.appointment_confirmed"), 0);
    const auto ran = almanac({"events", "--data", directory, "--tenant", "bella-hair-salon",
                              "--types", "scheduling.service_created"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const std::map<std::string, std::pair<int, int>> wanted{
        {"Haircut", {45, 2'500}}, {"Full Color", {120, 6'500}}, {"Manicure", {60, 2'000}}};
    ASSERT_EQ(ran.lines().size(), wanted.size());
    for (const auto& line : ran.lines()) {
        const auto data = json::parse_own(line).at("data").as_object();
        const auto& [minutes, amount] = wanted.at(std::string(data.at("name").as_string()));
        EXPECT_EQ(data.at("duration_minutes").to_number<int>(), minutes);
        EXPECT_EQ(data.at("price").at("amount").to_number<int>(), amount);
    }
}

TEST_F(Sample, books_from_tomorrow_for_two_weeks_by_the_clock_of_a_sandbox) {
    const auto directory = init("sandbox", "2027-06-30T21:00:00Z");
    {
        load(*open(directory));
    }
    const auto ran = almanac({"events", "--data", directory, "--tenant", "bella-hair-salon",
                              "--types", "scheduling.appointment_booked"});
    const auto first = *kernel::parse_instant("2027-06-30T22:00:00Z");  // tomorrow in Madrid
    for (const auto& line : ran.lines()) {
        const auto data = json::parse_own(line).at("data").as_object();
        const auto text = std::string(data.at("occupancy").at("start").as_string());
        const auto begins = *kernel::parse_instant(text);
        EXPECT_GE(begins, first);
        EXPECT_LT(begins, first + std::chrono::days{14});
    }
    EXPECT_GE(ran.lines().size(), 30U);
}

TEST_F(Sample, goes_on_wherever_it_was_cut_off) {
    const auto whole = init("whole", "2026-10-20T10:00:00Z");
    {
        load(*open(whole));
    }
    const auto wanted = types(whole);
    for (const int commands : {0, 1, 5, 13, 20, 21, 37, 60, 75}) {
        const auto directory = init(fmt::format("cut-{}", commands), "2026-10-20T10:00:00Z");
        {
            const auto store = open(directory);
            StoreTarget target(*store, catalogue);
            DyingTarget dying(target, commands);
            std::ostringstream notes;
            const auto cut = load_sample(bella_hair_salon(), dying, target, notes);
            ASSERT_FALSE(cut) << commands;
            EXPECT_EQ(cut.error().code, "server_unreachable");
            // Another day when it is tried again: the two weeks stay those of the first run.
            if (commands > 21) {
                ASSERT_TRUE(target.move_clock(store->clock().now() + std::chrono::hours{9}));
            }
            load(*store);
            EXPECT_EQ(load(*store).changes, 0);
        }
        EXPECT_EQ(types(directory), wanted) << "cut off after " << commands << " commands";
    }
}

TEST_F(Sample, comes_back_where_somebody_deleted_a_part_before_it_was_complete) {
    const auto directory = init("deleted", "2026-10-20T10:00:00Z");
    const auto store = open(directory);
    StoreTarget target(*store, catalogue);
    DyingTarget dying(target, 9);
    std::ostringstream notes;
    ASSERT_FALSE(load_sample(bella_hair_salon(), dying, target, notes));
    const auto tenant = **target.find_tenant("bella-hair-salon");
    const auto chair = **target.find_by_slug(tenant, "resources", "main-chair");
    ASSERT_TRUE(target.run({"delete_resource", tenant, chair, {}, ""}));
    load(*store);
    EXPECT_EQ(**target.find_by_slug(tenant, "resources", "main-chair"), chair);
    EXPECT_EQ(load(*store).changes, 0);
}

}  // namespace
}  // namespace almanac::replay
