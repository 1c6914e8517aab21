// The catalogue's entry of loyalty: routes, permissions, schemas and documentation follow from it.
#include "domain/loyalty/module.hpp"

#include "domain/house.hpp"
#include "domain/loyalty/program.hpp"

namespace almanac::loyalty {

void declare_programs(Module& loyalty) {
    auto& programs =
        loyalty.record<LoyaltyProgram>("Terms under which members collect and spend points.");
    programs.filters = {{"slug", "slug"}};
    programs.sorts = {"name"};
    loyalty.event<ProgramActivated>().event<ProgramStopped>();
    loyalty.command<ActivateProgram, Record<LoyaltyProgram>>(
        "activate_loyalty_program", "POST loyalty_programs/{id}/activate",
        "loyalty.loyalty_program:activate", "Puts it in force; at most one is.");
    loyalty.command<StopProgram, Record<LoyaltyProgram>>(
        "stop_loyalty_program", "POST loyalty_programs/{id}/stop",
        "loyalty.loyalty_program:activate",
        "Nothing is earned or redeemed any more; points stay and expire.");
}

void declare(Catalogue& catalogue) {
    Module loyalty(catalogue, "loyalty");
    declare_programs(loyalty);
    declare_accounts(loyalty);
    declare_account_reports(loyalty);
    declare_redemptions(loyalty);
    declare_earning(loyalty);
    declare_referrals(loyalty);
    declare_program_reports(loyalty);
}

}  // namespace almanac::loyalty
