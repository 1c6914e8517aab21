// What an operator does to a stopped data directory, as events of `$system`.
#pragma once
#include <string>

#include "domain/kernel/catalogue.hpp"

namespace almanac::replay {

using kernel::Result;

// A new administrator key, answered this once.
Result<std::string> issue_admin_key(const std::string& data, const kernel::Catalogue& catalogue,
                                    const std::string& name);

}  // namespace almanac::replay
