// scheduling/icalendar.hpp — appointments as an iCalendar object (RFC 5545) that calendar programs
// subscribe to: UTC times, folded lines, escaped text. Written by libical. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "domain/scheduling/appointment.hpp"

namespace almanac::scheduling {

struct CalendarEvent {
    std::string uid;  // the same for ever
    std::string summary;
    std::string description;
    Instant start{};
    Instant end{};
    Instant created{};
    Instant changed{};          // DTSTAMP and LAST-MODIFIED
    std::int32_t sequence = 0;  // grows with every change
    AppointmentStatus status = AppointmentStatus::confirmed;
};

// CRLF line ends, at most 75 octets a line.
std::string write_icalendar(const std::string& name, const std::vector<CalendarEvent>& events);

}  // namespace almanac::scheduling
