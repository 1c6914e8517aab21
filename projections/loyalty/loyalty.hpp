// The programme's points day by day. What happens counts on the day on which it is recorded
// (tally/recorded_day.hpp), what ends counts with its last day, whether or not that is booked yet:
// so a day that is over never changes, and a replay up to it tells the same. Rows, below a tenant;
// days and months u32, ids 16:
//     "s" ‖ day -> flows and sums since the beginning, at its end       "S" -> the same, now
//     "d" ‖ date -> which points end with it, or are pending no longer   "m" ‖ month -> its sums
//     "a" ‖ account -> its points now          "h" ‖ account ‖ day -> its points at the day's end
//     "r" ‖ day -> redemption rate from then   "p" ‖ programme -> terms   "P" -> the one in force
//     "last day" -> that of the last event that counted                 "tenant" -> the tenant
// The report reads two rows and the dates of a month for each month. The projection is the
// runtime's.
#pragma once
#include "projections/loyalty/bookings.hpp"
#include "projections/projection.hpp"
#include "projections/tally/dated.hpp"
#include "projections/tally/recorded_day.hpp"

namespace almanac::projections {

struct PointSums {
    PointFlows flows;
    std::int64_t lots = 0;  // put into buckets and taken out of them before their last day was over
    std::int64_t late = 0;  // put into buckets after their last day: they end at once
    std::int64_t pending = 0;  // put into and taken out of buckets that were pending then
    std::int64_t reserved = 0;
    std::int64_t debt = 0;
    bool operator==(const PointSums&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointSums, (), (flows, lots, late, pending, reserved, debt))

struct PointDates {
    std::int64_t end = 0;      // have it as their last day
    std::int64_t pending = 0;  // are pending for the last time, or end without having been active
    bool operator==(const PointDates&) const = default;
    PointDates& operator+=(const PointDates& other);
};
BOOST_DESCRIBE_STRUCT(PointDates, (), (end, pending))

struct EndingPoints {
    kernel::LocalDate on;
    std::int64_t points = 0;
};
BOOST_DESCRIBE_STRUCT(EndingPoints, (), (on, points))
// An account at the end of a day.
struct MemberDay {
    std::int64_t earned = 0;
    std::int64_t lasting = 0;  // buckets that never end, and what is reserved, less debt
    std::vector<EndingPoints> ending;
    std::int64_t balance(kernel::LocalDate over) const;  // `over`: what ended with it is gone
};
BOOST_DESCRIBE_STRUCT(MemberDay, (), (earned, lasting, ending))

struct ProgramTerms {
    loyalty::RedemptionRate redemption;
    std::optional<kernel::LocalDate> active_from;
    bool operator==(const ProgramTerms&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProgramTerms, (), (redemption, active_from))
struct ProgramState {
    std::optional<loyalty::ProgramId> in_force;
    std::optional<kernel::LocalDate> starts_on;  // a day to come, which has its rate already
    bool operator==(const ProgramState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProgramState, (), (in_force, starts_on))

class LoyaltyProjection final : public Projection {
  public:
    std::string_view name() const override { return "loyalty"; }
    std::uint32_t version() const override {
        return tally::version_with<loyalty::Account, tenancy::Tenant>(1);
    }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    void apply_program(const AppliedEvent& event, TenantViews& views);
    template <class Change>
    void change_program(TenantViews& views, const kernel::Uuid& id, const AppliedEvent& event,
                        Change change);
    void put_in_force(TenantViews& views, std::optional<loyalty::ProgramId> id,
                      kernel::LocalDate day);
    void book(const PointsBooking& booking, kernel::LocalDate day, TenantViews& views);
    void move_bucket(PointSums& sums, const BucketDates& dates, std::int64_t points,
                     kernel::LocalDate day, TenantViews& views);

    tally::RecordedDay days_;
    tally::Tallies<PointSums> sums_{256UL << 10};
    tally::Tallies<PointDates> dates_{1UL << 20};
    tally::Tallies<MemberPoints> members_{4UL << 20};
    tally::Tallies<ProgramTerms> programs_{256UL << 10};
    tally::Tallies<ProgramState> in_force_{256UL << 10};
};

// "`kind` ‖ date" and "`kind` ‖ id" of these rows.
std::string loyalty_key(char kind, kernel::LocalDate date);
std::string loyalty_key(char kind, const kernel::Uuid& id);

Result<loyalty::LoyaltyReport> loyalty_report(const ViewRows& rows,
                                              const loyalty::AskLoyalty& asked,
                                              const Question& question);

}  // namespace almanac::projections
