#include "domain/scheduling/location.hpp"
#include "domain/scheduling/module.hpp"
#include "domain/scheduling/service_category.hpp"

namespace almanac::scheduling {

void declare_places(Module& scheduling) {
    auto& locations = scheduling.record<Location>("Places where the business works.");
    locations.filters = {{"status", "status"}, {"slug", "slug"}};
    locations.sorts = {"name"};
    auto& categories = scheduling.record<ServiceCategory>("Groups of services.");
    categories.filters = {{"active", "active"}, {"slug", "slug"}};
    categories.sorts = {"name", "sort_order"};
}

}  // namespace almanac::scheduling
