// How much of its scheduled time each resource is allocated. Rows, below a tenant:
//     "m" ‖ resource 16 ‖ date u32  -> allocated time that starts on a local date
//     "x" ‖ resource 16 ‖ start i64 -> the sessions that begin then, each with its bookings
//     "s", "b", "z"                 -> schedules, recurring blocks, zones (roster.hpp)
// People who share a session take its time once, on the day of the first of them; one that ends
// early or is a no-show keeps what it keeps in the calendar. What else closes a resource comes from
// the rows of availability, as slots have it. A query reads one row for each resource and day, not
// what is booked. The projection is the runtime's.
#pragma once
#include <map>

#include "domain/scheduling/report_answers.hpp"
#include "domain/scheduling/snapshot_source.hpp"
#include "projections/projection.hpp"
#include "projections/question.hpp"
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

struct AllocatedTime {
    std::int64_t us = 0;
    bool operator==(const AllocatedTime&) const = default;
};
BOOST_DESCRIBE_STRUCT(AllocatedTime, (), (us))
struct BookedSpan {
    kernel::Instant from{};
    kernel::Instant until{};
    std::int32_t bookings = 0;
    bool operator==(const BookedSpan&) const = default;
};
BOOST_DESCRIBE_STRUCT(BookedSpan, (), (from, until, bookings))
// They overlap, all being around one start.
struct SessionSpans {
    kernel::LocalDate day{};  // to which its time counts, whatever the zone is later
    std::vector<BookedSpan> spans;
    bool operator==(const SessionSpans&) const = default;
    kernel::Micros length() const;
};
BOOST_DESCRIBE_STRUCT(SessionSpans, (), (day, spans))

class UtilisationProjection final : public Projection {
  public:
    std::string_view name() const override { return "utilisation"; }
    std::uint32_t version() const override { return tally::version_with<scheduling::Calendar>(2); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    void change(TenantViews& views, const scheduling::Occupancy& at, int bookings);
    tally::Tallies<AllocatedTime> days_{1UL << 20};
    tally::Tallies<SessionSpans> sessions_{1UL << 20};
};

struct TimeOfDay {
    kernel::Micros allocated{};
    kernel::Micros scheduled{};
};
// Of one active resource on each local date that has any, though it or its location may be out of
// order now. `rows` of this view. Throws ViewFailure.
std::map<kernel::LocalDate, TimeOfDay> time_of(const ViewRows& rows,
                                               scheduling::SnapshotSource& source,
                                               const scheduling::ResourceEntry& resource,
                                               kernel::LocalDate from, kernel::LocalDate to);
std::optional<std::int64_t> ppm_of(const TimeOfDay& time);

Result<scheduling::Utilisation> utilisation(const ViewRows& rows,
                                            const scheduling::AskUtilisation& asked,
                                            const Question& question);

}  // namespace almanac::projections
