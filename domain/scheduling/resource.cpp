#include "domain/scheduling/resource.hpp"

#include <algorithm>

#include "domain/scheduling/conflicts.hpp"

namespace almanac::scheduling {
namespace {
auto place_of(ResourceDirectory& directory, const Uuid& id) {
    return std::ranges::lower_bound(directory.entries, id, {},
                                    [](const auto& entry) -> const Uuid& { return entry.id; });
}

// What a booking chooses by, from the whole record.
ResourceEntry entry_of(const ResourceId& id, const Resource& r) {
    return {id,       r.type,   r.location_id,      r.specialties,       r.capacity,
            r.prices, r.status, r.maintenance_from, r.maintenance_until, r.active};
}

// A room that was deleted since stays named, so only what changes is looked at.
std::optional<Rejection> refused_room(const Resource& after, const Resource* before,
                                      const ResourceDirectory& directory) {
    if (!after.room_id || (before && before->room_id == after.room_id)) return std::nullopt;
    const auto* room = directory.find(*after.room_id);
    if (room == nullptr)
        return invalid_field("/room_id", "not_found", "There is no such resource.").error();
    if (room->type != ResourceType::room)
        return invalid_field("/room_id", "not_a_room", "That resource is no room.").error();
    return std::nullopt;
}
}  // namespace

void prepare(Location& location) {
    if (!location.slug) location.slug = slug_of(location.name);
    location.is_default = false;
}

std::optional<Rejection> admit(const Location& after, const Location*, Read&, const Context&) {
    if (after.is_default && after.status != LocationStatus::active) {
        return invalid_field("/status", "default_location", "The default location stays active.")
            .error();
    }
    return std::nullopt;
}

void check(const Resource& resource, Reader& in, const Place& at) {
    const auto& from = resource.maintenance_from;
    const auto& until = resource.maintenance_until;
    if (from && until && *until < *from) {
        in.fail(Place{&at, "maintenance_until"}, "before_maintenance_from",
                "It ends before it begins.");
    }
    if (resource.type == ResourceType::room && resource.room_id) {
        in.fail(Place{&at, "room_id"}, "not_a_room", "A room does not stand in another one.");
    }
}

std::optional<Rejection> admit(const Resource& after, const Resource* before, Read& read,
                               const Context&) {
    if (after.location_id && !live<Location>(read, *after.location_id))
        return invalid_field("/location_id", "not_found", "There is no such location.").error();
    const auto& directory = read.get<ResourceDirectory>(Whole{});
    if (before == nullptr && directory.entries.size() >= ResourceDirectory::entries_max) {
        return reject("limit_reached", "A tenant has at most 10,000 live resources.").error();
    }
    return refused_room(after, before, directory);
}

Decision decide(const DeleteRecord<Resource>& wish, Read& read, const Context& now) {
    auto decision = kernel::decide<Resource>(wish, read, now);
    if (!decision) return decision;
    json::Array ids;
    const auto latest = now.now + std::chrono::days{booking_window_days_max + 2};
    for (const auto& booking : booked(wish.id, now.now, latest, read)) {
        if (ids.size() == conflicts_max) break;
        if (booking.start < booking.end) ids.emplace_back(to_string(booking.owner));
    }
    decision->answer["conflicts"] = std::move(ids);
    return decision;
}

const ResourceEntry* ResourceDirectory::find(const Uuid& id) const {
    const auto at = std::ranges::lower_bound(
        entries, id, {}, [](const auto& entry) -> const Uuid& { return entry.id; });
    return at != entries.end() && at->id == id ? &*at : nullptr;
}

void evolve(ResourceDirectory& directory, const RecordCreated<Resource>& e) {
    directory.entries.insert(place_of(directory, e.id), entry_of(e.id, e));
}

void evolve(ResourceDirectory& directory, const RecordChanged<Resource>& e) {
    const auto at = place_of(directory, e.id);
    if (at == directory.entries.end() || at->id != e.id) return;
    const auto take = [&](std::string_view name, auto& to, const auto& from) {
        if (e.changes.has(name)) to = from;
    };
    const auto& value = e.changes.value;
    take("type", at->type, value.type);
    take("location_id", at->location_id, value.location_id);
    take("specialties", at->specialties, value.specialties);
    take("capacity", at->capacity, value.capacity);
    take("prices", at->prices, value.prices);
    take("status", at->status, value.status);
    take("maintenance_from", at->maintenance_from, value.maintenance_from);
    take("maintenance_until", at->maintenance_until, value.maintenance_until);
    take("active", at->active, value.active);
}

void evolve(ResourceDirectory& directory, const RecordDeleted<Resource>& e) {
    const auto at = place_of(directory, e.id);
    if (at == directory.entries.end() || at->id != e.id) return;
    directory.entries.erase(at);
}

void evolve(ResourceDirectory& directory, const RecordRestored<Resource>& e) {
    directory.entries.insert(place_of(directory, e.id), entry_of(e.id, e));
}

}  // namespace almanac::scheduling
