// tenancy/tenant.hpp — one business: the boundary of isolation. Seed 001 (tenants). `$system` first
// claims the slug (`tenancy.tenant_registered`), then the tenant's own log begins with
// `tenancy.tenant_created` as its sequence 0 (log.md, "Tenants and partitions"); start finishes a
// half one. The id is the tenant's for ever, and so is the slug.
#pragma once
#include "domain/kernel/record.hpp"

namespace almanac::tenancy {
using namespace kernel;

enum class BusinessType {
    salon,
    clinic,
    spa,
    wellness,
    fitness,
    dental,
    veterinary,
    restaurant,
    venue,
    shop,
    consultancy,
    other
};
BOOST_DESCRIBE_ENUM(BusinessType, salon, clinic, spa, wellness, fitness, dental, veterinary,
                    restaurant, venue, shop, consultancy, other)
enum class TenantStatus { active, suspended, closed };
BOOST_DESCRIBE_ENUM(TenantStatus, active, suspended, closed)

struct TenantAddress {
    std::optional<std::string> line1;
    std::optional<std::string> line2;
    std::optional<std::string> city;
    std::optional<std::string> state;
    std::optional<std::string> postal_code;
    std::optional<std::string> country;
    bool operator==(const TenantAddress&) const = default;
};
BOOST_DESCRIBE_STRUCT(TenantAddress, (), (line1, line2, city, state, postal_code, country))

// What a tenant says of itself; the fields of create and patch.
struct TenantProfile {
    std::string name;
    BusinessType business_type = BusinessType::other;
    std::optional<std::string> description;
    std::optional<std::string> email;
    std::optional<std::string> phone;
    std::optional<std::string> website_url;
    std::optional<TenantAddress> address;
    std::string time_zone;
    std::string currency;
    std::string locale = "en";
    std::string reference_prefix = "BK";
    json::Object settings;
    json::Object features;
    bool operator==(const TenantProfile&) const = default;
};
BOOST_DESCRIBE_STRUCT(TenantProfile, (),
                      (name, business_type, description, email, phone, website_url, address,
                       time_zone, currency, locale, reference_prefix, settings, features))

// ---- events -----------------------------------------------------------------------------------

struct TenantRegistered : TenantProfile {  // in `$system`
    static constexpr std::string_view type = "tenancy.tenant_registered";
    static constexpr std::uint16_t version = 1;
    TenantId tenant_id;
    std::string slug;
};
BOOST_DESCRIBE_STRUCT(TenantRegistered, (TenantProfile), (tenant_id, slug))
struct TenantCreated : TenantProfile {  // the tenant's sequence 0
    static constexpr std::string_view type = "tenancy.tenant_created";
    static constexpr std::uint16_t version = 1;
    TenantId tenant_id;
    std::string slug;
    std::string signing_key;  // Ed25519, base64
    Uuid default_location_id;
};
BOOST_DESCRIBE_STRUCT(TenantCreated, (TenantProfile),
                      (tenant_id, slug, signing_key, default_location_id))
struct TenantChanged {
    static constexpr std::string_view type = "tenancy.tenant_changed";
    static constexpr std::uint16_t version = 1;
    TenantId tenant_id;
    Patch<TenantProfile> changes;
};
BOOST_DESCRIBE_STRUCT(TenantChanged, (), (tenant_id, changes))

// ---- folds ------------------------------------------------------------------------------------

// `tenant`, kept in the tenant's own log.
struct Tenant : TenantProfile {
    static constexpr std::string_view kind = "tenant";
    static constexpr std::uint32_t version = 1;
    using Key = TenantId;
    std::string slug;
    TenantStatus status = TenantStatus::active;
    std::string signing_key;
    Uuid default_location_id;
};
BOOST_DESCRIBE_STRUCT(Tenant, (TenantProfile), (slug, status, signing_key, default_location_id))

// `tenant_registration:<tenant id>` in `$system`.
struct TenantRegistration {
    static constexpr std::string_view kind = "tenant_registration";
    static constexpr std::uint32_t version = 1;
    using Key = TenantId;
    std::string slug;
    TenantProfile profile;  // what the second half is made from
};
BOOST_DESCRIBE_STRUCT(TenantRegistration, (), (slug, profile))

// `tenant_slug:<slug>` in `$system`: whose it is.
struct TenantSlug {
    static constexpr std::string_view kind = "tenant_slug";
    static constexpr std::uint32_t version = 1;
    using Key = std::string;
    std::optional<TenantId> owner;
};
BOOST_DESCRIBE_STRUCT(TenantSlug, (), (owner))

inline auto tags(const TenantRegistered& e) {
    return Tags<TenantRegistration, TenantSlug>{}
        .add<TenantRegistration>(e.tenant_id)
        .add<TenantSlug>(e.slug);
}
inline auto tags(const TenantCreated& e) {
    return Tags<Tenant>{}.add<Tenant>(e.tenant_id);
}
inline auto tags(const TenantChanged& e) {
    return Tags<Tenant>{}.add<Tenant>(e.tenant_id);
}
void evolve(TenantRegistration& registration, const TenantRegistered& e);
void evolve(TenantSlug& slug, const TenantRegistered& e);
void evolve(Tenant& tenant, const TenantCreated& e);
void evolve(Tenant& tenant, const TenantChanged& e);

// ---- commands ---------------------------------------------------------------------------------

struct CreateTenant : TenantProfile {  // decided in `$system`
    std::string slug;
};
BOOST_DESCRIBE_STRUCT(CreateTenant, (TenantProfile), (slug))
struct FoundTenant : TenantProfile {  // the second half, in the tenant's own log; no route
    std::string slug;
};
BOOST_DESCRIBE_STRUCT(FoundTenant, (TenantProfile), (slug))
struct PatchTenant {
    TenantId id;
    json::Object changes;
};
Decision decide(const CreateTenant& wish, Read& read, const Context& now);
Decision decide(const FoundTenant& wish, Read& read, const Context& now);
Decision decide(const PatchTenant& wish, Read& read, const Context& now);

}  // namespace almanac::tenancy

