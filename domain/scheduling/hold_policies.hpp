// scheduling/hold_policies.hpp — a hold ends at its instant, whether or not anybody writes it down;
// this writes it down, so that the folds that count it forget it.
#pragma once
#include "domain/kernel/policy.hpp"
#include "domain/scheduling/hold.hpp"

namespace almanac::scheduling {

// What the timer carries.
struct HeldSlot {
    HoldId id;
};
BOOST_DESCRIBE_STRUCT(HeldSlot, (), (id))

// No route.
struct ExpireHold {
    HoldId id;
};
BOOST_DESCRIBE_STRUCT(ExpireHold, (), (id))
Decision decide(const ExpireHold& wish, Read& read, const Context& now);

Reactions wait_for_end(const HoldPlaced& e, const Happened& happened);
Reactions ended_before(const HoldReleased& e, const Happened& happened);
Reactions ended_before(const HoldBooked& e, const Happened& happened);
Reactions hold_has_ended(const HeldSlot& held, const TimerFired& fired);

}  // namespace almanac::scheduling
