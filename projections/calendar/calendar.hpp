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
#include <functional>

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

// The appointments of a resource that start on the local dates from..to, by date and start, until
// `use` answers false. `place` tells a later call, as its `after`, where to go on; empty: at the
// beginning. `rows` of this view.
using UseAppointment =
    std::function<bool(std::string_view place, const scheduling::CalendarAppointment&)>;
void for_each_appointment(const ViewRows& rows, const scheduling::ResourceId& resource,
                          kernel::LocalDate from, kernel::LocalDate to, std::string_view after,
                          const UseAppointment& use);

// Field errors /resource_id, /location_id `not_found`; /view `range` where the page would hold too
// much, /location_id `required` where too many resources work.
Result<scheduling::CalendarPage> calendar(const ViewRows& rows,
                                          const scheduling::AskCalendar& asked,
                                          const Question& question);

}  // namespace almanac::projections
