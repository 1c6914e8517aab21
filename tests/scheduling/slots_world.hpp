// Small worlds for the tests of slots: one service, resources by letter, times as text.
#pragma once
#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "domain/scheduling/slots.hpp"

namespace almanac::scheduling::slot_tests {

inline kernel::Uuid id(std::string_view name) {
    kernel::Uuid uuid;
    for (std::size_t i = 0; i < name.size() && i < 16; ++i) {
        uuid.bytes[i] = static_cast<std::uint8_t>(name[i]);
    }
    return uuid;
}
inline std::string text(const kernel::Uuid& uuid) {
    std::string name;
    for (const auto byte : uuid.bytes) {
        if (byte != 0) name += static_cast<char>(byte);
    }
    return name;
}

template <class T>
T given(std::optional<T> value) {
    if (!value) throw std::invalid_argument("a test names a time or zone that is none");
    return *value;
}
inline kernel::Instant at(std::string_view time) {  // "2026-06-05T10:00" or with seconds and Z
    const auto full = time.size() == 16 ? std::string(time) + ":00Z" : std::string(time);
    return given(kernel::parse_instant(full));
}
inline kernel::LocalDate date(std::string_view day) {
    return given(kernel::parse_local_date(day));
}
inline kernel::LocalTime local(std::string_view time) {
    return given(kernel::parse_local_time(time));
}
inline kernel::Zone zone(std::string_view name) {
    return given(kernel::Zone::find(name));
}

// The same window on every day of the week.
inline Schedule daily(std::string_view from, std::string_view to,
                      std::optional<int> max_bookings = std::nullopt) {
    Schedule schedule;
    for (int day = 0; day < 7; ++day) {
        schedule.windows.push_back(
            {static_cast<kernel::Weekday>(day), local(from), local(to), max_bookings});
    }
    return schedule;
}
inline Schedule without_windows() {
    return {};
}

struct World {
    Snapshot snapshot;
    kernel::Instant now = at("2026-01-01T00:00");
    SlotContext context = {};

    explicit World(std::string_view zone_name = "UTC") {
        snapshot.service.id = id("service");
        snapshot.locations.push_back({id("here"), zone(zone_name), {}});
    }
    World& service(int duration_minutes, int step_minutes, int before = 0, int after = 0) {
        auto& s = snapshot.service;
        s.duration_minutes = duration_minutes;
        s.slot_step_minutes = step_minutes;
        s.buffer_before_minutes = before;
        s.buffer_after_minutes = after;
        return *this;
    }
    SlotResource& staff(std::string_view name, Schedule schedule) {
        SlotResource resource;
        resource.id = id(name);
        resource.location = id("here");
        resource.schedules.push_back(std::move(schedule));
        snapshot.resources.push_back(std::move(resource));
        return snapshot.resources.back();
    }
    SlotResource& room(std::string_view name) {  // always there
        auto& resource = staff(name, {});
        resource.schedules.clear();
        resource.needs_schedule = false;
        return resource;
    }
    SlotRole& role(std::string_view name, std::initializer_list<std::string_view> candidates,
                   int quantity = 1) {
        SlotRole role{std::string(name), {}, quantity, true, {}};
        for (const auto candidate : candidates) role.candidates.push_back(id(candidate));
        snapshot.roles.push_back(std::move(role));
        return snapshot.roles.back();
    }
    SlotResource& resource(std::string_view name) {
        return *std::ranges::find(snapshot.resources, id(name), &SlotResource::id);
    }
    // What is booked, with all of its resources.
    World& busy(std::initializer_list<std::string_view> names, std::string_view start,
                std::string_view end, int before = 0, int after = 0,
                std::string_view service = "other", int party = 1, std::string_view owner = "") {
        Allocation allocation;
        const auto nth = "a" + std::to_string(++allocations_);
        allocation.owner = id(owner.empty() ? nth : owner);
        allocation.service = id(service);
        allocation.start = at(start);
        allocation.end = at(end);
        allocation.buffer_before_minutes = before;
        allocation.buffer_after_minutes = after;
        allocation.party = party;
        for (const auto name : names) allocation.resources.push_back(id(name));
        for (const auto name : names) resource(name).allocations.push_back(allocation);
        return *this;
    }
    SlotList list(std::string_view from, std::string_view to, int party = 1,
                  std::initializer_list<std::string_view> resources = {}) const {
        SlotQuery query;
        query.from = at(from);
        query.to = at(to);
        query.now = now;
        query.party_size = party;
        for (const auto name : resources) query.resource_ids.push_back(id(name));
        query.viewer = snapshot.locations.front().zone;
        return slots(snapshot, query);
    }
    // "10:00 10:30 ..." in UTC.
    std::string starts(std::string_view from, std::string_view to, int party = 1,
                       std::initializer_list<std::string_view> resources = {}) const {
        std::string line;
        for (const auto& slot : list(from, to, party, resources).slots) {
            line += (line.empty() ? "" : " ") + kernel::to_string(slot.start).substr(11, 5);
        }
        return line;
    }
    std::string reason(std::string_view day, int party = 1) const {  // of a UTC day
        const auto from = std::string(day) + "T00:00";
        SlotQuery query;
        query.from = at(from);
        query.to = query.from + std::chrono::hours{24};
        query.now = now;
        query.party_size = party;
        const auto days = slots(snapshot, query).days;
        if (days.size() != 1) return "not one day";
        return days[0].reason ? std::string(name(*days[0].reason)) : "";
    }
    // "ok A B", the names in the order of the roles, or the refusal.
    std::string book(std::string_view start, int party = 1,
                     std::initializer_list<std::string_view> resources = {}) const {
        std::vector<kernel::Uuid> ids;
        for (const auto name : resources) ids.push_back(id(name));
        auto with = context;
        with.now = now;
        const auto slot = evaluate(snapshot, at(start), party, ids, with);
        if (!slot) return std::string(name(slot.error()));
        std::string line = "ok";
        for (const auto& assigned : slot->resources) line += " " + text(assigned.id);
        return line;
    }

  private:
    int allocations_ = 0;
};

}  // namespace almanac::scheduling::slot_tests
