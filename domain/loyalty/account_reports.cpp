#include "domain/loyalty/account_reports.hpp"

#include <map>

#include "domain/scheduling/reports.hpp"

namespace almanac::loyalty {
namespace {
void tell(LedgerRow& row, const PointsEarned& e) {
    row.kind = LedgerKind::earn;
    row.reason.word = enum_name(e.reason);
    row.source = e.source;
}
void tell(LedgerRow& row, const PointsReversed& e) {
    row.kind = LedgerKind::reverse;
    row.reason.word = enum_name(e.reason);
    row.source = e.source;
}
void tell(LedgerRow& row, const PointsRedeemed& e) {
    row.kind = LedgerKind::redeem;
    row.source = ThingRef{"redemption", e.redemption_id};
}
void tell(LedgerRow& row, const PointsRestored& e) {
    row.kind = LedgerKind::restore;
    row.source = ThingRef{"redemption", e.redemption_id};
}
void tell(LedgerRow& row, const PointsExpired& e) {
    row.kind = LedgerKind::expire;
    row.time = e.effective_at;
}
void tell(LedgerRow& row, const PointsAdjusted& e) {
    row.kind = LedgerKind::adjust;
    row.reason.written = e.reason;
}
void tell(LedgerRow& row, const PointsTransferredIn& e) {
    row.kind = LedgerKind::transfer_in;
    row.source = ThingRef{std::string(Account::kind), e.from};
}
void tell(LedgerRow& row, const PointsTransferredOut& e) {
    row.kind = LedgerKind::transfer_out;
    row.source = ThingRef{std::string(Account::kind), e.to};
}

// Reserving and releasing move points within the balance.
using InLedger =
    boost::mp11::mp_list<PointsEarned, PointsReversed, PointsRedeemed, PointsRestored,
                         PointsExpired, PointsAdjusted, PointsTransferredIn, PointsTransferredOut>;
}  // namespace

void check(const AskLedger& asked, Reader& in, const Place& at) {
    if (!asked.from || !asked.to || !scheduling::read_well(in, at, {"from", "to"})) return;
    if (*asked.to < *asked.from)
        in.fail(Place{&at, "to"}, "before_from", "It ends before it begins.");
}

void read_value(Reader& in, const json::Value& value, const Place& at, LedgerReason& out) {
    if (value.is_null()) return;
    if (value.is_string())
        out.word = value.get_string();
    else
        kernel::read(in, value, at, FieldRule{}, out.written.emplace());
}
void write_value(Writer& to, const LedgerReason& reason) {
    if (reason.written)
        kernel::write(to, *reason.written);
    else if (!reason.word.empty())
        kernel::write(to, reason.word);
    else
        to.out += "null";
}
json::Object custom_schema(Form form, const LedgerReason*) {
    if (form == Form::sealed) return nullable(sealed_schema());
    return nullable({{"type", "string"}});
}

std::optional<LedgerRow> ledger_row(const EventType& type, const void* event, Instant booked_at) {
    std::optional<LedgerRow> row;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, InLedger>>(
        [&]<class E>(boost::mp11::mp_identity<E>) {
            if (&type != &event_type<E>()) return;
            const auto& e = *static_cast<const E*>(event);
            row.emplace().time = booked_at;
            row->points = e.points;
            tell(*row, e);
        });
    return row;
}

std::vector<Ending> endings_of(const Lots& buckets) {
    std::map<LocalDate, std::int64_t> by_day;
    for (const auto& bucket : buckets) {
        if (bucket.expires_on) by_day[*bucket.expires_on] += bucket.points;
    }
    std::vector<Ending> endings;
    for (const auto& [day, points] : by_day) endings.push_back({day, points});
    return endings;
}

Result<DateRange> dates_of(const AskPointsExpiring& asked, LocalDate first_by_default) {
    if (asked.days && asked.to)
        return invalid_field("/days", "not_together", "Give `days` or `to`.");
    DateRange range;
    range.from = asked.from.value_or(first_by_default);
    range.to = asked.to.value_or(range.from + std::chrono::days{asked.days.value_or(30) - 1});
    Reader in;
    scheduling::check_dates(range.from, range.to, expiring_days_max, in, Place{});
    if (!in.errors.empty()) return invalid(std::move(in.errors));
    return range;
}

}  // namespace almanac::loyalty
