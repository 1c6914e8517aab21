#include "domain/tenancy/sandbox.hpp"

namespace almanac::tenancy {

// Forward only; the same time is a barrier and no event.
Decision decide(const MoveClock& wish, Read&, const Context& now) {
    if (wish.now < now.now) {
        return reject("clock_backwards",
                      fmt::format("The clock stands at {}.", to_string(now.now)));
    }
    if (wish.now == now.now) return Events{};
    return ClockMoved{wish.now};
}

}  // namespace almanac::tenancy
