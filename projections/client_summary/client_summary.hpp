// What each client has booked, spent and is about to come for. Rows, below a tenant:
//     "c" ‖ client 16                          -> counts, and whether the client is live
//     "o" ‖ client 16 ‖ start i64 ‖ appointment 16  -> "", an open one
//     "v" ‖ client 16 ‖ start i64 ‖ appointment 16  -> "", a completed one
//     "a" ‖ appointment 16                     -> its client 16     "tenant" -> the tenant
// A query reads four rows. The projection is the runtime's.
#pragma once
#include "domain/scheduling/report_answers.hpp"
#include "projections/question.hpp"
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/counts.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

struct ClientCounts {
    tally::Counts counts;
    bool live = false;
    bool operator==(const ClientCounts&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClientCounts, (), (counts, live))

class ClientSummaryProjection final : public Projection {
  public:
    std::string_view name() const override { return "client_summary"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(1); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override { rows_.forget(); }

  private:
    void set_live(TenantViews& views, const kernel::Uuid& client, bool live);
    void apply_fact(const tally::AppointmentFact& fact, TenantViews& views);
    tally::Tallies<ClientCounts> rows_{2UL << 20};
};

// `not_found`: no such live client.
Result<scheduling::ClientSummary> client_summary(const ViewRows& rows,
                                                 const scheduling::AskClientSummary& asked,
                                                 const Question& question);

}  // namespace almanac::projections
