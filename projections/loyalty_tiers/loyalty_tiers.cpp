#include "projections/loyalty_tiers/loyalty_tiers.hpp"

#include <algorithm>

namespace almanac::projections {
namespace {
using namespace loyalty;
using TierName = std::optional<std::string>;

std::string day_key(LocalDate date) {
    std::string key = "d";
    tally::append_date(key, date);
    return key;
}

std::string program_key(const ProgramId& id) {
    std::string key = "g";
    tally::append_id(key, id);
    return key;
}

void count(std::vector<TierCount>& tiers, const TierName& tier, std::int64_t by) {
    const auto at = std::ranges::lower_bound(tiers, tier, {}, &TierCount::tier);
    if (at == tiers.end() || at->tier != tier) {
        tiers.insert(at, {tier, by});
    } else if ((at->members += by) == 0) {
        tiers.erase(at);
    }
}

std::vector<std::string> names_of(const std::vector<Tier>& tiers) {
    std::vector<std::string> names;
    for (const auto& tier : tiers) names.push_back(tier.name);
    return names;
}

// Of the programme in force; none where there is no such programme.
std::vector<std::string> tiers_in_force(const ViewRows& rows) {
    const auto in_force = tally::read_row<ProgramInForce>(rows, "p");
    if (!in_force || !in_force->id) return {};
    return tally::read_row<ProgramTiers>(rows, program_key(*in_force->id))
        .value_or(ProgramTiers{})
        .names;
}

std::vector<TierCount> counts_on(const ViewRows& rows, const std::optional<LocalDate>& date) {
    if (!date) return tally::read_row<TierCounts>(rows, "n").value_or(TierCounts{}).tiers;
    auto walk = rows.walk("d");
    walk.seek_last(day_key(*date));
    return walk.valid() ? tally::decode<TierCounts>(walk.value()).tiers : std::vector<TierCount>{};
}
}  // namespace

void LoyaltyTiersProjection::forget() {
    counts_.forget();
    programs_.forget();
}

void LoyaltyTiersProjection::move(TenantViews& views, LocalDate on, const TierName* from,
                                  const TierName& to) {
    counts_.change(views, "n", [&](TierCounts& now) {
        if (from) count(now.tiers, *from, -1);
        count(now.tiers, to, 1);
        now.date = std::max(now.date.value_or(on), on);  // a changed zone turns no day back
        views.put_unread(day_key(*now.date), kernel::to_json(now));
    });
}

void LoyaltyTiersProjection::follow_program(const AppliedEvent& event, TenantViews& views) {
    const auto put = [&](const ProgramId& id, const std::vector<Tier>& tiers) {
        programs_.change(views, program_key(id),
                         [&](ProgramTiers& program) { program.names = names_of(tiers); });
    };
    if (const auto* created = event.as<RecordCreated<LoyaltyProgram>>()) {
        put(created->id, created->tiers);
    } else if (const auto* changed = event.as<RecordChanged<LoyaltyProgram>>()) {
        if (changed->changes.has("tiers")) put(changed->id, changed->changes.value.tiers);
    } else if (const auto* activated = event.as<ProgramActivated>()) {
        views.put("p", kernel::to_json(ProgramInForce{activated->id}));
    } else if (event.as<ProgramStopped>()) {
        views.erase("p");
    } else if (const auto* deleted = event.as<RecordDeleted<LoyaltyProgram>>()) {
        std::string value;
        if (views.get("p", value) && tally::decode<ProgramInForce>(value).id == deleted->id)
            views.erase("p");
    }
}

Result<void> LoyaltyTiersProjection::apply(const AppliedEvent& event, TenantViews& views) {
    if (tally::keep_tenant(views, event)) return {};
    if (event.as<AccountOpened>()) {
        const auto zone = tally::zone_of(tally::tenant_of(views));
        move(views, zone.local_date(event.record->time), nullptr, std::nullopt);
    } else if (const auto* e = event.as<TierChanged>()) {
        if (e->from != e->to) move(views, e->on, &e->from, e->to);
    } else {
        follow_program(event, views);
    }
    return {};
}

Result<LoyaltyTiers> loyalty_tiers(const ViewRows& rows, const AskLoyaltyTiers& asked,
                                   const Question& question) {
    const auto today = tally::zone_of(tally::tenant_of(rows)).local_date(question.now);
    auto held = counts_on(rows, asked.as_of);
    LoyaltyTiers answer;
    answer.as_of = asked.as_of.value_or(today);
    for (const auto& each : held) answer.members += each.members;
    const auto add = [&](const TierName& tier) {
        const auto at = std::ranges::find(held, tier, &TierCount::tier);
        const auto members = at == held.end() ? 0 : at->members;
        if (at != held.end()) held.erase(at);
        const auto share = kernel::multiply_divide(members, kernel::ppm_one, answer.members);
        answer.data.push_back({tier, members, share.value_or(0)});
    };
    add(std::nullopt);
    for (const auto& name : tiers_in_force(rows)) add(name);
    while (!held.empty()) add(TierName(held.front().tier));  // a copy: it is erased
    return answer;
}

}  // namespace almanac::projections
