// What one event says of one appointment, whatever its type: what all reports are counted from.
// Events that free something repeat what they took (log.md), so most counters need no memory of
// the appointment. Pure; points into the event, which has to outlive it.
#pragma once
#include <optional>

#include "domain/kernel/catalogue.hpp"
#include "domain/scheduling/appointment.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::projections::tally {

struct AppointmentFact {
    kernel::Uuid id;
    const scheduling::AppointmentBooked* booked = nullptr;  // its first event
    const scheduling::Occupancy* freed = nullptr;           // as it stood
    const scheduling::Occupancy* occupancy = nullptr;       // as it stands now; null: not at all
    std::optional<scheduling::AppointmentStatus> becomes;   // null: its status stays
    const kernel::Money* final_price = nullptr;
    bool is_moved() const { return freed != nullptr && occupancy != nullptr && !becomes; }
    bool is(scheduling::AppointmentStatus status) const { return becomes == status; }
};

// Nothing where the event is of no appointment.
std::optional<AppointmentFact> fact_of(const eventstore::TypedEvent& event);
// Throws std::logic_error where the catalogue has an event of appointments that `fact_of` does not
// know: a report would silently miss it.
void check_known(const kernel::Catalogue& catalogue);

}  // namespace almanac::projections::tally
