// scheduling/snapshot_source.hpp — one way to build the Snapshot of a service (snapshot.hpp), fed
// by the folds of a decision or by the rows of the availability view, so that what is offered and
// what is booked are judged on the same terms.
#pragma once
#include "domain/scheduling/occupancy.hpp"

namespace almanac::scheduling {

class SnapshotSource {
  public:
    virtual ~SnapshotSource() = default;
    virtual const ResourceDirectory& resources() = 0;
    virtual LocationId default_location() = 0;
    // Nothing where it is deleted or not active.
    virtual std::optional<Zone> active_location(const LocationId& id) = 0;
    virtual std::vector<Schedule> schedules(const ResourceId& id) = 0;
    // Those whose occupied time (buffers included) meets [from, to).
    virtual std::vector<Allocation> allocations(const ResourceId& id, Instant from, Instant to) = 0;
    virtual int live_on(const ServiceId& service, LocalDate date) = 0;
};

// Terms and candidates for starts in [from, to). `scheduling.too_many_candidates` where a role has
// more than 200 and `given` does not narrow it.
Result<Snapshot> build_snapshot(SnapshotSource& source, const ServiceId& id, const Service& service,
                                Instant from, Instant to, const std::vector<ResourceId>& given);

// The folds of a decision as a source.
class FoldSource final : public SnapshotSource {
  public:
    explicit FoldSource(Read& read) : read_(read) {}
    const ResourceDirectory& resources() override;
    LocationId default_location() override;
    std::optional<Zone> active_location(const LocationId& id) override;
    std::vector<Schedule> schedules(const ResourceId& id) override;
    std::vector<Allocation> allocations(const ResourceId& id, Instant from, Instant to) override;
    int live_on(const ServiceId& service, LocalDate date) override;

  private:
    Read& read_;
    const ResourceDirectory* resources_ = nullptr;  // once asked for
};

}  // namespace almanac::scheduling
