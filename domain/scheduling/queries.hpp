// scheduling/queries.hpp — the parameters of this context's special queries.
#pragma once
#include "domain/scheduling/service.hpp"

namespace almanac::scheduling {

// Starts in [from, to), at most 93 days (domain: scheduling, "Slots").
struct FindSlots {
    ServiceId service_id;
    Instant from{};
    Instant to{};
    std::optional<LocationId> location_id;
    std::vector<ResourceId> resource_ids;
    std::int32_t party_size = 1;
    std::optional<std::string> time_zone;
};
BOOST_DESCRIBE_STRUCT(FindSlots, (),
                      (service_id, from, to, location_id, resource_ids, party_size, time_zone))
struct ListSchedules {
    ResourceId id;
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(ListSchedules, (), (id, limit, cursor))

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::FindSlots> = fields(
    field(&scheduling::FindSlots::service_id, ""),
    field(&scheduling::FindSlots::from, "first start"),
    field(&scheduling::FindSlots::to, "starts before it; at most 93 days after `from`"),
    field(&scheduling::FindSlots::location_id, "only at this location"),
    field(&scheduling::FindSlots::resource_ids, "all of them, comma-separated").items(0, 100),
    field(&scheduling::FindSlots::party_size, "people").range(1, 10'000).may_omit(),
    field(&scheduling::FindSlots::time_zone, "groups `days`; none: the location's")
        .format(Format::zone));
template <>
inline constexpr auto rules<scheduling::ListSchedules> =
    fields(field(&scheduling::ListSchedules::id, "").path(),
           field(&scheduling::ListSchedules::limit, "rows of one page").range(1, 200).may_omit(),
           field(&scheduling::ListSchedules::cursor, "`next_cursor` of the page before"));
}  // namespace almanac::kernel
