#include "replay/generate.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "domain/scheduling/visit.hpp"
#include "replay/stopped_directory.hpp"
#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

// Writes down what it is asked and answers ids in the order of asking.
class Notebook final : public CommandTarget {
  public:
    explicit Notebook(Instant start) : now_(start) {}
    void submit(CommandCall call, CommandReply reply) override {
        if (call.command == "move_clock") {
            now_ = *kernel::parse_instant(std::string(call.body.at("now").as_string()));
        }
        lines.push_back(call.command + ' ' + call.tenant + ' ' + call.id + ' ' +
                        json::dump(json::Value(std::move(call.body))));
        reply(CommandDone{fmt::format("00000000-0000-7000-8000-{:012}", lines.size()), 1, false});
    }
    void drain() override {}
    Result<Instant> now() override { return now_; }
    Result<void> settle() override { return {}; }
    bool is_sandbox() override { return true; }
    std::vector<std::string> lines;

  private:
    Instant now_;
};

const auto start = *kernel::parse_instant("2026-03-02T08:00:00Z");

std::vector<std::string> commands_of(const GenerateWish& wish) {
    Notebook notebook(start);
    const auto made = generate(wish, notebook, [](auto, auto) {});
    EXPECT_TRUE(made) << made.error().detail;
    return notebook.lines;
}

GenerateWish wish_of(std::uint64_t seed, bool sandbox) {
    GenerateWish wish;
    wish.tenants = 4;
    wish.appointments = 300;
    wish.seed = seed;
    wish.sandbox = sandbox;
    return wish;
}

TEST(Generate, makes_the_same_commands_for_a_seed) {
    for (const bool sandbox : {false, true}) {
        const auto first = commands_of(wish_of(42, sandbox));
        EXPECT_EQ(first, commands_of(wish_of(42, sandbox)));
        EXPECT_NE(first, commands_of(wish_of(43, sandbox)));
        EXPECT_GT(first.size(), 300U);
    }
}

TEST(Generate, does_not_depend_on_other_tenants) {
    // The first business of a larger world is the first of a smaller one.
    auto small = wish_of(7, false);
    small.tenants = 1;
    small.appointments = 75;
    const auto few = commands_of(small);
    const auto many = commands_of(wish_of(7, false));
    EXPECT_EQ(few.front(), many.front());
}

struct World {
    std::map<std::string, int> types;
    std::map<std::string, Instant> completed;  // by appointment
};

class GeneratedWorld : public BusinessFixture {
  protected:
    GenerateSummary make(const std::string& directory, const GenerateWish& wish) {
        const auto store = open(directory);
        StoreTarget target(*store, catalogue);
        auto made = generate(wish, target, [](auto, auto) {});
        if (!made) throw std::runtime_error(made.error().detail);
        return std::move(*made);
    }
    // Every event of every generated tenant, through `fn`.
    template <class Fn>
    void each_event(const std::string& directory, const GenerateSummary& made, Fn fn) {
        const auto stopped = StoppedDirectory::open(directory);
        ASSERT_TRUE(stopped) << stopped.error().detail;
        for (const auto& slug : made.tenants) {
            const auto tenant = stopped->find_tenant(catalogue, slug);
            ASSERT_TRUE(tenant) << tenant.error().detail;
            const auto visited = visit_events(stopped->log_of(*tenant), *tenant, 0,
                                              [&](std::uint64_t, const auto& record) {
                                                  fn(record);
                                                  return true;
                                              });
            ASSERT_TRUE(visited) << visited.error().detail;
        }
    }
};

