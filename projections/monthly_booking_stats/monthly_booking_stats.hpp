// Seed 004's monthly_booking_stats: bookings by the month in which they were made, in the tenant's
// zone (as their reference has it), whenever they take place. Rows, below a tenant:
//     "m" ‖ first of the month u32 -> sums      "a" ‖ appointment 16 -> its month u32     "tenant"
// A query reads a row for each month. The projection is the runtime's.
#pragma once
#include "domain/scheduling/report_answers.hpp"
#include "projections/question.hpp"
#include "projections/tally/booking_sums.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

class MonthlyBookingStatsProjection final : public Projection {
  public:
    std::string_view name() const override { return "monthly_booking_stats"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(1); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override { months_.forget(); }

  private:
    tally::Tallies<tally::BookingSums> months_{1UL << 20};
};

Result<scheduling::MonthlyBookingStats> monthly_booking_stats(
    const ViewRows& rows, const scheduling::AskMonthlyBookingStats& asked,
    const Question& question);

}  // namespace almanac::projections
