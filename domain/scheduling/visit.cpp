#include "domain/scheduling/visit.hpp"

#include <algorithm>

namespace almanac::scheduling {

// The client is there; the appointment stays confirmed.
Decision decide(const CheckInAppointment& wish, Read& read, const Context&) {
    const auto* a = read.find<Appointment>(wish.id);
    if (!a) return not_found();
    if (a->status != AppointmentStatus::confirmed) return not_in(a->status, "checked in");
    if (a->checked_in_at) {
        return conflict("scheduling.invalid_transition", "The client is checked in already.");
    }
    return AppointmentCheckedIn{wish.id};
}

Decision decide(const StartAppointment& wish, Read& read, const Context& now) {
    const auto* a = read.find<Appointment>(wish.id);
    if (!a) return not_found();
    if (a->status != AppointmentStatus::confirmed) return not_in(a->status, "started");
    return AppointmentStarted{wish.id, now.now};
}

// Early keeps [start − before, actual end + after); late never extends.
Decision decide(const CompleteAppointment& wish, Read& read, const Context& now) {
    const auto* found = read.find<Appointment>(wish.id);
    if (!found) return not_found();
    const auto& a = *found;
    if (a.status != AppointmentStatus::confirmed && a.status != AppointmentStatus::in_progress) {
        return not_in(a.status, "completed");
    }
    const auto at = wish.completed_at.value_or(now.now);
    if (at > now.now) return invalid_field("/completed_at", "future", "It has not happened yet.");
    if (at < a.actual_start.value_or(a.start)) {
        return invalid_field("/completed_at", "before_start",
                             "It cannot be completed before it starts.");
    }
    if (wish.final_price && wish.final_price->currency != a.price.currency) {
        return invalid_field("/final_price/currency", "currency", "Not the currency of the price.");
    }
    AppointmentCompleted e{wish.id, a.occupancy, a.occupancy, at,
                           wish.final_price.value_or(a.price)};
    e.occupancy.end = std::min(a.occupancy.end, std::max(at, a.occupancy.start));
    return e;
}

// Not before its start; frees from now.
Decision decide(const MarkNoShow& wish, Read& read, const Context& now) {
    const auto a = open_appointment(wish.id, read, "marked a no-show");
    if (!a) return std::unexpected(a.error());
    const auto& held = (*a)->occupancy;
    if (now.now < held.start) {
        return conflict("scheduling.invalid_transition", "It has not started yet.");
    }
    AppointmentNoShow e{wish.id, held, held, std::nullopt};
    if (now.now < held.busy_until()) {
        e.occupancy.end = std::min(held.end, now.now);
        e.occupancy.buffer_after_minutes = 0;
    }
    const auto& service = read.get<Record<Service>>(held.service_id);
    const auto fee = amount_of(service.no_show_fee, (*a)->price);
    if (fee.amount > 0) e.fee = fee;
    return e;
}

}  // namespace almanac::scheduling
