// Policies: live events only, each effect once across crash, retry and downtime.
#include "eventstore/policy_runtime.hpp"

#include <set>
#include <thread>

#include "tests/eventstore/faulty_disk.hpp"
#include "tests/eventstore/policy_fixture.hpp"

namespace almanac::eventstore {
namespace {
using std::chrono::hours;
using std::chrono::minutes;

TEST_F(PolicyTest, an_effect_is_an_event_with_its_source) {
    init();
    open();
    ask(1, 1, "now");
    ASSERT_TRUE(settle());
    const auto made = effects(1);
    ASSERT_EQ(made.size(), 1U);
    const auto& effect = made.front();
    const auto source = must(store_->partition(0).log().record(
        must(store_->partition(0).log().tenant_positions(tenant_number(1), 0, 1)).at(0)));
    const auto id = kernel::to_string(source.id);
    EXPECT_EQ(effect.tags,
              (Told{"task:" + kernel::to_string(task(1)), "effect:lab.clerk/" + id + "/answer"}));
    EXPECT_EQ(effect.actor, (Actor{"policy", "lab.clerk"}));
    EXPECT_EQ(effect.causation_id, id);
    EXPECT_EQ(effect.correlation_id, source.correlation_id);
}

TEST_F(PolicyTest, policies_react_to_what_policies_do) {
    init();
    open({.echoes = true});
    ask(1, 1, "twice");
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1),
              (Told{"12:00 answered one", "12:00 answered two", "12:00 echoed", "12:00 echoed"}));
}

TEST_F(PolicyTest, policies_that_answer_each_other_without_end_are_stopped) {
    init();
    open({.echoes = true, .quarrel = true});
    const auto links = static_cast<std::size_t>(TurnLimits{}.links_max);
    ask(1, 1, "now");
    ask(2, 1, "now");
    ASSERT_TRUE(settle());
    for (std::uint8_t tenant = 1; tenant <= 2; ++tenant) {
        ASSERT_EQ(story(tenant).size(), links);
        EXPECT_EQ(story(tenant).at(2), "12:00 answered again");
    }
    EXPECT_EQ(status().lag, 0U);
    EXPECT_EQ(status().set_aside_total, 2U);
    const std::string why =
        "lab.parrot It is the end of 16 reactions in a row, each to the one before: policies "
        "answer "
        "each other without end.";
    EXPECT_EQ(aside_told, (Told{why, why}));
    // A start tries once more, and is stopped again; a repaired program goes through.
    open({.echoes = true, .quarrel = true});
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().set_aside_total, 2U);
    EXPECT_LE(story(1).size(), 2 * links);
    const auto before = story(1).size();
    open({.quarrel = true});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1).size(), before + 1);
    EXPECT_EQ(status().set_aside_total, 0U);
}

TEST_F(PolicyTest, a_chain_that_grows_broad_is_stopped_too) {
    init();
    open({.echoes = true, .quarrel = true, .policies = {.turn = {.chain_max = 3}}});
    ask(1, 1, "now");
    ask(1, 2, "now");  // a chain of its own
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1).size(), 6U);
    EXPECT_EQ(status().set_aside_total, 2U);
    const std::string why =
        "lab.echo 3 events follow from one: policies answer each other without end.";
    EXPECT_EQ(aside_told, (Told{why, why}));
}

TEST_F(PolicyTest, a_start_runs_nothing_again) {
    init();
    open({.echoes = true});
    ask(1, 1, "now");
    ASSERT_TRUE(settle());
    const auto before = story(1);
    for (int i = 0; i < 3; ++i) {
        open({.echoes = true});
        ASSERT_TRUE(settle());
        EXPECT_EQ(story(1), before);
    }
}

// The server died after the event was durable and before the policy reacted.
TEST_F(PolicyTest, what_happened_before_a_crash_is_reacted_to_after_it) {
    init();
    open();
    ASSERT_TRUE(settle());
    open({.policies_run = false});
    ask(1, 1, "now");
    ask(1, 2, "later", noon() + hours{1});
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"12:00 answered now"}));
    EXPECT_EQ(status().timers_pending, 1U);
}

TEST_F(PolicyTest, an_effect_happens_once_though_its_source_is_seen_again) {
    init();
    open({.echoes = true});
    std::string older;
    ASSERT_TRUE(settle());
    const auto key = checkpoint_key("lab.clerk");
    older = must(store_->partition(0).log().get(Space::policies, key)).value();
    ask(1, 1, "twice");
    ask(1, 2, "later", noon() + hours{1});
    set_time(noon() + hours{2});
    ASSERT_TRUE(settle());
    const auto before = story(1);
    EXPECT_EQ(before.size(), 6U);
    // As after a restore of older checkpoints: every source comes once more, timers too.
    std::promise<void> done;
    Job job;
    job.decide = [&](Stage& stage) { stage.put(Space::policies, key, older); };
    job.done = [&](Outcome) { done.set_value(); };
    store_->partition(0).policies().stop();
    must(store_->partition(0).writer().submit(std::move(job)));
    done.get_future().get();
    const int reacted = lab::reacted;
    open({.echoes = true});
    ASSERT_TRUE(settle());
    EXPECT_EQ(lab::reacted, reacted + 2);
    EXPECT_EQ(story(1), before);
    EXPECT_EQ(status().timers_pending, 0U);
}

