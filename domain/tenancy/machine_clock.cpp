#include "domain/tenancy/machine_clock.hpp"

namespace almanac::tenancy {

Decision decide(const AcceptClock& wish, Read&, const Context&) {
    if (!wish.jump) return reject("nothing_to_accept", "The clock has not jumped.");
    return ClockAccepted{wish.jump->expected, wish.jump->wall};
}

}  // namespace almanac::tenancy
