// Who serves which role at one start: bipartite matching of the roles' units to resources, one
// resource at most one unit, the best by a total order, so that the answer never depends on the
// order of the input. Resources are places 0..n-1 in the order of their ids. Pure, one thread.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "domain/scheduling/words.hpp"

namespace almanac::scheduling {

// A set of places below a fixed bound.
class PlaceSet {
  public:
    PlaceSet() = default;
    explicit PlaceSet(std::size_t bound) : words_((bound + 63) / 64) {}
    bool has(std::size_t place) const { return (words_[place / 64] >> (place % 64) & 1U) != 0; }
    void add(std::size_t place) { words_[place / 64] |= std::uint64_t{1} << (place % 64); }
    void remove(std::size_t place) { words_[place / 64] &= ~(std::uint64_t{1} << (place % 64)); }
    bool empty() const;
    std::size_t count() const;
    std::span<const std::uint64_t> words() const { return {words_.data(), words_.size()}; }
    PlaceSet& operator&=(const PlaceSet& other);
    PlaceSet& operator|=(const PlaceSet& other);
    bool operator==(const PlaceSet&) const = default;

  private:
    Words words_;
};

struct MatchRole {
    struct Candidate {
        std::uint32_t place = 0;
        std::uint32_t preference = 0;  // less is better
    };
    std::vector<Candidate> candidates;  // each place once
    int quantity = 1;
    bool required = true;
};

struct MatchRules {
    PlaceSet usable;
    PlaceSet must_use;               // each of them gets a unit, or there is no match
    const PlaceSet* lead = nullptr;  // where set: one unit of the lead role is among these
    std::size_t lead_role = 0;       // a required one
    std::span<const int> load = {};  // by place; empty: all equal
};

struct Match {
    struct Unit {
        std::uint32_t role = 0;
        std::uint32_t place = 0;
        bool operator==(const Unit&) const = default;
    };
    std::vector<Unit> units;  // by role
    // What is least in the best: unfilled optional roles (the earliest role weighs most), then
    // every unit's preference, then every unit's load, then every unit's place.
    std::vector<std::uint32_t> score;
};

// The score of units that somebody else chose, as `best_match` would give it.
std::vector<std::uint32_t> match_score(std::span<const MatchRole> roles,
                                       std::span<const Match::Unit> units,
                                       std::span<const int> load);

// Required roles are filled or there is no match; an optional role is filled completely where that
// takes nothing from a required or earlier optional one, else not at all.

std::optional<Match> best_match(std::span<const MatchRole> roles, const MatchRules& rules);

}  // namespace almanac::scheduling