TEST_F(PolicyTest, a_disk_that_fails_loses_and_doubles_nothing) {
    init();
    for (int failing = 0; failing < 4; ++failing) {
        FaultyDisk disk;
        open({.echoes = true, .env = disk.env()});
        ASSERT_TRUE(settle());
        store_->partition(0).policies().stop();
        const auto number = static_cast<std::uint8_t>(10 + failing);
        ask(1, number, "now");
        open({.echoes = true, .policies_run = false, .env = disk.env()});
        disk.fail_log_syncs(true);
        must(store_->start_policies());  // its first turn cannot be written
        EXPECT_TRUE(store_->partition(0).writer().status().read_only);
        close();
        disk.fail_log_syncs(false);
        open({.echoes = true});
        ASSERT_TRUE(settle());
        EXPECT_EQ(story(1).size(), 2U * static_cast<std::size_t>(failing + 1));
    }
}

TEST_F(PolicyTest, a_new_policy_starts_at_the_end_of_the_log_unless_told_otherwise) {
    init();
    open();
    ask(1, 1, "now");
    ASSERT_TRUE(settle());
    open({.echoes = true});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"12:00 answered now"}));
    ask(1, 2, "now");
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1).size(), 3U);
}

TEST_F(PolicyTest, a_policy_that_is_to_know_the_past_starts_at_its_beginning) {
    init();
    open();
    for (std::uint8_t i = 1; i <= 5; ++i) ask(1, i, "now");
    ASSERT_TRUE(settle());
    open({.echoes = true, .echoes_from_beginning = true});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1).size(), 10U);
}

TEST_F(PolicyTest, a_policy_that_is_gone_runs_nothing_and_goes_on_when_it_is_back) {
    init();
    open();
    ask(1, 1, "later", noon() + hours{1});
    ASSERT_TRUE(settle());
    open({.clerk = false});
    ask(1, 2, "now");
    set_time(noon() + hours{2});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), Told{});
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"14:00 answered now", "14:00 answered later"}));
}

// 18 MB, where a batch takes eight: none of the effects is lost, none comes twice.
TEST_F(PolicyTest, a_reaction_larger_than_a_batch_takes_several) {
    init();
    open({.echoes = true});
    ask(1, 1, "huge");
    ask(1, 2, "now");
    ASSERT_TRUE(settle());
    std::multiset<std::string> answered;
    int echoed = 0;
    for (const auto& line : story(1)) {
        const auto what = line.find("answered ");
        echoed += what == line.npos ? 1 : 0;
        if (what != line.npos) answered.insert(line.substr(what + 9, line.find('.') - what - 9));
    }
    std::multiset<std::string> expected{"now"};
    for (int i = 0; i < lab::huge_answers; ++i) expected.insert(std::to_string(i));
    EXPECT_EQ(answered, expected);
    EXPECT_EQ(echoed, lab::huge_answers + 1);
    EXPECT_EQ(status().rejected, 0U);
    EXPECT_EQ(status().set_aside_total, 0U);
}

TEST_F(PolicyTest, a_rejection_is_the_final_answer) {
    init();
    open();
    ask(1, 1, "refuse");
    ask(1, 2, "now");
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"12:00 answered now"}));
    EXPECT_EQ(status().rejected, 1U);
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().rejected, 0U);
    EXPECT_EQ(rejected, (Told{"lab.clerk/answer lab.refused"}));
}

TEST_F(PolicyTest, what_cannot_be_decided_now_is_tried_again) {
    init();
    open({.policies = {.turn = {.tries_max = 1'000'000},
                       .retry_first = std::chrono::milliseconds{0}}});
    for (const std::string wish : {"break_reaction", "break_command", "break_house", "half"}) {
        SCOPED_TRACE(wish);
        const auto before = story(1).size();
        lab::broken = true;
        ask(1, static_cast<std::uint8_t>(before + 1), wish);
        ask(1, static_cast<std::uint8_t>(before + 100), "now");
        while (status().failure.empty()) std::this_thread::yield();
        lab::broken = false;
        ASSERT_TRUE(settle());
        EXPECT_EQ(story(1).size(), before + (wish == "half" ? 3 : 2));
        EXPECT_EQ(status().failure, "");
    }
    EXPECT_EQ(status().set_aside_total, 0U);
}

