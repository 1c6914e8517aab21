// scheduling/resource.hpp — what a booking needs and occupies: staff, rooms, equipment, vehicles.
// Seeds 000 (rooms, equipment), 001 (resources), 003 (service_providers). Name, bio and contact of
// staff are personal data (log.md); `ResourceDirectory` holds what a booking chooses by.
#pragma once
#include "domain/scheduling/location.hpp"

namespace almanac::scheduling {

struct Service;

enum class ResourceType { staff, room, equipment, vehicle, other };
BOOST_DESCRIBE_ENUM(ResourceType, staff, room, equipment, vehicle, other)
enum class ResourceStatus { available, in_use, under_maintenance };
BOOST_DESCRIBE_ENUM(ResourceStatus, available, in_use, under_maintenance)

// What this resource takes or charges for one service, instead of the service's own.
struct ResourcePrice {
    Id<Service> service_id;
    std::optional<Money> price;
    std::optional<std::int32_t> duration_minutes;
    bool operator==(const ResourcePrice&) const = default;
};
BOOST_DESCRIBE_STRUCT(ResourcePrice, (), (service_id, price, duration_minutes))

struct Resource {
    static constexpr std::string_view context = "scheduling";
    static constexpr std::string_view kind = "resource";
    static constexpr std::string_view collection = "resources";
    using Unique = UniqueKeys<Slug>;
    using Directories = FoldList<struct ResourceDirectory>;

