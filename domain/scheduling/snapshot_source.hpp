// scheduling/snapshot_source.hpp — one way to build the Snapshot of a service (snapshot.hpp), fed
// by the folds of a decision or by the rows of the availability view, so that what is offered and
// what is booked are judged on the same terms.
#pragma once
#include "domain/scheduling/block.hpp"
#include "domain/scheduling/override.hpp"

namespace almanac::scheduling {

class SnapshotSource {
  public:
    virtual ~SnapshotSource() = default;
    // This many resources will be asked about [from, to), one by one.
    virtual void prepare(std::size_t /*resources*/, Instant /*from*/, Instant /*to*/) {}
    virtual const ResourceDirectory& resources() = 0;
    virtual LocationId default_location() = 0;
    // Nothing where it is deleted or not active.
    virtual std::optional<Zone> active_location(const LocationId& id) = 0;
    virtual std::vector<Schedule> schedules(const ResourceId& id) = 0;
    // Those of the local dates first..last.
    virtual std::vector<Override> overrides(const ResourceId& id, LocalDate first,
                                            LocalDate last) = 0;
    // Those whose occupied time (buffers included) meets [from, to); no hold that expired.
    virtual Allocations allocations(const ResourceId& id, Instant from, Instant to) = 0;
    virtual int live_on(const ServiceId& service, LocalDate date) = 0;
    // Ranges that meet [from, to): of one resource, of all of a location, of the whole business.
    virtual std::vector<Block> resource_blocks(const ResourceId& id, Instant from, Instant to) = 0;
    virtual std::vector<Block> location_blocks(const LocationId& id, Instant from, Instant to) = 0;
    virtual std::vector<Block> tenant_blocks(Instant from, Instant to) = 0;
};

// The ranges of standing blocks that meet [from, to), at the end of `found`.
void append_standing(const Calendar& calendar, Instant from, Instant to, std::vector<Block>& found);

// Its maintenance dates as a block, where it has any.
std::optional<Block> maintenance_of(const ResourceEntry& resource, const Zone& zone);

// Terms and candidates for starts in [from, to); `only_at`: those of this location alone.
// `scheduling.too_many_candidates` where a role has more than 200 of the right type, specialties,
// status and location, and `given` does not narrow it.
Result<Snapshot> build_snapshot(SnapshotSource& source, const ServiceId& id, const Service& service,
                                Instant from, Instant to, const std::vector<ResourceId>& given,
                                const std::optional<LocationId>& only_at = std::nullopt);

// One resource as a snapshot has it, for questions of no service: when it works, what closes and
// what occupies it in [from, to). Nothing where it or its location cannot serve.
struct ResourceSnapshot {
    SlotLocation location;
    SlotResource resource;
    std::vector<Block> blocks;  // that close everything
    // Working time without breaks and blocks; whole windows, not cut to the range.
    IntervalSet open(Instant from, Instant to) const;
    // The same of the local dates first..last, cut where a date ends, by start.
    struct OnDate {
        LocalDate date;
        Interval time;
    };
    std::vector<OnDate> open_by_date(LocalDate first, LocalDate last) const;
};
// What a snapshot has to span to know these local dates, in any zone.
Interval span_of_dates(LocalDate first, LocalDate last);
std::optional<ResourceSnapshot> build_resource_snapshot(SnapshotSource& source,
                                                        const ResourceEntry& entry, Instant from,
                                                        Instant to);

// The folds of a decision as a source.
class FoldSource final : public SnapshotSource {
  public:
    FoldSource(Read& read, Instant now) : read_(read), now_(now) {}
    const ResourceDirectory& resources() override;
    LocationId default_location() override;
    std::optional<Zone> active_location(const LocationId& id) override;
    std::vector<Schedule> schedules(const ResourceId& id) override;
    std::vector<Override> overrides(const ResourceId& id, LocalDate first, LocalDate last) override;
    // They lie in the folds: for as long as the decision has them, and none of them is staged anew.
    Allocations allocations(const ResourceId& id, Instant from, Instant to) override;
    int live_on(const ServiceId& service, LocalDate date) override;
    std::vector<Block> resource_blocks(const ResourceId& id, Instant from, Instant to) override;
    std::vector<Block> location_blocks(const LocationId& id, Instant from, Instant to) override;
    std::vector<Block> tenant_blocks(Instant from, Instant to) override;

  private:
    template <class Month>
    std::vector<Block> blocks_of(const Uuid& owner, Instant from, Instant to);

    Read& read_;
    Instant now_;
    const ResourceDirectory* resources_ = nullptr;  // once asked for
};

}  // namespace almanac::scheduling
