// From a record to the typed event the domain knows: the catalogue's descriptor by type, old
// versions through the chained upcasters. Pure but for the tables it is given; thread-safe.
#pragma once
#include "domain/kernel/catalogue.hpp"
#include "eventstore/record.hpp"

namespace almanac::eventstore {

struct TypedEvent {
    const kernel::EventType* type = nullptr;  // null: a type without folds (reserved, retired)
    kernel::Erased data;
};

// `corrupt` where the data does not fit its type or is of a version newer than this program's.
Result<TypedEvent> read_event(const kernel::Catalogue& catalogue, const Record& record);

// Applies one event to one fold and counts it: revision, times, position.
void apply_event(kernel::Held& held, const kernel::FoldType& fold, const TypedEvent& event,
                 const Record& record, std::uint64_t position, std::string_view tag);

// A snapshot: revision, times, position and the fold's JSON; and back. `corrupt` where damaged.
std::string write_held(const kernel::FoldType& type, const kernel::Held& held);
Result<kernel::Held> read_held(const kernel::FoldType& type, std::string_view text);

}  // namespace almanac::eventstore
