// loyalty/birthday.hpp — points for a birthday, once a year. They are booked on the 1st of its
// month, so that the log tells the month and never the day (log.md, "Keyring and claims"); who was
// born on 29 February is in February like others. Every member is looked at on the 1st of each
// month: a timer of the very month would be a copy of the birthday that erasure does not reach. The
// date is opened for the decision alone. On the 1st there are two looks, at 00:00 and 12:00 UTC: in
// every zone it is the 1st at one of them, whatever the tenant's zone was when the timer was set.
#pragma once
#include "domain/kernel/policy.hpp"
#include "domain/loyalty/account_commands.hpp"

namespace almanac::loyalty {

// Where the birthday is in that month; no route.
struct AwardBirthday {
    AccountId id;
    Instant at{};
};
BOOST_DESCRIBE_STRUCT(AwardBirthday, (), (id, at))
Decision decide(const AwardBirthday& wish, Read& read, const Context& now);

// The first look after an instant.
Instant next_look(Instant after);

// What the timers carry.
struct BirthdayLook {
    AccountId id;
};
BOOST_DESCRIBE_STRUCT(BirthdayLook, (), (id))
Reactions wait_for_first(const AccountOpened& e, const Happened& happened);
Reactions first_of_month(const BirthdayLook& look, const TimerFired& fired);

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto rules<loyalty::AwardBirthday> =
    fields(field(&loyalty::AwardBirthday::id, "").path());
}  // namespace almanac::kernel
