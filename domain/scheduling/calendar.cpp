#include "domain/scheduling/calendar.hpp"

#include <algorithm>

#include "domain/scheduling/conflicts.hpp"
#include "domain/scheduling/override.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::scheduling {
namespace {
Schedule schedule_of(const ScheduleSet& e) {
    return {e.id, e.effective_from, e.effective_until, e.windows, e.breaks};
}

bool begins_before(const Schedule& schedule, LocalDate date) {
    return !schedule.effective_from || *schedule.effective_from < date;
}

// What becomes of the open schedule when a new one starts on `first`: it ends the day before.
ScheduleEnded ending(const Schedule& open, const ResourceId& resource, LocalDate first) {
    ScheduleEnded e{ScheduleId{open.id}, resource, std::nullopt};
    if (begins_before(open, first)) e.effective_until = first - std::chrono::days{1};
    return e;
}

// Bookings from `from` on that a resource with these schedules does not work through.
json::Array conflicts_of(const ResourceEntry& resource, std::span<const Schedule> schedules,
                         const Zone& zone, Instant from, Instant now, Read& read) {
    const auto latest = now + std::chrono::days{booking_window_days_max + 2};
    const auto bookings = booked(resource.id, from, latest, read);
    if (bookings.empty()) return {};
    const auto end = std::ranges::max(bookings, {}, &Allocation::end).end;
    std::vector<Override> overrides;
    const auto first = zone.local_date(bookings.front().start) - std::chrono::days{1};
    const auto last = zone.local_date(end) + std::chrono::days{1};
    for (const auto month : local_months(first, last))
        read.get<OverrideMonth>({resource.id, month}).copy(first, last, overrides);
    const auto working = working_intervals(schedules, overrides, zone, bookings.front().start, end);
    return conflicts(resource, bookings, working.open, read);
}
}  // namespace

// Dates are local; two days cover every zone.
void drop_ended(Calendar& calendar, Instant now) {
    const LocalDate today{std::chrono::floor<std::chrono::days>(now).time_since_epoch()};
    std::erase_if(calendar.schedules, [&](const Schedule& s) {
        return s.effective_until && *s.effective_until < today - std::chrono::days{2};
    });
    std::erase_if(calendar.blocks, [&](const StandingBlock& b) {
        return b.time.ends_at && *b.time.ends_at < now - std::chrono::days{2};
    });
}

std::size_t entries_in_force(const Calendar& calendar, Instant now) {
    auto left = calendar;
    drop_ended(left, now);
    return left.schedules.size() + left.blocks.size();
}

LocationId location_of(const ResourceEntry& resource, Read& read) {
    if (resource.location_id) return *resource.location_id;
    return LocationId{read.get<tenancy::Tenant>(read.tenant()).default_location_id};
}

Zone zone_of(const ResourceEntry& resource, Read& read) {
    const auto& location = read.get<Record<Location>>(location_of(resource, read));
    return Zone::find(location.time_zone).value_or(Zone::utc());
}

Decision decide(const SetSchedule& wish, Read& read, const Context& now) {
    const auto* resource = read.get<ResourceDirectory>(Whole{}).find(wish.id);
    if (!resource) return not_found();
    const auto& calendar = read.get<Calendar>(wish.id);
    ScheduleSet e{now.fresh_id<ScheduleId>(), wish.id,      wish.effective_from,
                  wish.effective_until,       wish.windows, wish.breaks,
                  wish.service_types,         wish.notes};
    if (!e.effective_from && !calendar.schedules.empty()) {
        e.effective_from = zone_of(*resource, read).local_date(now.now);
    }
    Events events;
    std::vector<Schedule> others;
    for (const auto& schedule : calendar.schedules) {
        const bool open = !schedule.effective_until && e.effective_from;
        const bool later = open && !begins_before(schedule, *e.effective_from) &&
                           schedule.effective_from != e.effective_from;
        if (open && !later) {
            auto ended = ending(schedule, wish.id, *e.effective_from);
            if (ended.effective_until) {
                others.push_back(schedule);
                others.back().effective_until = ended.effective_until;
            }
            events.add(std::move(ended));
        } else {
            others.push_back(schedule);
        }
    }
    auto errors = validate(schedule_of(e), others);
    if (!errors.empty()) return invalid(std::move(errors));
    if (entries_in_force(calendar, now.now) >= Calendar::entries_max) {
        return reject("limit_reached",
                      "A resource has at most 500 schedules and recurring blocks in force.");
    }
    const auto zone = zone_of(*resource, read);
    auto from = now.now;
    if (e.effective_from) from = std::max(from, zone.day(*e.effective_from).first);
    others.push_back(schedule_of(e));
    events.answer["conflicts"] = conflicts_of(*resource, others, zone, from, now.now, read);
    events.list.insert(events.list.begin(), Event(std::move(e)));
    return events;
}

void evolve(ResourceSchedule& schedule, const ScheduleSet& e) {
    schedule = {e.resource_id, e.effective_from, e.effective_until, e.windows,
                e.breaks,      e.service_types,  e.notes,           false};
}
void evolve(ResourceSchedule& schedule, const ScheduleEnded& e) {
    schedule.effective_until = e.effective_until;
    schedule.superseded = !e.effective_until;
}

void evolve(Calendar& calendar, const ScheduleSet& e, const EventMeta& meta) {
    calendar.schedules.push_back(schedule_of(e));
    drop_ended(calendar, meta.time);
}
void evolve(Calendar& calendar, const ScheduleEnded& e, const EventMeta& meta) {
    const auto at = std::ranges::find(calendar.schedules, Uuid{e.id}, &Schedule::id);
    if (at != calendar.schedules.end()) {
        if (e.effective_until)
            at->effective_until = e.effective_until;
        else
            calendar.schedules.erase(at);
    }
    drop_ended(calendar, meta.time);
}

}  // namespace almanac::scheduling
