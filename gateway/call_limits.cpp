#include "gateway/call_limits.hpp"

#include <sodium.h>

namespace almanac::gateway {
namespace {
using namespace kernel;

std::unique_ptr<RateLimiter> limiter_of(std::uint32_t per_second, std::uint32_t burst_seconds) {
    if (per_second == 0) return nullptr;
    RateLimiter::HashKey key;
    randombytes_buf(key.data(), key.size());
    return std::make_unique<RateLimiter>(RateLimit{per_second, burst_seconds}, key);
}

Result<void> count(Call& call, RateLimiter& limiter, std::string_view policy, std::string_view who,
                   const char* refusal) {
    const auto standing = limiter.take(who, call.started);
    call.rates.add({policy, limiter.limit(), standing});
    if (standing.allowed) return {};
    return unavailable("rate_limited", refusal, static_cast<int>(standing.more_in_seconds));
}
}  // namespace

CallLimits::CallLimits(const RateLimitOptions& options)
    : addresses_(limiter_of(options.principal_per_second, options.burst_seconds)),
      principals_(limiter_of(options.principal_per_second, options.burst_seconds)),
      tenants_(limiter_of(options.tenant_per_second, options.burst_seconds)) {}

Result<void> CallLimits::count_address(Call& call) {
    if (!addresses_) return {};
    return count(call, *addresses_, "address", rate_limit_network(call.request.remote_address),
                 "Too many requests without a valid key from this network address.");
}

Result<void> CallLimits::count_principal(Call& call) {
    if (!principals_) return {};
    return count(call, *principals_, "principal", call.principal.actor.id,
                 "Too many requests with this key.");
}

Result<void> CallLimits::count_tenant(Call& call) {
    if (!tenants_ || call.tenant.id == system_tenant) return {};
    return count(call, *tenants_, "tenant", call.tenant.id.view(),
                 "Too many requests for this business.");
}

CallLimits::LinePace CallLimits::take_line(const Call& call, RateLimiter::Time now) {
    LinePace pace;
    const auto count_with = [&](RateLimiter* limiter, std::string_view who) {
        if (!limiter || !pace.taken) return;
        const auto standing = limiter->take(who, now);
        const auto& limit = limiter->limit();
        std::chrono::nanoseconds wait{0};
        if (!standing.allowed)
            wait = std::chrono::seconds{standing.more_in_seconds};
        else if (standing.remaining < limit.quota() / 2)
            wait = std::chrono::nanoseconds{std::chrono::seconds{2}} / limit.per_second;
        pace.taken = standing.allowed;
        pace.wait = std::max(pace.wait, wait);
    };
    count_with(principals_.get(), call.principal.actor.id);
    if (call.tenant.id != system_tenant) count_with(tenants_.get(), call.tenant.id.view());
    return pace;
}

}  // namespace almanac::gateway
