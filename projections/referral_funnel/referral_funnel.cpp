#include "projections/referral_funnel/referral_funnel.hpp"

#include <fmt/format.h>

#include "domain/scheduling/reports.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::projections {
namespace {
using namespace loyalty;
using kernel::LocalDate;
using kernel::Uuid;
using scheduling::month_of;

std::string key_of(char kind, const Uuid& id) {
    std::string key(1, kind);
    tally::append_id(key, id);
    return key;
}

std::string key_of(char kind, const Uuid& account, LocalDate month) {
    auto key = key_of(kind, account);
    tally::append_date(key, month);
    return key;
}

const Uuid everybody{};

// Of an event that goes on with a referral: which one, and what it counts as.
struct Advance {
    Uuid referral;
    std::int64_t FunnelCounts::* member;
};
std::optional<Advance> advance_of(const AppliedEvent& event) {
    if (const auto* e = event.as<ReferralConverted>())
        return Advance{e->id, &FunnelCounts::converted};
    if (const auto* e = event.as<ReferralRewarded>())
        return Advance{e->id, &FunnelCounts::rewarded};
    if (const auto* e = event.as<ReferralExpired>()) return Advance{e->id, &FunnelCounts::expired};
    if (const auto* e = event.as<ReferralReversed>())
        return Advance{e->id, &FunnelCounts::reversed};
    return std::nullopt;
}

std::optional<std::int64_t> ratio_ppm(std::int64_t part, std::int64_t of) {
    if (of == 0) return std::nullopt;
    return kernel::multiply_divide(part, kernel::ppm_one, of);
}

ReferralFunnelRow row_of(const FunnelCounts& counts) {
    ReferralFunnelRow row;
    row.codes_created = counts.codes_created;
    row.registered = counts.registered;
    row.converted = counts.converted;
    row.rewarded = counts.rewarded;
    row.expired = counts.expired;
    row.reversed = counts.reversed;
    row.conversion_ppm = ratio_ppm(counts.converted, counts.registered);
    row.reward_ppm = ratio_ppm(counts.rewarded, counts.converted);
    return row;
}

Result<void> by_month(ReferralFunnel& funnel, const ViewRows& rows, const AskReferralFunnel& asked,
                      const tally::AsOf& at) {
    const auto months = months_asked(asked.from, asked.to, at.recorded);
    if (!months) return std::unexpected(months.error());
    const Uuid account = asked.referrer ? Uuid(*asked.referrer) : everybody;
    for (auto month = months->first; month <= months->last; month = month_after(month)) {
        const auto counts =
            tally::read_dated<FunnelCounts>(rows, key_of('c', account, month), at.recorded);
        funnel.data.push_back(row_of(counts.value_or(FunnelCounts{})));
        funnel.data.back().month = month;
        funnel.data.back().referrer = asked.referrer;
    }
    return {};
}

Result<void> by_referrer(ReferralFunnel& funnel, const ViewRows& rows,
                         const AskReferralFunnel& asked, const tally::AsOf& at,
                         const Question& question) {
    const CursorCoder cursors(
        question.log_id(), fmt::format("referral_funnel {} {}", kernel::to_string(question.tenant),
                                       asked.as_of ? kernel::to_string(*asked.as_of) : "now"));
    std::string after;
    if (asked.cursor) {
        auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        after = std::move(place->at);
    }
    tally::each_dated<FunnelCounts>(
        rows, 'w', at.recorded, after, [&](const Uuid& referrer, const FunnelCounts& counts) {
            if (funnel.data.size() == static_cast<std::size_t>(asked.limit)) {
                funnel.next_cursor =
                    cursors.encode({std::string(funnel.data.back().referrer->view())});
                return false;
            }
            funnel.data.push_back(row_of(counts));
            funnel.data.back().referrer = AccountId{referrer};
            return true;
        });
    return {};
}
}  // namespace

void ReferralFunnelProjection::forget() {
    days_.forget();
    counts_.forget();
}

void ReferralFunnelProjection::count(TenantViews& views, const KnownReferral& of, LocalDate day,
                                     std::int64_t FunnelCounts::* member) {
    const auto one_more = [&](const std::string& now, const std::string& dated) {
        counts_.change(views, now, [&](FunnelCounts& counts) {
            ++(counts.*member);
            tally::put_dated(views, dated, day, counts);
        });
    };
    for (const auto& account : {everybody, Uuid(of.referrer)})
        one_more(key_of('C', account, of.month), key_of('c', account, of.month));
    one_more(key_of('W', of.referrer), key_of('w', of.referrer));
}

Result<void> ReferralFunnelProjection::apply(const AppliedEvent& event, TenantViews& views) {
    days_.follow(views, event);
    if (const auto* e = event.as<ReferralCodeCreated>()) {
        const auto day = days_.of(views, event);
        count(views, {e->account_id, month_of(day)}, day, &FunnelCounts::codes_created);
    }
    if (const auto* e = event.as<ReferralRegistered>()) {
        const auto day = days_.of(views, event);
        const KnownReferral known{e->referrer, month_of(day)};
        views.put(key_of('f', e->id), kernel::to_json(known));
        count(views, known, day, &FunnelCounts::registered);
    }
    const auto advance = advance_of(event);
    if (!advance) return {};
    std::string value;
    if (!views.get(key_of('f', advance->referral), value))
        return kernel::corrupt("referral_funnel does not know this referral");
    count(views, tally::decode<KnownReferral>(value), days_.of(views, event), advance->member);
    return {};
}

Result<ReferralFunnel> referral_funnel(const ViewRows& rows, const AskReferralFunnel& asked,
                                       const Question& question) {
    const auto at = tally::as_of(rows, asked.as_of, question);
    if (!at) return std::unexpected(at.error());
    ReferralFunnel funnel;
    funnel.as_of = asked.as_of;
    const auto done = asked.group_by == FunnelGroup::month
                          ? by_month(funnel, rows, asked, *at)
                          : by_referrer(funnel, rows, asked, *at, question);
    if (!done) return std::unexpected(done.error());
    return funnel;
}

}  // namespace almanac::projections
