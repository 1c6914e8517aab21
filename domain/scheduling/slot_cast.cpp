#include "domain/scheduling/slot_cast.hpp"

#include <algorithm>

namespace almanac::scheduling {
namespace {
using kernel::Uuid;
constexpr std::int64_t minute_us = 60'000'000;

// Staff without a schedule is never there; an override with windows is a schedule for its date.
bool ever_there(const SlotResource& resource) {
    return !resource.needs_schedule || !resource.schedules.empty() ||
           std::ranges::any_of(resource.overrides, [](const Override& override) {
               return !override.closed && !override.windows.empty();
           });
}
}  // namespace

SlotCast::SlotCast(const Snapshot& snapshot, int party, std::span<const Uuid> resource_ids,
                   const std::optional<Uuid>& location)
    : service_duration_us_(snapshot.service.duration_minutes * minute_us),
      service_capacity_(snapshot.service.capacity) {
    admit(snapshot, party, location);
    take_roles(snapshot);
    must_use_ = none();
    for (const auto& id : resource_ids) {
        const auto known = place(id);
        if (known) must_use_.add(*known);
        must_use_known_ = must_use_known_ && known.has_value();
    }
    narrow_to_given();
    make_levels();
    drop_hopeless_locations();
}

void SlotCast::admit(const Snapshot& snapshot, int party, const std::optional<Uuid>& location) {
    for (const auto& source : snapshot.locations) {
        if (!location || source.id == *location) locations_.push_back({&source, {}});
    }
    std::ranges::sort(locations_, {}, [](const CastLocation& l) { return l.source->id; });
    std::vector<Uuid> wanted;
    for (const auto& role : snapshot.roles) {
        wanted.insert(wanted.end(), role.candidates.begin(), role.candidates.end());
    }
    std::ranges::sort(wanted);
    for (const auto& resource : snapshot.resources) {
        if (!resource.active || !ever_there(resource)) continue;
        if (!std::ranges::binary_search(wanted, resource.id)) continue;
        const auto at = std::ranges::find(locations_, resource.location,
                                          [](const CastLocation& l) { return l.source->id; });
        if (at == locations_.end()) continue;
        members_.push_back({&resource, static_cast<std::uint32_t>(at - locations_.begin()),
                            resource.duration_minutes.value_or(0) * minute_us,
                            resource.capacity.value_or(party) >= party});
    }
    std::ranges::sort(members_, {}, [](const CastMember& m) { return m.resource->id; });
    const auto same = [](const auto& a, const auto& b) { return a.resource->id == b.resource->id; };
    members_.erase(std::unique(members_.begin(), members_.end(), same), members_.end());
    for (auto& at : locations_) at.members = none();
    for (std::size_t i = 0; i < members_.size(); ++i)
        locations_[members_[i].location].members.add(i);
}

void SlotCast::take_roles(const Snapshot& snapshot) {
    for (const auto& source : snapshot.roles) {
        MatchRole role{{}, source.quantity, source.required};
        auto seen = none();
        for (const auto& id : source.candidates) {
            const auto known = place(id);
            if (!known || seen.has(*known)) continue;
            seen.add(*known);
            const auto rank = std::ranges::find(source.preference, id) - source.preference.begin();
            role.candidates.push_back({*known, static_cast<std::uint32_t>(rank)});
        }
        std::ranges::sort(role.candidates, {}, [](const MatchRole::Candidate& c) {
            return std::pair{c.preference, c.place};
        });
        roles_.push_back(std::move(role));
    }
    // Somebody has to be there: without any required role the first one is.
    const auto first = std::ranges::find(roles_, true, &MatchRole::required);
    lead_role_ = first == roles_.end() ? 0 : static_cast<std::size_t>(first - roles_.begin());
    if (!roles_.empty()) roles_[lead_role_].required = true;
}

// A given resource that only one single place is open to takes it; nothing is left to require.
void SlotCast::narrow_to_given() {
    for (bool narrowed = true; narrowed;) {
        narrowed = false;
        for (std::uint32_t given = 0; given < members_.size(); ++given) {
            if (!must_use_.has(given)) continue;
            MatchRole* only = nullptr;
            int open = 0;
            for (auto& role : roles_) {
                const auto& list = role.candidates;
                if (std::ranges::find(list, given, &MatchRole::Candidate::place) == list.end())
                    continue;
                only = &role;
                ++open;
            }
            if (open != 1 || !only->required || only->quantity != 1) continue;
            std::erase_if(only->candidates, [&](const auto& c) { return c.place != given; });
            must_use_.remove(given);
            narrowed = true;
        }
    }
}

void SlotCast::make_levels() {
    leads_ = none();
    auto candidates = none();
    for (const auto& role : roles_) {
        const bool leads = &role == &roles_[lead_role_];
        for (const auto& candidate : role.candidates) {
            candidates.add(candidate.place);
            if (leads) leads_.add(candidate.place);
        }
    }
    std::vector<std::int64_t> durations{service_duration_us_};
    auto own = none();
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (members_[i].own_duration_us == 0 || !candidates.has(i)) continue;
        durations.push_back(members_[i].own_duration_us);
        own.add(i);
    }
    std::ranges::sort(durations);
    durations.erase(std::ranges::unique(durations).begin(), durations.end());
    for (const auto duration : durations) {
        CastLevel level{duration, none(), own, duration < service_duration_us_};
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (members_[i].own_duration_us <= duration) level.allowed.add(i);
        }
        levels_.push_back(std::move(level));
    }
}

