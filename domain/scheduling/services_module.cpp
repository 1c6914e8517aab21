#include "domain/scheduling/module.hpp"
#include "domain/scheduling/service.hpp"

namespace almanac::scheduling {

void declare_services(Module& scheduling) {
    auto& services = scheduling.record<Service>("What can be booked.");
    services.filters = {{"active", "active"},
                        {"slug", "slug"},
                        {"category_id", "category_ids"},
                        {"featured", "featured"},
                        {"place", "place"}};
    services.sorts = {"name", "sort_order"};
}

}  // namespace almanac::scheduling
