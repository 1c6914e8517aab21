// Who works when, also in the past. The rows of availability forget schedules and recurring blocks
// some days after their end, and know no zone of a location that is closed: slots never ask for it.
// Here they are kept. Rows of the view `utilisation`, below a tenant:
//     "s" ‖ resource 16 ‖ schedule 16 -> a schedule       "b" ‖ owner 16 ‖ block 16 -> a block
//     "z" ‖ location 16               -> its zone
// One source per query, on its thread; what it is made from outlives it.
#pragma once
#include "domain/scheduling/snapshot_source.hpp"
#include "projections/projection.hpp"

namespace almanac::projections {

// What the event says of schedules, recurring blocks and zones.
void keep_roster(const AppliedEvent& event, TenantViews& views);

// The source of slots with what was kept (a block may come twice) and without what is booked:
// questions about working time would read all of it for nothing.
class RosterSource : public scheduling::SnapshotSource {
  public:
    enum class Locations { active, all };
    // For the local dates first..last; `rows` of the view `utilisation`. With all locations those
    // are active, too, that are closed now.
    RosterSource(scheduling::SnapshotSource& now, const ViewRows& rows, kernel::LocalDate first,
                 kernel::LocalDate last, Locations locations)
        : now_(now), rows_(rows), first_(first), last_(last), locations_(locations) {}

    // Those in force on one of the dates; where there is none, one of the others, if there is any:
    // what has a schedule is not always there.
    std::vector<scheduling::Schedule> schedules(const scheduling::ResourceId& id) override;
    std::vector<scheduling::Block> resource_blocks(const scheduling::ResourceId& id,
                                                   kernel::Instant from,
                                                   kernel::Instant to) override;
    std::vector<scheduling::Block> location_blocks(const scheduling::LocationId& id,
                                                   kernel::Instant from,
                                                   kernel::Instant to) override;
    std::vector<scheduling::Block> tenant_blocks(kernel::Instant from, kernel::Instant to) override;
    scheduling::Allocations allocations(const scheduling::ResourceId&, kernel::Instant,
                                        kernel::Instant) override {
        return {};
    }

    const scheduling::ResourceDirectory& resources() override { return now_.resources(); }
    scheduling::LocationId default_location() override { return now_.default_location(); }
    std::optional<kernel::Zone> active_location(const scheduling::LocationId& id) override;
    std::vector<scheduling::Override> overrides(const scheduling::ResourceId& id,
                                                kernel::LocalDate first,
                                                kernel::LocalDate last) override {
        return now_.overrides(id, first, last);
    }
    int live_on(const scheduling::ServiceId& service, kernel::LocalDate date) override {
        return now_.live_on(service, date);
    }

  private:
    std::vector<scheduling::Block> with_kept(std::vector<scheduling::Block> blocks,
                                             const kernel::Uuid& owner, kernel::Instant from,
                                             kernel::Instant to) const;
    scheduling::SnapshotSource& now_;
    const ViewRows& rows_;
    kernel::LocalDate first_;
    kernel::LocalDate last_;
    Locations locations_;
};

}  // namespace almanac::projections