TEST_F(GeneratedWorld, nothing_is_refused_where_the_clock_stands) {
    const auto directory = init("standing", "2026-03-02T08:00:00Z", 2);
    const auto made = make(directory, wish_of(5, false));
    EXPECT_EQ(made.appointments, 300U);
    EXPECT_TRUE(made.rejected.empty()) << made.first_rejection;
    EXPECT_EQ(made.from, made.until);
    std::map<std::string, int> types;
    std::uint64_t events = 0;
    each_event(directory, made, [&](const auto& record) {
        ++types[std::string(record.type())];
        ++events;
        EXPECT_EQ(record.time(), start);
    });
    EXPECT_EQ(types["scheduling.appointment_booked"], 300);
    EXPECT_GT(types["scheduling.appointment_completed"], 20);
    EXPECT_GT(types["scheduling.appointment_cancelled"], 5);
    EXPECT_GT(types["scheduling.appointment_rescheduled"], 0);
    EXPECT_GT(types["scheduling.appointment_confirmed"], 0);
    // What `$system` writes for each tenant is in no tenant's log.
    EXPECT_EQ(made.events, events);
}

TEST_F(GeneratedWorld, in_a_sandbox_events_have_true_times) {
    const auto directory = init("sandbox", "2026-03-02T08:00:00Z");
    const auto made = make(directory, wish_of(5, true));
    EXPECT_EQ(made.appointments, 300U);
    EXPECT_TRUE(made.rejected.empty()) << made.first_rejection;
    EXPECT_GT(made.until - made.from, std::chrono::days{20});
    std::map<std::string, int> types;
    std::set<std::int64_t> times;
    each_event(directory, made, [&](const auto& record) {
        ++types[std::string(record.type())];
        times.insert(kernel::micros(record.time()));
        if (record.type() == scheduling::AppointmentBooked::type) {
            const auto data = json::parse_own(record.data());
            const auto text = std::string(data.at("occupancy").at("start").as_string());
            EXPECT_GT(*kernel::parse_instant(text), record.time());
        }
        if (record.type() == scheduling::AppointmentCompleted::type) {
            const auto data = json::parse_own(record.data());
            const auto at =
                *kernel::parse_instant(std::string(data.at("completed_at").as_string()));
            EXPECT_LE(at, record.time());
            EXPECT_LE(record.time() - at, std::chrono::hours{12});
        }
    });
    EXPECT_GT(types["scheduling.appointment_completed"], 100);
    EXPECT_GT(types["scheduling.appointment_no_show"], 0);
    EXPECT_GT(times.size(), 50U);
    const auto store = open(directory);
    EXPECT_EQ(store->clock().now(), made.until);
}

TEST_F(GeneratedWorld, the_same_seed_cannot_be_made_twice_and_changes_nothing) {
    const auto directory = init("twice", "2026-03-02T08:00:00Z");
    auto wish = wish_of(9, false);
    wish.tenants = 1;
    wish.appointments = 20;
    make(directory, wish);
    const auto store = open(directory);
    StoreTarget target(*store, catalogue);
    const auto before = store->partition(0).log().last_position();
    const auto again = generate(wish, target, [](auto, auto) {});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "generated_before");
    EXPECT_EQ(store->partition(0).log().last_position(), before);
}

TEST_F(GeneratedWorld, only_a_sandbox_lets_its_clock_run) {
    const auto directory = init("real");
    const auto ran = almanac({"generate", "--sandbox", "--data", directory});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_NE(ran.err.find("no sandbox"), std::string::npos) << ran.err;
}

TEST_F(GeneratedWorld, works_by_the_wall_clock_and_says_what_it_made) {
    const auto directory = init("wall");
    const auto ran = almanac({"generate", "--tenants", "2", "--appointments", "60", "--seed", "3",
                              "--clients", "12", "--json", "--data", directory});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto said = json::parse_own(ran.lines().at(0)).as_object();
    EXPECT_EQ(said.at("appointments").to_number<int>(), 60);
    EXPECT_EQ(said.at("tenants").as_array().size(), 2U);
    EXPECT_LE(said.at("clients").to_number<int>(), 24);
    EXPECT_TRUE(said.at("rejected").as_object().empty()) << ran.out;
    EXPECT_GT(said.at("events").to_number<int>(), 100);
}

}  // namespace
}  // namespace almanac::replay
