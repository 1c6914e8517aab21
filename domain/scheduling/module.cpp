// The catalogue's entry of scheduling: routes, permissions, schemas and documentation follow from
// it.
#include "domain/house.hpp"
#include "domain/scheduling/appointment.hpp"
#include "domain/scheduling/queries.hpp"

namespace almanac::scheduling {

void declare_records(Module& scheduling) {
    auto& locations = scheduling.record<Location>("Places where the business works.");
    locations.filters = {{"status", "status"}, {"slug", "slug"}};
    locations.sorts = {"name"};
    auto& categories = scheduling.record<ServiceCategory>("Groups of services.");
    categories.filters = {{"active", "active"}, {"slug", "slug"}};
    categories.sorts = {"name", "sort_order"};
    auto& services = scheduling.record<Service>("What can be booked.");
    services.filters = {{"active", "active"},
                        {"slug", "slug"},
                        {"category_id", "category_ids"},
                        {"featured", "featured"},
                        {"place", "place"}};
    services.sorts = {"name", "sort_order"};
    auto& resources = scheduling.record<Resource>("People, rooms and things that bookings occupy.");
    resources.filters = {{"type", "type"},     {"active", "active"},
                         {"status", "status"}, {"location_id", "location_id"},
                         {"slug", "slug"},     {"specialty", "specialties"}};
    resources.sorts = {"sort_order"};
    auto& clients = scheduling.record<Client>("People who book.");
    clients.filters = {{"status", "status"},
                       {"source", "source"},
                       {"tag", "tags"},
                       {"marketing_consent", "marketing_consent"}};
    clients.searchable = true;
}

void declare_appointments(Module& scheduling) {
    scheduling.event<AppointmentBooked>().event<AppointmentConfirmed>();
    scheduling.event<AppointmentRescheduled>().event<AppointmentCancelled>();
    scheduling.event<AppointmentCompleted>().event<AppointmentNoShow>();
    auto& appointments = scheduling.collection<Appointment>(
        "appointments", "scheduling.appointment:read", "Bookings of services.");
    appointments.filters = {{"client_id", "client_id"},
                            {"service_id", "service_id"},
                            {"status", "status"},
                            {"reference", "reference"},
                            {"resource_id", "resources.id"},
                            {"location_id", "location_id"}};
    appointments.range_path = "start";
    appointments.sorts = {"start"};

    scheduling.command<BookAppointment, Appointment>(
        "book_appointment", "POST appointments", "scheduling.appointment:create",
        "Books one of the starts that GET slots offers.");
    scheduling.command<ConfirmAppointment, Appointment>(
        "confirm_appointment", "POST appointments/{id}/confirm", "scheduling.appointment:confirm",
        "Confirms a pending appointment.");
    scheduling.command<RescheduleAppointment, Appointment>(
        "reschedule_appointment", "POST appointments/{id}/reschedule",
        "scheduling.appointment:reschedule",
        "Moves it, freeing and taking in one step; checked like a booking.");
    scheduling.command<CancelAppointment, Appointment>(
        "cancel_appointment", "POST appointments/{id}/cancel", "scheduling.appointment:cancel",
        "Cancels it; a client's cancellation inside the notice is late.");
    scheduling.command<CompleteAppointment, Appointment>(
        "complete_appointment", "POST appointments/{id}/complete",
        "scheduling.appointment:complete", "The service was given.");
    scheduling.command<MarkNoShow, Appointment>(
        "mark_no_show", "POST appointments/{id}/no_show", "scheduling.appointment:no_show",
        "The client did not come; the slot is free from now.");
}

void declare(Catalogue& catalogue) {
    Module scheduling(catalogue, "scheduling");
    declare_records(scheduling);
    scheduling.event<ScheduleSet>().event<ScheduleEnded>();
    scheduling
        .command<SetSchedule, ResourceSchedule>(
            "set_schedule", "POST resources/{id}/schedules", "scheduling.schedule:create",
            "Sets weekly working time; the open schedule ends the day before.")
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
