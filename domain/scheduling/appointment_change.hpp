// scheduling/appointment_change.hpp — changes the details of an appointment (seeds 003 §3 and 004:
// bookings), in any state: what follows is known after it is over.
#pragma once
#include "domain/scheduling/appointment.hpp"

namespace almanac::scheduling {

struct AppointmentDetailsChanged {
    static constexpr std::string_view type = "scheduling.appointment_details_changed";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    std::optional<ClientId> client_id;
    Patch<AppointmentDetails> changes;
    bool operator==(const AppointmentDetailsChanged&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentDetailsChanged, (), (id, client_id, changes))

std::string subject(const AppointmentDetailsChanged& e);
inline auto tags(const AppointmentDetailsChanged& e) {
    return Tags<Appointment>{}.add<Appointment>(e.id);
}
void evolve(Appointment& a, const AppointmentDetailsChanged& e);

struct ChangeAppointment {
    AppointmentId id;
    json::Object details;  // the merge patch as it came
};
BOOST_DESCRIBE_STRUCT(ChangeAppointment, (), (id, details))
Decision decide(const ChangeAppointment& wish, Read& read, const Context& now);
json::Object change_appointment_schema();

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::ChangeAppointment> =
    fields(field(&scheduling::ChangeAppointment::id, "").path(),
           field(&scheduling::ChangeAppointment::details, "the fields that change"));
}  // namespace almanac::kernel
