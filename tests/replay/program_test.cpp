// `almanac` on a real stopped directory: what it prints and how it exits.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "domain/scheduling/occupancy.hpp"
#include "replay/sample.hpp"
#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
namespace fs = std::filesystem;

class ProgramTest : public BusinessFixture {
  protected:
    void SetUp() override {
        directory_ = init("data", "2026-10-20T10:00:00Z", 2);
        const auto store = open(directory_);
        StoreTarget target(*store, catalogue);
        std::ostringstream notes;
        ASSERT_TRUE(load_sample(*sample_business("bella-hair-salon"), target, target, notes))
            << notes.str();
    }
    Ran on_data(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--data", directory_});
        return almanac(arguments);
    }
    Ran events(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"events", "--tenant", "bella-hair-salon"});
        return on_data(std::move(arguments));
    }
    // Every file and its bytes, but the lock.
    std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
            if (!entry.is_regular_file() || entry.path().filename() == "lock") continue;
            std::ifstream in(entry.path(), std::ios::binary);
            all[entry.path().string()] = {std::istreambuf_iterator<char>(in), {}};
        }
        return all;
    }
    std::string directory_;
};

TEST_F(ProgramTest, status_says_where_the_partitions_are) {
    const auto ran = on_data({"status", "--json"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto status = json::parse_own(ran.lines().at(0)).as_object();
    EXPECT_EQ(status.at("sandbox"), true);
    EXPECT_EQ(status.at("now"), "2026-10-20T10:00:00Z");
    EXPECT_EQ(status.at("tenants").to_number<int>(), 1);
    ASSERT_EQ(status.at("partitions").as_array().size(), 2U);
    std::set<std::string> log_ids;
    for (const auto& partition : status.at("partitions").as_array()) {
        log_ids.insert(std::string(partition.at("log_id").as_string()));
        EXPECT_TRUE(partition.at("views").as_array().empty());  // no server has run here
    }
    EXPECT_EQ(log_ids.size(), 2U);
    const auto text = on_data({"status"});
    EXPECT_NE(text.out.find("a sandbox"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("view_lag"), std::string::npos) << text.out;
}

TEST_F(ProgramTest, status_lists_what_policies_set_aside) {
    eventstore::SetAside event;
    event.tenant = kernel::system_tenant;
    event.policy = "lab.clerk";
    event.source.bytes[15] = 1;
    event.position = 42;
    event.error = "cannot react";
    auto fired = event;
    fired.policy = "lab.bell";
    fired.position = 0;
    fired.error = "cannot ring";
    auto& timer = fired.timer.emplace();
    timer.due = *kernel::parse_instant("2026-10-21T10:00:00Z");
    timer.key = "task";
    {
        const auto store = open(directory_);
        eventstore::Job job;
        std::promise<eventstore::Outcome> done;
        job.decide = [&](eventstore::Stage& stage) {
            for (const auto& aside : {event, fired})
                stage.put(eventstore::Space::policies, set_aside_key(aside), encode(aside));
        };
        job.done = [&](eventstore::Outcome outcome) { done.set_value(outcome); };
        ASSERT_TRUE(store->partition(0).writer().submit(std::move(job)));
        ASSERT_EQ(done.get_future().get(), eventstore::Outcome::durable);
    }
    const auto status = json::parse_own(on_data({"status", "--json"}).lines().at(0)).as_object();
    const auto& partition = status.at("partitions").as_array().at(0).as_object();
    EXPECT_EQ(partition.at("policies_set_aside").to_number<int>(), 2);
    const auto& listed = partition.at("set_aside").as_array();
    ASSERT_EQ(listed.size(), 2U);  // by policy
    EXPECT_EQ(listed[0].at("source"), "timer");
    EXPECT_EQ(listed[0].at("due"), "2026-10-21T10:00:00Z");
    EXPECT_EQ(listed[0].at("error"), "cannot ring");
    EXPECT_EQ(listed[1].at("policy"), "lab.clerk");
    EXPECT_EQ(listed[1].at("source"), "event");
    EXPECT_EQ(listed[1].at("position"), "0-42");
    const auto text = on_data({"status"}).out;
    EXPECT_NE(text.find("lab.bell, tenant 00000000-0000-0000-0000-73797374656d, timer due "
                        "2026-10-21T10:00:00Z: cannot ring\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("event at 0-42: cannot react\n"), std::string::npos) << text;
}

TEST_F(ProgramTest, events_are_gapless_lines_with_personal_data_sealed) {
    const auto ran = events({});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    std::uint64_t sequence = 0;
    for (const auto& line : ran.lines()) {
        const auto event = json::parse_own(line).as_object();
        EXPECT_EQ(event.at("sequence").to_number<std::uint64_t>(), sequence++);
        for (const auto* name : {"id", "type", "version", "position", "time", "actor", "tags",
                                 "data", "metadata", "correlation_id", "causation_id"}) {
            EXPECT_TRUE(event.contains(name)) << name;
        }
    }
    EXPECT_GT(sequence, 60U);
    EXPECT_EQ(ran.out.find("lucia.fernandez@example.com"), std::string::npos);
    EXPECT_EQ(ran.out.find("Garc"), std::string::npos);
    EXPECT_NE(ran.out.find("\"sealed\""), std::string::npos);
}

TEST_F(ProgramTest, events_are_filtered_by_type_tag_sequence_and_count) {
    const auto all = events({}).lines();
    EXPECT_EQ(events({"--limit", "3"}).lines(), std::vector(all.begin(), all.begin() + 3));
    EXPECT_EQ(events({"--after", "9"}).lines(), std::vector(all.begin() + 10, all.end()));
    EXPECT_TRUE(events({"--limit", "0"}).out.empty());
    const auto two = events({"--types", "scheduling.service_created,tenancy.tenant_created"});
    EXPECT_EQ(two.lines().size(), 4U);
    const auto first = json::parse_own(two.lines().at(1)).as_object();
    const auto tag = std::string(first.at("tags").as_array().at(0).as_string());
    const auto tagged = events({"--tags", tag}).lines();
    EXPECT_EQ(tagged, std::vector{two.lines().at(1)});
    EXPECT_TRUE(events({"--tags", tag + ",email:none"}).out.empty());
}

TEST_F(ProgramTest, inspect_shows_an_appointment_step_by_step) {
    const auto cancelled = events({"--types", "scheduling.appointment_cancelled"}).lines();
    ASSERT_FALSE(cancelled.empty());
    const auto event = json::parse_own(cancelled.at(0)).as_object();
    const auto tag = std::string(event.at("tags").as_array().at(0).as_string());
    const auto ran = on_data({"inspect", tag, "--tenant", "bella-hair-salon", "--json"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    ASSERT_EQ(ran.lines().size(), 2U);
    const auto booked = json::parse_own(ran.lines().at(0)).as_object();
    const auto then = json::parse_own(ran.lines().at(1)).as_object();
    EXPECT_EQ(booked.at("revision").to_number<int>(), 1);
    EXPECT_EQ(then.at("event").at("type"), "scheduling.appointment_cancelled");
    EXPECT_EQ(then.at("event").at("position"), event.at("position"));
    EXPECT_EQ(then.at("state").at("status"), "cancelled");
    std::set<std::string> changed;
    for (const auto& pointer : then.at("changed").as_array()) {
        changed.insert(std::string(pointer.as_string()));
    }
    EXPECT_TRUE(changed.contains("/status"));
    EXPECT_TRUE(changed.contains("/cancelled_at"));
    EXPECT_FALSE(changed.contains("/reference"));
    const auto text = on_data({"inspect", tag, "--tenant", "bella-hair-salon"});
    EXPECT_NE(text.out.find("~   \"status\": \"cancelled\""), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("+   \"cancelled_by\": \"client\""), std::string::npos) << text.out;
}

TEST_F(ProgramTest, inspect_folds_relations_too) {
    const auto booked = events({"--types", "scheduling.appointment_booked"}).lines();
    std::map<std::string, int> bookings;  // of each month of a resource
    for (const auto& line : booked) {
        const auto event = json::parse_own(line);
        for (const auto& tag : event.at("tags").as_array()) {
            if (tag.as_string().starts_with("resource_month:"))
                ++bookings[std::string(tag.as_string())];
        }
    }
    ASSERT_FALSE(bookings.empty());
    const auto& month =
        std::ranges::max_element(bookings, {}, [](const auto& each) { return each.second; })->first;
    const auto ran = on_data({"inspect", month, "--tenant", "bella-hair-salon", "--json"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.lines().size(), events({"--tags", month}).lines().size());
    const auto last = json::parse_own(ran.lines().back()).as_object();
    EXPECT_GT(last.at("state").at("allocations").as_array().size(), 3U);
}

TEST_F(ProgramTest, reading_changes_no_byte_of_the_directory) {
    const auto before = files();
    ASSERT_EQ(on_data({"status"}).exit_code, 0);
    ASSERT_EQ(events({}).exit_code, 0);
    ASSERT_EQ(on_data({"inspect", "directory:services", "--tenant", "bella-hair-salon"}).exit_code,
              0);
    EXPECT_EQ(files(), before);
}

TEST_F(ProgramTest, exit_codes_say_what_is_wrong) {
    EXPECT_EQ(almanac({}).exit_code, 2);
    EXPECT_EQ(almanac({"--help"}).exit_code, 0);
    EXPECT_EQ(almanac({"events", "--help"}).exit_code, 0);
    EXPECT_EQ(almanac({"status", "--data", directory_, "--server", "http://127.0.0.1:1"}).exit_code,
              2);
    EXPECT_EQ(almanac({"sample", "no-such-sample", "--data", directory_}).exit_code, 2);
    EXPECT_EQ(almanac({"generate", "--tenants", "0", "--data", directory_}).exit_code, 2);
    EXPECT_EQ(events({"--follow"}).exit_code, 2);
    EXPECT_EQ(on_data({"inspect", "nonsense", "--tenant", "bella-hair-salon"}).exit_code, 2);
    EXPECT_EQ(on_data({"events", "--tenant", "nobody"}).exit_code, 22);
    const std::string nothing = "appointment:00000000-0000-7000-8000-000000000000";
    EXPECT_EQ(on_data({"inspect", nothing, "--tenant", "bella-hair-salon"}).exit_code, 22);
    EXPECT_EQ(almanac({"status", "--data", path("none")}).exit_code, 10);
    const auto unreachable = almanac({"status", "--server", "http://127.0.0.1:1"});
    EXPECT_EQ(unreachable.exit_code, 20);
    EXPECT_NE(unreachable.err.find("127.0.0.1:1"), std::string::npos) << unreachable.err;
}

TEST_F(ProgramTest, a_directory_in_use_or_damaged_is_refused) {
    {
        const auto store = open(directory_);
        EXPECT_EQ(on_data({"status"}).exit_code, 12);
    }
    // The first partition is in order and is left alone too.
    fs::remove(fs::path(directory_) / "p0001" / "mark");
    const auto before = files();
    const auto ran = on_data({"status"});
    EXPECT_EQ(ran.exit_code, 14) << ran.err;
    EXPECT_EQ(on_data({"sample", "bella-hair-salon"}).exit_code, 14);
    EXPECT_EQ(files(), before);
}

TEST_F(ProgramTest, a_loss_is_accepted_once_and_makes_another_log) {
    EXPECT_EQ(on_data({"accept-loss", "--yes"}).exit_code, 23);  // there is nothing to accept
    EXPECT_EQ(on_data({"accept-loss", "--partition", "9"}).exit_code, 2);
    const auto status = on_data({"status", "--json"}).out;
    fs::remove(fs::path(directory_) / "p0000" / "mark");
    const auto refused = on_data({"status"});
    EXPECT_EQ(refused.exit_code, 14);
    EXPECT_NE(refused.err.find("almanac accept-loss --data " + directory_ + " --partition 0"),
              std::string::npos)
        << refused.err;
    const auto before = files();
    const auto shown = on_data({"accept-loss"});
    EXPECT_EQ(shown.exit_code, 23);
    EXPECT_NE(shown.err.find("--yes"), std::string::npos) << shown.err;
    EXPECT_NE(shown.out.find("cannot be read"), std::string::npos) << shown.out;
    EXPECT_EQ(files(), before);
    const auto ran = on_data({"accept-loss", "--yes", "--json"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto said = json::parse_own(ran.lines().at(0)).as_object();
    EXPECT_TRUE(said.at("mark").is_null());
    EXPECT_TRUE(said.at("missing_events").is_null());
    const auto& fork = said.at("fork").as_object();
    EXPECT_NE(status.find(std::string(fork.at("from_log_id").as_string())), std::string::npos);
    const auto after = on_data({"status"});
    ASSERT_EQ(after.exit_code, 0) << after.err;
    EXPECT_NE(after.out.find(std::string(fork.at("to_log_id").as_string())), std::string::npos);
    {
        const auto store = open(directory_);
        ASSERT_TRUE(store->finish_begun());
    }
    EXPECT_EQ(on_data({"status"}).exit_code, 0);
}

TEST_F(ProgramTest, the_clock_is_a_servers) {
    EXPECT_EQ(on_data({"clock"}).exit_code, 2);
    EXPECT_EQ(almanac({"clock", "accept", "--help"}).exit_code, 0);
    EXPECT_EQ(almanac({"clock", "accept", "--server", "http://127.0.0.1:1"}).exit_code, 20);
}

TEST_F(ProgramTest, another_administrator_key_is_an_event) {
    const auto ran = on_data({"admin-key", "--name", "spare", "--json"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto said = json::parse_own(ran.lines().at(0)).as_object();
    const auto key = std::string(said.at("admin_api_key").as_string());
    EXPECT_TRUE(key.starts_with("alk_")) << key;
    const auto issued =
        on_data({"events", "--tenant", "$system", "--types", "identity.api_key_issued"});
    ASSERT_EQ(issued.lines().size(), 2U);  // the one of init, and this one
    EXPECT_NE(issued.lines().at(1).find("\"spare\""), std::string::npos);
    EXPECT_EQ(issued.out.find(key), std::string::npos);
}

}  // namespace
}  // namespace almanac::replay