    ResourceType type = ResourceType::staff;
    Personal<"resource.name"> name;
    std::optional<std::string> slug;
    std::optional<std::string> description;
    std::optional<Personal<"resource.bio">> bio;
    std::vector<std::string> specialties;
    std::vector<std::string> certifications;
    std::optional<std::int32_t> years_experience;
    std::optional<Uuid> user_id;
    std::optional<Personal<"resource.email">> email;
    std::optional<Personal<"resource.phone">> phone;
    std::optional<Personal<"resource.avatar">> avatar_url;
    std::optional<LocationId> location_id;
    std::optional<Id<Resource>> room_id;
    std::optional<std::string> category;
    std::optional<std::int32_t> capacity;
    std::optional<Money> hourly_rate;
    std::optional<std::int64_t> commission_rate_ppm;
    std::vector<ResourcePrice> prices;
    std::vector<std::string> features;
    std::vector<std::string> service_area;
    ResourceStatus status = ResourceStatus::available;
    std::optional<LocalDate> maintenance_from;
    std::optional<LocalDate> maintenance_until;
    std::optional<Instant> last_maintenance_at;
    std::optional<Instant> next_maintenance_at;
    std::optional<std::string> color;
    std::int32_t sort_order = 0;
    bool active = true;
    std::optional<std::string> notes;
    bool operator==(const Resource&) const = default;
};
BOOST_DESCRIBE_STRUCT(Resource, (),
                      (type, name, slug, description, bio, specialties, certifications,
                       years_experience, user_id, email, phone, avatar_url, location_id, room_id,
                       category, capacity, hourly_rate, commission_rate_ppm, prices, features,
                       service_area, status, maintenance_from, maintenance_until,
                       last_maintenance_at, next_maintenance_at, color, sort_order, active, notes))
using ResourceId = Id<Resource>;

void check(const Resource& resource, Reader& in, const Place& at);
std::optional<Rejection> admit(const Resource& after, const Resource* before, Read& read,
                               const Context& now);
// Accepted over future bookings, which stay: the answer's `conflicts` name them (conflicts.hpp).
Decision decide(const DeleteRecord<Resource>& wish, Read& read, const Context& now);

// ---- directory:resources ----------------------------------------------------------------------

struct ResourceEntry {
    ResourceId id;
    ResourceType type = ResourceType::staff;
    std::optional<LocationId> location_id;
    std::vector<std::string> specialties;
    std::optional<std::int32_t> capacity;
    std::vector<ResourcePrice> prices;
    ResourceStatus status = ResourceStatus::available;
    std::optional<LocalDate> maintenance_from;
    std::optional<LocalDate> maintenance_until;
    bool active = true;
    bool operator==(const ResourceEntry&) const = default;
};
BOOST_DESCRIBE_STRUCT(ResourceEntry, (),
                      (id, type, location_id, specialties, capacity, prices, status,
                       maintenance_from, maintenance_until, active))

// Live resources, sorted by id; at most 10,000 (log.md), beyond: 422 `limit_reached`.
struct ResourceDirectory {
    static constexpr std::string_view kind = "directory:resources";
    static constexpr std::uint32_t version = 1;
    static constexpr std::size_t entries_max = 10'000;
    using Key = Whole;
    std::vector<ResourceEntry> entries;
    const ResourceEntry* find(const Uuid& id) const;
};
BOOST_DESCRIBE_STRUCT(ResourceDirectory, (), (entries))

void evolve(ResourceDirectory& directory, const RecordCreated<Resource>& e);
void evolve(ResourceDirectory& directory, const RecordChanged<Resource>& e);
void evolve(ResourceDirectory& directory, const RecordDeleted<Resource>& e);
void evolve(ResourceDirectory& directory, const RecordRestored<Resource>& e);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::Resource> =
    "A person, room or thing that a booking needs and occupies.";
template <>
inline constexpr auto rules<scheduling::ResourcePrice> =
    fields(field(&scheduling::ResourcePrice::service_id, ""),
           field(&scheduling::ResourcePrice::price, "instead of the service's").min(0),
           field(&scheduling::ResourcePrice::duration_minutes, "instead of the service's")
               .range(1, 10'080));
template <>
inline constexpr auto rules<scheduling::Resource> = fields(
    field(&scheduling::Resource::type, "what it is"),
    field(&scheduling::Resource::name, "as clients know it").length(1, 200),
    field(&scheduling::Resource::slug,
          "unique and public; only what you give: it is never made from a person's name")
        .length(1, 100)
        .format(Format::slug),
    field(&scheduling::Resource::description, "").length(0, 5000),
    field(&scheduling::Resource::bio, "").length(0, 5000),
    field(&scheduling::Resource::specialties, "what a requirement may ask for").length(1, 100),
    field(&scheduling::Resource::certifications, "").length(1, 200),
    field(&scheduling::Resource::years_experience, "").range(0, 100),
    field(&scheduling::Resource::user_id, "the user who is this person"),
    field(&scheduling::Resource::email, "").format(Format::email),
    field(&scheduling::Resource::phone, "E.164").format(Format::phone),
    field(&scheduling::Resource::avatar_url, "").format(Format::url),
    field(&scheduling::Resource::location_id, "where it is; none: the default location"),
    field(&scheduling::Resource::room_id, "the room where a piece of equipment stands"),
    field(&scheduling::Resource::category, "kind of room or equipment").length(0, 100),
    field(&scheduling::Resource::capacity, "seats, where it has any").range(1, 100'000),
    field(&scheduling::Resource::hourly_rate, "").min(0),
    field(&scheduling::Resource::commission_rate_ppm, "its share of what it is booked for")
        .range(0, ppm_one),
    field(&scheduling::Resource::prices, "its own price or duration for a service").items(0, 500),
    field(&scheduling::Resource::features, "").length(1, 100),
    field(&scheduling::Resource::service_area, "").length(1, 100),
    field(&scheduling::Resource::status, "under_maintenance is not booked").may_omit(),
    field(&scheduling::Resource::maintenance_from, "first local date without it"),
    field(&scheduling::Resource::maintenance_until, "last local date without it"),
    field(&scheduling::Resource::last_maintenance_at, ""),
    field(&scheduling::Resource::next_maintenance_at, ""),
    field(&scheduling::Resource::color, "#RRGGBB").format(Format::color),
    field(&scheduling::Resource::sort_order, "ascending").may_omit(),
    field(&scheduling::Resource::active, "an inactive one is not booked").may_omit(),
    field(&scheduling::Resource::notes, "internal").length(0, 5000));
}  // namespace almanac::kernel
