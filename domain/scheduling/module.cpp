// The catalogue's entry of scheduling: routes, permissions, schemas and documentation follow from
// it.
#include "domain/scheduling/module.hpp"

#include "domain/house.hpp"
#include "domain/scheduling/calendar.hpp"
#include "domain/scheduling/queries.hpp"

namespace almanac::scheduling {

void declare(Catalogue& catalogue) {
    Module scheduling(catalogue, "scheduling");
    declare_places(scheduling);
    declare_services(scheduling);
    declare_resources(scheduling);
    declare_clients(scheduling);
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
    declare_appointments(scheduling);
    scheduling.query<FindSlots>("find_slots", "GET slots", "scheduling.slot:read",
                                "Starts that can be booked, with whom, and why a day has none.");
}

}  // namespace almanac::scheduling
