// The parts of scheduling's catalogue entry, a file each, so that they compile side by side.
#pragma once
#include "domain/kernel/module.hpp"

namespace almanac::scheduling {

void declare_places(kernel::Module& scheduling);  // locations, service_categories
void declare_services(kernel::Module& scheduling);
void declare_resources(kernel::Module& scheduling);
void declare_clients(kernel::Module& scheduling);
void declare_working_time(kernel::Module& scheduling);  // schedules, overrides
void declare_blocks(kernel::Module& scheduling);
void declare_holds(kernel::Module& scheduling);
void declare_appointments(kernel::Module& scheduling);
void declare_reports(kernel::Module& scheduling);
void declare_series(kernel::Module& scheduling);

}  // namespace almanac::scheduling
