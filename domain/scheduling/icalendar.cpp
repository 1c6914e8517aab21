#include "domain/scheduling/icalendar.hpp"

#include <libical/ical.h>

#include <memory>

namespace almanac::scheduling {
namespace {

struct Free {
    void operator()(icalcomponent* component) const { icalcomponent_free(component); }
    void operator()(char* text) const { icalmemory_free_buffer(text); }
};
using Component = std::unique_ptr<icalcomponent, Free>;

icaltimetype time_of(Instant instant) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{seconds - day};
    auto out = icaltime_null_time();
    out.year = int(date.year());
    out.month = int(unsigned(date.month()));
    out.day = int(unsigned(date.day()));
    out.hour = int(time.hours().count());
    out.minute = int(time.minutes().count());
    out.second = int(time.seconds().count());
    out.zone = icaltimezone_get_utc_timezone();
    return out;
}

icalproperty_status status_of(AppointmentStatus status) {
    switch (status) {
        case AppointmentStatus::pending:
            return ICAL_STATUS_TENTATIVE;
        case AppointmentStatus::confirmed:
        case AppointmentStatus::in_progress:
        case AppointmentStatus::completed:
            return ICAL_STATUS_CONFIRMED;
        case AppointmentStatus::cancelled:
        case AppointmentStatus::no_show:
            return ICAL_STATUS_CANCELLED;
    }
    return ICAL_STATUS_NONE;
}

// Control characters have no place in a text (RFC 5545 3.3.11); a line feed is written as \n.
std::string clean(std::string text) {
    std::erase_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
    });
    return text;
}

icalcomponent* event_of(const CalendarEvent& event) {
    auto* out = icalcomponent_new_vevent();
    const auto add = [&](icalproperty* property) { icalcomponent_add_property(out, property); };
    add(icalproperty_new_uid(event.uid.c_str()));
    add(icalproperty_new_dtstamp(time_of(event.changed)));
    add(icalproperty_new_created(time_of(event.created)));
    add(icalproperty_new_lastmodified(time_of(event.changed)));
    add(icalproperty_new_sequence(event.sequence));
    add(icalproperty_new_dtstart(time_of(event.start)));
    add(icalproperty_new_dtend(time_of(event.end)));
    add(icalproperty_new_summary(clean(event.summary).c_str()));
    if (!event.description.empty())
        add(icalproperty_new_description(clean(event.description).c_str()));
    const auto status = status_of(event.status);
    add(icalproperty_new_status(status));
    add(icalproperty_new_transp(status == ICAL_STATUS_CANCELLED ? ICAL_TRANSP_TRANSPARENT
                                                                : ICAL_TRANSP_OPAQUE));
    return out;
}

icalproperty* extension(const char* name, const std::string& value) {
    auto* property = icalproperty_new_x(clean(value).c_str());
    icalproperty_set_x_name(property, name);
    return property;
}
}  // namespace

std::string write_icalendar(const std::string& name, const std::vector<CalendarEvent>& events) {
    const Component calendar(icalcomponent_new_vcalendar());
    icalcomponent_add_property(calendar.get(), icalproperty_new_version("2.0"));
    icalcomponent_add_property(calendar.get(), icalproperty_new_prodid("-//Almanac//Calendar//EN"));
    icalcomponent_add_property(calendar.get(), icalproperty_new_calscale("GREGORIAN"));
    // No METHOD: with one, DTSTAMP had to be the time of this answer (RFC 5545, 3.8.7.2) and every
    // event needed an ORGANIZER (RFC 5546, 3.2.1). It is a snapshot, not a message.
    icalcomponent_add_property(calendar.get(), icalproperty_new_name(clean(name).c_str()));
    icalcomponent_add_property(
        calendar.get(), icalproperty_new_refreshinterval(icaldurationtype_from_int(15 * 60)));
    // The same for programs older than RFC 7986.
    icalcomponent_add_property(calendar.get(), extension("X-WR-CALNAME", name));
    icalcomponent_add_property(calendar.get(), extension("X-PUBLISHED-TTL", "PT15M"));
    for (const auto& event : events) icalcomponent_add_component(calendar.get(), event_of(event));
    const std::unique_ptr<char, Free> text(icalcomponent_as_ical_string_r(calendar.get()));
    return text ? std::string(text.get()) : std::string();
}

}  // namespace almanac::scheduling
