#include "domain/scheduling/appointment_change.hpp"
#include "domain/scheduling/appointment_policies.hpp"
#include "domain/scheduling/hold_policies.hpp"
#include "domain/scheduling/module.hpp"
#include "domain/scheduling/payment.hpp"
#include "domain/scheduling/visit.hpp"

namespace almanac::scheduling {

namespace {
// What becomes of pending ones of its own accord.
void declare_appointment_policies(Module& scheduling) {
    scheduling
        .command<CancelUnconfirmed, Appointment>(
            "cancel_unconfirmed", "POST appointments/{id}/cancel", "scheduling.appointment:cancel",
            "Cancels one that nobody has confirmed by its start.")
        .hidden = true;
    scheduling.policy("unconfirmed_appointments")
        .on<AppointmentBooked>(&wait_for_confirmation)
        .on<AppointmentRescheduled>(&wait_for_confirmation)
        .on<AppointmentConfirmed>(&wait_no_longer)
        .on_timer<Unconfirmed>(&start_has_come);
    scheduling
        .command<CancelUnpaid, Appointment>("cancel_unpaid", "POST appointments/{id}/cancel",
                                            "scheduling.appointment:cancel",
                                            "Cancels one that was not paid in time.")
        .hidden = true;
    scheduling.policy("unpaid_appointments")
        .on<AppointmentBooked>(&wait_for_payment)
        .on<AppointmentConfirmed>(&wait_no_longer)
        .on_timer<Unpaid>(&payment_is_due);
}
}  // namespace

void declare_holds(Module& scheduling) {
    scheduling.event<HoldPlaced>().event<HoldReleased>();
    scheduling.event<HoldBooked>().event<HoldExpired>();
    auto& holds = scheduling.collection<Hold>("holds", "scheduling.hold:read",
                                              "Slots kept free for a short while.");
    holds.filters = {{"status", "status"}, {"service_id", "service_id"}};
    holds.range_path = "start";
    scheduling
        .command<HoldSlot, Hold>("hold_slot", "POST holds", "scheduling.hold:create",
                                 "Keeps a start free for `ttl_seconds`: it counts like a booking "
                                 "until `expires_at`. Book it with its `hold_id`.")
        .creates = true;
    scheduling.command<ReleaseHold, Hold>("release_hold", "POST holds/{id}/release",
                                          "scheduling.hold:release", "Gives the slot back.");
    scheduling
        .command<ExpireHold, Hold>("expire_hold", "POST holds/{id}/release",
                                   "scheduling.hold:release", "Writes down that it expired.")
        .hidden = true;
    scheduling.policy("hold_ends")
        .on<HoldPlaced>(&wait_for_end)
        .on<HoldReleased>(&ended_before)
        .on<HoldBooked>(&ended_before)
        .on_timer<HeldSlot>(&hold_has_ended);
}

void declare_appointments(Module& scheduling) {
    scheduling.event<AppointmentBooked>().event<AppointmentConfirmed>();
    scheduling.event<AppointmentRescheduled>().event<AppointmentReassigned>();
    scheduling.event<AppointmentCancelled>().event<AppointmentCheckedIn>();
    scheduling.event<AppointmentStarted>().event<AppointmentCompleted>();
    scheduling.event<AppointmentNoShow>();
    scheduling.event<AppointmentDetailsChanged>();
    scheduling.event<PaymentRecorded>().event<PaymentRefunded>();
    auto& appointments = scheduling.collection<Appointment>(
        "appointments", "scheduling.appointment:read", "Bookings of services.");
    appointments.filters = {
        {"client_id", "client_id"}, {"service_id", "service_id"},    {"status", "status"},
        {"reference", "reference"}, {"resource_id", "resources.id"}, {"location_id", "location_id"},
        {"series_id", "series_id"}};
    appointments.range_path = "start";
    appointments.sorts = {"start"};

    scheduling.command<BookAppointment, Appointment>(
        "book_appointment", "POST appointments", "scheduling.appointment:create",
        "Books one of the starts that GET slots offers.");
    scheduling
        .command<ChangeAppointment, Appointment>(
            "change_appointment", "PATCH appointments/{id}", "scheduling.appointment:change",
            "Changes the given details (RFC 7396 merge patch), in any state.")
        .schema = &change_appointment_schema;
    scheduling.command<ConfirmAppointment, Appointment>(
        "confirm_appointment", "POST appointments/{id}/confirm", "scheduling.appointment:confirm",
        "Confirms a pending appointment.");
    scheduling.command<RescheduleAppointment, Appointment>(
        "reschedule_appointment", "POST appointments/{id}/reschedule",
        "scheduling.appointment:reschedule",
        "Moves it, freeing and taking in one step; checked like a booking.");
    scheduling.command<ReassignAppointment, Appointment>(
        "reassign_appointment", "POST appointments/{id}/reassign",
        "scheduling.appointment:reassign", "Gives it other resources at the same time.");
    scheduling.command<CancelAppointment, Appointment>(
        "cancel_appointment", "POST appointments/{id}/cancel", "scheduling.appointment:cancel",
        "Cancels it; a client's cancellation inside the notice is late.");
    scheduling.command<CheckInAppointment, Appointment>(
        "check_in_appointment", "POST appointments/{id}/check_in",
        "scheduling.appointment:check_in", "The client is there.");
    scheduling.command<StartAppointment, Appointment>(
        "start_appointment", "POST appointments/{id}/start", "scheduling.appointment:start",
        "The service begins.");
    scheduling.command<CompleteAppointment, Appointment>(
        "complete_appointment", "POST appointments/{id}/complete",
        "scheduling.appointment:complete", "The service was given.");
    scheduling.command<MarkNoShow, Appointment>(
        "mark_no_show", "POST appointments/{id}/no_show", "scheduling.appointment:no_show",
        "The client did not come; the slot is free from now.");
    scheduling.command<RecordPayment, Appointment>(
        "record_payment", "POST appointments/{id}/record_payment",
        "scheduling.appointment:record_payment",
        "Writes down that something was paid; confirms an appointment that waited for it alone.");
    scheduling.command<RefundPayment, Appointment>(
        "refund_payment", "POST appointments/{id}/refund", "scheduling.appointment:refund",
        "Writes down that something was given back.");
    declare_appointment_policies(scheduling);
}

}  // namespace almanac::scheduling
