#include "domain/scheduling/calendar_feed.hpp"
#include "domain/scheduling/calendar_queries.hpp"
#include "domain/scheduling/module.hpp"
#include "domain/scheduling/report_answers.hpp"

namespace almanac::scheduling {

namespace {
void declare_feeds(Module& scheduling) {
    scheduling.event<CalendarFeedIssued>().event<CalendarFeedRevoked>();
    scheduling.command<IssueCalendarFeed, CalendarFeed>(
        "issue_calendar_feed", "POST resources/{id}/calendar_feed",
        "scheduling.calendar_feed:create",
        "Makes a secret URL (iCalendar) with the resource's appointments, for calendar programs; "
        "the answer shows it this once. The one before is revoked.");
    scheduling
        .command<RevokeCalendarFeed, CalendarFeed>(
            "revoke_calendar_feed", "DELETE resources/{id}/calendar_feed",
            "scheduling.calendar_feed:revoke", "Revokes the secret URL of the resource.")
        .has_body = false;
    scheduling
        .collection<CalendarFeed>("calendar_feeds", "scheduling.calendar_feed:read",
                                  "Secret calendar URLs of resources.")
        .filters = {{"status", "status"}};
}
}  // namespace

void declare_reports(Module& scheduling) {
    scheduling
        .query<AskCalendar, CalendarPage>(
            "calendar", "GET calendar", "scheduling.calendar:read",
            "A day, week or month: appointments, and when people work. The names of clients need "
            "`scheduling.appointment:read_personal`.")
        .personal_permission = "scheduling.appointment:read_personal";
    scheduling.query<AskFreeBusy, FreeBusy>("free_busy", "GET free_busy",
                                            "scheduling.free_busy:read",
                                            "When resources are occupied, held or not working.");
    declare_feeds(scheduling);
    scheduling.query<AskAppointmentStats, AppointmentStats>(
        "appointment_stats", "GET reports/appointment_stats", "scheduling.report:read",
        "How many appointments start in each period, of each service or with each resource, what "
        "became of them and what they brought.");
    scheduling.query<AskClientSummary, ClientSummary>(
        "client_summary", "GET reports/client_summary", "scheduling.report:read",
        "What one client has booked and spent, the last visit and the next.");
    scheduling.query<AskDashboard, Dashboard>(
        "dashboard", "GET reports/dashboard", "scheduling.report:read",
        "What there is, what today brings and what comes next.");
    scheduling.query<AskBusinessMetrics, BusinessMetrics>(
        "business_metrics", "GET reports/business_metrics", "scheduling.report:read",
        "Appointments, revenue, new and returning clients of every day, week or month.");
    scheduling.query<AskUtilisation, Utilisation>(
        "utilisation", "GET reports/utilisation", "scheduling.report:read",
        "How much of its scheduled time each active resource was allocated, by ISO week.");
    scheduling.query<AskMonthlyBookingStats, MonthlyBookingStats>(
        "monthly_booking_stats", "GET reports/monthly_booking_stats", "scheduling.report:read",
        "Bookings and their revenue by the month in which they were made, oldest first.");
    scheduling
        .query<AskCalendarAvailabilitySummary, CalendarAvailabilitySummary>(
            "calendar_availability_summary", "GET reports/calendar_availability_summary",
            "scheduling.report:read",
            "Who is where and when: staff with its events and their rooms. Names need "
            "`scheduling.resource:read_personal`.")
        .personal_permission = "scheduling.resource:read_personal";
    scheduling.query<AskServicePerformance, ServicePerformance>(
        "service_performance", "GET reports/service_performance", "scheduling.report:read",
        "What every service has brought so far, oldest first.");
}

}  // namespace almanac::scheduling
