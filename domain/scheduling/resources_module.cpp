#include "domain/scheduling/module.hpp"
#include "domain/scheduling/resource.hpp"

namespace almanac::scheduling {

void declare_resources(Module& scheduling) {
    auto& resources = scheduling.record<Resource>("People, rooms and things that bookings occupy.");
    resources.filters = {{"type", "type"},     {"active", "active"},
                         {"status", "status"}, {"location_id", "location_id"},
                         {"slug", "slug"},     {"specialty", "specialties"}};
    resources.sorts = {"sort_order"};
}

}  // namespace almanac::scheduling
