#include "domain/scheduling/appointment.hpp"
#include "domain/scheduling/module.hpp"

namespace almanac::scheduling {

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

}  // namespace almanac::scheduling
