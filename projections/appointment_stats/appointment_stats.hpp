// How many appointments start on a local date of their location, what became of them and what they
// brought: per day, per day and service, per day and resource. Rows, below a tenant:
//     "d" ‖ date u32                -> counts      "r" ‖ date u32 ‖ resource 16 -> counts
//     "s" ‖ date u32 ‖ service 16   -> counts      "tenant" -> the tenant
// Every event that changes a count says which days it is about, so nothing else is kept. A query
// reads the days it asks for. The projection is the runtime's.
#pragma once
#include "domain/scheduling/report_answers.hpp"
#include "projections/question.hpp"
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/counts.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

class AppointmentStatsProjection final : public Projection {
  public:
    std::string_view name() const override { return "appointment_stats"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(1); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override { rows_.forget(); }

  private:
    template <class Change>
    void count(TenantViews& views, const scheduling::Occupancy& at, Change change);
    tally::Tallies<tally::Counts> rows_{2UL << 20};
};

Result<scheduling::AppointmentStats> appointment_stats(const ViewRows& rows,
                                                       const scheduling::AskAppointmentStats& asked,
                                                       const Question& question);

}  // namespace almanac::projections
