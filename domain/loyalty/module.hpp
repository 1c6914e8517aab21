// The parts of loyalty's catalogue entry, a file each, so that they compile side by side.
#pragma once
#include "domain/kernel/module.hpp"

namespace almanac::loyalty {

void declare_programs(kernel::Module& loyalty);
void declare_accounts(kernel::Module& loyalty);
void declare_account_reports(kernel::Module& loyalty);
void declare_redemptions(kernel::Module& loyalty);
void declare_earning(kernel::Module& loyalty);
void declare_referrals(kernel::Module& loyalty);
void declare_program_reports(kernel::Module& loyalty);

}  // namespace almanac::loyalty
