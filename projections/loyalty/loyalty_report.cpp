#include <limits>

#include "domain/scheduling/reports.hpp"
#include "projections/loyalty/loyalty.hpp"

namespace almanac::projections {
namespace {
using namespace loyalty;
using kernel::LocalDate;
using kernel::Money;

// Everything since the beginning, at the end of a day.
struct Standing {
    PointSums sums;
    PointDates over;  // all dates up to that day
    std::int64_t expired() const { return sums.late + over.end; }
    std::int64_t issued() const {
        const auto& by = sums.flows.issued;
        return by.purchase + by.signup + by.review + by.birthday + by.referral + by.referee +
               by.adjust;
    }
    OutstandingPoints outstanding() const {
        OutstandingPoints points;
        points.pending = sums.pending - over.pending;
        points.available = sums.lots - over.end - points.pending;
        points.reserved = sums.reserved;
        points.debt = sums.debt;
        points.total = points.available + points.pending + points.reserved - points.debt;
        return points;
    }
};

// What the dates say that lie under a kind of row, from one on and before another.
PointDates of_dates(const ViewRows& rows, char kind, std::optional<LocalDate> from,
                    LocalDate before) {
    PointDates sums;
    auto walk = rows.walk(std::string(1, kind));
    walk.seek(from ? loyalty_key(kind, *from) : std::string(1, kind));
    for (; walk.valid() && tally::date_at(walk.key(), 1) < before; walk.next())
        sums += tally::decode<PointDates>(walk.value());
    return sums;
}

// Of a month, as far as it is over.
PointDates of_month(const ViewRows& rows, LocalDate month, LocalDate over) {
    if (last_day_of(month) <= over) return of_dates(rows, 'm', month, month_after(month));
    return of_dates(rows, 'd', month, over + std::chrono::days{1});
}

PointSums sums_at(const ViewRows& rows, LocalDate day) {
    return tally::read_dated<PointSums>(rows, "s", day).value_or(PointSums{});
}

void tell_flows(LoyaltyMonth& row, const Standing& begin, const Standing& end) {
    const auto& before = begin.sums.flows;
    const auto& after = end.sums.flows;
    row.issued.purchase = after.issued.purchase - before.issued.purchase;
    row.issued.signup = after.issued.signup - before.issued.signup;
    row.issued.review = after.issued.review - before.issued.review;
    row.issued.birthday = after.issued.birthday - before.issued.birthday;
    row.issued.referral = after.issued.referral - before.issued.referral;
    row.issued.referee = after.issued.referee - before.issued.referee;
    row.issued.adjust = after.issued.adjust - before.issued.adjust;
    row.issued.total = end.issued() - begin.issued();
    row.redeemed = after.redeemed - before.redeemed;
    row.restored = after.restored - before.restored;
    row.expired = end.expired() - begin.expired();
    row.reversed = after.reversed - before.reversed;
    row.adjusted = after.adjusted - before.adjusted;
    row.transferred_in = after.transferred_in - before.transferred_in;
    row.transferred_out = after.transferred_out - before.transferred_out;
}

std::optional<std::int64_t> ratio_ppm(std::int64_t part, std::int64_t of) {
    if (of <= 0) return std::nullopt;
    return kernel::multiply_divide(part, kernel::ppm_one, of);
}

std::optional<Money> liability_of(const ViewRows& rows, const OutstandingPoints& points,
                                  LocalDate day) {
    const auto rate = tally::read_dated<RedemptionRate>(rows, "r", day);
    if (!rate) return std::nullopt;
    const auto owed = points.available + points.pending + points.reserved;
    const auto amount = kernel::multiply_divide(owed, rate->value.amount, rate->points);
    return Money{amount.value_or(std::numeric_limits<std::int64_t>::max()), rate->value.currency};
}
}  // namespace

Result<LoyaltyReport> loyalty_report(const ViewRows& rows, const AskLoyalty& asked,
                                     const Question& question) {
    const auto at = tally::as_of(rows, asked.as_of, question);
    if (!at) return std::unexpected(at.error());
    const auto months = months_asked(asked.from, asked.to, at->recorded);
    if (!months) return std::unexpected(months.error());
    LoyaltyReport report;
    report.as_of = asked.as_of;
    Standing begin{sums_at(rows, months->first - std::chrono::days{1}),
                   of_dates(rows, 'm', std::nullopt, months->first)};
    for (auto month = months->first; month <= months->last; month = month_after(month)) {
        auto end = begin;
        end.over += of_month(rows, month, at->over);
        LoyaltyMonth row;
        row.month = month;
        row.until = std::min(last_day_of(month), at->recorded);
        end.sums = sums_at(rows, row.until);
        row.outstanding_begin = begin.outstanding().total;
        tell_flows(row, begin, end);
        row.outstanding = end.outstanding();
        row.outstanding_end = row.outstanding.total;
        row.liability = liability_of(rows, row.outstanding, row.until);
        row.breakage_ppm = ratio_ppm(row.expired, row.issued.total);
        row.breakage_to_date_ppm = ratio_ppm(end.expired(), end.issued());
        report.data.push_back(std::move(row));
        begin = std::move(end);
    }
    return report;
}

}  // namespace almanac::projections
