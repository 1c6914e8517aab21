// Who loses how many points by when: a page of accounts and days over the rows that
// `loyalty_account` keeps. What ended before today is gone, whether or not it is booked. A query
// reads a page of rows and a sum for each day; as of a day it looks at every account, so a tenant
// with more than `ranked_accounts_max` is told `limit_reached`. Memory: a page.
#pragma once
#include "domain/loyalty/account_reports.hpp"
#include "projections/question.hpp"

namespace almanac::projections {

// Field errors: /days `not_together`, /to `before_from`, `range`, /as_of `future`, /cursor
// `cursor`.
Result<loyalty::PointsExpiring> points_expiring(const ViewRows& rows,
                                                const loyalty::AskPointsExpiring& asked,
                                                const Question& question);

}  // namespace almanac::projections
