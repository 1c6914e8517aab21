#include "domain/scheduling/calendar.hpp"
#include "domain/scheduling/module.hpp"
#include "domain/scheduling/override.hpp"
#include "domain/scheduling/queries.hpp"

namespace almanac::scheduling {

void declare_working_time(Module& scheduling) {
    scheduling.event<ScheduleSet>().event<ScheduleEnded>();
    scheduling
        .command<SetSchedule, ResourceSchedule>(
            "set_schedule", "POST resources/{id}/schedules", "scheduling.schedule:create",
            "Sets weekly working time; the open schedule ends the day before. Bookings that it "
            "leaves outside working time stay, and are the answer's `conflicts`.")
        .creates = true;
    auto& schedules = scheduling.collection<ResourceSchedule>(
        "schedules", "scheduling.schedule:read", "Weekly working time of resources.");
    schedules.filters = {{"resource_id", "resource_id"}};
    scheduling.query<ListSchedules>("list_resource_schedules", "GET resources/{id}/schedules",
                                    "scheduling.schedule:read",
                                    "The schedules of one resource, oldest first.");
    scheduling.event<OverrideSet>().event<OverrideRemoved>();
    scheduling.command<SetOverride, DateOverride>(
        "set_override", "PUT resources/{id}/overrides/{date}", "scheduling.override:set",
        "Sets how a resource works on one local date, instead of its schedules. Bookings that it "
        "leaves outside working time stay, and are the answer's `conflicts`.");
    scheduling
        .command<RemoveOverride, DateOverride>(
            "remove_override", "DELETE resources/{id}/overrides/{date}",
            "scheduling.override:remove",
            "The schedules hold again on that date. Bookings that they leave outside working time "
            "stay, and are the answer's `conflicts`.")
        .has_body = false;
    auto& overrides = scheduling.collection<DateOverride>(
        "overrides", "scheduling.override:read", "Local dates on which resources work otherwise.");
    overrides.filters = {{"resource_id", "resource_id"}, {"date", "date"}};
}

}  // namespace almanac::scheduling
