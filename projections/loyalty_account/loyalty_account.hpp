// Each loyalty account's ledger with its running balance, and what ends when. Rows, below a tenant:
//     "a" ‖ account 16                        -> the account, its balance and last ledger row
//     "l" ‖ account 16 ‖ time i64 ‖ position u64  -> a ledger row, as it is answered
//     "x" ‖ date u32 ‖ account 16             -> what the account loses after that day, whose it is
//     "s" ‖ date u32                          -> what all lose after that day
//     "h" ‖ account 16 ‖ day u32              -> what the account loses when, at the day's end
//     "last day"                              -> that of the last event that counted      "tenant"
// An entry writes one ledger row whatever the account holds already; the row "a" is bounded as the
// account's buckets are. An expiry that nobody has booked yet is no row: it is computed from "a" by
// the date of the question. The projection is the runtime's.
#pragma once
#include "domain/loyalty/account_reports.hpp"
#include "projections/question.hpp"
#include "projections/tally/dated.hpp"
#include "projections/tally/recorded_day.hpp"

namespace almanac::projections {

struct KeptAccount {
    loyalty::Account account;
    std::int64_t balance = 0;  // after its last ledger row
    kernel::Instant latest{};  // time of that row
    std::int64_t latest_position = 0;
    bool operator==(const KeptAccount&) const = default;
};
BOOST_DESCRIBE_STRUCT(KeptAccount, (), (account, balance, latest, latest_position))
struct AccountEnding {
    loyalty::MemberRef member;
    std::int64_t points = 0;
};
BOOST_DESCRIBE_STRUCT(AccountEnding, (), (member, points))
struct AccountEndings {
    std::vector<loyalty::Ending> endings;  // by day
};
BOOST_DESCRIBE_STRUCT(AccountEndings, (), (endings))
struct DayEnding {
    std::int64_t points = 0;
    bool operator==(const DayEnding&) const = default;
};
BOOST_DESCRIBE_STRUCT(DayEnding, (), (points))

class LoyaltyAccountProjection final : public Projection {
  public:
    std::string_view name() const override { return "loyalty_account"; }
    std::uint32_t version() const override {
        return tally::version_with<loyalty::Account, tenancy::Tenant>(2);
    }
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void forget() override;

  private:
    void enter(const AppliedEvent& event, const loyalty::AccountId& id, KeptAccount& kept,
               TenantViews& views);
    void follow_endings(const AppliedEvent& event, const loyalty::AccountId& id,
                        const KeptAccount& kept, const std::vector<loyalty::Ending>& before,
                        TenantViews& views);

    tally::RecordedDay recorded_;
    tally::Tallies<KeptAccount> accounts_{2UL << 20};
    tally::Tallies<DayEnding> days_{512UL << 10};
};

// `not_found`: no such account.
Result<loyalty::LedgerPage> loyalty_ledger(const ViewRows& rows, const loyalty::AskLedger& asked,
                                           const Question& question);

}  // namespace almanac::projections
