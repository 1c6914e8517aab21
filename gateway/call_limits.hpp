// Which limits a call is counted against: its key's and its tenant's, or, where it brings no key
// that is in force, its network address's. Owned by Service; thread-safe.
#pragma once
#include <memory>

#include "gateway/call.hpp"
#include "gateway/rate_limit.hpp"

namespace almanac::gateway {

class CallLimits {
  public:
    explicit CallLimits(const RateLimitOptions& options);

    // Each counts the call, notes what its answer says of it, or refuses: 429 `rate_limited`.
    kernel::Result<void> count_address(Call& call);
    kernel::Result<void> count_principal(Call& call);
    kernel::Result<void> count_tenant(Call& call);  // not of `$system`, which is no business

    // A line of an import, at a time of the steady clock: whether it may go now, and how long
    // nothing more should. Bulk leaves half of what comes in to others.
    struct LinePace {
        bool taken = true;
        std::chrono::nanoseconds wait{0};
    };
    LinePace take_line(const Call& call, RateLimiter::Time now);

  private:
    std::unique_ptr<RateLimiter> addresses_;  // null: no limit, like the others
    std::unique_ptr<RateLimiter> principals_;
    std::unique_ptr<RateLimiter> tenants_;
};

}  // namespace almanac::gateway
