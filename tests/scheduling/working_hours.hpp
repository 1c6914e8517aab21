// Maria's working hours as tests change them, and the bookings that such a change leaves without
// her, as its answer names them.
#pragma once
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {

using Appointments = std::vector<AppointmentId>;

inline SetSchedule every_day(int from_hour, int to_hour, std::string_view effective_from = {}) {
    SetSchedule wish;
    wish.id = maria;
    if (!effective_from.empty()) wish.effective_from = parse_local_date(effective_from);
    for (int day = 0; day < 7; ++day) {
        wish.windows.push_back(
            {static_cast<Weekday>(day), LocalTime{from_hour * 60}, LocalTime{to_hour * 60}, {}});
    }
    return wish;
}

inline Appointments conflicts_of(const Decided& decided) {
    Appointments ids;
    if (!decided.decision()) {
        ADD_FAILURE() << decided.decision().error().code;
        return ids;
    }
    for (const auto& id : decided.decision()->answer.at("conflicts").as_array())
        ids.emplace_back(*parse_uuid(id.as_string()));
    return ids;
}

inline AppointmentId booked_at(Given& salon, Instant start) {
    return salon.after(book_at(start)).event<AppointmentBooked>().id;
}

}  // namespace almanac::testing