namespace almanac::kernel {
template <>
inline constexpr auto doc<tenancy::Tenant> = "A business.";
template <>
inline constexpr auto rules<tenancy::TenantAddress> =
    fields(field(&tenancy::TenantAddress::line1, "street and number").length(0, 200),
           field(&tenancy::TenantAddress::country, "ISO 3166-1 alpha-2").format(Format::country));
template <>
inline constexpr auto rules<tenancy::TenantProfile> =
    fields(field(&tenancy::TenantProfile::name, "as clients know it").length(1, 200),
           field(&tenancy::TenantProfile::business_type, ""),
           field(&tenancy::TenantProfile::description, "").length(0, 5000),
           field(&tenancy::TenantProfile::email, "of the business").format(Format::email),
           field(&tenancy::TenantProfile::phone, "of the business, E.164").format(Format::phone),
           field(&tenancy::TenantProfile::website_url, "").format(Format::url),
           field(&tenancy::TenantProfile::time_zone, "IANA").format(Format::zone),
           field(&tenancy::TenantProfile::currency, "ISO 4217").format(Format::currency),
           field(&tenancy::TenantProfile::locale, "BCP 47").format(Format::language).may_omit(),
           field(&tenancy::TenantProfile::reference_prefix, "of booking references")
               .length(1, 12)
               .format(Format::text)
               .may_omit(),
           field(&tenancy::TenantProfile::settings, "free"),
           field(&tenancy::TenantProfile::features, "free"));
template <>
inline constexpr auto rules<tenancy::CreateTenant> = fields(
    field(&tenancy::CreateTenant::slug, "unique, for ever").length(1, 50).format(Format::slug));
template <>
inline constexpr auto rules<tenancy::FoundTenant> =
    fields(field(&tenancy::FoundTenant::slug, "").length(1, 50).format(Format::slug));
}  // namespace almanac::kernel
