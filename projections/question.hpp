// What a query of a special view is asked with beside its parameters: who asks, when, and what it
// may look at. Notes how old the oldest of what it has looked at is. Valid during the query, on its
// thread.
#pragma once
#include <functional>

#include "projections/view_store.hpp"

namespace almanac::scheduling {
class SnapshotSource;
}

namespace almanac::projections {

class Availability;

class Question {
  public:
    Question(const TenantId& of, kernel::Instant when, const ViewStore& store,
             const Availability& availability)
        : tenant(of), now(when), store_(store), availability_(availability) {}

    ViewRows read(const ViewName& view) const;
    // The rows of availability as slots see them; valid inside `use` only.
    void with_source(const std::function<void(scheduling::SnapshotSource&)>& use) const;
    const kernel::Uuid& log_id() const { return store_.log_id(); }
    // The answer is true up to here.
    std::uint64_t position() const { return position_; }

    const TenantId& tenant;
    kernel::Instant now;

  private:
    const ViewStore& store_;
    const Availability& availability_;
    mutable std::uint64_t position_ = UINT64_MAX;
};

}  // namespace almanac::projections
