// What became of newcomers whom members have brought. One counts in the month in which it was
// registered, whenever it goes on; a code in the month in which it was made. What happened counts
// from the day on which it was recorded. Rows, below a tenant; days and months u32, ids 16, the
// account 0: all together:
//     "c" ‖ account ‖ month ‖ day -> counts of the month, at the day's end      "C" … -> now
//     "w" ‖ account ‖ day         -> counts of the account, at the day's end    "W" … -> now
//     "f" ‖ referral              -> who brought it and when
//     "last day" -> that of the last event that counted      "tenant" -> the tenant
// A query reads a row for each row that it answers. The projection is the runtime's.
#pragma once
#include "domain/loyalty/program_report_answers.hpp"
#include "domain/loyalty/referral.hpp"
#include "projections/projection.hpp"
#include "projections/tally/dated.hpp"
#include "projections/tally/recorded_day.hpp"

namespace almanac::projections {

struct FunnelCounts {
    std::int64_t codes_created = 0;
    std::int64_t registered = 0;
    std::int64_t converted = 0;
    std::int64_t rewarded = 0;
    std::int64_t expired = 0;
    std::int64_t reversed = 0;
    bool operator==(const FunnelCounts&) const = default;
};
BOOST_DESCRIBE_STRUCT(FunnelCounts, (),
                      (codes_created, registered, converted, rewarded, expired, reversed))

struct KnownReferral {
    loyalty::AccountId referrer;
    kernel::LocalDate month;
};
BOOST_DESCRIBE_STRUCT(KnownReferral, (), (referrer, month))

class ReferralFunnelProjection final : public Projection {
  public:
    std::string_view name() const override { return "referral_funnel"; }
    std::uint32_t version() const override { return tally::version_with<tenancy::Tenant>(1); }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    void count(TenantViews& views, const KnownReferral& of, kernel::LocalDate day,
               std::int64_t FunnelCounts::* member);

    tally::RecordedDay days_;
    tally::Tallies<FunnelCounts> counts_{1UL << 20};
};

Result<loyalty::ReferralFunnel> referral_funnel(const ViewRows& rows,
                                                const loyalty::AskReferralFunnel& asked,
                                                const Question& question);

}  // namespace almanac::projections
