// Seed 000's calendar_availability_summary: staff, where it is, its rooms and events. Rows, below a
// tenant:
//     "r" ‖ resource 16 -> type, name (sealed), location, whether active
//     "l" ‖ location 16 -> its name
// Events are the rows of the view `calendar`. A query reads what its page shows. The projection is
// the runtime's.
#pragma once
#include "domain/scheduling/report_answers.hpp"
#include "projections/projection.hpp"
#include "projections/question.hpp"

namespace almanac::projections {

struct SummaryResource {
    scheduling::ResourceType type = scheduling::ResourceType::staff;
    kernel::Personal<"resource.name"> name;
    std::optional<scheduling::LocationId> location_id;
    bool active = true;
    bool deleted = false;
};
BOOST_DESCRIBE_STRUCT(SummaryResource, (), (type, name, location_id, active, deleted))

class CalendarAvailabilitySummaryProjection final : public Projection {
  public:
    std::string_view name() const override { return "calendar_availability_summary"; }
    std::uint32_t version() const override { return 2; }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override {}  // it keeps nothing in memory
};

Result<scheduling::CalendarAvailabilitySummary> calendar_availability_summary(
    const ViewRows& rows, const scheduling::AskCalendarAvailabilitySummary& asked,
    const Question& question);

}  // namespace almanac::projections
