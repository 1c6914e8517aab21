#include "domain/scheduling/calendar_view.hpp"
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
    auto& views = scheduling.record<CalendarView>("Saved ways to look at the calendar.");
    views.filters = {{"active", "active"}, {"slug", "slug"}, {"view_type", "view_type"}};
    views.sorts = {"name"};
}

}  // namespace almanac::scheduling
