// scheduling/take_slot.hpp — what booking, holding and moving have in common: the slot at a start,
// found by the predicate that offers it, and what it occupies. Pure; decision thread.
#pragma once
#include "domain/scheduling/occupancy.hpp"

namespace almanac::scheduling {

// Of `service` (null: there is no such one) for a party, as fields of the wish.
std::vector<FieldError> service_flaws(const Service* service, std::int32_t party_size);

// The slot at `start`; `given` resources must all be used.
Result<Slot> find_slot(const ServiceId& id, const Service& service, Instant start, int party,
                       const std::vector<ResourceId>& given, Read& read, const SlotContext& terms);
Occupancy occupancy_of(const ServiceId& id, const Service& service, const Slot& slot, int party);
std::vector<ResourceId> ids_of(const std::vector<AssignedResource>& assigned);

}  // namespace almanac::scheduling
