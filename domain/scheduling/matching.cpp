#include "domain/scheduling/matching.hpp"

#include <algorithm>
#include <bit>

namespace almanac::scheduling {
namespace {
constexpr std::uint32_t nobody = UINT32_MAX;

// One matching under way. Units are interchangeable within their role but for `allowed`.
class Matcher {
  public:
    Matcher(std::span<const MatchRole> roles, const MatchRules& rules)
        : roles_(roles), rules_(rules), bound_(rules.usable.words().size() * 64) {
        must_ = places(rules.must_use);
    }

    // The roles to fill: the required ones and the best set of optional ones; false: none will do.
    bool choose_roles() {
        filled_.assign(roles_.size(), false);
        for (std::size_t role = 0; role < roles_.size(); ++role) {
            if (roles_[role].required) add(role);
        }
        return solve(false) && choose_optional(0);
    }

    std::optional<Match> best() {
        allowed_.clear();
        role_of_.clear();
        for (std::size_t role = 0; role < roles_.size(); ++role) {
            if (filled_[role]) add(role);
        }
        const auto allowed = allowed_;
        const auto lead = lead_units();
        std::optional<Match> best;
        // One lead unit is enough: whichever of them it is, the others stay free to choose.
        for (std::size_t i = 0; i < std::max<std::size_t>(lead.size(), 1); ++i) {
            allowed_ = allowed;
            if (!lead.empty()) allowed_[lead[i]] &= *rules_.lead;
            if (!solve_as_is(true)) continue;
            refine();
            auto match = result();
            if (!best || match.score < best->score) best = std::move(match);
        }
        return best;
    }

  private:
    static std::vector<std::uint32_t> places(const PlaceSet& set) {
        std::vector<std::uint32_t> list;
        for (std::size_t w = 0; w < set.words().size(); ++w) {
            for (auto left = set.words()[w]; left != 0; left &= left - 1) {
                list.push_back(static_cast<std::uint32_t>(w * 64) +
                               static_cast<std::uint32_t>(std::countr_zero(left)));
            }
        }
        return list;
    }

    bool choose_optional(std::size_t role) {
        while (role < roles_.size() && roles_[role].required) ++role;
        if (role == roles_.size()) return must_.empty() || solve(true);
        if (!must_within_reach(role)) return false;
        add(role);
        if (solve(false) && choose_optional(role + 1)) return true;
        drop(role);
        return choose_optional(role + 1);
    }

    // Whether the places that must be used could be, were every optional role from here on filled.
    bool must_within_reach(std::size_t role) {
        if (must_.empty()) return true;
        const auto chosen = allowed_.size();
        for (auto r = role; r < roles_.size(); ++r) {
            if (!roles_[r].required) add(r);
        }
        place_of_.assign(allowed_.size(), nobody);
        unit_of_.assign(bound_, nobody);
        const bool reached = std::ranges::all_of(must_, [&](std::uint32_t place) {
            seen_.assign(allowed_.size(), false);
            return seat(place);
        });
        allowed_.resize(chosen);
        role_of_.resize(chosen);
        for (auto r = role; r < roles_.size(); ++r) {
            if (!roles_[r].required) filled_[r] = false;
        }
        return reached;
    }
    bool seat(std::uint32_t place) {
        for (std::uint32_t u = 0; u < allowed_.size(); ++u) {
            if (seen_[u] || !allowed_[u].has(place)) continue;
            seen_[u] = true;
            if (place_of_[u] != nobody && !seat(place_of_[u])) continue;
            place_of_[u] = place;
            return true;
        }
        return false;
    }

    void add(std::size_t role) {
        PlaceSet allowed(bound_);
        for (const auto& candidate : roles_[role].candidates) allowed.add(candidate.place);
        allowed &= rules_.usable;
        filled_[role] = true;
        for (int i = 0; i < roles_[role].quantity; ++i) {
            allowed_.push_back(allowed);
            role_of_.push_back(static_cast<std::uint32_t>(role));
        }
    }
    void drop(std::size_t role) {  // the one added last
        filled_[role] = false;
        while (!role_of_.empty() && role_of_.back() == role) {
            role_of_.pop_back();
            allowed_.pop_back();
        }
    }

    std::vector<std::size_t> lead_units() const {
        std::vector<std::size_t> lead;
        for (std::size_t u = 0; rules_.lead != nullptr && u < role_of_.size(); ++u) {
            if (role_of_[u] == rules_.lead_role) lead.push_back(u);
        }
        return lead;
    }

    bool solve(bool with_must) {
        const auto lead = lead_units();
        if (lead.empty()) return solve_as_is(with_must);
        auto whole = allowed_[lead[0]];
        allowed_[lead[0]] &= *rules_.lead;
        const bool solved = solve_as_is(with_must);
        allowed_[lead[0]] = std::move(whole);
        return solved;
    }