TEST_F(PolicyTest, what_never_goes_through_is_set_aside_and_the_others_go_on) {
    init();
    open({.echoes = true});
    lab::broken = true;
    const Told wishes{"break_reaction", "break_command", "break_house", "large"};
    for (std::uint8_t i = 0; i < 4; ++i) {
        ask(1, i, wishes[i]);
        ask(2, i, "now");
    }
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), Told{});
    EXPECT_EQ(story(2).size(), 8U);
    EXPECT_EQ(status().set_aside_total, 4U);
    EXPECT_EQ(aside_told, (Told{"lab.clerk cannot react", "lab.clerk lab.not_now: Not now.",
                                "lab.clerk lab is on fire",
                                "lab.clerk A timer's key has 1 to 128 bytes, none of them zero."}));
    // It is on the disk, tried once at every start, and gone when it goes through.
    open({.echoes = true});
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().set_aside_total, 4U);
    lab::broken = false;
    open({.echoes = true});
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().set_aside_total, 1U);
    EXPECT_EQ(story(1).size(), 6U);
}

class SetAsideTimerTest : public PolicyTest {
  protected:
    // A timer came due while nothing went through.
    void set_one_aside() {
        init();
        open();
        ask(1, 1, "later", noon() + hours{1});
        ASSERT_TRUE(settle());
        lab::broken = true;
        set_time(noon() + hours{2});
        ASSERT_TRUE(settle());
        EXPECT_EQ(status().set_aside_total, 1U);
    }
};

TEST_F(SetAsideTimerTest, a_timer_that_never_goes_through_is_set_aside_too) {
    ASSERT_NO_FATAL_FAILURE(set_one_aside());
    EXPECT_EQ(status().timers_pending, 0U);
    lab::broken = false;
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"14:00 answered later"}));
    EXPECT_EQ(status().set_aside_total, 0U);
}

// The appointment was moved meanwhile: its new timer is not the old one's to take away.
TEST_F(SetAsideTimerTest, a_timer_set_aside_leaves_the_one_that_was_set_after_it) {
    ASSERT_NO_FATAL_FAILURE(set_one_aside());
    lab::broken = false;
    ask(1, 1, "later", noon() + hours{5});
    ASSERT_TRUE(settle());
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"14:00 answered later"}));
    EXPECT_EQ(status().set_aside_total, 0U);
    EXPECT_EQ(status().timers_pending, 1U);
    set_time(noon() + hours{5});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1), (Told{"14:00 answered later", "17:00 answered later"}));
}

// A throw takes back all of its turn: the retries before it that went through, too.
TEST_F(PolicyTest, one_that_throws_once_more_takes_no_other_retry_with_it) {
    init();
    open();
    lab::broken = true;
    for (std::uint8_t i = 0; i < 5; ++i) ask(1, i, i == 2 ? "break_house" : "break_command");
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().set_aside_total, 5U);
    lab::broken = false;
    lab::house_burns = true;
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().set_aside_total, 1U);
    EXPECT_EQ(story(1).size(), 4U);
    lab::house_burns = false;
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().set_aside_total, 0U);
    EXPECT_EQ(story(1).size(), 5U);
}

TEST_F(PolicyTest, what_nobody_reacts_to_costs_no_sync) {
    init();
    open();
    ask(1, 1, "now");
    ASSERT_TRUE(settle());
    const auto before = store_->partition(0).writer().status();
    for (std::uint8_t i = 0; i < 100; ++i) ask(1, i, "quiet");
    const auto after = store_->partition(0).writer().status();
    EXPECT_EQ(after.jobs - before.jobs, 100U);
    EXPECT_EQ(after.batches - before.batches, 100U);
    EXPECT_EQ(status().lag, 0U);
}

TEST_F(PolicyTest, a_start_looks_at_a_bounded_part_of_the_log) {
    init();
    PolicyOptions small;
    small.checkpoint_positions_max = 10;
    open({.policies = small});
    for (std::uint8_t i = 0; i < 100; ++i) ask(1, i, "quiet");
    ASSERT_TRUE(settle());
    lab::reacted = 0;
    open({.policies = small});
    ASSERT_TRUE(settle());
    EXPECT_LE(lab::reacted, 20);
}

TEST_F(PolicyTest, an_inbox_that_overflows_is_read_from_the_log) {
    init();
    const PolicyOptions few{.turn = {.sources_max = 3}, .inbox_events_max = 2};
    const PolicyOptions small{.turn = {.sources_max = 3}, .inbox_bytes_max = 100};
    std::uint8_t tenant = 0;
    for (const auto& options : {few, small}) {
        open({.echoes = true, .policies = options});
        ++tenant;
        std::vector<std::future<Result<CommandAnswer>>> answers;
        for (std::uint8_t i = 0; i < 200; ++i) {
            answers.push_back(
                submit("ask", tenant_number(tenant), lab::Ask{task(i), "now", {}, 1}));
        }
        for (auto& answer : answers) must(answer.get());
        ASSERT_TRUE(settle());
        EXPECT_EQ(story(tenant).size(), 400U);
        EXPECT_EQ(status().lag, 0U);
    }
}

}  // namespace
}  // namespace almanac::eventstore
