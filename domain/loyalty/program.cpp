#include "domain/loyalty/program.hpp"

#include <set>

#include "domain/tenancy/tenant.hpp"

namespace almanac::loyalty {

void check(const RedemptionRate& rate, Reader& in, const Place& at) {
    if (rate.value.amount < 1 || rate.value.amount > 1'000'000'000)
        in.fail(Place{&at, "value"}, "range", "The value is from 1 to 1,000,000,000.");
}

void check(const Expiry& expiry, Reader& in, const Place& at) {
    const bool by_days =
        expiry.kind == ExpiryKind::after_days || expiry.kind == ExpiryKind::inactivity;
    if (by_days != expiry.days.has_value())
        in.fail(Place{&at, "days"}, "expiry", "after_days and inactivity have days; no other.");
    if (expiry.years && expiry.kind != ExpiryKind::end_of_year)
        in.fail(Place{&at, "years"}, "expiry", "Only end_of_year has years.");
}

void check(const LoyaltyProgram& program, Reader& in, const Place& at) {
    std::set<std::string> names;
    const Place list{&at, "tiers"};
    for (std::size_t i = 0; i < program.tiers.size(); ++i) {
        const Place here{&list, {}, i};
        if (!names.insert(program.tiers[i].name).second)
            in.fail(Place{&here, "name"}, "repeated", "Two tiers have this name.");
        if (i > 0 && program.tiers[i].threshold <= program.tiers[i - 1].threshold)
            in.fail(Place{&here, "threshold"}, "order", "Thresholds rise from tier to tier.");
    }
    if (program.active_from && program.active_until && *program.active_until < *program.active_from)
        in.fail(Place{&at, "active_until"}, "before_start", "It ends before it begins.");
}

void prepare(LoyaltyProgram& program) {
    if (!program.slug) program.slug = slug_of(program.name);
}

std::optional<Rejection> admit(const LoyaltyProgram& after, const LoyaltyProgram* before,
                               Read& read, const Context&) {
    const auto& currency = read.get<tenancy::Tenant>(read.tenant()).currency;
    if (before && before->redemption.value.currency == after.redemption.value.currency)
        return std::nullopt;
    if (after.redemption.value.currency == currency) return std::nullopt;
    return invalid_field("/redemption/value/currency", "currency",
                         fmt::format("The business counts in {}.", currency))
        .error();
}

Decision decide(const ActivateProgram& wish, Read& read, const Context&) {
    if (!live<LoyaltyProgram>(read, wish.id)) return not_found();
    const auto& in_force = read.get<ProgramInForce>(Whole{});
    if (in_force.id == wish.id) return Events{};
    if (in_force.id)
        return conflict("loyalty.program_active", "Another programme is active; stop it first.");
    return ProgramActivated{wish.id};
}

Decision decide(const StopProgram& wish, Read& read, const Context&) {
    if (!live<LoyaltyProgram>(read, wish.id)) return not_found();
    if (read.get<ProgramInForce>(Whole{}).id != wish.id) return Events{};
    return ProgramStopped{wish.id};
}

Zone tenant_zone(Read& read) {
    return Zone::find(read.get<tenancy::Tenant>(read.tenant()).time_zone).value_or(Zone::utc());
}

const LoyaltyProgram* program_on(LocalDate date, Read& read) {
    const auto& in_force = read.get<ProgramInForce>(Whole{});
    if (!in_force.id) return nullptr;
    const auto* program = live<LoyaltyProgram>(read, *in_force.id);
    if (!program || (program->active_from && date < *program->active_from) ||
        (program->active_until && date > *program->active_until)) {
        return nullptr;
    }
    return program;
}

std::unexpected<Rejection> no_active_program() {
    return reject("loyalty.no_active_program", "No loyalty programme is active.");
}

}  // namespace almanac::loyalty
