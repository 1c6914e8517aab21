// scheduling/calendar_queries.hpp — what a calendar page and other calendars ask, and what they are
// answered: appointments and working time by day, free and busy time (RFC 5545).
#pragma once
#include "domain/scheduling/appointment.hpp"

namespace almanac::scheduling {

inline constexpr std::size_t calendar_appointments_max = 5'000;
inline constexpr std::size_t calendar_resources_max = 200;

enum class CalendarView { day, week, month };
BOOST_DESCRIBE_ENUM(CalendarView, day, week, month)
struct AskCalendar {
    CalendarView view = CalendarView::day;
    LocalDate date{};
    std::optional<ResourceId> resource_id;
    std::optional<LocationId> location_id;
    std::optional<ServiceId> service_id;
};
BOOST_DESCRIBE_STRUCT(AskCalendar, (), (view, date, resource_id, location_id, service_id))

struct CalendarCustomer {
    Personal<"client.first_name"> first_name;
    std::optional<Personal<"client.last_name">> last_name;
};
BOOST_DESCRIBE_STRUCT(CalendarCustomer, (), (first_name, last_name))
struct CalendarAppointment {
    AppointmentId id;
    std::string reference;
    AppointmentStatus status = AppointmentStatus::confirmed;
    Instant start{};
    Instant end{};
    std::int32_t buffer_before_minutes = 0;
    std::int32_t buffer_after_minutes = 0;
    ServiceId service_id;
    std::string service_name;
    LocationId location_id;
    std::vector<AssignedResource> resources;
    std::optional<ClientId> client_id;
    std::optional<CalendarCustomer> customer;
    std::int32_t party_size = 1;
    BookingMethod method = BookingMethod::online;
};
BOOST_DESCRIBE_STRUCT(CalendarAppointment, (),
                      (id, reference, status, start, end, buffer_before_minutes,
                       buffer_after_minutes, service_id, service_name, location_id, resources,
                       client_id, customer, party_size, method))
struct CalendarWorkingTime {
    ResourceId resource_id;
    Instant start{};
    Instant end{};
};
BOOST_DESCRIBE_STRUCT(CalendarWorkingTime, (), (resource_id, start, end))
struct CalendarDay {
    LocalDate date{};
    std::vector<CalendarAppointment> appointments;
    std::vector<CalendarWorkingTime> working;
};
BOOST_DESCRIBE_STRUCT(CalendarDay, (), (date, appointments, working))
struct CalendarPage {
    CalendarView view = CalendarView::day;
    LocalDate from{};
    LocalDate to{};
    std::string time_zone;
    std::vector<CalendarDay> days;
};
BOOST_DESCRIBE_STRUCT(CalendarPage, (), (view, from, to, time_zone, days))

struct AskFreeBusy {
    std::vector<ResourceId> resource_ids;
    Instant from{};
    Instant to{};
};
BOOST_DESCRIBE_STRUCT(AskFreeBusy, (), (resource_ids, from, to))
// Codes: /resource_ids `required`, /to `before_from`, `range`.
std::vector<FieldError> faults_of(const AskFreeBusy& asked);

enum class BusyType { busy, busy_tentative, busy_unavailable };
BOOST_DESCRIBE_ENUM(BusyType, busy, busy_tentative, busy_unavailable)
struct BusyTime {
    Instant start{};
    Instant end{};
    BusyType type = BusyType::busy;
};
BOOST_DESCRIBE_STRUCT(BusyTime, (), (start, end, type))
struct ResourceBusyTime {
    ResourceId resource_id;
    std::vector<BusyTime> busy;
};
BOOST_DESCRIBE_STRUCT(ResourceBusyTime, (), (resource_id, busy))
struct FreeBusy {
    std::vector<ResourceBusyTime> data;
};
BOOST_DESCRIBE_STRUCT(FreeBusy, (), (data))

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::AskCalendar> = fields(
    field(&scheduling::AskCalendar::view, "a week is Monday to Sunday (ISO 8601)").may_omit(),
    field(&scheduling::AskCalendar::date, "any day of it"),
    field(&scheduling::AskCalendar::resource_id, "only with this one"),
    field(&scheduling::AskCalendar::location_id, "only at this one; none: all of them"),
    field(&scheduling::AskCalendar::service_id, "only appointments of this one"));
template <>
inline constexpr auto doc<scheduling::CalendarPage> =
    "A day, week or month. Everything stands under its local date where it takes place.";
template <>
inline constexpr auto rules<scheduling::CalendarPage> =
    fields(field(&scheduling::CalendarPage::from, "the first date"),
           field(&scheduling::CalendarPage::to, "the last one"),
           field(&scheduling::CalendarPage::time_zone,
                 "of the location asked for, else of the resource, else of the default location"));
template <>
inline constexpr auto rules<scheduling::CalendarDay> =
    fields(field(&scheduling::CalendarDay::appointments, "that start on it, by start"),
           field(&scheduling::CalendarDay::working,
                 "when those who have a schedule work, without breaks and blocks, by start"));
template <>
inline constexpr auto rules<scheduling::AskFreeBusy> =
    fields(field(&scheduling::AskFreeBusy::resource_ids, "comma-separated").items(1, 100),
           field(&scheduling::AskFreeBusy::from, ""),
           field(&scheduling::AskFreeBusy::to, "not part of it; at most 93 days after `from`"));
template <>
inline constexpr auto doc<scheduling::FreeBusy> =
    "When resources cannot take anything (RFC 5545, FREEBUSY).";
template <>
inline constexpr auto rules<scheduling::ResourceBusyTime> = fields(field(
    &scheduling::ResourceBusyTime::busy, "by start, without overlap; all other time is free"));
template <>
inline constexpr auto rules<scheduling::BusyTime> = fields(
    field(&scheduling::BusyTime::type,
          "busy: occupied, buffers included; busy_tentative: held; busy_unavailable: not working"));
}  // namespace almanac::kernel
