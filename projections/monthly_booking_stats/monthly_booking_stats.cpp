#include "projections/monthly_booking_stats/monthly_booking_stats.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;

std::string month_key(LocalDate month) {
    std::string key = "m";
    tally::append_date(key, month);
    return key;
}
}  // namespace

Result<void> MonthlyBookingStatsProjection::apply(const AppliedEvent& event, TenantViews& views) {
    tally::keep_tenant(views, event);
    const auto fact = tally::fact_of(event.event);
    if (!fact || !tally::concerns_bookings(*fact)) return {};
    const auto key = std::string("a").append(fact->id.view());
    std::string kept;
    if (fact->booked) {
        tally::append_date(kept, month_of(fact->booked->reference_day));
        views.put(key, kept);
    } else if (!views.get(key, kept)) {
        return kernel::corrupt("monthly_booking_stats does not know this appointment");
    }
    months_.change(views, month_key(tally::date_at(kept, 0)),
                   [&](tally::BookingSums& sums) { tally::add(sums, *fact); });
    return {};
}

Result<MonthlyBookingStats> monthly_booking_stats(const ViewRows& rows,
                                                  const AskMonthlyBookingStats& asked,
                                                  const Question&) {
    const auto currency = tally::tenant_of(rows).currency;
    MonthlyBookingStats answer;
    auto walk = rows.walk("m");
    walk.seek(asked.from ? month_key(month_of(*asked.from)) : std::string("m"));
    for (; walk.valid(); walk.next()) {
        const auto month = tally::date_at(walk.key(), 1);
        if (asked.to && month > *asked.to) break;
        const auto sums = tally::decode<tally::BookingSums>(walk.value());
        auto money = tally::sums_of(sums.revenue, currency);
        answer.data.push_back({month, sums.total, sums.completed, std::move(money.own),
                               std::move(money.others), sums.average_lead_score()});
    }
    return answer;
}

}  // namespace almanac::projections
