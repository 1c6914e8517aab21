// Judges starts on a board: the one place that says yes or no, for `slots` and `evaluate` alike.
// Keeps what it learns from start to start, so one finder is used by one thread, in any order.
#pragma once
#include <optional>
#include <vector>

#include "domain/scheduling/slot_board.hpp"

namespace almanac::scheduling {

class SlotFinder {
  public:
    SlotFinder(const Snapshot& snapshot, const SlotCast& cast, const SlotBoard& board, int party);

    // The best way to serve the party at this start, if there is any.
    std::optional<Slot> find(std::size_t start);
    // Why there is none; only where `find` found none.
    SlotRefusal refusal(std::size_t start);
    // Whether the roles could be filled with people at work, were nothing booked; `seated`: with
    // enough seats for the party.
    bool staffed(std::size_t location, std::size_t start, bool seated);

  private:
    // What a resource has to be, each step with those before it.
    enum class Need { working, window_room, unoccupied, seats };
    struct Memo {  // of one location
        Match picked;
        std::vector<std::uint64_t> key;  // of `match`
        std::optional<Match> match;
    };
    enum class Pick { found, nobody, unclear };
    struct Foremost {
        std::uint32_t level = 0;
        std::uint32_t role = 0;
        MatchRole::Candidate candidate;
        bool on_grid = false;
    };
    struct Joined {
        const Session* session = nullptr;
        std::optional<Match> match;
        int remaining = 0;
    };

    PlaceSet usable(std::size_t location, std::size_t level, std::size_t start, Need need) const;
    PlaceSet lead(std::size_t start) const;
    std::optional<Match> match(std::size_t location, std::size_t start, Need need, bool on_grid);
    // Null: nobody. What it points to lies in the memo of the location, until the next start.
    const Match* best_fresh(std::size_t location, std::size_t start);
    Pick pick_each_best(std::size_t location, std::size_t start, Match& picked);
    const Match* search(std::size_t location, std::size_t start);
    std::optional<Match> match_foremost(std::span<const int> load) const;
    // The candidates as numbers that sort by preference, load, place.
    using Ranked = std::uint64_t;
    static constexpr std::uint32_t place_of(Ranked ranked) { return ranked & 0xffff; }
    static constexpr std::uint32_t preference_of(Ranked ranked) {
        return static_cast<std::uint32_t>(ranked >> 48);
    }
    std::span<const Ranked> best_first(std::size_t location, std::size_t role, std::size_t day);
    Joined join(std::size_t start, int remaining_min);
    std::optional<Match> fill_session(const Session& session, std::size_t start);
    Slot slot(std::size_t start, std::size_t location, const Match& match, int remaining) const;
    void note_roles();
    std::size_t role_row(std::size_t location, std::size_t role) const {
        return location * cast_.roles().size() + role;
    }

    const Snapshot& snapshot_;
    const SlotCast& cast_;
    const SlotBoard& board_;
    int party_;
    int units_ = 0;
    bool simple_;                 // each role by itself can be picked from best to worst
    StartRows pickable_;          // by location and role: somebody can be picked
    StartRows somebody_at_work_;  // by location and role
    std::vector<std::vector<std::vector<Ranked>>> best_first_;  // by role_row and day
    std::vector<Foremost> foremost_;                            // of the start looked at
    std::vector<std::uint64_t> foremost_key_;                   // the same, to compare
    std::vector<Memo> memo_;                                    // by location
};

}  // namespace almanac::scheduling
