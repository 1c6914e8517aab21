#include "domain/scheduling/hold_policies.hpp"

namespace almanac::scheduling {

Decision decide(const ExpireHold& wish, Read& read, const Context& now) {
    const auto* hold = read.find<Hold>(wish.id);
    if (!hold || hold->status != HoldStatus::held || hold->is_live(now.now)) return Events{};
    return HoldExpired{wish.id, hold->held_by, hold->occupancy};
}

Reactions wait_for_end(const HoldPlaced& e, const Happened&) {
    return Reactions{}.set_timer(to_string(e.id), e.expires_at, HeldSlot{e.id});
}
Reactions ended_before(const HoldReleased& e, const Happened&) {
    return Reactions{}.cancel_timer(to_string(e.id));
}
Reactions ended_before(const HoldBooked& e, const Happened&) {
    return Reactions{}.cancel_timer(to_string(e.id));
}
Reactions hold_has_ended(const HeldSlot& held, const TimerFired&) {
    return Reactions{}.submit("expire", ExpireHold{held.id});
}

}  // namespace almanac::scheduling
