// What GET slots needs, as rows: allocations per resource and UTC day, so that a query costs what
// its days hold; resources, calendars, services, locations and day counts as folds. Fed by the same
// events and the same evolve functions as the decisions, and judged by the same `slots`: what is
// offered can be booked.
// `AvailabilityProjection` is the runtime's; `Availability` is thread-safe; a call reads one
// snapshot. Limits: 93 days a query; `cache_bytes` of decoded folds.
#pragma once
#include <functional>
#include <memory>

#include "domain/kernel/catalogue.hpp"
#include "domain/scheduling/queries.hpp"
#include "domain/scheduling/snapshot_source.hpp"
#include "projections/projection.hpp"

namespace almanac::projections {

namespace availability {
class LatestChanges;
}

struct SlotAnswer {
    scheduling::SlotList list;
    std::uint64_t position = 0;  // the view is true up to here
    // {"data":[{start, end, remaining, resources:[{role, id}]}], "days":[{date, slots, reason}]}
    std::string json() const;
};

class AvailabilityProjection final : public Projection {
  public:
    AvailabilityProjection(const kernel::Catalogue& catalogue,
                           std::shared_ptr<availability::LatestChanges> latest,
                           std::size_t cache_bytes = 8UL << 20);
    ~AvailabilityProjection() override;
    std::string_view name() const override { return "availability"; }
    std::uint32_t version() const override;
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class Availability {
  public:
    // `latest` is the projection's that feeds these rows.
    Availability(const ViewStore& store, std::shared_ptr<availability::LatestChanges> latest,
                 std::size_t cache_bytes = 32UL << 20);
    ~Availability();

    // `not_found`: no such live service. Field errors: /to (before `from`, over 93 days),
    // /party_size (over the capacity), /time_zone. 422 `scheduling.too_many_candidates`.
    Result<SlotAnswer> find_slots(const TenantId& tenant, const scheduling::FindSlots& query,
                                  kernel::Instant now) const;
    // The rows of one tenant as a source, all of one snapshot; valid inside `use` only. Answers the
    // position up to which the view is true.
    std::uint64_t with_source(const TenantId& tenant, kernel::Instant now,
                              const std::function<void(scheduling::SnapshotSource&)>& use) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::projections
