// A small salon to decide in: Bella Hair Salon of seed 001 with two stylists, a chair and a table.
#pragma once
#include "domain/scheduling/appointment.hpp"
#include "domain/tenancy/tenant.hpp"
#include "tests/given.hpp"

namespace almanac::testing {

using namespace scheduling;

inline const auto salon_location = id_of<LocationId>(10);
inline const auto maria = id_of<ResourceId>(20);
inline const auto ana = id_of<ResourceId>(21);
inline const auto chair = id_of<ResourceId>(22);
inline const auto haircut = id_of<ServiceId>(30);
inline const auto lucia = id_of<ClientId>(40);
inline const Instant monday_noon = *parse_instant("2026-06-08T12:00:00Z");

inline tenancy::TenantCreated a_tenant() {
    tenancy::TenantCreated e;
    e.tenant_id = TenantId{id_number(1)};
    e.name = "Bella Hair Salon";
    e.slug = "bella-hair-salon";
    e.time_zone = "UTC";
    e.currency = "EUR";
    e.default_location_id = salon_location;
    return e;
}
inline RecordCreated<Location> a_location(std::string zone = "UTC") {
    RecordCreated<Location> e;
    e.id = salon_location;
    e.name = "Main";
    e.time_zone = std::move(zone);
    e.is_default = true;
    return e;
}
inline RecordCreated<Resource> a_resource(ResourceId id, ResourceType type) {
    RecordCreated<Resource> e;
    e.id = id;
    static_cast<Resource&>(e).type = type;  // the event itself has a type too
    e.name = std::string("Resource");
    return e;
}
inline ScheduleSet always_open(ResourceId id) {
    ScheduleSet e;
    e.id = id_of<ScheduleId>(900 + id.bytes[15]);
    e.resource_id = id;
    for (int day = 0; day < 7; ++day) {
        e.windows.push_back({static_cast<Weekday>(day), LocalTime{9 * 60}, LocalTime{18 * 60}, {}});
    }
    return e;
}
inline RecordCreated<Service> a_haircut() {
    RecordCreated<Service> e;
    e.id = haircut;
    e.name = "Haircut";
    e.duration_minutes = 60;
    e.price = Money{2500, "EUR"};
    Requirement stylist;
    stylist.role = "stylist";
    stylist.candidates = {maria};
    e.requirements = {stylist};
    return e;
}
inline RecordCreated<Client> a_client() {
    RecordCreated<Client> e;
    e.id = lucia;
    e.first_name = std::string("Lucía");
    return e;
}
inline Given a_salon(const RecordCreated<Service>& service = a_haircut()) {
    return given(a_tenant(), a_location(), a_resource(maria, ResourceType::staff),
                 a_resource(ana, ResourceType::staff), a_resource(chair, ResourceType::room),
                 always_open(maria), always_open(ana), service, a_client());
}
inline BookAppointment book_at(Instant start) {
    BookAppointment wish;
    wish.service_id = haircut;
    wish.client_id = lucia;
    wish.start = start;
    return wish;
}
inline const auto first_booking = id_of<AppointmentId>(1000);  // the first fresh id

}  // namespace almanac::testing
