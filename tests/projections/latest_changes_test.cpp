// What memory says of the last changes is what the rows of the same position say, whoever reads
// them when, and however often it had to let go of them.
#include "projections/availability/latest_changes.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace almanac::projections::availability {
namespace {

kernel::Uuid id(unsigned n) {
    kernel::Uuid made;
    made.bytes[15] = static_cast<std::uint8_t>(n);
    return made;
}
const kernel::TenantId tenant{id(200)};
constexpr Day december = 20'789;

std::uint64_t position_of(const LatestChanges::Month& month, unsigned owner) {
    for (const auto& each : month) {
        if (each.owner == id(owner)) return each.position;
    }
    return 0;
}

TEST(LatestChanges, are_known_from_the_second_reading_on) {
    LatestChanges latest;
    EXPECT_FALSE(latest.find(tenant, december, 10));
    latest.put(tenant, december, 10, {{id(1), 4}, {id(2), 9}});
    EXPECT_FALSE(latest.find(tenant, december, 10));
    latest.note(tenant, december, id(2), 11);
    latest.put(tenant, december, 12, {{id(1), 4}, {id(2), 11}});
    const auto known = latest.find(tenant, december, 12);
    ASSERT_TRUE(known);
    EXPECT_EQ(position_of(*known, 1), 4U);
    EXPECT_EQ(position_of(*known, 2), 11U);
    EXPECT_EQ(position_of(*known, 3), 0U);
}

TEST(LatestChanges, a_later_change_shows_itself_to_a_reader_of_older_rows) {
    LatestChanges latest;
    latest.put(tenant, december, 10, {});
    latest.put(tenant, december, 10, {{id(1), 4}});
    latest.note(tenant, december, id(1), 15);
    latest.note(tenant, december, id(3), 16);
    const auto known = latest.find(tenant, december, 12);
    ASSERT_TRUE(known);
    EXPECT_EQ(position_of(*known, 1), 15U);
    EXPECT_EQ(position_of(*known, 3), 16U);
    EXPECT_FALSE(latest.find(tenant, december, 9)) << "rows before those that were read";
}

TEST(LatestChanges, rows_that_may_lack_a_change_are_not_taken) {
    LatestChanges latest;
    latest.note(tenant, december, id(1), 20);  // nobody asked yet: it is not gathered
    latest.put(tenant, december, 19, {});
    latest.put(tenant, december, 19, {});
    EXPECT_FALSE(latest.find(tenant, december, 19));
    EXPECT_FALSE(latest.find(tenant, december, 20));
    latest.put(tenant, december, 20, {{id(1), 20}});
    EXPECT_TRUE(latest.find(tenant, december, 20));
}

TEST(LatestChanges, months_are_let_go_of_where_there_are_too_many) {
    LatestChanges latest(50);
    for (Day month = 0; month < 100; ++month) {
        for (int twice = 0; twice < 2; ++twice)
            latest.put(tenant, month, 5, {{id(1), 1}, {id(2), 2}});
        EXPECT_TRUE(latest.find(tenant, month, 5));
        EXPECT_LE(latest.entries(), 50U);
    }
    EXPECT_FALSE(latest.find(tenant, 0, 5));
}

// The rows as they were at each position, and changes that are noted some time before they can be
// read, as a batch is.
class Rows {
  public:
    using State = std::map<std::pair<Day, unsigned>, std::uint64_t>;
    void stage(Day month, unsigned owner, std::uint64_t at) { staged_[{month, owner}] = at; }
    void write(std::uint64_t up_to) {
        auto next = states_.rbegin()->second;
        for (const auto& [key, at] : staged_) next[key] = at;
        staged_.clear();
        states_[up_to] = std::move(next);
        if (states_.size() > 4) states_.erase(states_.begin());
    }
    const auto& states() const { return states_; }

  private:
    State staged_;
    std::map<std::uint64_t, State> states_{{0, {}}};  // by position
};

TEST(LatestChanges, are_those_of_the_rows_for_every_reader) {
    const auto seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t n) { return static_cast<unsigned>(random() % n); };
    LatestChanges latest(40);  // some three of the five months
    Rows rows;
    std::uint64_t position = 0;
    std::size_t known_readings = 0;
    for (int step = 0; step < 50'000; ++step) {
        if (pick(3) > 0) {
            const auto month = static_cast<Day>(pick(5));
            const auto owner = pick(12);
            latest.note(tenant, month, id(owner), ++position);
            rows.stage(month, owner, position);
        }
        if (pick(4) == 0) rows.write(position);
        const auto at = std::next(rows.states().begin(), pick(rows.states().size()));
        const auto& [as_of, state] = *at;
        const auto month = static_cast<Day>(pick(pick(20) == 0 ? 5 : 2));
        const auto known = latest.find(tenant, month, as_of);
        LatestChanges::Month read;
        for (unsigned owner = 0; owner < 12; ++owner) {
            const auto row = state.find({month, owner});
            const auto there = row == state.end() ? 0 : row->second;
            if (there > 0) read.push_back({id(owner), there});
            if (!known) continue;
            const auto told = position_of(*known, owner);
            ASSERT_TRUE(told == there || told > as_of)
                << "step " << step << " owner " << owner << " told " << told << " is " << there;
        }
        if (known)
            ++known_readings;
        else
            latest.put(tenant, month, as_of, read);
        ASSERT_LE(latest.entries(), 40U);
    }
    EXPECT_GT(known_readings, 10'000U);
}

}  // namespace
}  // namespace almanac::projections::availability
