// How a query waits for the views: where it runs, what it holds back, what it is told.
#include <latch>
#include <set>

#include "tests/gateway/views_fixture.hpp"

namespace almanac::gateway {
namespace {

using namespace std::chrono_literals;
using eventstore::Gate;

TEST_F(ViewsTest, a_slow_query_that_waited_does_not_hold_the_views_back) {
    const auto asked = ask_beyond(1);
    Gate slow;
    std::promise<void> begun;
    std::promise<void> ended;
    views_->when_fresh(asked.call, Reads::bookings, [&] {
        begun.set_value();
        slow.pass();
        ended.set_value();
    });
    make_tenant("one");
    begun.get_future().wait();
    // The query is at work: the views go on all the same, and so does another query that waits.
    const auto before = last();
    const auto another = ask_beyond(1);
    std::promise<std::uint64_t> seen;
    auto seen_position = seen.get_future();
    views_->when_fresh(another.call, Reads::bookings,
                       [&] { seen.set_value(views().applied_position(Reads::bookings)); });
    make_tenant("two");
    EXPECT_TRUE(applied(last()));
    const bool answered = seen_position.wait_for(watchdog) == std::future_status::ready;
    slow.open();
    ended.get_future().wait();
    ASSERT_TRUE(answered);
    EXPECT_GT(seen_position.get(), before);
}

TEST_F(ViewsTest, who_books_does_not_wait_for_reports) {
    make_tenant("one");
    ASSERT_TRUE(applied(last()));
    views().reports->stop();
    make_tenant("two");
    auto booking = ask({{"prefer", "wait=20"}});
    std::promise<void> booked;
    views_->when_fresh(booking.call, Reads::bookings, [&] { booked.set_value(); });
    EXPECT_EQ(booked.get_future().wait_for(watchdog), std::future_status::ready);
    EXPECT_EQ(views().applied_position(Reads::bookings), last());
    EXPECT_LT(views().applied_position(Reads::reports), last());
    EXPECT_EQ(views().status().applied_position, views().applied_position(Reads::reports));
    auto report = ask({{"prefer", "wait=0"}});
    views_->when_fresh(report.call, Reads::reports, [] { FAIL() << "nobody keeps it"; });
    report.call.reset();
    EXPECT_EQ(report.answer.get().status, 503);
}

TEST_F(ViewsTest, who_reads_a_report_waits_for_what_is_booked_too) {
    make_tenant("one");
    ASSERT_TRUE(applied(last()));
    views().bookings->stop();
    make_tenant("two");
    std::promise<bool> reported;
    views().reports->when_applied(last(), std::chrono::steady_clock::now() + watchdog,
                                  [&](bool yes) { reported.set_value(yes); });
    ASSERT_TRUE(reported.get_future().get());
    EXPECT_LT(views().applied_position(Reads::reports), last());
    auto report = ask({{"prefer", "wait=20"}});
    views_->when_fresh(report.call, Reads::reports, [] { FAIL() << "availability is behind"; });
    report.call.reset();
    EXPECT_EQ(report.answer.get().status, 503);
}

TEST_F(ViewsTest, what_either_keeps_is_there_after_a_restart) {
    make_tenant("one");
    ASSERT_TRUE(applied(last()));
    const auto names = views().store->names();
    const auto before = last();
    store_->close();
    views_->stop();
    views_.reset();
    store_.reset();
    store_ = eventstore::must(eventstore::Store::open(directory_.path() / "data", catalogue_, {}));
    views_ = eventstore::must(Views::open(*store_));
    eventstore::must(store_->finish_begun());
    views_->start();
    ASSERT_TRUE(applied(last()));
    EXPECT_EQ(views().store->names(), names);
    EXPECT_EQ(names.size(), views().models->projections().size() + 1);
    EXPECT_EQ(views().status().events, 2 * (last() - before));  // each its own, nothing again
}

TEST_F(ViewsTest, slow_reports_hold_up_nobody_who_books) {
    Gate slow;
    std::promise<void> begun;
    std::latch ended(2);
    std::atomic<bool> first = true;
    for (int i = 0; i < 2; ++i) {
        views_->when_fresh(ask_beyond(1).call, Reads::reports, [&] {
            if (first.exchange(false)) begun.set_value();
            slow.pass();
            ended.count_down();
        });
    }
    make_tenant("one");
    begun.get_future().wait();
    std::promise<void> booked;
    auto answered = booked.get_future();
    views_->when_fresh(ask_beyond(1).call, Reads::bookings, [&] { booked.set_value(); });
    make_tenant("two");
    const bool in_time = answered.wait_for(watchdog) == std::future_status::ready;
    slow.open();
    ended.wait();
    answered.wait();
    EXPECT_TRUE(in_time);
}

TEST_F(ViewsTest, every_view_is_kept_by_one_of_the_two) {
    make_tenant("one");
    ASSERT_TRUE(applied(last()));
    std::set<std::string> kept;
    for (const auto& each : views().status().projections)
        EXPECT_TRUE(kept.insert(each.name).second) << each.name;
    EXPECT_EQ(kept.size(), views().models->projections().size() + 1);
    EXPECT_EQ(views().read_by("find_slots"), Reads::bookings);
    EXPECT_EQ(views().read_by("free_busy"), Reads::bookings);
    EXPECT_EQ(views().read_by("list_schedules"), Reads::bookings);
    EXPECT_EQ(views().read_by("dashboard"), Reads::reports);
}

class LateViewsTest : public ViewsTest {
  protected:
    LateViewsTest() : ViewsTest(false) {}
};

TEST_F(LateViewsTest, what_follows_a_barrier_does_not_hold_the_views_back) {
    make_tenant("one");
    Gate slow;
    std::promise<bool> begun;
    std::promise<void> ended;
    views_->when_all_applied(*store_, std::chrono::steady_clock::now() + watchdog, [&](bool all) {
        begun.set_value(all);
        slow.pass();
        ended.set_value();
    });
    views_->start();
    EXPECT_TRUE(begun.get_future().get());
    make_tenant("two");
    EXPECT_TRUE(applied(last()));
    slow.open();
    ended.get_future().wait();
}

TEST_F(ViewsTest, a_read_of_the_log_waits_for_nothing_but_the_position_it_names) {
    make_tenant("one");
    bool ran = false;
    views_->when_logged(ask({}).call, [&] { ran = true; });
    EXPECT_TRUE(ran);
    const auto beyond = ask_beyond(1);
    std::promise<void> reached;
    views_->when_logged(beyond.call, [&] { reached.set_value(); });
    make_tenant("two");
    EXPECT_EQ(reached.get_future().wait_for(watchdog), std::future_status::ready);
    auto ahead = ask({{"almanac-min-position", "0-1000000"}, {"prefer", "wait=0"}});
    views_->when_logged(ahead.call, [] { FAIL() << "it is not there"; });
    ahead.call.reset();
    EXPECT_EQ(ahead.answer.get().status, 503);
}

TEST_F(ViewsTest, a_position_that_is_none_of_this_partition_is_a_400_whatever_is_read) {
    for (const auto* position : {"", "7", "0-", "-1", "0-x", "0-1-1", "1-1"}) {
        auto of_view = ask({{"almanac-min-position", position}});
        views_->when_fresh(of_view.call, Reads::bookings, [] { FAIL() << "malformed"; });
        of_view.call.reset();
        EXPECT_EQ(of_view.answer.get().status, 400) << position;
        auto of_log = ask({{"almanac-min-position", position}});
        views_->when_logged(of_log.call, [] { FAIL() << "malformed"; });
        of_log.call.reset();
        EXPECT_EQ(of_log.answer.get().status, 400) << position;
    }
}

TEST_F(ViewsTest, eventual_waits_for_the_position_it_names_all_the_same) {
    auto asked = ask({{"almanac-consistency", "eventual"},
                      {"almanac-min-position", "0-1000000"},
                      {"prefer", "wait=0"}});
    views_->when_fresh(asked.call, Reads::bookings, [] { FAIL() << "it is not there"; });
    asked.call.reset();
    EXPECT_EQ(asked.answer.get().status, 503);
}

TEST_F(ViewsTest, a_query_that_need_not_wait_runs_at_once_where_it_is_asked) {
    make_tenant("one");
    ASSERT_TRUE(applied(last()));
    std::thread::id ran_on;
    for (const std::vector<Header>& headers :
         {std::vector<Header>{}, {{"almanac-min-position", "0-1"}}}) {
        ran_on = {};
        views_->when_fresh(ask(headers).call, Reads::bookings,
                           [&] { ran_on = std::this_thread::get_id(); });
        EXPECT_EQ(ran_on, std::this_thread::get_id());
    }
    ran_on = {};
    views_->when_fresh(ask({{"almanac-consistency", "eventual"}}).call, Reads::bookings,
                       [&] { ran_on = std::this_thread::get_id(); });
    EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST_F(ViewsTest, what_takes_long_runs_beside_whoever_asks_though_it_need_not_wait) {
    make_tenant("one");
    ASSERT_TRUE(applied(last()));
    for (const auto reads : {Reads::bookings, Reads::reports}) {
        std::promise<std::thread::id> ran_on;
        views_->when_fresh_on_worker(ask({}).call, reads,
                                     [&] { ran_on.set_value(std::this_thread::get_id()); });
        EXPECT_NE(ran_on.get_future().get(), std::this_thread::get_id());
    }
    auto malformed = ask({{"almanac-min-position", "x"}});
    views_->when_fresh_on_worker(malformed.call, Reads::bookings, [] { FAIL() << "malformed"; });
    malformed.call.reset();
    EXPECT_EQ(malformed.answer.get().status, 400);
}

TEST_F(ViewsTest, a_view_that_stays_behind_is_a_503_with_retry_after) {
    auto asked = ask({{"almanac-min-position", "0-1000000"}, {"prefer", "wait=0"}});
    views_->when_fresh(asked.call, Reads::bookings, [] { FAIL() << "it cannot be fresh"; });
    asked.call.reset();
    ASSERT_EQ(asked.answer.wait_for(watchdog), std::future_status::ready);
    const auto answer = asked.answer.get();
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.body.find(R"("code":"view_behind")"), std::string::npos);
    EXPECT_NE(answer.body.find(R"("retryable":true)"), std::string::npos);
    EXPECT_EQ(std::ranges::count(answer.headers, Header{"Retry-After", "1"}), 1);
}

TEST_F(ViewsTest, who_waits_when_the_views_stop_is_told) {
    auto asked = ask_beyond(1'000);
    views_->when_fresh(asked.call, Reads::bookings, [] { FAIL() << "it cannot be fresh"; });
    asked.call.reset();
    views_->stop();
    EXPECT_EQ(asked.answer.get().status, 503);
}

TEST_F(ViewsTest, a_query_that_throws_is_a_500_and_the_next_one_runs) {
    auto asked = ask_beyond(1);
    views_->when_fresh(asked.call, Reads::bookings,
                       [call = asked.call] { throw std::runtime_error("a fault"); });
    asked.call.reset();
    make_tenant("one");
    EXPECT_EQ(asked.answer.get().status, 500);
    const auto next = ask_beyond(1);
    std::promise<void> ran;
    views_->when_fresh(next.call, Reads::bookings, [&] { ran.set_value(); });
    make_tenant("two");
    ran.get_future().wait();
}

TEST(QueryWorkers, takes_no_more_than_its_queue_and_ends_what_it_took) {
    QueryWorkers workers(1, 2);
    Gate gate;
    std::promise<void> begun;
    std::atomic<int> ran = 0;
    ASSERT_TRUE(workers.submit([&] {
        begun.set_value();
        gate.pass();
        ++ran;
    }));
    begun.get_future().wait();
    EXPECT_TRUE(workers.submit([&] { ++ran; }));
    EXPECT_TRUE(workers.submit([&] { ++ran; }));
    QueryWorkers::Work refused = [&] { ++ran; };
    EXPECT_FALSE(workers.submit(std::move(refused)));
    EXPECT_TRUE(refused != nullptr);  // NOLINT(bugprone-use-after-move): untouched where refused
    gate.open();
    workers.stop();
    EXPECT_EQ(ran, 3);
    EXPECT_FALSE(workers.submit([&] { ++ran; }));
}

}  // namespace
}  // namespace almanac::gateway
