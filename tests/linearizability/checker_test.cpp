// The checker can fail: a true history is changed in one place, as a broken store would answer.
#include "tests/linearizability/checker.hpp"

#include <gtest/gtest.h>

#include "tests/linearizability/clients.hpp"

namespace almanac::linearizability {
namespace {
using eventstore::draft;
using eventstore::tenant_number;

// One client: two appends, a read, a refusal, an append of three events on a condition, reads.
class Doctored : public testing::Test {
  protected:
    enum Step : std::size_t { a, b, read_a, refused, three, read_all, read_a_again };

    Doctored() {
        clock_.set(eventstore::noon());
        Recorder client(*store_, ticks_);
        const auto tenant = tenant_number(1);
        const auto of_a = Query::tagged("thing:a");
        client.append(tenant, {draft("test.a", {"thing:a"})});
        client.append(tenant, {draft("test.b", {"thing:b"})});
        client.read(tenant, of_a);
        client.append(tenant, {draft("test.c", {"thing:a"})}, AppendCondition{of_a, 0});
        client.append(tenant,
                      {draft("test.d", {"thing:a"}), draft("test.d", {"thing:a"}),
                       draft("test.e", {"thing:b"})},
                      AppendCondition{of_a, 1});
        client.read(tenant, Query::all(), 1, 3);
        client.read(tenant, of_a);
        history_ = client.history;
        events_ = all_events(*store_);
    }
    std::string fault() const { return find_fault(history_, events_).value_or("none"); }
    void expect_fault(std::string_view what) const {
        EXPECT_NE(fault().find(what), std::string::npos) << fault();
    }

