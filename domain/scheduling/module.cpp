// The catalogue's entry of scheduling: routes, permissions, schemas and documentation follow from
// it.
#include "domain/scheduling/module.hpp"

#include "domain/house.hpp"
#include "domain/scheduling/queries.hpp"

namespace almanac::scheduling {

void declare(Catalogue& catalogue) {
    Module scheduling(catalogue, "scheduling");
    declare_places(scheduling);
    declare_services(scheduling);
    declare_resources(scheduling);
    declare_clients(scheduling);
    declare_working_time(scheduling);
    declare_holds(scheduling);
    declare_blocks(scheduling);
    declare_appointments(scheduling);
    declare_series(scheduling);
    scheduling.query<FindSlots>("find_slots", "GET slots", "scheduling.slot:read",
                                "Starts that can be booked, with whom, and why a day has none.");
    declare_reports(scheduling);
}

}  // namespace almanac::scheduling
