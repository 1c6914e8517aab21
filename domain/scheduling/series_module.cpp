#include "domain/scheduling/module.hpp"
#include "domain/scheduling/series.hpp"

namespace almanac::scheduling {

void declare_series(Module& scheduling) {
    scheduling.event<SeriesBooked>().event<SeriesCancelled>();
    auto& series = scheduling.collection<AppointmentSeries>(
        "appointment_series", "scheduling.appointment_series:read",
        "Appointments that were booked together by a recurrence rule.");
    series.filters = {{"client_id", "client_id"}, {"service_id", "service_id"}};
    series.range_path = "start";
    series.sorts = {"start"};

    scheduling.command<BookSeries, AppointmentSeries>(
        "book_series", "POST appointment_series", "scheduling.appointment_series:create",
        "Books every start of a recurrence rule, each checked like a booking; all or nothing, or "
        "all that can be.");
    scheduling.command<CancelSeries, AppointmentSeries>(
        "cancel_series", "POST appointment_series/{id}/cancel",
        "scheduling.appointment_series:cancel",
        "Cancels what is still to come of it: all, or one appointment and those after it.");
}

}  // namespace almanac::scheduling
