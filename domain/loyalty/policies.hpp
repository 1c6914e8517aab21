// loyalty/policies.hpp — what happens to points of its own accord. An account is looked at when its
// next change is due (a bucket ends, a tier falls), and at no other time: each booking says when
// that is, so that a night touches only accounts with something to do. A reservation ends at its
// instant. Being right needs none of it: every decision counts by the date.
#pragma once
#include "domain/kernel/policy.hpp"
#include "domain/loyalty/redemption.hpp"

namespace almanac::loyalty {

// What the timers carry.
struct DueAccount {
    AccountId id;
};
BOOST_DESCRIBE_STRUCT(DueAccount, (), (id))

Reactions look_again(const AccountId& id, const std::optional<Instant>& next_due);
template <class E>
Reactions look_again(const E& e, const Happened&) {
    return look_again(e.id, e.next_due);
}
Reactions account_is_due(const DueAccount& due, const TimerFired& fired);

Reactions wait_for_end(const RedemptionReserved& e, const Happened& happened);
template <class E>
Reactions ended_before(const E& e, const Happened&) {
    return Reactions{}.cancel_timer(to_string(e.id));
}
Reactions reservation_has_ended(const ReservedPoints& reserved, const TimerFired& fired);

}  // namespace almanac::loyalty
