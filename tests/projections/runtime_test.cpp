// The runtime: every event once and in order, whatever its way here; parking, rebuilding, waiting.
#include "projections/runtime.hpp"

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <latch>
#include <set>

#include "tests/projections/house.hpp"

namespace almanac::projections {
namespace {
using eventstore::Appended;
using eventstore::by_test;
using eventstore::draft;
using eventstore::tenant_number;

// Keeps per tenant: how many events, and the SHA-256 of all of their ids in order. Refuses what it
// is told to refuse.
class Counting final : public Projection {
  public:
    explicit Counting(std::string name = "counting", std::uint32_t version = 1)
        : name_(std::move(name)), version_(version) {}
    std::string_view name() const override { return name_; }
    std::uint32_t version() const override { return version_; }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override {
        const std::scoped_lock lock(mutex);
        ++tries[event.position];
        std::string value;
        views.get("ids", value);
        views.put("junk", std::to_string(event.position));  // taken back where it refuses
        if (refused.contains(event.position)) return kernel::corrupt("told to refuse");
        if (thrown.contains(event.position)) throw std::runtime_error("told to throw");
        if (fails_once.erase(event.position) > 0) return kernel::corrupt("once");
        views.erase("junk");
        views.put("ids", kernel::sha256_hex(value + to_string(event.record->id)));
        views.get("count", value = "0");
        std::string count = "0";
        views.get("count", count);
        views.put("count", std::to_string(std::stoull(count) + 1));
        return {};
    }
    void written(std::uint64_t position) override { last_written = position; }
    void forget() override { ++forgotten; }

    std::mutex mutex;
    std::map<std::uint64_t, int> tries;
    std::set<std::uint64_t> refused;
    std::set<std::uint64_t> thrown;
    std::set<std::uint64_t> fails_once;
    std::atomic<std::uint64_t> last_written = 0;
    std::atomic<int> forgotten = 0;

  private:
    std::string name_;
    std::uint32_t version_;
};

class RuntimeTest : public testing::Test {
  protected:
    RuntimeTest() {
        house.committed = [this](auto events) {
            const std::scoped_lock lock(mutex);
            if (runtime && hooked) runtime->committed(events);
        };
    }
    ~RuntimeTest() override {
        house.writer().drain_and_stop();
        stop();
    }
    // `count` events in commands of one to three, over tenants 1..3.
    void append(int count) {
        while (count > 0) {
            const auto tenant = tenant_number(static_cast<std::uint8_t>(1 + random() % 3));
            std::vector<eventstore::EventDraft> events;
            for (auto n = 1 + random() % 3; n > 0 && count > 0; --n, --count) {
                events.push_back(draft("test.happened", {"thing:a"}));
            }
            std::promise<void> done;
            must(house.writer().append(tenant, by_test(), std::move(events), std::nullopt,
                                       [&](Result<Appended> appended) {
                                           must(std::move(appended));
                                           done.set_value();
                                       }));
            done.get_future().wait();
        }
    }
    Runtime& start(std::vector<Projection*> projections, RuntimeOptions options = {},
                   std::string_view directory = "views") {
        stop();
        store = must(ViewStore::open(house.path(directory), house.log().log_id(), last()));
        RuntimeHooks hooks;
        hooks.parked = [this](const ParkedPair& pair) {
            const std::scoped_lock lock(mutex);
            alarms.push_back(pair);
        };
        auto fresh = std::make_unique<Runtime>(catalogue(), house.log(), *store,
                                               std::move(projections), hooks, options);
        fresh->start();
        const std::scoped_lock lock(mutex);
        runtime = std::move(fresh);
        return *runtime;
    }
    void stop() {
        std::unique_ptr<Runtime> old;
        {
            const std::scoped_lock lock(mutex);
            old = std::move(runtime);
        }
        old.reset();
        store.reset();
    }
    std::uint64_t last() { return house.log().last_position(); }
    // What Counting has to have after the events of a tenant up to `position`, from the log.
    std::pair<std::string, std::string> expected(const TenantId& tenant, std::uint64_t position) {
        std::string ids;
        std::uint64_t count = 0;
        for (std::uint64_t p = 1; p <= position; ++p) {
            const auto record = must(house.log().record(p));
            if (record.tenant != tenant) continue;
            ids = kernel::sha256_hex(ids + to_string(record.id));
            ++count;
        }
        return {std::to_string(count), ids};
    }
    void expect_rows(std::uint64_t position, std::string_view name = "counting",
                     std::uint32_t version = 1) {
        for (std::uint8_t n = 1; n <= 3; ++n) {
            const auto rows = store->read({std::string(name), version}, tenant_number(n));
            const auto [count, ids] = expected(tenant_number(n), position);
            EXPECT_EQ(rows.position(), position);
            std::string value;
            EXPECT_EQ(rows.get("count", value) ? value : "0", count);
            EXPECT_EQ(rows.get("ids", value) ? value : "", ids);
            EXPECT_FALSE(rows.get("junk", value));
        }
    }
    Result<void> resume(std::string_view projection, const TenantId& tenant) {
        std::promise<Result<void>> promise;
        auto asked =
            runtime->resume(projection, tenant, [&](auto outcome) { promise.set_value(outcome); });
        if (!asked) return asked;
        return promise.get_future().get();
    }

