#include "replay/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "domain/loyalty/account.hpp"
#include "replay/sample_history.hpp"
#include "replay/sample_marks.hpp"
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
    Result<void> settle() override { return inner_.settle(); }

  private:
    CommandTarget& inner_;
    int commands_left_;
};

class Sample : public BusinessFixture {
  protected:
    SampleSummary load(eventstore::Store& store) {
        StoreTarget target(store, catalogue);
        std::ostringstream notes;
        auto summary = load_sample(*sample_business("bella-hair-salon"), target, target, notes);
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
    int ahead = 0;
    for (const auto& line : ran.lines()) {
        const auto data = json::parse_own(line).at("data").as_object();
        const auto mark = sample_appointment(data.at("metadata"), "bella-hair-salon");
        if (!mark || mark->number >= sample_history_numbers) continue;
        const auto text = std::string(data.at("occupancy").at("start").as_string());
        const auto begins = *kernel::parse_instant(text);
        EXPECT_GE(begins, first);
        EXPECT_LT(begins, first + std::chrono::days{14});
        ++ahead;
    }
    EXPECT_GE(ahead, 30);
}

TEST_F(Sample, goes_on_wherever_it_was_cut_off) {
    const auto whole = init("whole", "2026-10-20T10:00:00Z");
    {
        load(*open(whole));
    }
    const auto wanted = types(whole);
    for (const int commands : {0,  1,  5,  13, 20, 21, 23, 26, 27, 28, 34, 36,
                               37, 38, 60, 88, 89, 91, 93, 95, 96, 98, 99, 130}) {
        const auto directory = init(fmt::format("cut-{}", commands), "2026-10-20T10:00:00Z");
        {
            const auto store = open(directory);
            StoreTarget target(*store, catalogue);
            DyingTarget dying(target, commands);
            std::ostringstream notes;
            const auto cut =
                load_sample(*sample_business("bella-hair-salon"), dying, target, notes);
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

// Days off lie behind the first day of bookings, which is another one then.
TEST_F(Sample, is_closed_once_though_it_is_gone_on_with_on_another_day) {
    const auto business = *sample_business("bella-hair-salon");
    for (const int commands : {24, 25, 26}) {
        SCOPED_TRACE(commands);
        const auto cut = init(fmt::format("closed-{}", commands), "2026-10-20T10:00:00Z");
        {
            const auto store = open(cut);
            StoreTarget target(*store, catalogue);
            DyingTarget dying(target, commands);
            std::ostringstream notes;
            ASSERT_FALSE(load_sample(business, dying, target, notes));
            ASSERT_TRUE(target.move_clock(store->clock().now() + std::chrono::hours{26}));
            load(*store);
        }
        const auto count = types(cut);
        EXPECT_EQ(count.at("scheduling.block_added"), static_cast<int>(business.blocks.size()));
        EXPECT_EQ(count.at("scheduling.override_set"), 1);
    }
}

TEST_F(Sample, of_a_salon_has_a_long_saturday) {
    const auto directory = init("saturday", "2026-10-20T10:00:00Z");
    const auto two = *kernel::parse_instant("2026-10-24T12:00:00Z");  // when it closes else
    const auto six = *kernel::parse_instant("2026-10-24T16:00:00Z");
    std::size_t after_two = 0;  // free or booked
    {
        const auto store = open(directory);
        const auto loaded = load(*store);
        StoreTarget target(*store, catalogue);
        for (const auto* slug : {"haircut", "manicure"}) {
            const auto id = **target.find_by_slug(loaded.tenant_id, "services", slug);
            after_two += target.slots(loaded.tenant_id, id, two, six)->size();
            const auto late = target.slots(loaded.tenant_id, id, six, six + std::chrono::hours{6});
            EXPECT_TRUE(late->empty());
        }
    }
    const auto ran = almanac({"events", "--data", directory, "--tenant", "bella-hair-salon",
                              "--types", "scheduling.appointment_booked"});
    for (const auto& line : ran.lines()) {
        const auto data = json::parse_own(line).at("data").as_object();
        const auto text = std::string(data.at("occupancy").at("start").as_string());
        const auto start = *kernel::parse_instant(text);
        after_two += start >= two && start < six ? 1U : 0U;
    }
    EXPECT_GT(after_two, 0U);
}

TEST_F(Sample, comes_back_where_somebody_deleted_a_part_before_it_was_complete) {
    const auto directory = init("deleted", "2026-10-20T10:00:00Z");
    const auto store = open(directory);
    StoreTarget target(*store, catalogue);
    DyingTarget dying(target, 9);
    std::ostringstream notes;
    ASSERT_FALSE(load_sample(*sample_business("bella-hair-salon"), dying, target, notes));
    const auto tenant = **target.find_tenant("bella-hair-salon");
    const auto chair = **target.find_by_slug(tenant, "resources", "main-chair");
    ASSERT_TRUE(target.run({"delete_resource", tenant, chair, {}, ""}));
    load(*store);
    EXPECT_EQ(**target.find_by_slug(tenant, "resources", "main-chair"), chair);
    EXPECT_EQ(load(*store).changes, 0);
}

// Every one of them: loaded twice, and free for more.
class EverySample : public Sample, public ::testing::WithParamInterface<std::string> {};

TEST_P(EverySample, is_loaded_once_and_can_be_booked) {
    const auto business = *sample_business(GetParam());
    const auto directory = init(GetParam(), "2026-11-22T10:00:00Z");
    const auto store = open(directory);
    StoreTarget target(*store, catalogue);
    std::ostringstream notes;
    const auto first = load_sample(business, target, target, notes);
    ASSERT_TRUE(first) << first.error().code << ' ' << first.error().detail << notes.str();
    EXPECT_EQ(first->created.at("services"), static_cast<int>(business.services.size()));
    EXPECT_EQ(first->created.at("clients"), static_cast<int>(business.clients.size()));
    EXPECT_GE(first->created.at("appointments"), business.days * 2);
    EXPECT_GT(first->created.at("cancelled"), 0);
    EXPECT_EQ(first->created.at("blocks"), static_cast<int>(business.blocks.size()));
    EXPECT_EQ(first->created.at("overrides"), static_cast<int>(business.overrides.size()));
    const auto again = load_sample(business, target, target, notes);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->changes, 0);
    const auto now = store->clock().now();
    for (const auto& service : business.services) {
        const std::string slug(service.at("slug").as_string());
        const auto id = **target.find_by_slug(first->tenant_id, "services", slug);
        const auto slots = target.slots(first->tenant_id, id, now, now + std::chrono::days{28});
        ASSERT_TRUE(slots) << slug;
        EXPECT_GT(slots->size(), 3U) << slug;
    }
    std::set<std::string> statuses;
    const auto booked = target.sample_appointments(first->tenant_id, business.slug);
    ASSERT_TRUE(booked);
    for (const auto& each : *booked) statuses.insert(each.status);
    EXPECT_TRUE(statuses.contains("confirmed") && statuses.contains("cancelled"));
    EXPECT_EQ(statuses.contains("completed"),
              business.past_days > 0 || !business.loyalty.visits.empty());
}
// Holidays by a rule, a vacation, repairs; and no booking in any of them.
TEST_P(EverySample, is_closed_at_times_and_nobody_is_booked_then) {
    const auto directory = init(GetParam(), "2026-11-22T10:00:00Z");
    {
        const auto store = open(directory);
        StoreTarget target(*store, catalogue);
        std::ostringstream notes;
        ASSERT_TRUE(load_sample(*sample_business(GetParam()), target, target, notes))
            << notes.str();
    }
    const auto events = [&](const char* type) {
        std::vector<json::Object> all;
        const auto ran =
            almanac({"events", "--data", directory, "--tenant", GetParam(), "--types", type});
        for (const auto& line : ran.lines())
            all.push_back(json::parse_own(line).at("data").as_object());
        return all;
    };
    const auto time_at = [](const json::Object& of, const char* name) {
        return *kernel::parse_instant(std::string(of.at(name).as_string()));
    };
    const auto booked = events("scheduling.appointment_booked");
    EXPECT_FALSE(booked.empty());
    std::set<std::string> kinds;
    for (const auto& block : events("scheduling.block_added")) {
        const auto mark = mark_of_block(block);
        if (mark.kind != "holiday" || (mark.owner.empty() && !mark.rrule.empty()))
            kinds.insert(mark.kind);
        for (const auto& each : booked) {
            const auto& at = each.at("occupancy").as_object();
            bool meets = mark.owner.empty() || mark.owner == at.at("location_id").as_string();
            for (const auto& resource : at.at("resources").as_array())
                meets = meets || mark.owner == resource.at("id").as_string();
            EXPECT_FALSE(meets && time_at(at, "start") < time_at(block, "end") &&
                         time_at(block, "start") < time_at(at, "end"))
                << json::dump(json::Value(each)) << json::dump(json::Value(block));
        }
    }
    for (const auto* kind : {"holiday", "vacation", "maintenance"})
        EXPECT_TRUE(kinds.contains(kind)) << kind;
    EXPECT_FALSE(events("scheduling.override_set").empty());
}
INSTANTIATE_TEST_SUITE_P(Samples, EverySample, ::testing::ValuesIn(sample_names()),
                         [](const auto& name) {
                             auto text = name.param;
                             std::ranges::replace(text, '-', '_');
                             return text;
                         });

TEST_F(Sample, of_a_wellness_centre_has_classes_that_people_share) {
    const auto directory = init("classes", "2026-11-22T10:00:00Z");
    {
        const auto store = open(directory);
        StoreTarget target(*store, catalogue);
        std::ostringstream notes;
        ASSERT_TRUE(load_sample(*sample_business("tide-wellness"), target, target, notes));
    }
    const auto ran = almanac({"events", "--data", directory, "--tenant", "tide-wellness", "--types",
                              "scheduling.appointment_booked"});
    std::map<std::string, int> sessions;
    for (const auto& line : ran.lines()) {
        const auto data = json::parse_own(line).at("data").as_object();
        if (data.at("service_name").as_string() != "Reformer Pilates class") continue;
        ++sessions[std::string(data.at("occupancy").at("start").as_string())];
    }
    EXPECT_TRUE(std::ranges::any_of(sessions, [](const auto& s) { return s.second > 1; }));
}

// What lies behind: visits of every one of the days before, none of them in the future.
TEST_F(Sample, has_a_past_that_ends_before_the_day_of_loading) {
    const auto directory = init("past", "2026-11-22T10:00:00Z");
    {
        const auto store = open(directory);
        StoreTarget target(*store, catalogue);
        std::ostringstream notes;
        const auto loaded = load_sample(*sample_business("intellectif"), target, target, notes);
        ASSERT_TRUE(loaded) << loaded.error().detail << notes.str();
        EXPECT_GT(loaded->created.at("completed"), 10);
        EXPECT_GT(loaded->created.at("payments"), 5);
    }
    const auto ran = almanac({"events", "--data", directory, "--tenant", "intellectif", "--types",
                              "scheduling.appointment_completed"});
    const auto today = *kernel::parse_instant("2026-11-22T05:00:00Z");  // midnight in New York
    for (const auto& line : ran.lines()) {
        const auto data = json::parse_own(line).at("data").as_object();
        const auto text = std::string(data.at("completed_at").as_string());
        const auto completed = *kernel::parse_instant(text);
        EXPECT_LT(completed, today);
        EXPECT_GE(completed, today - std::chrono::days{14});
    }
    EXPECT_GT(ran.lines().size(), 10U);
}

// Earned by the policies from visits of a year; as loaded on a day of its own it is always the
// same.
class SampleYear : public Sample {
  protected:
    static constexpr auto today = "2026-11-23";
    void SetUp() override {
        const auto directory = init("year", std::string(today) + "T09:00:00Z");
        store_ = open(directory);
        loaded_ = load(*store_);
    }
    loyalty::Account account_of(const std::string& email) {
        StoreTarget target(*store_, catalogue);
        const auto client = **target.find_client(loaded_.tenant_id, email);
        const auto id = **target.find_loyalty_account(loaded_.tenant_id, client);
        const loyalty::AccountId account{*kernel::parse_uuid(id)};
        const auto held = store_->fold(kernel::TenantId{*kernel::parse_uuid(loaded_.tenant_id)},
                                       kernel::fold_type<loyalty::Account>(),
                                       kernel::tag_of<loyalty::Account>(account));
        return *static_cast<const loyalty::Account*>(held->state.get());
    }
    std::int64_t available(const std::string& email) {
        return loyalty::balance_on(account_of(email), *kernel::parse_local_date(today)).available;
    }

    std::unique_ptr<eventstore::Store> store_;
    SampleSummary loaded_;
};

TEST_F(SampleYear, has_points_of_every_kind) {
    EXPECT_EQ(loaded_.created.at("loyalty_accounts"), 8);
    EXPECT_EQ(loaded_.created.at("redemptions"), 1);
    EXPECT_EQ(loaded_.created.at("referrals"), 1);
    EXPECT_EQ(loaded_.created.at("refunds"), 1);
    // Visits of 280, 190 and 75 days ago, the referral, the last visit (20.00 of it in money, by a
    // quarter more), less what she paid with.
    EXPECT_EQ(available("lucia.fernandez@example.com"), 65 + 20 + 65 + 100 + 25 - 100);
    EXPECT_EQ(account_of("lucia.fernandez@example.com").tier, "Silver");
    EXPECT_EQ(available("ana.dominguez@example.com"), 65 + 81 + 81 + 81);
    EXPECT_EQ(account_of("ana.dominguez@example.com").tier, "Gold");
    EXPECT_EQ(available("pablo.serrano@example.com"), 25 + 25);
    EXPECT_EQ(available("carmen.ruiz@example.com"), 20 + 25 + 65 - 20);
    EXPECT_EQ(available("rosa.vidal@example.com"), 20 + 25 + 50);
    EXPECT_EQ(account_of("isabel.ortega@example.com").status, loyalty::AccountStatus::frozen);
    for (const auto* of : {"lucia.fernandez@example.com", "carmen.ruiz@example.com"}) {
        const auto account = account_of(of);
        EXPECT_EQ(account.debt, 0) << of;
        EXPECT_EQ(account.reserved, 0) << of;
    }
}

TEST_F(SampleYear, is_told_by_events_of_the_policies) {
    store_.reset();
    const auto count = types(path("year"));
    EXPECT_EQ(count.at("loyalty.account_opened"), 8);
    EXPECT_EQ(count.at("loyalty.purchase_completed"), 19);
    EXPECT_EQ(count.at("loyalty.points_reversed"), 1);
    EXPECT_EQ(count.at("loyalty.referral_rewarded"), 1);
    EXPECT_EQ(count.at("loyalty.redemption_committed"), 1);
    EXPECT_GE(count.at("loyalty.points_expired"), 3);
    EXPECT_GE(count.at("loyalty.tier_changed"), 3);
}

TEST(SampleBusiness, each_has_a_zone_and_a_currency_of_its_own) {
    std::set<std::string> zones;
    std::set<std::string> currencies;
    for (const auto& name : sample_names()) {
        const auto business = *sample_business(name);
        EXPECT_EQ(business.slug, name);
        zones.insert(business.time_zone);
        currencies.emplace(business.tenant.at("currency").as_string());
    }
    EXPECT_EQ(zones.size(), sample_names().size());
    EXPECT_EQ(currencies.size(), sample_names().size());
    EXPECT_FALSE(sample_business("no-such"));
}

}  // namespace
}  // namespace almanac::replay
