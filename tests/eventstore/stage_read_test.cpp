// Reads of the whole partition from within a job: durable, in flight and staged, nothing twice and
// nothing missing.
#include <iostream>
#include <map>

#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {

class StageRead : public WriterTest {
  protected:
    // What the batches hold so far goes to the disk while later jobs are decided.
    std::vector<std::future<Outcome>> jobs;
    ~StageRead() override {
        for (auto& job : jobs) EXPECT_EQ(job.get(), Outcome::durable);
    }
};

TEST_F(StageRead, events_after_a_position_come_once_and_in_order) {
    const auto seed = std::random_device{}();
    std::cout << "seed " << seed << '\n';
    std::mt19937 random(seed);
    WriterOptions options = never_alone();
    options.batch_jobs_max = 3;
    start({}, options);
    const auto wanted = [](std::string_view type) { return type == "test.wanted"; };
    std::vector<std::uint64_t> expected;
    std::uint64_t last = 0;
    for (int i = 0; i < 400; ++i) {
        const auto type = random() % 3 == 0 ? "test.wanted" : "test.other";
        ++last;
        if (wanted(type)) expected.push_back(last);
        const auto after = random() % last;
        const auto positions_max = 1 + random() % 50;
        const auto events_max = 1 + random() % 5;
        jobs.push_back(submit([=](Stage& stage) {
            must(stage.append(tenant_number(1), by_test(), {draft(type, {"thing:1"})}));
            std::vector<std::uint64_t> seen;
            const auto reached = must(
                stage.visit_after(after, positions_max, wanted, [&](const CommittedEvent& event) {
                    EXPECT_EQ(event.record->type, "test.wanted");
                    seen.push_back(event.position);
                    return seen.size() < events_max;
                }));
            std::vector<std::uint64_t> all;
            for (const auto position : expected)
                if (position > after && position <= reached) all.push_back(position);
            EXPECT_EQ(seen, all);
            EXPECT_LE(reached, after + positions_max);
            const bool full = seen.size() == events_max;
            EXPECT_TRUE(full || reached == std::min(last, after + positions_max));
        }));
    }
}

TEST_F(StageRead, entries_are_what_was_put_and_not_erased) {
    const auto seed = std::random_device{}();
    std::cout << "seed " << seed << '\n';
    std::mt19937 random(seed);
    WriterOptions options = never_alone();
    options.batch_jobs_max = 3;
    start({}, options);
    std::map<std::string, std::string> model;
    for (int i = 0; i < 400; ++i) {
        const auto key = "d" + std::to_string(random() % 60);
        const bool erased = random() % 3 == 0;
        const auto value = std::to_string(random());
        if (erased) {
            model.erase(key);
        } else {
            model[key] = value;
        }
        const auto from = "d" + std::to_string(random() % 60);
        jobs.push_back(submit([=](Stage& stage) {
            stage.put(Space::policies, "e" + key, value);  // of another prefix
            if (erased) {
                stage.erase(Space::policies, key);
            } else {
                stage.put(Space::policies, key, value);
            }
            std::map<std::string, std::string> seen;
            std::string before;
            must(stage.entries(Space::policies, "d", from,
                               [&](std::string_view found, std::string_view what) {
                                   EXPECT_LT(before, found);
                                   before = found;
                                   seen.emplace(found, what);
                                   return true;
                               }));
            EXPECT_EQ(seen,
                      (std::map<std::string, std::string>(model.lower_bound(from), model.end())));
        }));
    }
}

TEST_F(StageRead, the_clock_of_a_job_is_its_own) {
    start();
    jobs.push_back(submit([](Stage& stage) {
        stage.set_clock(noon() - std::chrono::hours{1});
        EXPECT_EQ(stage.now(tenant_number(1)), noon() - std::chrono::hours{1});
        const auto made =
            must(stage.append(tenant_number(1), by_test(), {draft("test.happened", {"thing:1"})}));
        EXPECT_EQ(made.time, noon() - std::chrono::hours{1});
        // Never before the tenant's last event.
        stage.set_clock(noon() - std::chrono::hours{2});
        EXPECT_EQ(stage.now(tenant_number(1)), noon() - std::chrono::hours{1});
    }));
    jobs.push_back(submit([](Stage& stage) { EXPECT_EQ(stage.now(tenant_number(1)), noon()); }));
}

}  // namespace
}  // namespace almanac::eventstore
