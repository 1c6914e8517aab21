// Who has earned most, in a month or in all, and who has most: a query over the rows of `loyalty`,
// as of the end of any day. It looks at every account, so a tenant with more than
// `ranked_accounts_max` is told `limit_reached`.
#pragma once
#include "projections/loyalty/loyalty.hpp"

namespace almanac::projections {

Result<loyalty::LoyaltyLeaderboard> loyalty_leaderboard(const ViewRows& rows,
                                                        const loyalty::AskLoyaltyLeaderboard& asked,
                                                        const Question& question);

}  // namespace almanac::projections
