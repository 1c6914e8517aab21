// How many members have each tier, now and when any day before ended, with the tiers that there
// were then. A tier counts as it is booked, on the day on which it is recorded. Rows, below a
// tenant:
//     "n" -> the counts now                "d" ‖ day u32 -> those at the day's end
//     "p" -> the programme in force        "t" ‖ day u32 -> its tiers' names at the day's end
//     "g" ‖ programme 16 -> its tiers' names now
//     "last day" -> that of the last event that counted      "tenant" -> the tenant
// A query reads four rows. The projection is the runtime's.
#pragma once
#include "domain/loyalty/account_reports.hpp"
#include "projections/question.hpp"
#include "projections/tally/dated.hpp"
#include "projections/tally/recorded_day.hpp"

namespace almanac::projections {

struct TierCount {
    std::optional<std::string> tier;
    std::int64_t members = 0;
    bool operator==(const TierCount&) const = default;
};
BOOST_DESCRIBE_STRUCT(TierCount, (), (tier, members))
struct TierCounts {
    std::vector<TierCount> tiers;  // that any member has, by name
    bool operator==(const TierCounts&) const = default;
};
BOOST_DESCRIBE_STRUCT(TierCounts, (), (tiers))
struct ProgramTiers {
    std::vector<std::string> names;  // by threshold
    bool operator==(const ProgramTiers&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProgramTiers, (), (names))

class LoyaltyTiersProjection final : public Projection {
  public:
    std::string_view name() const override { return "loyalty_tiers"; }
    std::uint32_t version() const override {
        return tally::version_with<loyalty::Account, tenancy::Tenant>(2);
    }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    // `from`: null for a new member.
    void move(TenantViews& views, kernel::LocalDate day, const std::optional<std::string>* from,
              const std::optional<std::string>& to);
    void follow_program(const AppliedEvent& event, TenantViews& views);
    void put_in_force(TenantViews& views, kernel::LocalDate day);

    tally::RecordedDay days_;
    tally::Tallies<TierCounts> counts_{512UL << 10};
    tally::Tallies<ProgramTiers> programs_{512UL << 10};
};

// Field error: /as_of `future`.
Result<loyalty::LoyaltyTiers> loyalty_tiers(const ViewRows& rows,
                                            const loyalty::AskLoyaltyTiers& asked,
                                            const Question& question);

}  // namespace almanac::projections
