#include "domain/loyalty/policies.hpp"

namespace almanac::loyalty {

Reactions look_again(const AccountId& id, const std::optional<Instant>& next_due) {
    if (!next_due) return Reactions{}.cancel_timer(to_string(id));
    return Reactions{}.set_timer(to_string(id), *next_due, DueAccount{id});
}
Reactions account_is_due(const DueAccount& due, const TimerFired&) {
    return Reactions{}.submit("review", ReviewAccount{due.id});
}

Reactions wait_for_end(const RedemptionReserved& e, const Happened&) {
    return Reactions{}.set_timer(to_string(e.id), e.expires_at, ReservedPoints{e.id});
}
Reactions reservation_has_ended(const ReservedPoints& reserved, const TimerFired&) {
    return Reactions{}.submit("expire", ExpireRedemption{reserved.id});
}

}  // namespace almanac::loyalty
