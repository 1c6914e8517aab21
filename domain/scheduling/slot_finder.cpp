#include "domain/scheduling/slot_finder.hpp"

#include <algorithm>
#include <array>

namespace almanac::scheduling {

SlotFinder::SlotFinder(const Snapshot& snapshot, const SlotCast& cast, const SlotBoard& board,
                       int party)
    : snapshot_(snapshot),
      cast_(cast),
      board_(board),
      party_(party),
      simple_(cast.levels().size() == 1 && cast.must_use().empty()),
      best_first_(cast.locations().size() * cast.roles().size()),
      memo_(cast.locations().size()) {
    for (const auto& role : cast.roles()) {
        units_ += role.quantity;
    }
    note_roles();
}

void SlotFinder::note_roles() {
    const auto rows = best_first_.size();
    pickable_ = StartRows(rows, board_.starts().size());
    somebody_at_work_ = StartRows(rows, board_.starts().size());
    for (std::size_t l = 0; l < cast_.locations().size(); ++l) {
        for (std::size_t r = 0; r < cast_.roles().size(); ++r) {
            const auto& role = cast_.roles()[r];
            const bool on_grid =
                board_.grid_matters() && r == cast_.lead_role() && role.quantity == 1;
            const auto pickable = pickable_.row(role_row(l, r));
            const auto working = somebody_at_work_.row(role_row(l, r));
            for (const auto& candidate : role.candidates) {
                if (cast_.members()[candidate.place].location != l) continue;
                const auto grid = board_.grid().row(candidate.place);
                for (std::size_t level = 0; level < cast_.levels().size(); ++level) {
                    const auto row = board_.row(level, candidate.place);
                    const auto available = board_.available().row(row);
                    const auto works = board_.working().row(row);
                    for (std::size_t w = 0; w < available.size(); ++w) {
                        pickable[w] |= on_grid ? available[w] & grid[w] : available[w];
                        working[w] |= works[w];
                    }
                }
            }
        }
    }
}

std::optional<Slot> SlotFinder::find(std::size_t start) {
    if (board_.too_soon(start)) return std::nullopt;
    if (auto joined = join(start, party_); joined.match) {
        return slot(start, joined.session->location, *joined.match, joined.remaining);
    }
    if (party_ > snapshot_.service.capacity) return std::nullopt;
    const Match* best = nullptr;
    std::size_t where = 0;
    for (std::size_t l = 0; l < cast_.locations().size(); ++l) {
        if (board_.too_far(l, start) || board_.day_full(l, start)) continue;
        const auto* fresh = best_fresh(l, start);
        if (fresh == nullptr || (best != nullptr && best->score <= fresh->score)) continue;
        best = fresh;
        where = l;
    }
    if (best == nullptr) return std::nullopt;
    return slot(start, where, *best, cast_.seats(best->units));
}

const Match* SlotFinder::best_fresh(std::size_t location, std::size_t start) {
    for (std::size_t r = 0; r < cast_.roles().size(); ++r) {
        if (cast_.roles()[r].required && !pickable_.get(role_row(location, r), start))
            return nullptr;
    }
    if (!simple_) return search(location, start);
    auto& picked = memo_[location].picked;
    switch (pick_each_best(location, start, picked)) {
        case Pick::found:
            return &picked;
        case Pick::nobody:
            return nullptr;
        case Pick::unclear:
            break;
    }
    return search(location, start);
}

// With n units to fill no unit of the best match takes more than its n-th choice among its like:
// one of those before it would be left, and better. So a few candidates of each kind are enough,
// the kinds being whatever a rule can ask for: to be on the grid, to bring an own duration.
const Match* SlotFinder::search(std::size_t location, std::size_t start) {
    const auto day = board_.day(location, start);
    foremost_.clear();
    foremost_key_.assign(1, day);
    for (std::uint32_t level = 0; level < cast_.levels().size(); ++level) {
        for (std::uint32_t r = 0; r < cast_.roles().size(); ++r) {
            const bool leads = board_.grid_matters() && r == cast_.lead_role();
            std::array<int, 4> taken{};
            for (const auto ranked : best_first(location, r, day)) {
                const auto place = place_of(ranked);
                if (!board_.available().get(board_.row(level, place), start)) continue;
                const bool on_grid = leads && board_.on_grid(place, start);
                const bool own = cast_.members()[place].own_duration_us != 0;
                auto& alike = taken[(on_grid ? 2U : 0U) + (own ? 1U : 0U)];
                if (alike >= units_ && !cast_.must_use().has(place)) continue;
                ++alike;
                foremost_.push_back({level, r, {place, preference_of(ranked)}, on_grid});
                foremost_key_.push_back(std::uint64_t{r} << 48 | std::uint64_t{place} << 24 |
                                        level << 1 | (on_grid ? 1 : 0));
                if (simple_ && taken[0] + taken[2] >= units_ && (!leads || taken[2] >= units_))
                    break;
            }
        }
    }
    auto& memo = memo_[location];
    if (foremost_key_ != memo.key) {
        memo.match = match_foremost(board_.load(location, day));
        memo.key = foremost_key_;
    }
    return memo.match ? &*memo.match : nullptr;
}

std::optional<Match> SlotFinder::match_foremost(std::span<const int> load) const {
    std::vector<MatchRole> roles;
    for (const auto& role : cast_.roles()) roles.push_back({{}, role.quantity, role.required});
    std::vector<PlaceSet> who(cast_.levels().size(), cast_.none());
    auto leading = cast_.none();
    for (const auto& foremost : foremost_) {
        const auto place = foremost.candidate.place;
        auto& candidates = roles[foremost.role].candidates;
        if (std::ranges::find(candidates, place, &MatchRole::Candidate::place) ==
            candidates.end()) {
            candidates.push_back(foremost.candidate);
        }
        who[foremost.level].add(place);
        if (foremost.on_grid) leading.add(place);
    }
    return cast_.best(roles, who, board_.grid_matters() ? &leading : nullptr, cast_.must_use(),
                      load);
}

// Where everybody's first choice is somebody else, that is the best match; if not, it is not so
// simple and has to be searched.
SlotFinder::Pick SlotFinder::pick_each_best(std::size_t location, std::size_t start,
                                            Match& picked) {
    picked.units.clear();
    const auto day = board_.day(location, start);
    for (std::size_t r = 0; r < cast_.roles().size(); ++r) {
        const auto& role = cast_.roles()[r];
        const bool leading = board_.grid_matters() && r == cast_.lead_role();
        const auto before = picked.units.size();
        bool on_grid = !leading;
        for (const auto ranked : best_first(location, r, day)) {
            const auto place = place_of(ranked);
            if (!board_.available().get(place, start)) continue;
            const bool here = board_.on_grid(place, start);
            if (leading && role.quantity == 1 && !here) continue;
            for (const auto& unit : picked.units) {
                if (unit.place == place) return Pick::unclear;
            }
            picked.units.push_back({static_cast<std::uint32_t>(r), place});
            on_grid = on_grid || here;
            if (static_cast<int>(picked.units.size() - before) == role.quantity) break;
        }
        if (static_cast<int>(picked.units.size() - before) < role.quantity) {
            if (role.required) return Pick::nobody;
            picked.units.resize(before);
        } else if (!on_grid) {
            return Pick::unclear;
        }
    }
    if (cast_.locations().size() > 1) {
        picked.score = match_score(cast_.roles(), picked.units, board_.load(location, day));
    }
    return Pick::found;
}

std::span<const SlotFinder::Ranked> SlotFinder::best_first(std::size_t location, std::size_t role,
                                                           std::size_t day) {
    auto& days = best_first_[role_row(location, role)];
    if (days.size() <= day) days.resize(day + 1);
    auto& order = days[day];
    if (!order.empty()) return order;
    const auto load = board_.load(location, day);
    const auto& candidates = cast_.roles()[role].candidates;
    order.reserve(candidates.size());
    for (const auto& candidate : candidates) {
        if (cast_.members()[candidate.place].location != location) continue;
        const auto busy = static_cast<std::uint64_t>(load[candidate.place]);
        order.push_back(std::uint64_t{candidate.preference} << 48 | busy << 16 | candidate.place);
    }
    if (!std::ranges::is_sorted(order)) std::ranges::sort(order);
    return order;
}

PlaceSet SlotFinder::usable(std::size_t location, std::size_t level, std::size_t start,
                            Need need) const {
    auto who = cast_.none();
    for (std::size_t place = 0; place < cast_.members().size(); ++place) {
        const auto& member = cast_.members()[place];
        if (member.location != location || !board_.works(level, place, start)) continue;
        if (need >= Need::window_room && !board_.roomy(place, start)) continue;
        if (need >= Need::unoccupied && !board_.is_free(level, place, start)) continue;
        if (need >= Need::seats && !member.seats_party) continue;
        who.add(place);
    }
    return who;
}

PlaceSet SlotFinder::lead(std::size_t start) const {
    auto who = cast_.none();
    for (std::size_t place = 0; place < cast_.members().size(); ++place) {
        if (board_.on_grid(place, start)) who.add(place);
    }
    return who;
}

std::optional<Match> SlotFinder::match(std::size_t location, std::size_t start, Need need,
                                       bool on_grid) {
    std::vector<PlaceSet> who;
    for (std::size_t level = 0; level < cast_.levels().size(); ++level) {
        who.push_back(usable(location, level, start, need));
    }
    const auto leading = lead(start);
    return cast_.best(cast_.roles(), who, on_grid && board_.grid_matters() ? &leading : nullptr,
                      cast_.must_use(), {});
}

SlotFinder::Joined SlotFinder::join(std::size_t start, int remaining_min) {
    Joined best;
    if (!board_.has_sessions()) return best;
    for (const auto& session : board_.sessions(start)) {
        if (board_.too_far(session.location, start) || board_.day_full(session.location, start)) {
            continue;
        }
        auto match = fill_session(session, start);
        if (!match || (best.match && best.match->score <= match->score)) continue;
        const auto remaining = cast_.seats(match->units) - session.seated;
        if (remaining >= std::max(remaining_min, 1)) best = {&session, std::move(match), remaining};
    }
    return best;
}

// The roles filled with exactly the people of this session.
std::optional<Match> SlotFinder::fill_session(const Session& session, std::size_t start) {
    std::vector<Match::Unit> people;
    auto together = cast_.none();
    for (const auto place : session.places) {
        people.push_back({0, place});
        together.add(place);
    }
    auto wanted = together;
    wanted |= cast_.must_use();
    const auto level = cast_.level_of(people);
    const bool there = wanted == together && level < cast_.levels().size() &&
                       std::ranges::all_of(
                           session.places,
                           [&](auto place) {
                               return board_.works(level, place, start) &&
                                      board_.roomy(place, start) &&
                                      board_.free_but_for(session, level, place);
                           });
    if (!there) return std::nullopt;
    std::vector<PlaceSet> who(cast_.levels().size(), cast_.none());
    who[level] = together;
    const auto leading = lead(start);
    return cast_.best(cast_.roles(), who, board_.grid_matters() ? &leading : nullptr, together,
                      board_.load(session.location, board_.day(session.location, start)));
}

Slot SlotFinder::slot(std::size_t start, std::size_t location, const Match& match,
                      int remaining) const {
    const auto& levels = cast_.levels();
    const auto level = levels.size() == 1 ? 0 : cast_.level_of(match.units);
    const auto duration = levels[level].duration_us;
    const auto begin = kernel::instant_from_micros(board_.starts()[start]);
    Slot slot{begin,
              begin + kernel::Micros{duration},
              remaining,
              cast_.locations()[location].source->id,
              board_.date(location, start),
              {}};
    slot.resources.reserve(match.units.size());
    for (const auto& unit : match.units) {
        slot.resources.push_back(
            {snapshot_.roles[unit.role].role, cast_.members()[unit.place].resource->id});
    }
    return slot;
}

SlotRefusal SlotFinder::refusal(std::size_t start) {
    if (board_.too_soon(start)) return SlotRefusal::too_soon;
    std::vector<std::size_t> where;
    for (std::size_t l = 0; l < cast_.locations().size(); ++l) {
        if (!board_.too_far(l, start)) where.push_back(l);
    }
    if (where.empty()) return SlotRefusal::too_far_ahead;
    const auto nowhere = [&](Need need, bool on_grid) {
        return std::ranges::none_of(
            where, [&](std::size_t l) { return match(l, start, need, on_grid).has_value(); });
    };
    if (nowhere(Need::working, false)) return SlotRefusal::outside_working_time;
    if (nowhere(Need::working, true)) return SlotRefusal::off_grid;
    std::erase_if(where, [&](std::size_t l) { return board_.day_full(l, start); });
    if (nowhere(Need::window_room, true)) return SlotRefusal::day_full;
    if (nowhere(Need::unoccupied, true) && !join(start, 1).match) return SlotRefusal::slot_taken;
    return SlotRefusal::capacity_exceeded;
}

bool SlotFinder::staffed(std::size_t location, std::size_t start, bool seated) {
    if (seated && party_ > snapshot_.service.capacity) return false;
    for (std::size_t r = 0; r < cast_.roles().size(); ++r) {
        if (!cast_.roles()[r].required) continue;
        if (!somebody_at_work_.get(role_row(location, r), start)) return false;
    }
    std::vector<PlaceSet> who;
    for (std::size_t level = 0; level < cast_.levels().size(); ++level) {
        auto at_work = usable(location, level, start, Need::working);
        for (std::size_t place = 0; seated && place < cast_.members().size(); ++place) {
            if (!cast_.members()[place].seats_party) at_work.remove(place);
        }
        who.push_back(std::move(at_work));
    }
    const auto leading = lead(start);
    return cast_
        .best(cast_.roles(), who, board_.grid_matters() ? &leading : nullptr, cast_.must_use(), {})
        .has_value();
}

}  // namespace almanac::scheduling
