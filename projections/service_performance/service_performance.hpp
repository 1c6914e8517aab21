// Seed 004's service_performance: what each service has brought since it exists, with its name and
// price as they are now. Rows, below a tenant:
//     "s" ‖ service 16 -> name, price, sums      "tenant" -> the tenant
// A query reads a page of services, oldest first. The projection is the runtime's.
#pragma once
#include "domain/scheduling/report_answers.hpp"
#include "projections/question.hpp"
#include "projections/tally/booking_sums.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

struct PerformingService {
    std::string name;
    std::optional<kernel::Money> price;
    bool deleted = false;
    tally::BookingSums sums;
    bool operator==(const PerformingService&) const = default;
};
BOOST_DESCRIBE_STRUCT(PerformingService, (), (name, price, deleted, sums))

class ServicePerformanceProjection final : public Projection {
  public:
    std::string_view name() const override { return "service_performance"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(1); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override { services_.forget(); }

  private:
    bool apply_record(const AppliedEvent& event, TenantViews& views);
    tally::Tallies<PerformingService> services_{1UL << 20};
};

Result<scheduling::ServicePerformance> service_performance(
    const ViewRows& rows, const scheduling::AskServicePerformance& asked, const Question& question);

}  // namespace almanac::projections
