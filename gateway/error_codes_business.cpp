// Codes of the rules of the contexts.
#include <array>

#include "gateway/error_codes_parts.hpp"

namespace almanac::gateway::detail {
namespace {

constexpr auto codes = std::to_array<ErrorCode>({
    {"clock_backwards", 422, "Time does not run backwards",
     "The clock of a sandbox only moves forward; the same time again is fine.",
     "Give a time at or after the present one, which `detail` names."},
    {"not_deleted", 409, "It is not deleted",
     "Only a deleted record can be restored; this one is in use.",
     "Nothing is to be done: read it with GET."},
    {"scheduling.cancellation_not_allowed", 422, "Clients cannot cancel this",
     "The service does not allow cancellation by the client.",
     "Let the business cancel it (`\"by\": \"business\"`)."},
    {"scheduling.capacity_exceeded", 409, "Not enough room",
     "The slot is open, but has fewer places left than the party needs.",
     "Book a smaller party, or take another start from GET slots; `remaining` tells the places."},
    {"scheduling.day_full", 409, "The day is full",
     "The service or a working window takes no more bookings that start on that day.",
     "Take a start on another day."},
    {"scheduling.hold_expired", 409, "The hold is over",
     "The hold's time is up, or it was released or booked before.",
     "Ask GET slots again and place a new hold."},
    {"scheduling.hold_not_found", 404, "No such hold",
     "There is no hold with this id in the tenant.", "Use the id that POST holds answered."},
    {"scheduling.invalid_transition", 409, "Not possible in this state",
     "The appointment's status does not allow this, for example confirming what is cancelled or a "
     "no-show before its start.",
     "Read the appointment and act on its present status."},
    {"scheduling.no_resource", 422, "Nobody can serve this",
     "No active resources fill the roles the service requires, or the ones you named do not.",
     "Check the requirements of the service and that its resources are active; or name other "
     "resource_ids."},
    {"scheduling.off_grid", 422, "No start at that time",
     "The service starts only on its grid, counted from the beginning of the working window.",
     "Take a start from GET slots. Staff with the permission may give an off_grid_reason."},
    {"scheduling.outside_working_time", 422, "Outside working time",
     "The resources it needs do not work during the whole booking, with its buffers.",
     "Take a start from GET slots, or change the schedule of the resource."},
    {"scheduling.refund_exceeds_paid", 422, "More than was paid",
     "A refund gives back at most what was paid and is not refunded yet.",
     "Read the appointment: `paid` and `refunded` say what is left."},
    {"scheduling.series_conflict", 409, "Some of it cannot be booked",
     "Starts of the series are refused, each for its own reason; nothing was booked. `errors` "
     "names "
     "every one: `/occurrences/3` is the fourth, `detail` begins with its start.",
     "Change the rule, or book the others with `\"on_conflict\": \"skip\"`."},
    {"scheduling.slot_taken", 409, "The time is taken",
     "Something else occupies the resources at that time. Of two that grab one slot, exactly one "
     "gets it.",
     "Ask GET slots again and offer what is free now."},
    {"scheduling.too_far_ahead", 422, "Too far ahead",
     "The start lies beyond the service's booking window.",
     "Take an earlier start; booking_window_days says how far ahead the service is booked."},
    {"scheduling.too_many_candidates", 422, "Too many candidates",
     "A role of the service fits more resources than are compared at once.",
     "Name resource_ids, or narrow the requirement."},
    {"scheduling.too_many_holds", 422, "Too many holds",
     "One caller holds at most 20 slots at a time.",
     "Book or release one of them, or wait until one expires."},
    {"scheduling.too_soon", 422, "Too soon",
     "The start is sooner than the notice the service asks for.",
     "Take a later start; walk-ins (`\"method\": \"walk_in\"`) need no notice."},
});

}  // namespace

std::span<const ErrorCode> business_codes() {
    return codes;
}

}  // namespace almanac::gateway::detail
