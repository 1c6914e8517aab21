#include "domain/tenancy/tenant.hpp"

#include "domain/scheduling/location.hpp"

namespace almanac::tenancy {
namespace {
// A tenant has a default location in its own zone (surface: Records).
RecordCreated<scheduling::Location> default_location(const TenantProfile& tenant, const Uuid& id) {
    RecordCreated<scheduling::Location> e;
    e.id = scheduling::LocationId{id};
    e.name = tenant.name;
    e.slug = "main";
    e.time_zone = tenant.time_zone;
    e.phone = tenant.phone;
    e.email = tenant.email;
    if (tenant.address) {
        const auto& a = *tenant.address;
        e.address = {a.line1, a.line2, a.city, a.state, a.postal_code, a.country};
    }
    e.is_default = true;
    e.keys = {tag_of<Slug>("locations/main")};
    return e;
}
}  // namespace

Decision decide(const CreateTenant& wish, Read& read, const Context& now) {
    if (read.get<TenantSlug>(wish.slug).owner) {
        Rejection taken{RejectionKind::conflict, "slug_taken", "Another tenant has this slug."};
        taken.errors.push_back({"/slug", "taken", "Another tenant has this slug."});
        return std::unexpected(std::move(taken));
    }
    TenantRegistered e;
    static_cast<TenantProfile&>(e) = wish;
    e.tenant_id = now.fresh_id<TenantId>();
    e.slug = wish.slug;
    return e;
}

Decision decide(const FoundTenant& wish, Read& read, const Context& now) {
    if (read.find<Tenant>(now.tenant)) return Events{};  // founded already
    TenantCreated e;
    static_cast<TenantProfile&>(e) = wish;
    e.tenant_id = now.tenant;
    e.slug = wish.slug;
    e.signing_key = now.signing_keys->public_key(now.tenant);
    e.default_location_id = now.fresh_id<Uuid>();
    auto location = default_location(wish, e.default_location_id);
    return Events{std::move(e), std::move(location)};
}

Decision decide(const PatchTenant& wish, Read& read, const Context& now) {
    const auto* found = read.find<Tenant>(now.tenant);
    if (wish.id != now.tenant || !found) return not_found();
    const auto& tenant = *found;
    TenantChanged e{now.tenant, {}};
    Reader in;
    if (wish.changes.contains("slug")) {
        in.fail(Place{nullptr, {}}, "fixed", "The slug of a tenant never changes.");
        in.errors.back().pointer = "/slug";
        return invalid(std::move(in.errors));
    }
    read_patch<TenantProfile>(in, wish.changes, Place{}, tenant, e.changes);
    if (!in.errors.empty()) return invalid(std::move(in.errors));
    drop_unchanged<TenantProfile>(e.changes, tenant);
    if (e.changes.names.empty()) return Events{};
    return e;
}

void evolve(TenantRegistration& registration, const TenantRegistered& e) {
    registration.slug = e.slug;
    registration.profile = e;
}
void evolve(TenantSlug& slug, const TenantRegistered& e) {
    slug.owner = e.tenant_id;
}
void evolve(Tenant& tenant, const TenantCreated& e) {
    static_cast<TenantProfile&>(tenant) = e;
    tenant.slug = e.slug;
    tenant.signing_key = e.signing_key;
    tenant.default_location_id = e.default_location_id;
}
void evolve(Tenant& tenant, const TenantChanged& e) {
    apply(e.changes, static_cast<TenantProfile&>(tenant));
}

}  // namespace almanac::tenancy