    eventstore::ManualClock clock_{eventstore::noon()};
    std::unique_ptr<EventStore> store_ = eventstore::make_memory_store(clock_);
    std::atomic<std::uint64_t> ticks_ = 1;
    History history_;
    Events events_;
};

TEST_F(Doctored, the_true_history_has_no_fault) {
    ASSERT_EQ(history_.size(), 7U);
    ASSERT_EQ(events_.size(), 5U);
    EXPECT_EQ(history_[refused].code, "append_condition_failed");
    EXPECT_EQ(fault(), "none");
}

TEST_F(Doctored, a_lost_append) {
    events_.resize(2);
    expect_fault("an acknowledged append is lost");
}
TEST_F(Doctored, a_lost_append_whose_place_another_one_took) {
    events_[1] = events_[0];
    events_[1].position = 2;
    events_[1].record.sequence = 1;
    expect_fault("is not where it was told");
}
TEST_F(Doctored, half_a_command) {
    events_.resize(4);
    expect_fault("a command is not whole");
}
TEST_F(Doctored, a_gap) {
    events_.erase(events_.begin() + 1);
    expect_fault("the list has a gap");
}
TEST_F(Doctored, an_event_that_changed) {
    events_[0].record.data = R"({"n":1})";
    expect_fault("is not where it was told");
}
TEST_F(Doctored, an_event_that_changed_its_bytes_alone) {
    events_[0].record.leaf[0] ^= 1;
    expect_fault("a read answers what no moment of the list says");
}
TEST_F(Doctored, an_event_of_a_refused_append) {
    auto event = events_.back();
    event.position = 6;
    event.record.sequence = 5;
    event.record.index = 0;
    event.record.count = 1;
    events_.push_back(event);
    expect_fault("nobody was told of this event");
}
TEST_F(Doctored, two_appends_at_one_place) {
    auto twice = history_[a];
    twice.invoked_at = ticks_++;
    twice.returned_at = ticks_++;
    history_.push_back(twice);
    expect_fault("two appends were told this place");
}
TEST_F(Doctored, an_append_against_its_condition) {
    history_[three].condition->after = 0;
    expect_fault("accepted against its condition");
}

TEST_F(Doctored, a_refusal_that_nothing_explains) {
    history_[refused].condition->fail_if_events_match = Query::tagged("thing:none");
    expect_fault("nothing ever broke its condition");
}
// What breaks the condition came only after the answer.
TEST_F(Doctored, a_refusal_too_early) {
    history_[refused].condition->after = 1;
    expect_fault("an append stands before what was seen before it");
}
TEST_F(Doctored, a_refusal_for_another_reason) {
    history_[refused].code = "not_started";
    expect_fault("refused for no condition");
}
TEST_F(Doctored, a_refusal_too_early_is_right_while_both_are_under_way) {
    history_[refused].condition->after = 1;
    history_[refused].returned_at = history_[three].returned_at;
    EXPECT_EQ(fault(), "none");
}

TEST_F(Doctored, a_reordered_pair) {
    std::swap(history_[a].invoked_at, history_[b].invoked_at);
    std::swap(history_[a].returned_at, history_[b].returned_at);
    expect_fault("an append stands before what was seen before it");
}
TEST_F(Doctored, a_pair_that_overlaps_may_have_any_order) {
    auto &first = history_[a], &second = history_[b];
    std::swap(first.invoked_at, second.invoked_at);
    std::swap(first.invoked_at, second.returned_at);
    std::swap(first.invoked_at, first.returned_at);
    ASSERT_LT(second.invoked_at, first.invoked_at);
    ASSERT_LT(second.returned_at, first.returned_at);
    ASSERT_LT(first.invoked_at, second.returned_at);
    EXPECT_EQ(fault(), "none");
}

TEST_F(Doctored, a_read_torn_within_a_command) {
    history_[read_a_again].invoked_at = history_[three].invoked_at;  // so it may miss all of it
    history_[read_a_again].answer.pop_back();  // the first of the three events, not the second
    expect_fault("a moment that it cannot have seen");
}
TEST_F(Doctored, a_read_with_a_hole) {
    history_[read_a_again].answer.erase(history_[read_a_again].answer.begin() + 1);
    expect_fault("a read answers what no moment of the list says");
}
TEST_F(Doctored, a_stale_read) {
    history_[read_a_again].answer.resize(1);
    expect_fault("a moment that it cannot have seen");
}
TEST_F(Doctored, a_read_of_the_future) {
    history_[read_a].answer = history_[read_a_again].answer;
    expect_fault("an append stands before what was seen before it");
}
TEST_F(Doctored, two_reads_that_go_back) {
    // Both are under way with the append, but the second began when the first had seen it.
    history_[three].invoked_at = history_[a].returned_at;
    history_[three].returned_at = ticks_ + 1;
    history_[read_a_again].answer.resize(1);
    expect_fault("a moment that it cannot have seen");
}
TEST_F(Doctored, a_read_out_of_order) {
    std::swap(history_[read_all].answer[0], history_[read_all].answer[1]);
    expect_fault("a read answers what no moment of the list says");
}
TEST_F(Doctored, a_read_beyond_its_limit) {
    history_[read_all].limit = 2;
    expect_fault("more than its limit");
}
TEST_F(Doctored, a_read_that_failed) {
    history_[read_all].code = "corrupt";
    expect_fault("a read failed");
}

// Of what really happened under many clients, too, nothing can be taken away unseen.
TEST(DoctoredAtRandom, every_event_that_is_taken_out_of_a_read_is_missed) {
    eventstore::ManualClock clock{eventstore::noon()};
    const auto store = eventstore::make_memory_store(clock);
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto history = run_clients(*store, seed);
    const auto events = all_events(*store);
    ASSERT_EQ(find_fault(history, events), std::nullopt);
    int doctored = 0;
    for (std::size_t i = 0; i < history.size() && doctored < 20; i += 97) {
        if (history[i].answer.size() < 2) continue;
        ++doctored;
        auto whole = history[i].answer;
        history[i].answer.erase(history[i].answer.begin());
        EXPECT_NE(find_fault(history, events), std::nullopt) << i;
        history[i].answer = std::move(whole);
    }
    EXPECT_GT(doctored, 5);
}

}  // namespace
}  // namespace almanac::linearizability
