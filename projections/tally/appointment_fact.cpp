#include "projections/tally/appointment_fact.hpp"

#include <stdexcept>

#include "domain/scheduling/appointment_change.hpp"
#include "domain/scheduling/payment.hpp"
#include "domain/scheduling/visit.hpp"

namespace almanac::projections::tally {
namespace {
using namespace scheduling;
using Status = AppointmentStatus;

void tell(AppointmentFact& fact, const AppointmentBooked& e) {
    fact.booked = &e;
    fact.occupancy = &e.occupancy;
    fact.becomes = e.status;
}
void tell(AppointmentFact& fact, const AppointmentConfirmed&) {
    fact.becomes = Status::confirmed;
}
void tell(AppointmentFact& fact, const AppointmentRescheduled& e) {
    fact.freed = &e.freed;
    fact.occupancy = &e.occupancy;
}
void tell(AppointmentFact& fact, const AppointmentReassigned& e) {
    fact.freed = &e.freed;
    fact.occupancy = &e.occupancy;
}
void tell(AppointmentFact&, const AppointmentDetailsChanged&) {}
void tell(AppointmentFact&, const AppointmentCheckedIn&) {}
void tell(AppointmentFact& fact, const AppointmentStarted&) {
    fact.becomes = Status::in_progress;
}
void tell(AppointmentFact&, const PaymentRecorded&) {}
void tell(AppointmentFact&, const PaymentRefunded&) {}
void tell(AppointmentFact& fact, const AppointmentCancelled& e) {
    fact.freed = &e.freed;
    fact.becomes = Status::cancelled;
}
void tell(AppointmentFact& fact, const AppointmentCompleted& e) {
    fact.freed = &e.freed;
    fact.occupancy = &e.occupancy;
    fact.becomes = Status::completed;
    fact.final_price = &e.final_price;
}
void tell(AppointmentFact& fact, const AppointmentNoShow& e) {
    fact.freed = &e.freed;
    fact.occupancy = &e.occupancy;
    fact.becomes = Status::no_show;
}

// Every event whose identity is an appointment.
using Known = boost::mp11::mp_list<AppointmentBooked, AppointmentConfirmed, AppointmentRescheduled,
                                   AppointmentReassigned, AppointmentCheckedIn, AppointmentStarted,
                                   AppointmentCancelled, AppointmentCompleted, AppointmentNoShow,
                                   PaymentRecorded, PaymentRefunded, AppointmentDetailsChanged>;
}  // namespace

std::optional<AppointmentFact> fact_of(const eventstore::TypedEvent& event) {
    std::optional<AppointmentFact> fact;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Known>>(
        [&]<class E>(boost::mp11::mp_identity<E>) {
            if (event.type != &kernel::event_type<E>()) return;
            const auto& e = *static_cast<const E*>(event.data.get());
            fact.emplace().id = e.id;
            tell(*fact, e);
        });
    return fact;
}

void check_known(const kernel::Catalogue& catalogue) {
    const auto is_known = [](const kernel::EventType* type) {
        bool known = false;
        boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Known>>(
            [&]<class E>(boost::mp11::mp_identity<E>) {
                known = known || type == &kernel::event_type<E>();
            });
        return known;
    };
    for (const auto& [name, type] : catalogue.events()) {
        if (type->reaction(kernel::fold_type<Appointment>()) != nullptr && !is_known(type))
            throw std::logic_error("reports do not know " + std::string(name));
    }
}

}  // namespace almanac::projections::tally
