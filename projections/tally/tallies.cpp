#include "projections/tally/tallies.hpp"

namespace almanac::projections::tally {
namespace {
constexpr std::string_view tenant_key = "tenant";
}  // namespace

bool keep_tenant(TenantViews& views, const AppliedEvent& event) {
    const auto& fold = kernel::fold_type<tenancy::Tenant>();
    const auto* reaction = event.event.type ? event.event.type->reaction(fold) : nullptr;
    if (reaction == nullptr) return false;
    std::string value;
    auto tenant = views.get(tenant_key, value) ? decode<tenancy::Tenant>(value) : tenancy::Tenant{};
    const auto& record = *event.record;
    reaction->evolve(&tenant, event.event.data.get(),
                     {record.time, record.id, record.actor, record.tags.front()});
    views.put(tenant_key, kernel::to_json(tenant));
    return true;
}

tenancy::Tenant tenant_of(const TenantViews& views) {
    std::string value;
    if (!views.get(tenant_key, value)) throw DamagedRow("A report does not know its tenant.");
    return decode<tenancy::Tenant>(value);
}

tenancy::Tenant tenant_of(const ViewRows& rows) {
    auto tenant = read_row<tenancy::Tenant>(rows, tenant_key);
    if (!tenant) throw ViewFailure(kernel::not_found().error());
    return std::move(*tenant);
}

kernel::Zone zone_of(const tenancy::Tenant& tenant) {
    return kernel::Zone::find(tenant.time_zone).value_or(kernel::Zone::utc());
}

}  // namespace almanac::projections::tally
