// Matching against trying every assignment there is.
#include "domain/scheduling/matching.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>
#include <set>

namespace almanac::scheduling {
namespace {

struct Puzzle {
    std::vector<MatchRole> roles;
    std::size_t places = 0;
    MatchRules rules;
    PlaceSet lead;
    std::vector<int> load;
};

PlaceSet set_of(std::size_t bound, std::initializer_list<std::size_t> places) {
    PlaceSet set(bound);
    for (const auto place : places) set.add(place);
    return set;
}

// All assignments of the filled roles, unit by unit; keeps the least score that obeys the rules.
class EveryWay {
  public:
    explicit EveryWay(const Puzzle& puzzle) : puzzle_(puzzle) { choose_roles(0); }
    std::optional<std::vector<std::uint32_t>> best;

  private:
    void choose_roles(std::size_t role) {
        if (role == puzzle_.roles.size()) return seat(0, 0);
        filled_.push_back(true);
        choose_roles(role + 1);
        filled_.back() = false;
        if (!puzzle_.roles[role].required) choose_roles(role + 1);
        filled_.pop_back();
    }
    void seat(std::size_t role, int unit) {
        if (role == puzzle_.roles.size()) return judge();
        if (!filled_[role] || unit == puzzle_.roles[role].quantity) return seat(role + 1, 0);
        for (const auto& candidate : puzzle_.roles[role].candidates) {
            const bool used = std::ranges::any_of(
                units_, [&](const Match::Unit& u) { return u.place == candidate.place; });
            if (used || !puzzle_.rules.usable.has(candidate.place)) continue;
            units_.push_back({static_cast<std::uint32_t>(role), candidate.place});
            seat(role, unit + 1);
            units_.pop_back();
        }
    }
    void judge() {
        std::set<std::uint32_t> used;
        bool led = puzzle_.rules.lead == nullptr;
        for (const auto& unit : units_) {
            used.insert(unit.place);
            led = led || (unit.role == puzzle_.rules.lead_role && puzzle_.lead.has(unit.place));
        }
        for (std::uint32_t place = 0; place < puzzle_.places; ++place) {
            if (puzzle_.rules.must_use.has(place) && !used.contains(place)) return;
        }
        if (!led) return;
        const auto score = match_score(puzzle_.roles, units_, puzzle_.load);
        if (!best || score < *best) best = score;
    }

    const Puzzle& puzzle_;
    std::vector<bool> filled_;
    std::vector<Match::Unit> units_;
};

Puzzle random_puzzle(std::mt19937& random) {
    const auto up_to = [&](unsigned n) { return static_cast<unsigned>(random() % (n + 1)); };
    Puzzle puzzle;
    puzzle.places = 1 + up_to(6);
    const auto n = puzzle.places;
    puzzle.rules.usable = PlaceSet(n);
    puzzle.rules.must_use = PlaceSet(n);
    puzzle.lead = PlaceSet(n);
    for (std::uint32_t p = 0; p < n; ++p) {
        if (up_to(5) != 0) puzzle.rules.usable.add(p);
        if (up_to(7) == 0) puzzle.rules.must_use.add(p);
        if (up_to(2) != 0) puzzle.lead.add(p);
        puzzle.load.push_back(static_cast<int>(up_to(2)));
    }
    const auto roles = 1 + up_to(2);
    const auto required = up_to(roles - 1);
    for (unsigned r = 0; r < roles; ++r) {
        MatchRole role{{}, 1 + static_cast<int>(up_to(2) / 2), r == required || up_to(1) == 0};
        for (std::uint32_t p = 0; p < n; ++p) {
            if (up_to(2) != 0) role.candidates.push_back({p, up_to(2)});
        }
        std::ranges::shuffle(role.candidates, random);
        puzzle.roles.push_back(std::move(role));
    }
    puzzle.rules.lead_role = required;
    return puzzle;
}

TEST(Matching, FindsTheBestOfEveryWay) {
    const auto seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937 random(seed);
    int found = 0;
    for (int round = 0; round < 20000; ++round) {
        auto puzzle = random_puzzle(random);
        puzzle.rules.load = puzzle.load;
        if (random() % 2 == 0) puzzle.rules.lead = &puzzle.lead;
        const auto match = best_match(puzzle.roles, puzzle.rules);
        const EveryWay every(puzzle);
        ASSERT_EQ(match.has_value(), every.best.has_value()) << "round " << round;
        if (!match) continue;
        ++found;
        ASSERT_EQ(match->score, *every.best) << "round " << round;
        ASSERT_EQ(match->score, match_score(puzzle.roles, match->units, puzzle.load));
    }
    EXPECT_GT(found, 4000);
}

TEST(Matching, LongAlternatingChainIsFound) {
    // Role i wants place i or i + 1, the last one only the first: everybody has to move over.
    constexpr std::size_t n = 40;
    std::vector<MatchRole> roles(n);
    for (std::uint32_t r = 0; r + 1 < n; ++r) roles[r].candidates = {{r, 0}, {r + 1, 0}};
    roles[n - 1].candidates = {{0, 0}};
    MatchRules rules{PlaceSet(n), PlaceSet(n)};
    for (std::size_t p = 0; p < n; ++p) rules.usable.add(p);
    const auto match = best_match(roles, rules);
    ASSERT_TRUE(match);
    for (std::uint32_t r = 0; r + 1 < n; ++r) EXPECT_EQ(match->units[r].place, r + 1);
    EXPECT_EQ(match->units[n - 1].place, 0U);
}

TEST(Matching, PreferenceOfAnEarlierRoleWeighsMore) {
    std::vector<MatchRole> roles(2);
    roles[0].candidates = {{0, 0}, {1, 1}};
    roles[1].candidates = {{0, 0}, {1, 7}};
    const MatchRules rules{set_of(2, {0, 1}), PlaceSet(2)};
    const auto match = best_match(roles, rules);
    ASSERT_TRUE(match);
    EXPECT_EQ(match->units[0].place, 0U);
    EXPECT_EQ(match->units[1].place, 1U);
}

TEST(Matching, ManyOptionalRolesThatNobodyFillsCostLittle) {
    std::vector<MatchRole> roles(40);
    for (auto& role : roles) role.required = false;
    roles[0].required = true;
    roles[0].candidates = {{0, 0}, {1, 0}};
    roles[39].candidates = {{1, 0}};
    MatchRules rules{set_of(2, {0, 1}), set_of(2, {1})};
    const auto match = best_match(roles, rules);
    ASSERT_TRUE(match);
    EXPECT_EQ(match->units.size(), 2U);
}

TEST(PlaceSets, SetOperationsCrossTheWordBoundary) {
    auto a = set_of(130, {0, 63, 64, 129});
    const auto b = set_of(130, {63, 64, 100});
    EXPECT_EQ(a.count(), 4U);
    a &= b;
    EXPECT_EQ(a, set_of(130, {63, 64}));
    a |= set_of(130, {129});
    EXPECT_TRUE(a.has(129));
    a.remove(129);
    EXPECT_EQ(a.count(), 2U);
    EXPECT_TRUE(PlaceSet(130).empty());
}

}  // namespace
}  // namespace almanac::scheduling