    std::mt19937_64 random{seed_of_test()};
    std::mutex mutex;
    bool hooked = true;
    std::vector<ParkedPair> alarms;
    House house;
    std::unique_ptr<ViewStore> store;
    std::unique_ptr<Runtime> runtime;
};

TEST_F(RuntimeTest, what_was_there_and_what_comes_is_applied_in_order) {
    append(700);
    Counting counting;
    start({&counting});
    append(300);
    ASSERT_TRUE(applied(*runtime, last()));
    EXPECT_EQ(runtime->applied_position(), 1000U);
    EXPECT_EQ(counting.last_written, 1000U);
    expect_rows(1000);
    const auto status = runtime->status();
    EXPECT_EQ(status.events, 1000U);
    EXPECT_EQ(status.log_position, 1000U);
    EXPECT_EQ(status.failure, "");
    EXPECT_GE(status.events_from_log, 700U);
    for (const auto& [position, tries] : counting.tries) EXPECT_EQ(tries, 1) << position;
    EXPECT_EQ(counting.tries.size(), 1000U);
}

TEST_F(RuntimeTest, what_the_ring_has_no_room_for_is_read_from_the_log) {
    Counting counting;
    RuntimeOptions options;
    options.ring_events_max = 4;
    options.batch_events_max = 3;
    start({&counting}, options);
    append(200);
    hooked = false;  // the hook misses some
    append(50);
    hooked = true;
    append(50);
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(300);
}

TEST_F(RuntimeTest, it_goes_on_after_a_stop_at_any_batch) {
    append(400);
    RuntimeOptions options;
    options.batch_events_max = 7;
    std::uint64_t before = 0;
    for (int i = 0; i < 12; ++i) {
        Counting counting;
        start({&counting}, options);
        ASSERT_TRUE(applied(*runtime, std::min<std::uint64_t>(last(), before + random() % 60)));
        runtime->stop();
        const auto checkpoint = store->checkpoint("counting");  // none: stopped before the first
        const auto here = checkpoint ? checkpoint->position : 0;
        EXPECT_GE(here, before);
        expect_rows(here);
        for (const auto& [position, tries] : counting.tries) EXPECT_GT(position, before);
        before = here;
        append(5);
    }
    Counting counting;
    start({&counting});
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(last());
}

TEST_F(RuntimeTest, a_rebuild_gives_the_digest_of_the_live_run) {
    Counting live;
    start({&live}, {.batch_events_max = 5});
    append(500);
    ASSERT_TRUE(applied(*runtime, last()));
    const auto digest = store->digest(live.view());
    Counting again;
    start({&again}, {}, "rebuilt");
    ASSERT_TRUE(applied(*runtime, last()));
    EXPECT_EQ(store->digest(again.view()), digest);
}

TEST_F(RuntimeTest, another_version_is_built_again_and_alone) {
    append(100);
    Counting first("first"), second("second");
    start({&first, &second});
    ASSERT_TRUE(applied(*runtime, last()));
    Counting newer("first", 2), same("second");
    start({&newer, &same});
    append(10);
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(110, "first", 2);
    expect_rows(110, "second");
    EXPECT_EQ(newer.tries.size(), 110U);
    EXPECT_EQ(same.tries.size(), 10U);
    EXPECT_EQ(store->digest({"first", 1}), store->digest({"nothing", 1}));  // no row is left of it
    start({&same});
    ASSERT_TRUE(applied(*runtime, last()));
    EXPECT_EQ(store->digest({"first", 2}), store->digest({"nothing", 1}));  // it is no more
}

TEST_F(RuntimeTest, what_another_runtime_keeps_in_the_same_store_is_left_alone) {
    append(50);
    Counting first("first"), second("second");
    start({&first, &second});
    ASSERT_TRUE(applied(*runtime, last()));
    Counting alone("first"), beside("second");
    start({&alone}, {.kept_by_others = {"second"}});
    Runtime other(catalogue(), house.log(), *store, {&beside}, {}, {.kept_by_others = {"first"}});
    other.start();
    append(20);
    std::vector<eventstore::CommittedEvent> events;
    for (auto position = last() - 19; position <= last(); ++position)
        events.push_back(house.seen(position));
    other.committed(events);
    ASSERT_TRUE(applied(*runtime, last()));
    ASSERT_TRUE(applied(other, last()));
    other.stop();
    expect_rows(70, "first");
    expect_rows(70, "second");
    EXPECT_EQ(alone.tries.size(), 20U);
    EXPECT_EQ(beside.tries.size(), 20U);
}

TEST_F(RuntimeTest, what_fails_once_is_tried_again) {
    append(30);
    Counting counting;
    counting.fails_once = {10, 20};
    start({&counting});
    ASSERT_TRUE(applied(*runtime, last()));
    EXPECT_TRUE(runtime->parked().empty());
    EXPECT_GE(counting.forgotten, 2);
    expect_rows(30);
}

TEST_F(RuntimeTest, what_cannot_be_applied_parks_its_tenant_and_nobody_else) {
    append(60);
    const auto tenant = must(house.log().record(20)).tenant;
    Counting counting, other("other");
    counting.refused = {20};
    start({&counting, &other}, {.batch_events_max = 8});
    append(40);
    ASSERT_TRUE(applied(*runtime, last()));  // it does not hold the others back
    expect_rows(100, "other");
    EXPECT_EQ(counting.tries[20], 3);
    ASSERT_EQ(alarms.size(), 1U);
    EXPECT_EQ(alarms[0].tenant, tenant);
    EXPECT_EQ(alarms[0].position, 20U);
    EXPECT_EQ(alarms[0].projection, "counting");
    EXPECT_EQ(runtime->status().parked_total, 1U);
    for (std::uint8_t n = 1; n <= 3; ++n) {
        const auto rows = store->read(counting.view(), tenant_number(n));
        const bool parked = tenant_number(n) == tenant;
        EXPECT_EQ(rows.position(), parked ? 19U : 100U);
        std::string count = "0";
        rows.get("count", count);
        EXPECT_EQ(count, expected(tenant_number(n), parked ? 19 : 100).first);
    }
    for (const auto& [position, tries] : counting.tries) {
        if (position <= 20) continue;
        EXPECT_NE(must(house.log().record(position)).tenant, tenant) << tries << " tries";
    }
}

TEST_F(RuntimeTest, a_parked_tenant_stays_parked_over_a_restart_and_catches_up_when_told) {
    append(60);
    const auto tenant = must(house.log().record(15)).tenant;
    Counting counting;
    counting.thrown = {15};
    start({&counting}, {.batch_events_max = 8});
    ASSERT_TRUE(applied(*runtime, last()));
    Counting again;
    again.refused = {15};
    start({&again}, {.batch_events_max = 4});
    append(40);
    ASSERT_TRUE(applied(*runtime, last()));
    ASSERT_EQ(runtime->parked().size(), 1U);
    EXPECT_EQ(runtime->parked()[0].error, "told to throw");
    EXPECT_EQ(again.tries.count(15), 0U);

    const auto refused = resume("counting", tenant);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail, "told to refuse");
    EXPECT_EQ(runtime->parked()[0].error, "told to refuse");
    {
        const std::scoped_lock lock(again.mutex);
        again.refused.clear();
    }
    EXPECT_TRUE(resume("counting", tenant));
    EXPECT_TRUE(runtime->parked().empty());
    append(20);
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(120);
    EXPECT_EQ(resume("counting", tenant).error().code, "not_found");
    const auto digest = store->digest(again.view());
    Counting fresh;
    start({&fresh}, {}, "rebuilt");
    ASSERT_TRUE(applied(*runtime, last()));
    EXPECT_EQ(store->digest(fresh.view()), digest);
}

TEST_F(RuntimeTest, a_resumed_tenant_may_park_again_further_on) {
    append(90);
    const auto tenant = tenant_number(1);
    const auto positions = must(house.log().tenant_positions(tenant, 0, 1000));
    ASSERT_GT(positions.size(), 12U);
    Counting counting;
    counting.refused = {positions[2], positions[10]};
    start({&counting}, {.batch_events_max = 3});
    ASSERT_TRUE(applied(*runtime, last()));
    {
        const std::scoped_lock lock(counting.mutex);
        counting.refused.erase(positions[2]);
    }
    EXPECT_FALSE(resume("counting", tenant));
    ASSERT_EQ(runtime->parked().size(), 1U);
    EXPECT_EQ(runtime->parked()[0].position, positions[10]);
    EXPECT_EQ(store->read(counting.view(), tenant).position(), positions[10] - 1);
    std::string count;
    ASSERT_TRUE(store->read(counting.view(), tenant).get("count", count));
    EXPECT_EQ(count, "10");
    EXPECT_EQ(alarms.size(), 2U);
}

TEST_F(RuntimeTest, data_that_does_not_fit_its_type_parks_the_tenant) {
    std::promise<void> done;
    must(house.writer().append(
        tenant_number(1), by_test(),
        {draft("scheduling.appointment_confirmed", {"appointment:x"}, R"({"id":7})")}, std::nullopt,
        [&](auto) { done.set_value(); }));
    done.get_future().wait();
    append(10);
    Counting counting;
    start({&counting});
    ASSERT_TRUE(applied(*runtime, last()));
    ASSERT_EQ(runtime->parked().size(), 1U);
    EXPECT_NE(runtime->parked()[0].error.find("appointment_confirmed"), std::string::npos);
}

TEST_F(RuntimeTest, who_waits_is_told_when_it_is_applied_or_the_deadline_is_over) {
    Counting counting;
    start({&counting}, {.waiters_max = 2});
    append(5);
    ASSERT_TRUE(applied(*runtime, 5));
    EXPECT_TRUE(applied(*runtime, 0));
    std::promise<bool> late;
    runtime->when_applied(6, std::chrono::steady_clock::now() - std::chrono::hours(1),
                          [&](bool yes) { late.set_value(yes); });
    EXPECT_FALSE(late.get_future().get());

    const auto far = std::chrono::steady_clock::now() + std::chrono::hours(1);
    std::promise<bool> six, seven, eight, ninety;
    runtime->when_applied(6, far, [&](bool yes) { six.set_value(yes); });
    runtime->when_applied(90, far, [&](bool yes) { ninety.set_value(yes); });
    runtime->when_applied(7, far, [&](bool yes) { seven.set_value(yes); });  // there is no room
    EXPECT_FALSE(seven.get_future().get());
    EXPECT_EQ(runtime->status().waiters, 2U);
    append(1);
    EXPECT_TRUE(six.get_future().get());
    runtime->stop();
    EXPECT_FALSE(ninety.get_future().get());
    runtime->when_applied(90, far, [&](bool yes) { eight.set_value(yes); });
    EXPECT_FALSE(eight.get_future().get());
}

// This program again, as the process that is killed: follows the log into views and kills itself
// when a position is applied.
constexpr const char* child_log = "ALMANAC_TEST_CHILD_LOG";
constexpr const char* child_views = "ALMANAC_TEST_CHILD_VIEWS";
constexpr const char* child_position = "ALMANAC_TEST_CHILD_POSITION";

class ChildProcess final : public testing::Environment {
  public:
    void SetUp() override {
        if (std::getenv(child_log) == nullptr) return;
        const auto log =
            must(eventstore::Log::open(std::getenv(child_log), eventstore::LogMode::read_only));
        const auto store =
            must(ViewStore::open(std::getenv(child_views), log->log_id(), log->last_position(),
                                 {.write_buffer_bytes = 64 << 10}));
        Counting counting;
        Runtime killed(catalogue(), *log, *store, {&counting}, {}, {.batch_events_max = 16});
        killed.start();
        if (applied(killed, std::stoull(std::getenv(child_position)))) ::kill(::getpid(), SIGKILL);
        ::_exit(1);
    }
};
const auto* const child_process = testing::AddGlobalTestEnvironment(new ChildProcess);

// How a child that follows `log` into `views` ended.
int run_child(const std::filesystem::path& log, const std::filesystem::path& views,
              std::uint64_t position) {
    ::setenv(child_log, log.c_str(), 1);
    ::setenv(child_views, views.c_str(), 1);
    ::setenv(child_position, std::to_string(position).c_str(), 1);
    std::string program = "/proc/self/exe";
    char* arguments[] = {program.data(), nullptr};
    pid_t child = 0;
    const auto spawned =
        ::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ);
    ::unsetenv(child_log);
    if (spawned != 0) throw std::runtime_error("posix_spawn");
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_F(RuntimeTest, a_killed_process_leaves_rows_and_checkpoint_of_one_position) {
    append(3000);
    const auto views = house.path("killed");
    for (int round = 0; round < 3; ++round) {
        const auto status = run_child(house.path("data/p0000/log"), views, 200 + random() % 2700);
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        store = must(ViewStore::open(views, house.log().log_id(), last()));
        EXPECT_EQ(store->discarded(), "");
        const auto checkpoint = store->checkpoint("counting");
        expect_rows(checkpoint ? checkpoint->position : 0);
        store.reset();
    }
    Counting counting;
    start({&counting}, {}, "killed");
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(last());
}

TEST_F(RuntimeTest, a_copy_taken_while_it_runs_opens_at_one_position) {
    append(500);
    Counting counting;
    start({&counting}, {.batch_events_max = 16});
    ASSERT_TRUE(applied(*runtime, 400));
    store->flush();
    runtime->stop();
    std::filesystem::copy(house.path("views"), house.path("copy"));
    Counting again;
    start({&again}, {}, "copy");
    const auto begun = store->checkpoint("counting");
    ASSERT_TRUE(begun);
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(last());
}

// Every moment counts as busy here: what sets the views going again is what is tested.
const RuntimeOptions always_busy{
    .busy_events = 0, .give_way_events_max = 1'000'000, .give_way_max = std::chrono::hours{24}};

TEST_F(RuntimeTest, views_give_way_to_commands_until_enough_has_gathered) {
    Counting counting;
    auto options = always_busy;
    options.give_way_events_max = 50;
    start({&counting}, options);
    append(60);
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(60);
    EXPECT_LE(runtime->status().batches, 4U);  // not one for each of some thirty commands
}

TEST_F(RuntimeTest, who_waits_for_the_views_ends_their_giving_way) {
    Counting counting;
    start({&counting}, always_busy);
    append(5);
    ASSERT_TRUE(applied(*runtime, last()));
    expect_rows(5);
}

// None at all: they never give way.
TEST_F(RuntimeTest, views_that_gave_way_long_enough_catch_up_by_themselves) {
    for (const int give_way_ms : {1, 0}) {
        Counting counting;
        auto options = always_busy;
        options.give_way_max = std::chrono::milliseconds{give_way_ms};
        start({&counting}, options);
        append(20);
        while (runtime->applied_position() < last()) std::this_thread::yield();
        expect_rows(last());
        stop();
    }
}

TEST_F(RuntimeTest, two_projections_of_one_name_are_refused) {
    store = must(ViewStore::open(house.path("views"), house.log().log_id(), 0));
    Counting a, b;
    EXPECT_THROW(Runtime(catalogue(), house.log(), *store, {&a, &b}), std::logic_error);
}

}  // namespace
}  // namespace almanac::projections
