// How many members have each tier, now and when any day before ended. Rows, below a tenant:
//     "n"            -> the counts now             "d" ‖ date u32 -> those after a day's changes
//     "p"            -> the programme in force     "g" ‖ programme 16 -> its tiers' names
//     "tenant" -> the tenant
// A query reads four rows. The projection is the runtime's.
#pragma once
#include "domain/loyalty/account_reports.hpp"
#include "projections/question.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {

struct TierCount {
    std::optional<std::string> tier;
    std::int64_t members = 0;
    bool operator==(const TierCount&) const = default;
};
BOOST_DESCRIBE_STRUCT(TierCount, (), (tier, members))
struct TierCounts {
    std::vector<TierCount> tiers;  // that any member has, by name
    std::optional<kernel::LocalDate> date;
    bool operator==(const TierCounts&) const = default;
};
BOOST_DESCRIBE_STRUCT(TierCounts, (), (tiers, date))
struct ProgramTiers {
    std::vector<std::string> names;  // by threshold
    bool operator==(const ProgramTiers&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProgramTiers, (), (names))

class LoyaltyTiersProjection final : public Projection {
  public:
    std::string_view name() const override { return "loyalty_tiers"; }
    std::uint32_t version() const override {
        return tally::version_with<loyalty::Account, tenancy::Tenant>(1);
    }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    // `from`: null for a new member.
    void move(TenantViews& views, kernel::LocalDate on, const std::optional<std::string>* from,
              const std::optional<std::string>& to);
    void follow_program(const AppliedEvent& event, TenantViews& views);

    tally::Tallies<TierCounts> counts_{512UL << 10};
    tally::Tallies<ProgramTiers> programs_{512UL << 10};
};

Result<loyalty::LoyaltyTiers> loyalty_tiers(const ViewRows& rows,
                                            const loyalty::AskLoyaltyTiers& asked,
                                            const Question& question);

}  // namespace almanac::projections
