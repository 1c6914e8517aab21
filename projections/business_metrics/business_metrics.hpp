// Seed 001's business_metrics: what starts in each day, week and month of the tenant's zone. An
// appointment counts on the date it had when it got its start: a changed zone moves nothing.
// Rows, below a tenant; a period is a kind u8 (d, w, m) and its first date u32:
//     "m" ‖ period             -> counts
//     "a" ‖ appointment 16     -> its date and client
//     "v" ‖ period ‖ client 16 -> "", the client came in it
//     "c" ‖ client 16          -> date of the first visit
//     "tenant"                 -> the tenant
// New and returning clients are counted when a visit is completed, so a query reads one row for
// each period. The projection is the runtime's.
#pragma once
#include "domain/scheduling/report_answers.hpp"
#include "projections/question.hpp"
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/counts.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

struct PeriodCounts {
    tally::Counts counts;
    std::int64_t new_clients = 0;
    std::int64_t returning_clients = 0;
    bool operator==(const PeriodCounts&) const = default;
};
BOOST_DESCRIBE_STRUCT(PeriodCounts, (), (counts, new_clients, returning_clients))

class BusinessMetricsProjection final : public Projection {
  public:
    std::string_view name() const override { return "business_metrics"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(2); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    template <class Change>
    void count(TenantViews& views, kernel::LocalDate date, Change change);
    void count_visit(TenantViews& views, kernel::LocalDate date, std::string_view client);
    kernel::Zone zone_of(const TenantViews& views);
    tally::Tallies<PeriodCounts> periods_{2UL << 20};
    BoundedCache<std::optional<kernel::Zone>> zones_{256UL << 10};  // by tenant
};

Result<scheduling::BusinessMetrics> business_metrics(const ViewRows& rows,
                                                     const scheduling::AskBusinessMetrics& asked,
                                                     const Question& question);

}  // namespace almanac::projections
