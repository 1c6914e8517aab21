// The business at a glance: how many services, resources and clients there are, what today brings
// and what comes next. Rows, below a tenant:
//     "n"                              -> how many records there are, by kind
//     "k" ‖ record 16                  -> what is counted of one record
//     "d" ‖ date u32                   -> counts of the appointments that start on a local date
//     "u" ‖ start i64 ‖ appointment 16 -> an open one, as it is answered
//     "a" ‖ appointment 16             -> its start i64, while it is open      "tenant"
// A query reads about twenty rows. The projection is the runtime's.
#pragma once
#include "domain/scheduling/report_answers.hpp"
#include "projections/question.hpp"
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/counts.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

enum class CountedKind { service, resource, client };
BOOST_DESCRIBE_ENUM(CountedKind, service, resource, client)
struct CountedRecord {
    bool live = false;
    bool active = false;
    std::optional<scheduling::ResourceType> type;
    bool operator==(const CountedRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(CountedRecord, (), (live, active, type))
struct RecordCounts {
    scheduling::DashboardServices services;
    scheduling::DashboardResources resources;
    scheduling::DashboardClients clients;
    bool operator==(const RecordCounts&) const = default;
};
BOOST_DESCRIBE_STRUCT(RecordCounts, (), (services, resources, clients))

class DashboardProjection final : public Projection {
  public:
    std::string_view name() const override { return "dashboard"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(1); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    template <class T>
    void apply_record(const AppliedEvent& event, TenantViews& views);
    template <class Change>
    void change_record(TenantViews& views, CountedKind kind, const kernel::Uuid& id, Change change);
    void count_day(const tally::AppointmentFact& fact, TenantViews& views);
    void follow_open(const tally::AppointmentFact& fact, TenantViews& views);

    tally::Tallies<CountedRecord> records_{512UL << 10};
    tally::Tallies<RecordCounts> numbers_{512UL << 10};
    tally::Tallies<tally::Counts> days_{1UL << 20};
};

Result<scheduling::Dashboard> dashboard(const ViewRows& rows, const scheduling::AskDashboard& asked,
                                        const Question& question);

}  // namespace almanac::projections
