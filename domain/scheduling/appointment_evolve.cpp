// How appointments and what they occupy follow from their events; total, no rule lives here.
#include <algorithm>

#include "domain/scheduling/payment.hpp"
#include "domain/scheduling/visit.hpp"

namespace almanac::scheduling {
namespace {
void show(Appointment& a, const Occupancy& occupancy) {
    a.service_id = occupancy.service_id;
    a.start = occupancy.start;
    a.end = occupancy.end;
    a.buffer_before_minutes = occupancy.buffer_before_minutes;
    a.buffer_after_minutes = occupancy.buffer_after_minutes;
    a.location_id = occupancy.location_id;
    a.resources = occupancy.resources;
    a.party_size = occupancy.party_size;
    a.occupancy = occupancy;
}

bool touches(const Occupancy& occupancy, std::string_view tag) {
    Tags<ResourceMonth, ServiceDay> tags;
    occupancy_tags(tags, occupancy);
    return std::ranges::find(tags.list, tag) != tags.list.end();
}
}  // namespace

std::string subject(const AppointmentBooked& e) {
    return e.client_id ? tag_of<Record<Client>>(*e.client_id) : std::string();
}
std::string subject(const AppointmentCancelled& e) {
    return e.client_id ? tag_of<Record<Client>>(*e.client_id) : std::string();
}
std::string subject(const PaymentRefunded& e) {
    return e.client_id ? tag_of<Record<Client>>(*e.client_id) : std::string();
}

void evolve(Appointment& a, const AppointmentBooked& e, const EventMeta& meta) {
    a.status = e.status;
    a.reference = e.reference;
    a.service_name = e.service_name;
    a.client_id = e.client_id;
    a.customer = e.customer;
    a.method = e.method;
    a.price = e.price;
    a.deposit = e.deposit;
    a.payment_due_at = e.payment_due_at;
    a.paid = {0, e.price.currency};
    a.refunded = {0, e.price.currency};
    a.paid_with_points = {0, e.price.currency};
    a.refunded_to_points = {0, e.price.currency};
    a.payment_status = payment_status(a);
    a.hold_id = e.hold_id;
    a.series_id = e.series_id;
    a.client_notes = e.client_notes;
    a.staff_notes = e.staff_notes;
    a.off_grid_reason = e.off_grid_reason;
    a.metadata = e.metadata;
    a.details = e.details;
    if (e.status == AppointmentStatus::confirmed) a.confirmed_at = meta.time;
    show(a, e.occupancy);
}

void evolve(Appointment& a, const AppointmentConfirmed&, const EventMeta& meta) {
    a.status = AppointmentStatus::confirmed;
    a.confirmed_at = meta.time;
    a.payment_due_at.reset();
}

void evolve(Appointment& a, const AppointmentRescheduled& e) {
    show(a, e.occupancy);
    ++a.reschedule_count;
}

void evolve(Appointment& a, const AppointmentReassigned& e) {
    show(a, e.occupancy);
}

void evolve(Appointment& a, const AppointmentCancelled& e, const EventMeta& meta) {
    a.status = AppointmentStatus::cancelled;
    a.payment_due_at.reset();
    a.cancelled_at = meta.time;
    a.cancelled_by = e.by;
    a.cancellation_reason = e.reason;
    a.late_cancellation = e.late;
    a.fee = e.fee;
}

void evolve(Appointment& a, const AppointmentCheckedIn&, const EventMeta& meta) {
    a.checked_in_at = meta.time;
}

void evolve(Appointment& a, const AppointmentStarted& e) {
    a.status = AppointmentStatus::in_progress;
    a.actual_start = e.actual_start;
}

void evolve(Appointment& a, const AppointmentCompleted& e) {
    a.status = AppointmentStatus::completed;
    a.completed_at = e.completed_at;
    a.final_price = e.final_price;
    a.payment_status = payment_status(a);
    a.occupancy = e.occupancy;
}

void evolve(Appointment& a, const AppointmentNoShow& e, const EventMeta& meta) {
    a.status = AppointmentStatus::no_show;
    a.no_show_at = meta.time;
    a.fee = e.fee;
    a.occupancy = e.occupancy;
    a.payment_due_at.reset();
}

void evolve(Appointment& a, const PaymentRecorded& e) {
    a.paid.amount += e.amount.amount;
    if (e.method == PaymentMethod::points) a.paid_with_points.amount += e.amount.amount;
    a.payment_status = payment_status(a);
}

void evolve(Appointment& a, const PaymentRefunded& e) {
    a.refunded.amount += e.amount.amount;
    if (e.method == PaymentMethod::points) a.refunded_to_points.amount += e.amount.amount;
    a.payment_status = payment_status(a);
}

void evolve(ResourceMonth& month, const AppointmentBooked& e) {
    take(month, e.id, e.occupancy);
}
void evolve(ResourceMonth& month, const AppointmentRescheduled& e, const EventMeta& meta) {
    release(month, e.id);
    if (touches(e.occupancy, meta.tag)) take(month, e.id, e.occupancy);
}
void evolve(ResourceMonth& month, const AppointmentReassigned& e, const EventMeta& meta) {
    release(month, e.id);
    if (touches(e.occupancy, meta.tag)) take(month, e.id, e.occupancy);
}
void evolve(ResourceMonth& month, const AppointmentCancelled& e) {
    release(month, e.id);
}
void evolve(ResourceMonth& month, const AppointmentCompleted& e) {
    release(month, e.id);
    take(month, e.id, e.occupancy);
}
void evolve(ResourceMonth& month, const AppointmentNoShow& e) {
    release(month, e.id);
    take(month, e.id, e.occupancy);
}

void evolve(ServiceDay& day, const AppointmentBooked&) {
    ++day.live;
}
void evolve(ServiceDay& day, const AppointmentRescheduled& e, const EventMeta& meta) {
    if (touches(e.freed, meta.tag)) --day.live;
    if (touches(e.occupancy, meta.tag)) ++day.live;
}
void evolve(ServiceDay& day, const AppointmentCancelled&) {
    --day.live;
}
void evolve(ReferenceDay& day, const AppointmentBooked&) {
    ++day.used;
}
void evolve(ClientVisits& visits, const AppointmentBooked&) {
    ++visits.booked;
}
void evolve(ClientVisits& visits, const AppointmentCancelled&) {
    ++visits.cancelled;
}
void evolve(Usage& usage, const AppointmentBooked&) {
    ++usage.appointments;
}

}  // namespace almanac::scheduling
