#include "domain/scheduling/appointment_change.hpp"

namespace almanac::scheduling {

std::string subject(const AppointmentDetailsChanged& e) {
    return e.client_id ? tag_of<Record<Client>>(*e.client_id) : std::string();
}

Decision decide(const ChangeAppointment& wish, Read& read, const Context&) {
    const auto* a = read.find<Appointment>(wish.id);
    if (!a) return not_found();
    const auto before = a->details ? *a->details : AppointmentDetails{};
    AppointmentDetailsChanged e{wish.id, a->client_id, {}};
    const Place body;
    Reader in;
    read_patch(in, wish.details, Place{&body, "details"}, before, e.changes);
    if (!in.errors.empty()) return invalid(std::move(in.errors));
    drop_unchanged(e.changes, before);
    if (e.changes.names.empty()) return Events{};
    return e;
}

void evolve(Appointment& a, const AppointmentDetailsChanged& e) {
    if (!a.details) a.details.emplace();
    apply(e.changes, *a.details);
}

json::Object change_appointment_schema() {
    auto details =
        custom_schema(Form::open, static_cast<const Patch<AppointmentDetails>*>(nullptr));
    return {{"type", "object"},
            {"properties", json::Object{{"details", std::move(details)}}},
            {"required", json::Array{"details"}},
            {"additionalProperties", false}};
}

}  // namespace almanac::scheduling