    // Kuhn's augmenting paths for the units, then alternating paths that bring every place that
    // must be used into the matching (Mendelsohn and Dulmage: both together can be had).
    bool solve_as_is(bool with_must) {
        unit_of_.assign(bound_, nobody);
        place_of_.assign(allowed_.size(), nobody);
        for (std::uint32_t u = 0; u < allowed_.size(); ++u) {
            seen_.assign(bound_, false);
            if (!augment(u)) return false;
        }
        if (!with_must) return true;
        return std::ranges::all_of(must_, [&](std::uint32_t place) {
            seen_.assign(allowed_.size(), false);
            return unit_of_[place] != nobody || bring_in(place);
        });
    }

    bool augment(std::uint32_t unit) {
        for (std::size_t w = 0; w < allowed_[unit].words().size(); ++w) {
            for (auto left = allowed_[unit].words()[w]; left != 0; left &= left - 1) {
                const auto place = static_cast<std::uint32_t>(w * 64) +
                                   static_cast<std::uint32_t>(std::countr_zero(left));
                if (seen_[place]) continue;
                seen_[place] = true;
                if (unit_of_[place] != nobody && !augment(unit_of_[place])) continue;
                unit_of_[place] = unit;
                place_of_[unit] = place;
                return true;
            }
        }
        return false;
    }

    bool bring_in(std::uint32_t place) {
        for (std::uint32_t u = 0; u < allowed_.size(); ++u) {
            if (seen_[u] || !allowed_[u].has(place)) continue;
            seen_[u] = true;
            const auto out = place_of_[u];
            if (rules_.must_use.has(out) && !bring_in(out)) continue;
            if (unit_of_[out] == u) unit_of_[out] = nobody;
            unit_of_[place] = u;
            place_of_[u] = place;
            return true;
        }
        return false;
    }

    // Narrows every unit to the least value that leaves a matching: by preference, load, place.
    void refine() {
        for (const auto criterion : {0, 1, 2}) {
            if (criterion == 1 && rules_.load.empty()) continue;
            for (std::size_t u = 0; u < allowed_.size(); ++u) narrow(u, criterion);
        }
    }
    void narrow(std::size_t unit, int criterion) {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> values;
        for (const auto& candidate : roles_[role_of_[unit]].candidates) {
            if (!allowed_[unit].has(candidate.place)) continue;
            values.emplace_back(value(candidate, criterion), candidate.place);
        }
        std::ranges::sort(values);
        for (std::size_t first = 0; first < values.size();) {
            PlaceSet equal(bound_);
            auto next = first;
            for (; next < values.size() && values[next].first == values[first].first; ++next) {
                equal.add(values[next].second);
            }
            const bool already = equal.has(place_of_[unit]);
            std::swap(allowed_[unit], equal);
            if (already) return;
            const auto known = place_of_;
            if (solve_as_is(true)) return;
            place_of_ = known;
            std::swap(allowed_[unit], equal);
            first = next;
        }
    }
    std::uint32_t value(const MatchRole::Candidate& candidate, int criterion) const {
        if (criterion == 0) return candidate.preference;
        if (criterion == 1) return static_cast<std::uint32_t>(rules_.load[candidate.place]);
        return candidate.place;
    }

    Match result() const {
        Match match;
        for (std::size_t u = 0; u < role_of_.size(); ++u) {
            match.units.push_back({role_of_[u], place_of_[u]});
        }
        match.score = match_score(roles_, match.units, rules_.load);
        return match;
    }

    std::span<const MatchRole> roles_;
    const MatchRules& rules_;
    std::size_t bound_;
    std::vector<std::uint32_t> must_;
    std::vector<bool> filled_;             // by role
    std::vector<PlaceSet> allowed_;        // by unit
    std::vector<std::uint32_t> role_of_;   // by unit
    std::vector<std::uint32_t> place_of_;  // by unit
    std::vector<std::uint32_t> unit_of_;   // by place
    std::vector<bool> seen_;
};
}  // namespace

bool PlaceSet::empty() const {
    return std::ranges::all_of(words_, [](std::uint64_t word) { return word == 0; });
}

std::size_t PlaceSet::count() const {
    std::size_t sum = 0;
    for (const auto word : words_) sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
}

PlaceSet& PlaceSet::operator&=(const PlaceSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
}

PlaceSet& PlaceSet::operator|=(const PlaceSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
}

std::vector<std::uint32_t> match_score(std::span<const MatchRole> roles,
                                       std::span<const Match::Unit> units,
                                       std::span<const int> load) {
    std::vector<std::uint32_t> score(roles.size(), 1);
    for (const auto& unit : units) score[unit.role] = 0;
    for (const auto& unit : units) {
        const auto& candidates = roles[unit.role].candidates;
        const auto found = std::ranges::find(candidates, unit.place, &MatchRole::Candidate::place);
        score.push_back(found->preference);
    }
    for (const auto& unit : units) {
        score.push_back(load.empty() ? 0 : static_cast<std::uint32_t>(load[unit.place]));
    }
    for (const auto& unit : units) score.push_back(unit.place);
    return score;
}

std::optional<Match> best_match(std::span<const MatchRole> roles, const MatchRules& rules) {
    Matcher matcher(roles, rules);
    if (!matcher.choose_roles()) return std::nullopt;
    return matcher.best();
}

}  // namespace almanac::scheduling