void SlotCast::drop_hopeless_locations() {
    std::vector<CastLocation> kept;
    auto usable = std::vector<PlaceSet>(levels_.size());
    // Where one has to be found and nobody is named, whoever may serve will do.
    const bool any_will_do =
        roles_.size() == 1 && roles_[0].quantity == 1 && levels_.size() == 1 && must_use_.empty();
    const auto somebody = [&](const PlaceSet& who) {
        return std::ranges::any_of(roles_[0].candidates,
                                   [&](const auto& candidate) { return who.has(candidate.place); });
    };
    for (auto& location : locations_) {
        for (std::size_t l = 0; l < levels_.size(); ++l) {
            usable[l] = levels_[l].allowed;
            usable[l] &= location.members;
        }
        const auto served = static_cast<std::uint32_t>(kept.size());
        const bool hope = must_use_known_ && !roles_.empty() &&
                          (any_will_do ? somebody(usable[0])
                                       : best(roles_, usable, nullptr, must_use_, {}).has_value());
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (location.members.has(i)) members_[i].location = hope ? served : CastMember::nowhere;
        }
        if (hope) kept.push_back(std::move(location));
    }
    locations_ = std::move(kept);
}

std::optional<std::uint32_t> SlotCast::place(const Uuid& id) const {
    const auto found = std::ranges::lower_bound(members_, id, {},
                                                [](const CastMember& m) { return m.resource->id; });
    if (found == members_.end() || found->resource->id != id) return std::nullopt;
    return static_cast<std::uint32_t>(found - members_.begin());
}

std::size_t SlotCast::level_of(std::span<const Match::Unit> units) const {
    std::int64_t longest = 0;
    for (const auto& unit : units)
        longest = std::max(longest, members_[unit.place].own_duration_us);
    const auto duration = longest == 0 ? service_duration_us_ : longest;
    const auto level = std::ranges::lower_bound(levels_, duration, {}, &CastLevel::duration_us);
    if (level == levels_.end() || level->duration_us != duration) return levels_.size();
    return static_cast<std::size_t>(level - levels_.begin());
}

int SlotCast::seats(std::span<const Match::Unit> units) const {
    int seats = service_capacity_;
    for (const auto& unit : units) {
        seats = std::min(seats, members_[unit.place].resource->capacity.value_or(seats));
    }
    return seats;
}

std::optional<Match> SlotCast::best_at(std::span<const MatchRole> roles, const CastLevel& level,
                                       MatchRules& rules) const {
    auto match = best_match(roles, rules);
    if (!match || !level.needs_own_one) return match;
    const auto own = [&](const Match::Unit& unit) { return level.own.has(unit.place); };
    if (std::ranges::any_of(match->units, own)) return match;
    match.reset();
    const auto must_use = rules.must_use;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (!level.own.has(i) || !rules.usable.has(i)) continue;
        rules.must_use = must_use;
        rules.must_use.add(i);
        auto with = best_match(roles, rules);
        if (with && (!match || with->score < match->score)) match = std::move(with);
    }
    return match;
}

std::optional<Match> SlotCast::best(std::span<const MatchRole> roles,
                                    std::span<const PlaceSet> usable, const PlaceSet* lead,
                                    const PlaceSet& must_use, std::span<const int> load) const {
    std::optional<Match> best;
    for (std::size_t l = 0; l < levels_.size(); ++l) {
        MatchRules rules{usable[l], must_use, lead, lead_role_, load};
        auto match = best_at(roles, levels_[l], rules);
        if (match && (!best || match->score < best->score)) best = std::move(match);
    }
    return best;
}

}  // namespace almanac::scheduling
