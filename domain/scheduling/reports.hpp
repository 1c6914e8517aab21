// scheduling/reports.hpp — what the reports are asked: parameters of the queries over the counters
// (domain: scheduling, "Read models"). Dates are local ones, both ends included.
#pragma once
#include "domain/scheduling/client.hpp"
#include "domain/scheduling/resource.hpp"
#include "domain/scheduling/service.hpp"

namespace almanac::scheduling {

inline constexpr int report_days_max = 366;
inline constexpr std::size_t utilised_resources_max = 200;  // of a type, in business_metrics

enum class StatsGroup { day, week, month, service, resource };
BOOST_DESCRIBE_ENUM(StatsGroup, day, week, month, service, resource)
struct AskAppointmentStats {
    LocalDate from{};
    LocalDate to{};
    StatsGroup group_by = StatsGroup::day;
};
BOOST_DESCRIBE_STRUCT(AskAppointmentStats, (), (from, to, group_by))

struct AskClientSummary {
    ClientId client_id;
};
BOOST_DESCRIBE_STRUCT(AskClientSummary, (), (client_id))

struct AskDashboard {};
BOOST_DESCRIBE_STRUCT(AskDashboard, (), ())

enum class MetricsPeriod { day, week, month };
BOOST_DESCRIBE_ENUM(MetricsPeriod, day, week, month)
struct AskBusinessMetrics {
    MetricsPeriod period = MetricsPeriod::day;
    LocalDate from{};
    LocalDate to{};
};
BOOST_DESCRIBE_STRUCT(AskBusinessMetrics, (), (period, from, to))

struct AskUtilisation {
    LocalDate from{};
    LocalDate to{};
    std::optional<ResourceId> resource_id;
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AskUtilisation, (), (from, to, resource_id, limit, cursor))

struct AskMonthlyBookingStats {
    std::optional<LocalDate> from;
    std::optional<LocalDate> to;
};
BOOST_DESCRIBE_STRUCT(AskMonthlyBookingStats, (), (from, to))

struct AskServicePerformance {
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AskServicePerformance, (), (limit, cursor))

struct AskCalendarAvailabilitySummary {
    LocalDate from{};
    LocalDate to{};
    std::int32_t limit = 50;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AskCalendarAvailabilitySummary, (), (from, to, limit, cursor))

// Whether these fields have been read without a fault: only then can they be compared.
bool read_well(const Reader& in, const Place& at, std::initializer_list<std::string_view> fields);
// Field errors of a range of dates: /to `before_from`, `range`.
void check_dates(LocalDate from, LocalDate to, int days_max, Reader& in, const Place& at);
inline void check(const AskAppointmentStats& q, Reader& in, const Place& at) {
    check_dates(q.from, q.to, report_days_max, in, at);
}
inline void check(const AskBusinessMetrics& q, Reader& in, const Place& at) {
    check_dates(q.from, q.to, report_days_max, in, at);
}
inline void check(const AskUtilisation& q, Reader& in, const Place& at) {
    check_dates(q.from, q.to, report_days_max, in, at);
}
inline void check(const AskMonthlyBookingStats& q, Reader& in, const Place& at) {
    if (q.from && q.to) check_dates(*q.from, *q.to, 100'000, in, at);
}
inline void check(const AskCalendarAvailabilitySummary& q, Reader& in, const Place& at) {
    check_dates(q.from, q.to, report_days_max, in, at);
}

// Monday of its week (ISO 8601); the first of its month.
LocalDate week_of(LocalDate date);
LocalDate month_of(LocalDate date);
std::string iso_week(LocalDate date);  // 2026-W49

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::AskAppointmentStats> =
    fields(field(&scheduling::AskAppointmentStats::from, "first local date of the starts"),
           field(&scheduling::AskAppointmentStats::to, "last one, included; at most 366 days"),
           field(&scheduling::AskAppointmentStats::group_by, "what a row stands for").may_omit());
template <>
inline constexpr auto rules<scheduling::AskBusinessMetrics> =
    fields(field(&scheduling::AskBusinessMetrics::period, "what a row stands for").may_omit(),
           field(&scheduling::AskBusinessMetrics::from, "the first row is of the period it is in"),
           field(&scheduling::AskBusinessMetrics::to,
                 "the last row is of the period it is in; at most 366 days"));
template <>
inline constexpr auto rules<scheduling::AskUtilisation> = fields(
    field(&scheduling::AskUtilisation::from, "the first row is of the week it is in"),
    field(&scheduling::AskUtilisation::to,
          "the last row is of the week it is in; at most 366 days"),
    field(&scheduling::AskUtilisation::resource_id, "only of this one"),
    field(&scheduling::AskUtilisation::limit, "resources of a page").range(1, 200).may_omit(),
    field(&scheduling::AskUtilisation::cursor, "`next_cursor` of the page before"));
template <>
inline constexpr auto rules<scheduling::AskMonthlyBookingStats> =
    fields(field(&scheduling::AskMonthlyBookingStats::from, "only from its month on"),
           field(&scheduling::AskMonthlyBookingStats::to, "only up to its month, included"));
template <>
inline constexpr auto rules<scheduling::AskServicePerformance> = fields(
    field(&scheduling::AskServicePerformance::limit, "rows of a page").range(1, 200).may_omit(),
    field(&scheduling::AskServicePerformance::cursor, "`next_cursor` of the page before"));
template <>
inline constexpr auto rules<scheduling::AskCalendarAvailabilitySummary> = fields(
    field(&scheduling::AskCalendarAvailabilitySummary::from, "first local date of the starts"),
    field(&scheduling::AskCalendarAvailabilitySummary::to, "last one, included; at most 366 days"),
    field(&scheduling::AskCalendarAvailabilitySummary::limit, "events of a page")
        .range(1, 200)
        .may_omit(),
    field(&scheduling::AskCalendarAvailabilitySummary::cursor, "`next_cursor` of the page before"));
}  // namespace almanac::kernel
