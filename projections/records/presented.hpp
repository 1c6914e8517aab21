// Collections that are shown otherwise than their fold: computed for a moment, with what else the
// tenant has (the programme, the zone). Their shape is declared at the collection, in the module of
// the context (`Collection::schema`); how a row becomes it stands here, one line each. Filters,
// sorts and history go on by the fold. Pure but for what it reads through `read`.
#pragma once
#include <string>
#include <string_view>

#include "domain/kernel/catalogue.hpp"

namespace almanac::projections {

// `state`: the fold. The members of the row but `id`, `revision` and times.
using Presentation = std::string (*)(const void* state, kernel::Read& read, kernel::Instant now);
// Null: as its fold.
Presentation presentation_of(std::string_view collection);

// The row with these members: its own `id` before them, `revision` and times behind.
std::string present_row(const kernel::FoldType& fold, Presentation presentation,
                        std::string_view row, kernel::Read& read, kernel::Instant now);

}  // namespace almanac::projections
