// scheduling/report_answers.hpp — what the reports answer; OpenAPI is made from it. Money is in the
// tenant's currency; amounts of any other one stand beside it and are never converted or added up.
#pragma once
#include "domain/scheduling/appointment.hpp"
#include "domain/scheduling/reports.hpp"

namespace almanac::scheduling {

// ---- appointment_stats ------------------------------------------------------------------------

struct AppointmentStatsRow {
    std::optional<LocalDate> date;
    std::optional<ServiceId> service_id;
    std::optional<ResourceId> resource_id;
    std::int64_t booked = 0;
    std::int64_t completed = 0;
    std::int64_t cancelled = 0;
    std::int64_t no_show = 0;
    Money revenue;
    Money average;
    std::vector<Money> other_currencies;
};
BOOST_DESCRIBE_STRUCT(AppointmentStatsRow, (),
                      (date, service_id, resource_id, booked, completed, cancelled, no_show,
                       revenue, average, other_currencies))
struct AppointmentStats {
    std::vector<AppointmentStatsRow> data;
};
BOOST_DESCRIBE_STRUCT(AppointmentStats, (), (data))

// ---- client_summary ---------------------------------------------------------------------------

struct ClientSummary {
    ClientId client_id;
    std::int64_t booked = 0;
    std::int64_t completed = 0;
    std::int64_t cancelled = 0;
    std::int64_t no_show = 0;
    Money total_spent;
    std::vector<Money> other_currencies;
    std::optional<Instant> last_visit;
    std::optional<Instant> next_visit;
};
BOOST_DESCRIBE_STRUCT(ClientSummary, (),
                      (client_id, booked, completed, cancelled, no_show, total_spent,
                       other_currencies, last_visit, next_visit))

// ---- dashboard --------------------------------------------------------------------------------

struct DashboardServices {
    std::int64_t total = 0;
    std::int64_t active = 0;
    bool operator==(const DashboardServices&) const = default;
};
BOOST_DESCRIBE_STRUCT(DashboardServices, (), (total, active))
struct DashboardResources {
    std::int64_t total = 0;
    std::int64_t active = 0;
    std::int64_t staff = 0;
    std::int64_t room = 0;
    std::int64_t equipment = 0;
    std::int64_t vehicle = 0;
    std::int64_t other = 0;
    bool operator==(const DashboardResources&) const = default;
};
BOOST_DESCRIBE_STRUCT(DashboardResources, (),
                      (total, active, staff, room, equipment, vehicle, other))
struct DashboardClients {
    std::int64_t total = 0;
    std::int64_t active = 0;
    bool operator==(const DashboardClients&) const = default;
};
BOOST_DESCRIBE_STRUCT(DashboardClients, (), (total, active))
struct DashboardToday {
    LocalDate date{};
    std::int64_t booked = 0;
    std::int64_t open = 0;
    std::int64_t completed = 0;
    std::int64_t cancelled = 0;
    std::int64_t no_show = 0;
    Money revenue;
    std::vector<Money> other_currencies;
};
BOOST_DESCRIBE_STRUCT(DashboardToday, (),
                      (date, booked, open, completed, cancelled, no_show, revenue,
                       other_currencies))
struct UpcomingAppointment {
    AppointmentId id;
    std::string reference;
    AppointmentStatus status = AppointmentStatus::confirmed;
    Instant start{};
    Instant end{};
    ServiceId service_id;
    std::string service_name;
    std::optional<ClientId> client_id;
    LocationId location_id;
    std::vector<AssignedResource> resources;
    std::int32_t party_size = 1;
};
BOOST_DESCRIBE_STRUCT(UpcomingAppointment, (),
                      (id, reference, status, start, end, service_id, service_name, client_id,
                       location_id, resources, party_size))
struct DashboardUpcoming {
    std::int64_t next_7_days = 0;
    std::vector<UpcomingAppointment> appointments;
};
BOOST_DESCRIBE_STRUCT(DashboardUpcoming, (), (next_7_days, appointments))
inline constexpr std::size_t dashboard_upcoming_max = 10;

struct Dashboard {
    DashboardServices services;
    DashboardResources resources;
    DashboardClients clients;
    DashboardToday today;
    DashboardUpcoming upcoming;
};
BOOST_DESCRIBE_STRUCT(Dashboard, (), (services, resources, clients, today, upcoming))

// ---- business_metrics (columns of seed 001) ---------------------------------------------------

enum class MetricType { daily, weekly, monthly };
BOOST_DESCRIBE_ENUM(MetricType, daily, weekly, monthly)
struct BusinessMetricsRow {
    LocalDate metric_date{};
    MetricType metric_type = MetricType::daily;
    std::int64_t appointments_scheduled = 0;
    std::int64_t appointments_completed = 0;
    std::int64_t appointments_cancelled = 0;
    std::int64_t appointments_no_show = 0;
    Money revenue_total;
    Money revenue_average_per_appointment;
    std::vector<Money> other_currencies;
    std::int64_t new_clients = 0;
    std::int64_t returning_clients = 0;
    std::optional<std::int64_t> staff_utilization_ppm;
    std::optional<std::int64_t> room_utilization_ppm;
};
BOOST_DESCRIBE_STRUCT(BusinessMetricsRow, (),
                      (metric_date, metric_type, appointments_scheduled, appointments_completed,
                       appointments_cancelled, appointments_no_show, revenue_total,
                       revenue_average_per_appointment, other_currencies, new_clients,
                       returning_clients, staff_utilization_ppm, room_utilization_ppm))
struct BusinessMetrics {
    std::vector<BusinessMetricsRow> data;
};
BOOST_DESCRIBE_STRUCT(BusinessMetrics, (), (data))

// ---- utilisation ------------------------------------------------------------------------------

struct UtilisationRow {
    ResourceId resource_id;
    ResourceType type = ResourceType::staff;
    LocalDate week{};
    std::string iso_week;
    std::int64_t allocated_minutes = 0;
    std::int64_t scheduled_minutes = 0;
    std::optional<std::int64_t> utilisation_ppm;
};
BOOST_DESCRIBE_STRUCT(UtilisationRow, (),
                      (resource_id, type, week, iso_week, allocated_minutes, scheduled_minutes,
                       utilisation_ppm))
struct Utilisation {
    std::vector<UtilisationRow> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(Utilisation, (), (data, next_cursor))

// ---- views of seeds 000 and 004 ---------------------------------------------------------------

struct MonthlyBookingStatsRow {
    LocalDate month{};
    std::int64_t total_bookings = 0;
    std::int64_t completed_bookings = 0;
    Money total_revenue;
    std::vector<Money> other_currencies;
    std::optional<std::int64_t> avg_lead_score;
};
BOOST_DESCRIBE_STRUCT(MonthlyBookingStatsRow, (),
                      (month, total_bookings, completed_bookings, total_revenue, other_currencies,
                       avg_lead_score))
struct MonthlyBookingStats {
    std::vector<MonthlyBookingStatsRow> data;
};
BOOST_DESCRIBE_STRUCT(MonthlyBookingStats, (), (data))

struct CalendarAvailabilityRow {
    ResourceId staff_id;
    Personal<"resource.name"> staff_name;
    std::optional<LocationId> location_id;
    std::optional<std::string> location_name;
    std::optional<ResourceId> room_id;
    std::optional<Personal<"resource.name">> room_name;
    std::optional<Instant> start_time;
    std::optional<Instant> end_time;
    std::optional<std::string> event_type;
    std::optional<AppointmentStatus> status;
};
BOOST_DESCRIBE_STRUCT(CalendarAvailabilityRow, (),
                      (staff_id, staff_name, location_id, location_name, room_id, room_name,
                       start_time, end_time, event_type, status))
struct CalendarAvailabilitySummary {
    std::vector<CalendarAvailabilityRow> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(CalendarAvailabilitySummary, (), (data, next_cursor))

struct ServicePerformanceRow {
    ServiceId service_id;
    std::string name;
    std::optional<Money> price;
    bool deleted = false;
    std::int64_t total_bookings = 0;
    std::int64_t completed_bookings = 0;
    std::optional<std::int64_t> avg_lead_score;
    Money total_revenue;
    std::vector<Money> other_currencies;
};
BOOST_DESCRIBE_STRUCT(ServicePerformanceRow, (),
                      (service_id, name, price, deleted, total_bookings, completed_bookings,
                       avg_lead_score, total_revenue, other_currencies))
struct ServicePerformance {
    std::vector<ServicePerformanceRow> data;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(ServicePerformance, (), (data, next_cursor))

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::AppointmentStats> =
    "Appointments by the local date of their start. One with several resources counts in the row "
    "of each.";
template <>
inline constexpr auto rules<scheduling::AppointmentStatsRow> = fields(
    field(&scheduling::AppointmentStatsRow::date,
          "the day, the Monday of the week or the first of the month; null where not by time"),
    field(&scheduling::AppointmentStatsRow::service_id, "with group_by=service"),
    field(&scheduling::AppointmentStatsRow::resource_id, "with group_by=resource"),
    field(&scheduling::AppointmentStatsRow::booked, "all of them, whatever became of them"),
    field(&scheduling::AppointmentStatsRow::revenue, "final prices of the completed ones"),
    field(&scheduling::AppointmentStatsRow::average, "of a completed one; 0 where there is none"),
    field(&scheduling::AppointmentStatsRow::other_currencies,
          "revenue that is not in the tenant's currency"));
template <>
inline constexpr auto doc<scheduling::ClientSummary> = "What a client has booked so far.";
template <>
inline constexpr auto rules<scheduling::ClientSummary> =
    fields(field(&scheduling::ClientSummary::booked, "all of them, whatever became of them"),
           field(&scheduling::ClientSummary::total_spent, "final prices of the completed ones"),
           field(&scheduling::ClientSummary::last_visit, "start of the latest completed one"),
           field(&scheduling::ClientSummary::next_visit, "start of the next open one"));
template <>
inline constexpr auto doc<scheduling::Dashboard> = "The business at a glance.";
template <>
inline constexpr auto rules<scheduling::DashboardToday> =
    fields(field(&scheduling::DashboardToday::date, "in the tenant's zone"),
           field(&scheduling::DashboardToday::open, "pending, confirmed or in progress"));
template <>
inline constexpr auto rules<scheduling::DashboardUpcoming> = fields(
    field(&scheduling::DashboardUpcoming::next_7_days, "open ones of the seven days after today"),
    field(&scheduling::DashboardUpcoming::appointments, "the next ones that begin, at most 10"));
template <>
inline constexpr auto doc<scheduling::BusinessMetrics> =
    "Seed 001's business_metrics: appointments by the tenant's local date of their start, a row "
    "for every period.";
template <>
inline constexpr auto rules<scheduling::BusinessMetricsRow> = fields(
    field(&scheduling::BusinessMetricsRow::metric_date,
          "the day, the Monday of the week or the first of the month"),
    field(&scheduling::BusinessMetricsRow::appointments_scheduled,
          "all of them, whatever became of them"),
    field(&scheduling::BusinessMetricsRow::new_clients,
          "whose first completed appointment starts in the period"),
    field(&scheduling::BusinessMetricsRow::returning_clients,
          "who completed one in the period, and one before it"),
    field(&scheduling::BusinessMetricsRow::staff_utilization_ppm,
          "allocated to scheduled time of active staff; null where none was scheduled, or of more "
          "than 200"),
    field(&scheduling::BusinessMetricsRow::room_utilization_ppm, "the same of rooms"));
template <>
inline constexpr auto doc<scheduling::Utilisation> =
    "Allocated and scheduled time of active resources by ISO week. What is allocated counts with "
    "its buffers, wholly on the local date of its start.";
template <>
inline constexpr auto rules<scheduling::UtilisationRow> =
    fields(field(&scheduling::UtilisationRow::week, "its Monday"),
           field(&scheduling::UtilisationRow::iso_week, "ISO 8601, e.g. 2026-W49"),
           field(&scheduling::UtilisationRow::scheduled_minutes,
                 "working time without breaks and blocks; of what has no schedule and needs none, "
                 "all of it"),
           field(&scheduling::UtilisationRow::utilisation_ppm,
                 "allocated to scheduled; null where none was scheduled"));
template <>
inline constexpr auto doc<scheduling::MonthlyBookingStats> =
    "Seed 004's monthly_booking_stats: bookings by the month in which they were made.";
template <>
inline constexpr auto rules<scheduling::MonthlyBookingStatsRow> =
    fields(field(&scheduling::MonthlyBookingStatsRow::month, "its first day, in the tenant's zone"),
           field(&scheduling::MonthlyBookingStatsRow::avg_lead_score,
                 "of those whose metadata has a number `lead_score`, rounded"));
template <>
inline constexpr auto doc<scheduling::CalendarAvailabilitySummary> =
    "Seed 000's calendar_availability_summary: active staff with each of its events, by start; "
    "who has none in the range has one row without an event.";
template <>
inline constexpr auto rules<scheduling::CalendarAvailabilityRow> =
    fields(field(&scheduling::CalendarAvailabilityRow::location_id,
                 "of the event; without one, of the member of staff"),
           field(&scheduling::CalendarAvailabilityRow::room_id,
                 "a row for each room of the event; null where it has none"),
           field(&scheduling::CalendarAvailabilityRow::event_type, "booking"));
template <>
inline constexpr auto doc<scheduling::ServicePerformance> =
    "Seed 004's service_performance: what each service has brought so far.";
template <>
inline constexpr auto rules<scheduling::ServicePerformanceRow> =
    fields(field(&scheduling::ServicePerformanceRow::price, "as it is now"),
           field(&scheduling::ServicePerformanceRow::avg_lead_score,
                 "of those whose metadata has a number `lead_score`, rounded"));
}  // namespace almanac::kernel
