#include "domain/loyalty/program_reports.hpp"

#include <algorithm>

#include "domain/scheduling/reports.hpp"

namespace almanac::loyalty {
namespace {
using scheduling::month_of;

LocalDate months_after(LocalDate month, int months) {
    const std::chrono::year_month_day day{month};
    const auto later = day.year() / day.month() + std::chrono::months{months};
    return LocalDate{std::chrono::local_days{later / 1}};
}

bool are_too_many(LocalDate first, LocalDate last) {
    return last >= months_after(first, report_months_max);
}

std::string too_many() {
    return fmt::format("Expected at most {} months.", report_months_max);
}

void check_months(std::optional<LocalDate> from, std::optional<LocalDate> to, Reader& in,
                  const Place& at) {
    if (!from || !to || !scheduling::read_well(in, at, {"from", "to"})) return;
    const Place here{&at, "to"};
    if (*to < *from) return in.fail(here, "before_from", "It ends before it begins.");
    if (are_too_many(month_of(*from), month_of(*to))) in.fail(here, "range", too_many());
}
}  // namespace

LocalDate month_after(LocalDate month) {
    return months_after(month, 1);
}

LocalDate last_day_of(LocalDate month) {
    return month_after(month) - std::chrono::days{1};
}

Result<Months> months_asked(std::optional<LocalDate> from, std::optional<LocalDate> to,
                            LocalDate latest) {
    Months months;
    months.last = month_of(std::min(to.value_or(latest), latest));
    months.first = from ? month_of(*from) : months_after(months.last, 1 - report_months_default);
    if (are_too_many(months.first, months.last)) return invalid_field("/from", "range", too_many());
    return months;
}

void check(const AskLoyalty& q, Reader& in, const Place& at) {
    check_months(q.from, q.to, in, at);
}

void check(const AskLoyaltyLeaderboard& q, Reader& in, const Place& at) {
    if (!scheduling::read_well(in, at, {"by", "period", "month"})) return;
    if (q.by == RankedBy::balance && q.period == RankedPeriod::month)
        in.fail(Place{&at, "period"}, "not_together", "A balance is of no period.");
    if (q.month && q.period != RankedPeriod::month)
        in.fail(Place{&at, "month"}, "not_together", "Only with period=month.");
}

void check(const AskReferralFunnel& q, Reader& in, const Place& at) {
    check_months(q.from, q.to, in, at);
    const auto only_with = [&](FunnelGroup group, std::string_view field, bool is_given) {
        if (!is_given || q.group_by == group) return;
        in.fail(Place{&at, field}, "not_together",
                fmt::format("Only with group_by={}.", enum_name(group)));
    };
    if (!scheduling::read_well(in, at, {"group_by"})) return;
    only_with(FunnelGroup::month, "from", q.from.has_value());
    only_with(FunnelGroup::month, "to", q.to.has_value());
    only_with(FunnelGroup::month, "referrer", q.referrer.has_value());
    only_with(FunnelGroup::referrer, "cursor", q.cursor.has_value());
}

}  // namespace almanac::loyalty
