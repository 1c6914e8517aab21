#include "domain/kernel/module.hpp"
#include "domain/house.hpp"
#include "domain/tenancy/machine_clock.hpp"
#include "domain/tenancy/sandbox.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::tenancy {

void declare(Catalogue& catalogue) {
    Module tenancy(catalogue, "tenancy");
    tenancy.event<TenantRegistered>().event<TenantCreated>().event<TenantChanged>();
    tenancy.event<ClockMoved>().event<ClockAccepted>();
    tenancy
        .command<CreateTenant, TenantRegistration>("create_tenant", "POST /v1/tenants",
                                                   "tenancy.tenant:create",
                                                   "Creates a business and its default location.")
        .system_tenant = true;
    tenancy
        .command<FoundTenant, Tenant>("found_tenant", "POST /v1/tenants", "tenancy.tenant:create",
                                      "The second half of create_tenant.")
        .hidden = true;
    tenancy
        .command<PatchTenant, Tenant>("change_tenant", "PATCH /v1/tenants/{tenant}",
                                      "tenancy.tenant:change",
                                      "Changes the given fields (RFC 7396 merge patch).")
        .schema = [] {
        return custom_schema(Form::open, static_cast<const Patch<TenantProfile>*>(nullptr));
    };
    auto& clock = tenancy.command<MoveClock, SandboxTime>(
        "move_clock", "POST /v1/admin/clock", "tenancy.clock:move",
        "Moves the clock of a sandbox forward; answers when all views have applied it.");
    clock.system_tenant = true;
    clock.creates = false;
    auto& accepted = tenancy.command<AcceptClock, MachineClock>(
        "accept_clock", "POST /v1/admin/clock/accept", "tenancy.clock:accept",
        "Accepts a wall clock that jumped: writes go on by it, though time never goes back.");
    accepted.system_tenant = true;
    accepted.creates = false;
    tenancy.collection<Tenant>("tenants", "tenancy.tenant:read", "Businesses.");
}

}  // namespace almanac::tenancy
