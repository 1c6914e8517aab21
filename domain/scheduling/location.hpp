// scheduling/location.hpp — where a business works. Seeds 000 (locations), 001 (tenant address). A
// tenant has a default location in its own zone, made with the tenant.
#pragma once
#include "domain/kernel/record.hpp"

namespace almanac::scheduling {
using namespace kernel;

enum class LocationStatus { active, inactive, under_maintenance };
BOOST_DESCRIBE_ENUM(LocationStatus, active, inactive, under_maintenance)

struct Address {
    std::optional<std::string> line1;
    std::optional<std::string> line2;
    std::optional<std::string> city;
    std::optional<std::string> state;
    std::optional<std::string> postal_code;
    std::optional<std::string> country;
    bool operator==(const Address&) const = default;
};
BOOST_DESCRIBE_STRUCT(Address, (), (line1, line2, city, state, postal_code, country))

struct Location {
    static constexpr std::string_view context = "scheduling";
    static constexpr std::string_view kind = "location";
    static constexpr std::string_view collection = "locations";
    using Unique = UniqueKeys<Slug>;
    using Directories = FoldList<>;

    std::string name;
    std::optional<std::string> slug;
    std::optional<std::string> description;
    std::optional<Address> address;
    std::optional<std::string> phone;
    std::optional<std::string> email;
    std::string time_zone;
    std::vector<std::string> amenities;
    LocationStatus status = LocationStatus::active;
    bool is_default = false;
    std::optional<std::string> notes;
    bool operator==(const Location&) const = default;
};
BOOST_DESCRIBE_STRUCT(Location, (),
                      (name, slug, description, address, phone, email, time_zone, amenities, status,
                       is_default, notes))
using LocationId = Id<Location>;

void prepare(Location& location);  // a slug from the name
std::optional<Rejection> admit(const Location& after, const Location* before, Read&,
                               const Context&);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::Location> = "A place where the business works.";
template <>
inline constexpr auto rules<scheduling::Address> =
    fields(field(&scheduling::Address::line1, "street and number").length(0, 200),
           field(&scheduling::Address::line2, "").length(0, 200),
           field(&scheduling::Address::city, "").length(0, 100),
           field(&scheduling::Address::state, "").length(0, 100),
           field(&scheduling::Address::postal_code, "").length(0, 20),
           field(&scheduling::Address::country, "ISO 3166-1 alpha-2").format(Format::country));
template <>
inline constexpr auto rules<scheduling::Location> =
    fields(field(&scheduling::Location::name, "as clients know it").length(1, 200),
           field(&scheduling::Location::slug, "unique; made from the name if absent")
               .length(1, 100)
               .format(Format::slug),
           field(&scheduling::Location::description, "").length(0, 5000),
           field(&scheduling::Location::phone, "E.164").format(Format::phone),
           field(&scheduling::Location::email, "").format(Format::email),
           field(&scheduling::Location::time_zone, "IANA; its opening hours are in it")
               .format(Format::zone),
           field(&scheduling::Location::amenities, "").length(1, 100),
           field(&scheduling::Location::status, "only an active one is booked").may_omit(),
           field(&scheduling::Location::is_default,
                 "the one of everything that names none; made with the tenant")
               .may_omit()
               .fixed(),
           field(&scheduling::Location::notes, "internal").length(0, 5000));
}  // namespace almanac::kernel
