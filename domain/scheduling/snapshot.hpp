// Everything that slots and booking need to know about one service: its terms, the candidates of
// its roles, their working time and what occupies them. Built by value from folds (booking) or
// from view rows (queries); the answers depend on the contents only, never on any order in here.
#pragma once
#include <boost/iterator/indirect_iterator.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/scheduling/working_time.hpp"

namespace almanac::scheduling {

inline constexpr int role_candidates_max = 200;  // beyond: `scheduling.too_many_candidates`
inline constexpr int query_days_max = 93;

struct ServiceTerms {
    kernel::Uuid id;
    int duration_minutes = 60;
    int buffer_before_minutes = 0;
    int buffer_after_minutes = 0;
    int slot_step_minutes = 0;  // 0: the duration
    int capacity = 1;
    int min_notice_minutes = 0;
    int booking_window_days = 365;  // 0: today only
    std::optional<int> max_per_day;
};

// What occupies a resource: an appointment or a hold that lives. It keeps
// [start − buffer_before, end + buffer_after) of its own service.
struct Allocation {
    kernel::Uuid owner;  // the appointment or the hold
    kernel::Uuid service;
    kernel::Instant start;
    kernel::Instant end;
    int buffer_before_minutes = 0;
    int buffer_after_minutes = 0;
    int party = 1;
    std::optional<kernel::Instant> expires_at;  // of a hold: it counts until then
    std::vector<kernel::Uuid> resources;        // of the whole session, this resource among them
    bool is_over(kernel::Instant now) const { return expires_at && *expires_at <= now; }
};

// Those of one resource, where they lie: a full calendar has thousands of them, and is asked about
// a thousand times a second. What `refer` is given has to outlive the snapshot, or is kept by it.
class Allocations {
  public:
    using const_iterator =
        boost::indirect_iterator<std::vector<const Allocation*>::const_iterator, const Allocation>;
    void push_back(Allocation allocation) {
        auto own = std::make_shared<const Allocation>(std::move(allocation));
        all_.push_back(own.get());
        kept_.push_back(std::move(own));
    }
    void refer(const Allocation& allocation) { all_.push_back(&allocation); }
    void keep(std::shared_ptr<const void> owner) { kept_.push_back(std::move(owner)); }
    const_iterator begin() const { return const_iterator(all_.begin()); }
    const_iterator end() const { return const_iterator(all_.end()); }
    std::size_t size() const { return all_.size(); }
    bool empty() const { return all_.empty(); }
    const Allocation& front() const { return *all_.front(); }
    const Allocation& operator[](std::size_t i) const { return *all_[i]; }

  private:
    std::vector<const Allocation*> all_;
    std::vector<std::shared_ptr<const void>> kept_;
};

struct SlotLocation {
    kernel::Uuid id;
    kernel::Zone zone = kernel::Zone::utc();
    std::vector<Block> blocks;  // that close all of it
};

struct SlotResource {
    kernel::Uuid id;
    kernel::Uuid location;        // one of Snapshot::locations (the default one if none is set)
    bool needs_schedule = true;   // staff: without a schedule never there; others: always
    bool active = true;           // false: deleted, inactive, under maintenance, ...
    std::optional<int> capacity;  // seats, where it has any
    std::optional<int> duration_minutes;  // its own duration for this service
    std::vector<Schedule> schedules;
    std::vector<Override> overrides;
    std::vector<Block> blocks;
    Allocations allocations;
};

struct SlotRole {
    std::string role;
    std::vector<kernel::Uuid> candidates;  // location, type, specialties and status already seen to
    int quantity = 1;
    bool required = true;
    std::vector<kernel::Uuid> preference;  // best first; the others come after them
};

// Live appointments and holds of this service that start on one local date of their location.
struct DayCount {
    kernel::LocalDate date;
    int live = 0;
};

struct Snapshot {
    ServiceTerms service;
    std::vector<SlotLocation> locations;
    std::vector<Block> blocks;  // that close everything
    std::vector<SlotResource> resources;
    std::vector<SlotRole> roles;       // in their order; the first required one leads the grid
    std::vector<DayCount> day_counts;  // needed only with max_per_day
};

}  // namespace almanac::scheduling
