// scheduling/appointment_policies.hpp — what becomes of pending appointments of its own accord
// (domain rules: scheduling, "Appointment"): one that waits for confirmation lives until its start,
// one that waits for payment alone until its payment is due; then the system cancels it.
// The reactions say when to look again; what there is to do then is decided by the command.
#pragma once
#include "domain/kernel/policy.hpp"
#include "domain/scheduling/appointment.hpp"

namespace almanac::scheduling {

// What the timers carry.
struct Unconfirmed {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(Unconfirmed, (), (id))
struct Unpaid {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(Unpaid, (), (id))

// Still pending at its start; no route.
struct CancelUnconfirmed {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(CancelUnconfirmed, (), (id))
// Still waiting for payment when that is due; no route.
struct CancelUnpaid {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(CancelUnpaid, (), (id))
Decision decide(const CancelUnconfirmed& wish, Read& read, const Context& now);
Decision decide(const CancelUnpaid& wish, Read& read, const Context& now);

Reactions wait_for_confirmation(const AppointmentBooked& e, const Happened& happened);
Reactions wait_for_confirmation(const AppointmentRescheduled& e, const Happened& happened);
Reactions wait_for_payment(const AppointmentBooked& e, const Happened& happened);
Reactions wait_no_longer(const AppointmentConfirmed& e, const Happened& happened);
Reactions start_has_come(const Unconfirmed& waiting, const TimerFired& fired);
Reactions payment_is_due(const Unpaid& waiting, const TimerFired& fired);

}  // namespace almanac::scheduling
