// A calendar page: the appointments of days, as they are answered, with their clients' names
// sealed. Rows, below a tenant:
//     "d" ‖ date u32 ‖ start i64 ‖ appointment 16 -> the appointment
//     "a" ‖ appointment 16                        -> date u32 ‖ start i64 of its row
//     "r" ‖ resource 16, "l" ‖ location 16, each ‖ date u32 ‖ start i64 ‖ appointment 16 -> ""
// The date is the local one where it takes place. Working time comes from the rows of availability,
// on the same terms as slots, and of utilisation, which keeps what has ended. A query reads the
// days it shows, of the resource or location it names: at most 5,000 appointments. The projection
// is the runtime's.
#pragma once
#include "domain/scheduling/calendar_queries.hpp"
#include "projections/projection.hpp"
#include "projections/question.hpp"

namespace almanac::projections {

class CalendarProjection final : public Projection {
  public:
    std::string_view name() const override { return "calendar"; }
    std::uint32_t version() const override { return 2; }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override {}  // it keeps nothing in memory
};

// Field errors /resource_id, /location_id `not_found`; /view `range` where the page would hold too
// much, /location_id `required` where too many resources work.
Result<scheduling::CalendarPage> calendar(const ViewRows& rows,
                                          const scheduling::AskCalendar& asked,
                                          const Question& question);

}  // namespace almanac::projections
