// Facts put straight into a log, as a decision would have left them: for histories that commands
// would take too long to make. Personal data is left out of them.
#pragma once
#include "domain/scheduling/visit.hpp"
#include "tests/projections/house.hpp"

namespace almanac::projections {

inline Uuid random_id(std::mt19937_64& random) {
    Uuid id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
    return id;
}

inline eventstore::EventDraft draft_of(const kernel::Event& event, std::mt19937_64& random) {
    eventstore::EventDraft draft;
    draft.id = kernel::EventId{random_id(random)};
    draft.type = event.type->name;
    draft.type_version = event.type->version;
    draft.tags = event.type->tags(event.data.get());
    draft.data = event.type->to_json(event.data.get());
    return draft;
}

// One command of these events; answers its last position.
inline std::uint64_t happen(House& house, const TenantId& tenant,
                            const std::vector<kernel::Event>& events, std::mt19937_64& random) {
    std::vector<eventstore::EventDraft> drafts;
    for (const auto& event : events) drafts.push_back(draft_of(event, random));
    std::promise<std::uint64_t> last;
    must(house.writer().append(tenant, eventstore::by_test(), std::move(drafts), std::nullopt,
                               [&](Result<eventstore::Appended> appended) {
                                   last.set_value(must(std::move(appended)).last_position);
                               }));
    return last.get_future().get();
}

inline scheduling::AppointmentBooked booked(const Uuid& id, const Uuid& service, Instant start,
                                            std::chrono::minutes length,
                                            const std::vector<Uuid>& resources) {
    scheduling::AppointmentBooked e;
    e.id = scheduling::AppointmentId{id};
    e.reference = "BK-" + to_string(id).substr(0, 8);
    e.reference_day =
        kernel::LocalDate{std::chrono::floor<std::chrono::days>(start).time_since_epoch()};
    e.occupancy.service_id = scheduling::ServiceId{service};
    e.occupancy.start = start;
    e.occupancy.end = start + length;
    e.occupancy.service_day = e.reference_day;
    for (const auto& resource : resources) e.occupancy.resources.push_back({"staff", resource});
    e.service_name = "Cut";
    e.price = {2500, "EUR"};
    return e;
}

}  // namespace almanac::projections
