// scheduling/series.hpp — the same booking again and again by a recurrence rule, at one local time.
// Seeds 001, 004 (recurring bookings). A series is one command: its own event and one
// `appointment_booked` for each start; afterwards its appointments live like any others. The rules
// are in series.cpp.
#pragma once
#include "domain/scheduling/appointment.hpp"
#include "domain/scheduling/recurrence_clock.hpp"

namespace almanac::scheduling {

enum class OnConflict { fail, skip };
BOOST_DESCRIBE_ENUM(OnConflict, fail, skip)

// A start that could not be booked, and why.
struct SeriesConflict {
    Instant start{};
    std::string code;  // scheduling.slot_taken
    std::string detail;
    bool operator==(const SeriesConflict&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeriesConflict, (), (start, code, detail))

struct SeriesData {
    ServiceId service_id;
    std::optional<ClientId> client_id;
    Instant start{};
    std::string time_zone;  // of the location, whose local time the rule keeps
    std::string rrule;
    OnConflict on_conflict = OnConflict::fail;
    std::vector<AppointmentId> appointments;  // by start, as they were booked
    std::vector<SeriesConflict> conflicts;    // that were skipped
    bool operator==(const SeriesData&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeriesData, (),
                      (service_id, client_id, start, time_zone, rrule, on_conflict, appointments,
                       conflicts))

// ---- events -----------------------------------------------------------------------------------

struct SeriesBooked : SeriesData {
    static constexpr std::string_view type = "scheduling.appointment_series_booked";
    static constexpr std::uint16_t version = 1;
    SeriesId id;
    bool operator==(const SeriesBooked&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeriesBooked, (SeriesData), (id))
struct SeriesCancelled {
    static constexpr std::string_view type = "scheduling.appointment_series_cancelled";
    static constexpr std::uint16_t version = 1;
    SeriesId id;
    std::optional<AppointmentId> from;  // this and what follows; none: all
    std::vector<AppointmentId> appointments;
    bool operator==(const SeriesCancelled&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeriesCancelled, (), (id, from, appointments))

// ---- the series -------------------------------------------------------------------------------

struct AppointmentSeries : SeriesData {
    static constexpr std::string_view kind = "appointment_series";
    static constexpr std::uint32_t version = 1;
    using Key = SeriesId;
    std::optional<Instant> cancelled_at;   // last
    std::vector<AppointmentId> cancelled;  // with the series, not one by one
};
BOOST_DESCRIBE_STRUCT(AppointmentSeries, (SeriesData), (cancelled_at, cancelled))

inline auto tags(const SeriesBooked& e) {
    return Tags<AppointmentSeries>{}.add<AppointmentSeries>(e.id);
}
inline auto tags(const SeriesCancelled& e) {
    return Tags<AppointmentSeries>{}.add<AppointmentSeries>(e.id);
}
void evolve(AppointmentSeries& series, const SeriesBooked& e);
void evolve(AppointmentSeries& series, const SeriesCancelled& e, const EventMeta& meta);

// ---- commands ---------------------------------------------------------------------------------

inline constexpr std::size_t series_starts_max = 366;

struct BookSeries : BookAppointment {
    std::string rrule;
    OnConflict on_conflict = OnConflict::fail;
};
BOOST_DESCRIBE_STRUCT(BookSeries, (BookAppointment), (rrule, on_conflict))
struct CancelSeries {
    SeriesId id;
    std::optional<AppointmentId> from;
    CancelledBy by = CancelledBy::business;
    std::optional<Personal<"appointment.cancellation_reason">> reason;
};
BOOST_DESCRIBE_STRUCT(CancelSeries, (), (id, from, by, reason))

// The answer's `appointments` are the ids that were booked, `conflicts` the starts that were
// skipped. 409 `scheduling.series_conflict` names every start that cannot be booked.
Decision decide(const BookSeries& wish, Read& read, const Context& now);
// What has begun or is over stays as it is.
Decision decide(const CancelSeries& wish, Read& read, const Context& now);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::AppointmentSeries> =
    "Appointments that were booked together by a recurrence rule.";
template <>
inline constexpr auto rules<scheduling::SeriesData> =
    fields(field(&scheduling::SeriesData::start, "of the first one"),
           field(&scheduling::SeriesData::time_zone, "of the location; the rule keeps its time"),
           field(&scheduling::SeriesData::rrule, "RFC 5545").length(1, 500),
           field(&scheduling::SeriesData::appointments, "by start, as booked").items(0, 366),
           field(&scheduling::SeriesData::conflicts, "starts that were skipped").items(0, 366));
template <>
inline constexpr auto rules<scheduling::AppointmentSeries> =
    fields(field(&scheduling::AppointmentSeries::cancelled_at, "when it last was, as a series"),
           field(&scheduling::AppointmentSeries::cancelled, "with the series").items(0, 366));
template <>
inline constexpr auto rules<scheduling::BookSeries> = fields(
    field(
        &scheduling::BookSeries::rrule,
        "RFC 5545 with COUNT or UNTIL, e.g. FREQ=WEEKLY;COUNT=10; `start` is the first of at most "
        "366, all at the same local time of the location")
        .length(1, 500),
    field(&scheduling::BookSeries::on_conflict,
          "fail: all or nothing; skip: books the others, `conflicts` names those left out")
        .may_omit());
template <>
inline constexpr auto rules<scheduling::CancelSeries> = fields(
    field(&scheduling::CancelSeries::id, "").path(),
    field(&scheduling::CancelSeries::from, "this one and those that start after it; none: all"),
    field(&scheduling::CancelSeries::by, "a client's can be late").may_omit(),
    field(&scheduling::CancelSeries::reason, "").length(0, 1000));
}  // namespace almanac::kernel
