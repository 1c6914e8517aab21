// Who can ever serve: the candidates of a snapshot's roles as places 0..n-1 by id, their locations
// and the durations they bring. Belongs to slots.cpp and its parts; refers to the snapshot it is
// made of, which must outlive it. One thread.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "domain/scheduling/matching.hpp"
#include "domain/scheduling/snapshot.hpp"

namespace almanac::scheduling {

struct CastMember {
    static constexpr std::uint32_t nowhere = UINT32_MAX;  // at a location that cannot serve
    const SlotResource* resource = nullptr;
    std::uint32_t location = nowhere;  // place in SlotCast::locations
    std::int64_t own_duration_us = 0;  // 0: the service's
    bool seats_party = true;
};
struct CastLocation {
    const SlotLocation* source = nullptr;
    PlaceSet members;
};
// A service lasts as long as the longest own duration among its resources, else as long as the
// service says. One level per possible duration: who may take part in it, and who makes it so.
struct CastLevel {
    std::int64_t duration_us = 0;
    PlaceSet allowed;
    PlaceSet own;                // those with a duration of their own
    bool needs_own_one = false;  // shorter than the service's: one of `own` has to take part
};

class SlotCast {
  public:
    SlotCast(const Snapshot& snapshot, int party, std::span<const kernel::Uuid> resource_ids,
             const std::optional<kernel::Uuid>& location);

    // Only locations that could serve it if everybody were there and free; none: no_resource.
    const std::vector<CastLocation>& locations() const { return locations_; }
    const std::vector<CastMember>& members() const { return members_; }
    const std::vector<MatchRole>& roles() const { return roles_; }  // candidates best first
    const std::vector<CastLevel>& levels() const { return levels_; }
    std::size_t lead_role() const { return lead_role_; }
    bool leads(std::size_t place) const { return leads_.has(place); }
    const PlaceSet& must_use() const { return must_use_; }
    std::optional<std::uint32_t> place(const kernel::Uuid& id) const;
    PlaceSet none() const { return PlaceSet(members_.size()); }

    std::int64_t service_duration_us() const { return service_duration_us_; }
    std::int64_t longest_us() const { return levels_.back().duration_us; }
    // levels().size(): these resources cannot serve together.
    std::size_t level_of(std::span<const Match::Unit> units) const;
    int seats(std::span<const Match::Unit> units) const;

    // The best match over all levels; `usable` by level, `lead` as in MatchRules. `roles` are those
    // of the cast, perhaps with fewer candidates.
    std::optional<Match> best(std::span<const MatchRole> roles, std::span<const PlaceSet> usable,
                              const PlaceSet* lead, const PlaceSet& must_use,
                              std::span<const int> load) const;

  private:
    void admit(const Snapshot& snapshot, int party, const std::optional<kernel::Uuid>& location);
    void take_roles(const Snapshot& snapshot);
    void make_levels();
    void drop_hopeless_locations();
    void narrow_to_given();
    std::optional<Match> best_at(std::span<const MatchRole> roles, const CastLevel& level,
                                 MatchRules& rules) const;

    std::int64_t service_duration_us_;
    int service_capacity_;
    std::vector<CastMember> members_;
    std::vector<CastLocation> locations_;
    std::vector<MatchRole> roles_;
    std::vector<CastLevel> levels_;
    std::size_t lead_role_ = 0;
    PlaceSet leads_;
    PlaceSet must_use_;
    bool must_use_known_ = true;
};

}  // namespace almanac::scheduling
