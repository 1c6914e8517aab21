// The log's appends with conditions and its reads, under random concurrent clients, are those of
// the sequential model. ALMANAC_HISTORY_SEED repeats what the clients of a run ask.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/linearizability/checker.hpp"
#include "tests/linearizability/clients.hpp"

namespace almanac::linearizability {
namespace {

std::uint64_t seed_of_run() {
    const char* given = std::getenv("ALMANAC_HISTORY_SEED");
    return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

// A history in which nothing could go wrong has proven nothing.
void expect_telling(const History& history, const Events& events) {
    std::size_t accepted = 0, refused = 0, reads = 0, overlapping = 0;
    for (const auto& operation : history) {
        reads += operation.kind == Operation::Kind::read;
        if (operation.kind != Operation::Kind::append) continue;
        (operation.code.empty() ? accepted : refused) += 1;
        overlapping += operation.returned_at > operation.invoked_at + 1;
    }
    std::cout << accepted << " appends, " << refused << " refusals, " << reads << " reads, "
              << overlapping << " appends while others were under way, " << events.size()
              << " events\n";
    EXPECT_GT(accepted, 500U);
    EXPECT_GT(refused, 200U);
    EXPECT_GT(reads, 1'000U);
    EXPECT_GT(events.size(), accepted);
}

class Linearizable : public eventstore::WriterTest, public testing::WithParamInterface<bool> {
  protected:
    void start_as_told() { start({}, GetParam() ? eventstore::WriterOptions{} : never_alone()); }
};
INSTANTIATE_TEST_SUITE_P(Writer, Linearizable, testing::Bool(), [](const auto& alone) {
    return alone.param ? "small_batches_by_one_thread" : "every_batch_by_three_threads";
});

TEST_P(Linearizable, random_clients_see_one_list) {
    const auto seed = seed_of_run();
    SCOPED_TRACE("ALMANAC_HISTORY_SEED=" + std::to_string(seed));
    std::cout << "ALMANAC_HISTORY_SEED=" << seed << "\n";
    start_as_told();
    auto store = make_log_store(log(), *writer_);
    const auto history = run_clients(*store, seed);
    const auto events = all_events(*store);
    EXPECT_EQ(find_fault(history, events), std::nullopt);
    expect_telling(history, events);

    // The same list is there after a start.
    store.reset();
    reopen();
    start_as_told();
    store = make_log_store(log(), *writer_);
    EXPECT_EQ(find_fault(history, all_events(*store)), std::nullopt);
}

TEST(LinearizableModel, random_clients_of_the_store_in_memory_see_one_list) {
    const auto seed = seed_of_run();
    SCOPED_TRACE("ALMANAC_HISTORY_SEED=" + std::to_string(seed));
    eventstore::ManualClock clock{eventstore::noon()};
    const auto store = eventstore::make_memory_store(clock);
    const auto history = run_clients(*store, seed);
    EXPECT_EQ(find_fault(history, all_events(*store)), std::nullopt);
}

}  // namespace
}  // namespace almanac::linearizability
