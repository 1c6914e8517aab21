// What the secret calendar URLs show: the appointments of each resource. Rows, below a tenant:
//     "h" ‖ SHA-256 of the token, hex 64            -> resource 16 ‖ with names u8
//     "f" ‖ resource 16                             -> the hash in force
//     "r" ‖ resource 16 ‖ start i64 ‖ appointment 16 -> "", of each of its appointments
//     "a" ‖ appointment 16                          -> the appointment       "tenant"
// A feed reads the starts of 92 days back to 366 ahead, at most 5,000: those from today on
// first, by start, then the latest before. What it says of appointments is the same until one of
// them changes or a UTC day has gone. Names are sealed. The projection is the runtime's; queries
// are thread-safe.
#pragma once
#include "domain/scheduling/calendar_queries.hpp"
#include "projections/projection.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

struct FeedAppointment {
    scheduling::AppointmentId id;
    std::string reference;
    scheduling::AppointmentStatus status = scheduling::AppointmentStatus::confirmed;
    kernel::Instant start{};
    kernel::Instant end{};
    kernel::Instant created{};
    kernel::Instant changed{};
    std::int32_t sequence = 0;
    std::string service_name;
    std::int32_t party_size = 1;
    std::vector<kernel::Uuid> resources;
    std::optional<scheduling::CalendarCustomer> customer;
};
BOOST_DESCRIBE_STRUCT(FeedAppointment, (),
                      (id, reference, status, start, end, created, changed, sequence, service_name,
                       party_size, resources, customer))

struct FeedContents {
    scheduling::ResourceId resource_id;
    bool with_names = false;
    std::string calendar_name;                  // the tenant's
    std::vector<FeedAppointment> appointments;  // by start; customers sealed
};

class CalendarFeedProjection final : public Projection {
  public:
    std::string_view name() const override { return "calendar_feed"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(1); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override {}  // it keeps nothing in memory
};

// Of the feed with this token; nothing where there is none (any more). Throws ViewFailure.
std::optional<FeedContents> calendar_feed(const ViewRows& rows, std::string_view token,
                                          kernel::Instant now);

}  // namespace almanac::projections
