// What a query of a special view is asked with beside its parameters: who asks, when, and what it
// may look at beside the rows of its own view. Valid during the query.
#pragma once
#include "projections/view_store.hpp"

namespace almanac::projections {

class Availability;

struct Question {
    const TenantId& tenant;
    kernel::Instant now{};
    const ViewStore& store;
    const Availability& availability;
};

}  // namespace almanac::projections
