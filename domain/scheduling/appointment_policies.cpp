#include "domain/scheduling/appointment_policies.hpp"

namespace almanac::scheduling {
namespace {
AppointmentCancelled cancelled(const AppointmentId& id, const Appointment& a) {
    AppointmentCancelled e;
    e.id = id;
    e.freed = a.occupancy;
    e.by = CancelledBy::system;
    e.client_id = a.client_id;
    return e;
}
}  // namespace

Decision decide(const CancelUnconfirmed& wish, Read& read, const Context& now) {
    const auto* a = read.find<Appointment>(wish.id);
    const bool waits = a && a->status == AppointmentStatus::pending && !a->payment_due_at;
    if (!waits || now.now < a->start) return Events{};
    return cancelled(wish.id, *a);
}

Decision decide(const CancelUnpaid& wish, Read& read, const Context& now) {
    const auto* a = read.find<Appointment>(wish.id);
    const bool waits = a && a->status == AppointmentStatus::pending && a->payment_due_at;
    if (!waits || now.now < *a->payment_due_at) return Events{};
    return cancelled(wish.id, *a);
}

Reactions wait_for_confirmation(const AppointmentBooked& e, const Happened&) {
    if (e.status != AppointmentStatus::pending || e.payment_due_at) return {};
    return Reactions{}.set_timer(to_string(e.id), e.occupancy.start, Unconfirmed{e.id});
}

// Whether it still waits the event does not say: the timer of one that does not finds nothing to
// do.
Reactions wait_for_confirmation(const AppointmentRescheduled& e, const Happened&) {
    return Reactions{}.set_timer(to_string(e.id), e.occupancy.start, Unconfirmed{e.id});
}

Reactions wait_for_payment(const AppointmentBooked& e, const Happened&) {
    if (!e.payment_due_at) return {};
    return Reactions{}.set_timer(to_string(e.id), *e.payment_due_at, Unpaid{e.id});
}

Reactions wait_no_longer(const AppointmentConfirmed& e, const Happened&) {
    return Reactions{}.cancel_timer(to_string(e.id));
}

Reactions start_has_come(const Unconfirmed& waiting, const TimerFired&) {
    return Reactions{}.submit("cancel", CancelUnconfirmed{waiting.id});
}

Reactions payment_is_due(const Unpaid& waiting, const TimerFired&) {
    return Reactions{}.submit("cancel", CancelUnpaid{waiting.id});
}

}  // namespace almanac::scheduling
