#include "projections/loyalty_tiers/loyalty_tiers.hpp"

#include <algorithm>

namespace almanac::projections {
namespace {
using namespace loyalty;
using TierName = std::optional<std::string>;

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
}  // namespace

void LoyaltyTiersProjection::forget() {
    days_.forget();
    counts_.forget();
    programs_.forget();
}

void LoyaltyTiersProjection::move(TenantViews& views, LocalDate day, const TierName* from,
                                  const TierName& to) {
    counts_.change(views, "n", [&](TierCounts& now) {
        if (from) count(now.tiers, *from, -1);
        count(now.tiers, to, 1);
        tally::put_dated(views, "d", day, now);
    });
}

// None where no programme is in force.
void LoyaltyTiersProjection::put_in_force(TenantViews& views, LocalDate day) {
    ProgramTiers in_force;
    std::string value;
    if (views.get("p", value)) {
        const auto id = tally::decode<ProgramInForce>(value).id;
        programs_.change(views, program_key(*id),
                         [&](const ProgramTiers& program) { in_force = program; });
    }
    tally::put_dated(views, "t", day, in_force);
}

void LoyaltyTiersProjection::follow_program(const AppliedEvent& event, TenantViews& views) {
    const auto put = [&](const ProgramId& id, const std::vector<Tier>& tiers) {
        programs_.change(views, program_key(id),
                         [&](ProgramTiers& program) { program.names = names_of(tiers); });
    };
    if (const auto* created = event.as<RecordCreated<LoyaltyProgram>>()) {
        return put(created->id, created->tiers);  // not in force yet
    } else if (const auto* changed = event.as<RecordChanged<LoyaltyProgram>>()) {
        if (!changed->changes.has("tiers")) return;
        put(changed->id, changed->changes.value.tiers);
    } else if (const auto* activated = event.as<ProgramActivated>()) {
        views.put("p", kernel::to_json(ProgramInForce{activated->id}));
    } else if (event.as<ProgramStopped>()) {
        views.erase("p");
    } else if (const auto* deleted = event.as<RecordDeleted<LoyaltyProgram>>()) {
        std::string value;
        if (views.get("p", value) && tally::decode<ProgramInForce>(value).id == deleted->id)
            views.erase("p");
    } else {
        return;
    }
    put_in_force(views, days_.of(views, event));
}

Result<void> LoyaltyTiersProjection::apply(const AppliedEvent& event, TenantViews& views) {
    days_.follow(views, event);
    if (event.as<AccountOpened>()) {
        move(views, days_.of(views, event), nullptr, std::nullopt);
    } else if (const auto* e = event.as<TierChanged>()) {
        if (e->from != e->to) move(views, days_.of(views, event), &e->from, e->to);
    } else {
        follow_program(event, views);
    }
    return {};
}

Result<LoyaltyTiers> loyalty_tiers(const ViewRows& rows, const AskLoyaltyTiers& asked,
                                   const Question& question) {
    const auto at = tally::as_of(rows, asked.as_of, question);
    if (!at) return std::unexpected(at.error());
    auto held = tally::read_dated<TierCounts>(rows, "d", at->recorded).value_or(TierCounts{}).tiers;
    const auto tiers =
        tally::read_dated<ProgramTiers>(rows, "t", at->recorded).value_or(ProgramTiers{});
    LoyaltyTiers answer;
    answer.as_of = at->recorded;
    for (const auto& each : held) answer.members += each.members;
    const auto add = [&](const TierName& tier) {
        const auto row = std::ranges::find(held, tier, &TierCount::tier);
        const auto members = row == held.end() ? 0 : row->members;
        if (row != held.end()) held.erase(row);
        const auto share = kernel::multiply_divide(members, kernel::ppm_one, answer.members);
        answer.data.push_back({tier, members, share.value_or(0)});
    };
    add(std::nullopt);
    for (const auto& name : tiers.names) add(name);
    while (!held.empty()) add(TierName(held.front().tier));  // a copy: it is erased
    return answer;
}

}  // namespace almanac::projections
