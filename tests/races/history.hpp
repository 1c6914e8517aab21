// What the log of a tenant says was taken, event by event, told without any of the folds that
// decide and without the predicate that they ask: the second opinion on every answer of a race.
// Belongs to one test; not thread-safe.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "domain/scheduling/block.hpp"
#include "domain/scheduling/hold.hpp"
#include "eventstore/store.hpp"
#include "eventstore/typed_event.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::races {
using namespace scheduling;
using eventstore::must;
using eventstore::TypedEvent;

// The terms of a service with one role, filled by any one of its resources.
struct Terms {
    int minutes = 60;
    int minutes_before = 0;
    int minutes_after = 0;
    int capacity = 1;
    std::vector<ResourceId> resources;
};
using Services = std::map<ServiceId, Terms>;

// What somebody wants to have.
struct Want {
    ServiceId service;
    Instant start{};
    int party = 1;
    std::vector<ResourceId> among;     // any one of them
    std::optional<Uuid> except = {};   // the appointment that moves, the hold that is booked
    std::optional<Uuid> hold_id = {};  // the same, where it is a hold
    Want at(Instant other_start) const {
        auto other = *this;
        other.start = other_start;
        return other;
    }
};

struct Taken {
    Occupancy occupancy;
    std::optional<Instant> expires_at = {};  // of a hold
    bool is_over(Instant now) const { return expires_at && *expires_at <= now; }
    bool uses(const Uuid& resource) const {
        return std::ranges::any_of(occupancy.resources,
                                   [&](const auto& each) { return each.id == resource; });
    }
};

// One command's events.
struct Step {
    std::uint64_t position = 0;  // of the first
    Instant time{};
    std::vector<TypedEvent> events;
};

inline std::vector<Step> steps_of(eventstore::Store& store, const TenantId& tenant) {
    std::vector<Step> steps;
    const auto& log = store.partition_for(tenant).log();
    for (const auto position : must(log.tenant_positions(tenant, 0, 1'000'000))) {
        const auto record = must(log.record(position));
        if (record.index == 0) steps.push_back({position, record.time, {}});
        steps.back().events.push_back(must(eventstore::read_event(store.catalogue(), record)));
    }
    return steps;
}

// What is taken after some of the steps.
class Picture {
  public:
    explicit Picture(const Services& services) : services_(services) {}

    // The owners that the step has given something.
    std::vector<Uuid> apply(const Step& step) {
        std::vector<Uuid> given;
        for (const auto& event : step.events) {
            if (const auto* booked = as<AppointmentBooked>(event)) {
                taken_[booked->id] = {booked->occupancy};
                given.push_back(booked->id);
            } else if (const auto* moved = as<AppointmentRescheduled>(event)) {
                taken_[moved->id] = {moved->occupancy};
                given.push_back(moved->id);
            } else if (const auto* other = as<AppointmentReassigned>(event)) {
                taken_[other->id] = {other->occupancy};
                given.push_back(other->id);
            } else if (const auto* placed = as<HoldPlaced>(event)) {
                taken_[placed->id] = {placed->occupancy, placed->expires_at};
                given.push_back(placed->id);
            } else if (const auto* block = as<BlockAdded>(event)) {
                blocks_.push_back(*block);
            }
            forget<AppointmentCancelled>(event);
            forget<HoldReleased>(event);
            forget<HoldBooked>(event);
            forget<HoldExpired>(event);
        }
        return given;
    }

    // Seats that are left on a resource for somebody who wants them: none where something else is
    // there, less than what the service has where it is shared.
    int seats(const Want& want, const ResourceId& resource, Instant now) const {
        const auto& terms = services_.at(want.service);
        const auto from = want.start - std::chrono::minutes{terms.minutes_before};
        const auto until = want.start + std::chrono::minutes{terms.minutes + terms.minutes_after};
        int left = terms.capacity;
        for (const auto& [owner, taken] : taken_) {
            if (owner == want.except || taken.is_over(now) || !taken.uses(resource)) continue;
            const auto& there = taken.occupancy;
            if (there.busy_until() <= from || until <= there.busy_from()) continue;
            if (there.service_id != want.service || there.start != want.start) return 0;
            left -= there.party_size;
        }
        return left;
    }
    int most_seats(const Want& want, Instant now) const {
        int most = 0;
        for (const auto& resource : want.among) most = std::max(most, seats(want, resource, now));
        return most;
    }
    // Whether a block lies over it; those of these tests are of one resource and happen once.
    bool is_blocked(const Want& want) const {
        const auto end = want.start + std::chrono::minutes{services_.at(want.service).minutes};
        return std::ranges::all_of(want.among, [&](const auto& resource) {
            return std::ranges::any_of(blocks_, [&](const BlockAdded& block) {
                return block.scope.resource_id == resource && block.start < end &&
                       want.start < block.end;
            });
        });
    }
    bool holds(const Uuid& hold, Instant now) const {
        const auto at = taken_.find(hold);
        return at != taken_.end() && !at->second.is_over(now);
    }
    // Appointments on a resource that meet a range, by start.
    std::vector<std::string> met(const ResourceId& resource, Instant from, Instant to) const {
        std::vector<std::pair<Instant, Uuid>> found;
        for (const auto& [owner, taken] : taken_) {
            const auto& there = taken.occupancy;
            if (!taken.expires_at && taken.uses(resource) && there.start < to && from < there.end)
                found.emplace_back(there.start, owner);
        }
        std::ranges::sort(found);
        std::vector<std::string> ids;
        for (const auto& [_, owner] : found) ids.push_back(to_string(owner));
        return ids;
    }
    // Nobody shares a resource with `owner` but people of the same session, and they all fit.
    bool is_within_capacity(const Uuid& owner, Instant now) const {
        const auto& [occupancy, expires_at] = taken_.at(owner);
        Want want{occupancy.service_id, occupancy.start, occupancy.party_size, {}, owner, {}};
        for (const auto& resource : occupancy.resources) {
            if (seats(want, ResourceId{resource.id}, now) < occupancy.party_size) return false;
        }
        return true;
    }
    const std::map<Uuid, Taken>& taken() const { return taken_; }

  private:
    template <class E>
    static const E* as(const TypedEvent& event) {
        if (event.type != &kernel::event_type<E>()) return nullptr;
        return static_cast<const E*>(event.data.get());
    }
    template <class E>
    void forget(const TypedEvent& event) {
        if (const auto* e = as<E>(event)) taken_.erase(e->id);
    }

    const Services& services_;
    std::map<Uuid, Taken> taken_;
    std::vector<BlockAdded> blocks_;
};

}  // namespace almanac::races
