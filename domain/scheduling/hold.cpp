#include "domain/scheduling/hold.hpp"

#include <algorithm>

#include "domain/scheduling/take_slot.hpp"

namespace almanac::scheduling {
namespace {
void drop_expired(std::vector<LiveHold>& holds, Instant now) {
    std::erase_if(holds, [&](const LiveHold& each) { return each.expires_at <= now; });
}
}  // namespace

void forget(std::vector<LiveHold>& holds, const HoldId& id) {
    std::erase_if(holds, [&](const LiveHold& each) { return each.id == id; });
}

Result<const Hold*> live_hold(const HoldId& id, Read& read, Instant now) {
    const auto* hold = read.find<Hold>(id);
    if (!hold) {
        return reject(RejectionKind::not_found, "scheduling.hold_not_found",
                      "There is no such hold.");
    }
    if (hold->is_live(now)) return hold;
    const bool over = hold->status == HoldStatus::held || hold->status == HoldStatus::expired;
    return conflict("scheduling.hold_expired",
                    over ? "The hold expired at " + to_string(hold->expires_at) + "."
                         : fmt::format("The hold is {} already.", enum_name(hold->status)));
}

// Judged like a booking; every principal has at most 20 that live.
Decision decide(const HoldSlot& wish, Read& read, const Context& now) {
    const auto* service = live<Service>(read, wish.service_id);
    auto flaws = service_flaws(service, wish.party_size);
    if (!flaws.empty()) return invalid(std::move(flaws));
    HoldPlaced e;
    e.held_by = now.actor.kind + '/' + now.actor.id;
    const auto& held = read.get<PrincipalHolds>(e.held_by).holds;
    const auto live_ones = std::ranges::count_if(
        held, [&](const LiveHold& each) { return now.now < each.expires_at; });
    if (static_cast<std::size_t>(live_ones) >= PrincipalHolds::live_max) {
        return reject("scheduling.too_many_holds",
                      fmt::format("You have {} live holds already.", live_ones));
    }
    SlotContext terms;
    terms.now = now.now;
    const auto slot = find_slot(wish.service_id, *service, wish.start, wish.party_size,
                                wish.resource_ids, read, terms);
    if (!slot) return std::unexpected(slot.error());
    e.id = now.fresh_id<HoldId>();
    e.occupancy = occupancy_of(wish.service_id, *service, *slot, wish.party_size);
    e.expires_at = now.now + std::chrono::seconds{wish.ttl_seconds};
    Events events;
    events.answer["expires_at"] = to_string(e.expires_at);
    events.add(std::move(e));
    return events;
}

Decision decide(const ReleaseHold& wish, Read& read, const Context& now) {
    const auto hold = live_hold(wish.id, read, now.now);
    if (!hold) return std::unexpected(hold.error());
    return HoldReleased{wish.id, (*hold)->held_by, (*hold)->occupancy};
}

void evolve(Hold& hold, const HoldPlaced& e) {
    hold.expires_at = e.expires_at;
    hold.held_by = e.held_by;
    hold.occupancy = e.occupancy;
    hold.service_id = e.occupancy.service_id;
    hold.start = e.occupancy.start;
    hold.end = e.occupancy.end;
    hold.location_id = e.occupancy.location_id;
    hold.party_size = e.occupancy.party_size;
    hold.resources = e.occupancy.resources;
}
void evolve(Hold& hold, const HoldReleased&) {
    hold.status = HoldStatus::released;
}
void evolve(Hold& hold, const HoldBooked& e) {
    hold.status = HoldStatus::booked;
    hold.appointment_id = e.appointment_id;
}
void evolve(Hold& hold, const HoldExpired&) {
    hold.status = HoldStatus::expired;
}

void evolve(PrincipalHolds& holds, const HoldPlaced& e, const EventMeta& meta) {
    drop_expired(holds.holds, meta.time);
    holds.holds.push_back({e.id, e.expires_at});
}

// What expired can go: time does not run backwards within a tenant.
void evolve(ResourceMonth& month, const HoldPlaced& e, const EventMeta& meta) {
    std::erase_if(month.allocations, [&](const Allocation& a) { return a.is_over(meta.time); });
    take(month, e.id, e.occupancy, e.expires_at);
}

void evolve(ServiceDay& day, const HoldPlaced& e, const EventMeta& meta) {
    drop_expired(day.holds, meta.time);
    day.holds.push_back({e.id, e.expires_at});
}

}  // namespace almanac::scheduling
