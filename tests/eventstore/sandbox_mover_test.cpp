// The mover by itself: who is let through, who waits, who is told; whatever the moves come to.
#include "eventstore/sandbox_mover.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "domain/house.hpp"
#include "domain/tenancy/sandbox.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SandboxMoverTest : public testing::Test {
  protected:
    // Everything is accepted at once; a move runs where `runs_` says so.
    SandboxMover& start(SandboxMoverOptions options) {
        mover_.emplace(
            clock_,
            [this](CommandRequest, CommandReply reply) {
                ++submitted_;
                reply(CommandAnswer{});
            },
            [this](Instant, std::move_only_function<void(bool)> done) { done(runs_); }, options);
        return *mover_;
    }
    using Answer = std::future<Result<CommandAnswer>>;
    Answer move(Instant to) {
        return with_reply([&](CommandReply reply) {
            mover_->move(house_request(catalogue_, "move_clock", kernel::system_tenant,
                                       tenancy::MoveClock{to}),
                         std::move(reply));
        });
    }
    Answer pass() {
        return with_reply([&](CommandReply reply) {
            mover_->pass(house_request(catalogue_, "move_clock", kernel::system_tenant,
                                       tenancy::MoveClock{}),
                         std::move(reply));
        });
    }
    template <class Fn>
    static Answer with_reply(Fn call) {
        const auto promise = std::make_shared<std::promise<Result<CommandAnswer>>>();
        auto answer = promise->get_future();
        call([promise](Result<CommandAnswer> got) { promise->set_value(std::move(got)); });
        return answer;
    }

    const kernel::Catalogue catalogue_ = build_catalogue();
    SandboxClock clock_{noon()};
    std::atomic<int> submitted_ = 0;
    std::atomic<bool> runs_ = true;
    std::optional<SandboxMover> mover_;
};

TEST_F(SandboxMoverTest, the_clock_stands_where_the_move_went) {
    start({});
    must(move(noon() + hours{1}).get());
    EXPECT_EQ(clock_.now(), noon() + hours{1});
    must(pass().get());
    EXPECT_EQ(submitted_, 2);
}

// A move whose time was over before its turn came leaves nothing behind that others would wait for.
TEST_F(SandboxMoverTest, a_move_that_never_began_holds_nobody_up) {
    start({.command_wait = seconds{60}, .move_wait = milliseconds{0}});
    for (int i = 1; i <= 100; ++i) {
        const auto told = move(noon() + hours{i}).get();
        ASSERT_TRUE(told || told.error().code == "clock_moving") << told.error().code;
        const auto passed = pass().get();
        ASSERT_TRUE(passed) << passed.error().code;
    }
    EXPECT_GE(submitted_, 100);
}

TEST_F(SandboxMoverTest, a_move_that_cannot_be_run_leaves_the_clock_where_it_was) {
    start({});
    runs_ = false;
    EXPECT_EQ(move(noon() + hours{1}).get().error().code, "read_only");
    EXPECT_EQ(clock_.now(), noon());
    must(pass().get());
    runs_ = true;
    must(move(noon() + hours{1}).get());
    EXPECT_EQ(clock_.now(), noon() + hours{1});
}

TEST_F(SandboxMoverTest, after_the_end_everybody_is_refused) {
    start({});
    mover_->stop();
    EXPECT_EQ(move(noon() + hours{1}).get().error().code, "stopping");
    EXPECT_EQ(pass().get().error().kind, kernel::RejectionKind::unavailable);
    EXPECT_EQ(submitted_, 0);
}

}  // namespace
}  // namespace almanac::eventstore
