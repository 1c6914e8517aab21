#include "domain/scheduling/override.hpp"

#include <algorithm>

#include "domain/scheduling/conflicts.hpp"

namespace almanac::scheduling {
namespace {
using std::chrono::days;

const MonthOverride* standing(const ResourceId& resource, LocalDate date, Read& read) {
    return read.get<OverrideMonth>({resource, date}).on(date);
}

// Bookings of that date, and of the night after it those that the windows of the date held, which
// the resource does not work through with `then` on that date (none: the schedules hold).
json::Array conflicts_of(const ResourceEntry& resource, LocalDate date,
                         const std::optional<Override>& then, Read& read, Instant now) {
    const auto zone = zone_of(resource, read);
    const auto from = std::max(now, zone.day(date).first);
    const auto until = zone.day(date + days{2}).first;
    if (from >= until) return {};
    auto bookings = booked(resource.id, from, until, read);
    if (bookings.empty()) return {};
    std::vector<Override> overrides;
    for (const auto month : local_months(date - days{1}, date + days{2}))
        read.get<OverrideMonth>({resource.id, month})
            .copy(date - days{1}, date + days{2}, overrides);
    const auto end = std::ranges::max(bookings, {}, &Allocation::end).end;
    LocalClock clock(zone, from, end);
    const auto& schedules = read.get<Calendar>(resource.id).schedules;
    const bool always = resource.type != ResourceType::staff && schedules.empty();
    const auto roster = [&] {
        return always ? always_working(overrides, clock, from, end).open
                      : working_intervals(schedules, overrides, clock, from, end).open;
    };
    const auto before = roster();
    std::erase_if(overrides, [&](const Override& each) { return each.date == date; });
    if (then) overrides.push_back(*then);
    const auto after = roster();
    const auto next_day = zone.day(date + days{1}).first;
    std::erase_if(bookings, [&](const Allocation& each) {
        const Interval time{each.start, each.end};
        return each.start >= next_day && (!contains(before, time) || contains(after, time));
    });
    return conflicts(resource, bookings, after, read);
}
}  // namespace

void append_key(std::string& tag, const OverrideMonth::Key& key) {
    append(tag, key.resource);
    const std::chrono::year_month_day date{key.in_month};
    fmt::format_to(std::back_inserter(tag), "/{:04}-{:02}", int(date.year()),
                   unsigned(date.month()));
}

const MonthOverride* OverrideMonth::on(LocalDate date) const {
    const auto at = std::ranges::find(overrides, date,
                                      [](const MonthOverride& each) { return each.value.date; });
    return at == overrides.end() ? nullptr : &*at;
}

void OverrideMonth::copy(LocalDate first, LocalDate last, std::vector<Override>& to) const {
    for (const auto& each : overrides) {
        if (first <= each.value.date && each.value.date <= last) to.push_back(each.value);
    }
}

std::vector<LocalDate> local_months(LocalDate first, LocalDate last) {
    using namespace std::chrono;
    std::vector<LocalDate> months;
    const year_month_day date{first};
    for (auto month = date.year() / date.month();; month += std::chrono::months{1}) {
        const LocalDate begin{local_days{month / 1}};
        if (begin > last) return months;
        months.push_back(begin);
    }
}

Uuid target_of(const SetOverride& wish, Read& read) {
    const auto* known = standing(wish.id, wish.date, read);
    return known ? Uuid{known->id} : Uuid{};
}
Uuid target_of(const RemoveOverride& wish, Read& read) {
    const auto* known = standing(wish.id, wish.date, read);
    return known ? Uuid{known->id} : Uuid{};
}

Decision decide(const SetOverride& wish, Read& read, const Context& now) {
    const auto* resource = read.get<ResourceDirectory>(Whole{}).find(wish.id);
    if (!resource) return not_found();
    const Override then{wish.date, wish.closed, wish.windows};
    auto errors = validate(then);
    if (!errors.empty()) return invalid(std::move(errors));
    const auto* known = standing(wish.id, wish.date, read);
    OverrideSet e{known ? known->id : now.fresh_id<OverrideId>(),
                  wish.id,
                  wish.date,
                  wish.closed,
                  wish.windows,
                  wish.reason};
    Events events;
    events.answer["conflicts"] = conflicts_of(*resource, wish.date, then, read, now.now);
    events.add(std::move(e));
    return events;
}

Decision decide(const RemoveOverride& wish, Read& read, const Context& now) {
    const auto* known = standing(wish.id, wish.date, read);
    if (!known) return not_found();
    Events events{OverrideRemoved{known->id, wish.id, wish.date}};
    const auto* resource = read.get<ResourceDirectory>(Whole{}).find(wish.id);
    events.answer["conflicts"] =
        resource ? conflicts_of(*resource, wish.date, std::nullopt, read, now.now) : json::Array{};
    return events;
}

void evolve(DateOverride& override, const OverrideSet& e) {
    override = {e.resource_id, e.date, e.closed, e.windows, e.reason, std::nullopt};
}
void evolve(DateOverride& override, const OverrideRemoved&, const EventMeta& meta) {
    override.deleted_at = meta.time;
}

void evolve(OverrideMonth& month, const OverrideSet& e) {
    std::erase_if(month.overrides, [&](const auto& each) { return each.value.date == e.date; });
    month.overrides.push_back({e.id, {e.date, e.closed, e.windows}});
}
void evolve(OverrideMonth& month, const OverrideRemoved& e) {
    std::erase_if(month.overrides, [&](const auto& each) { return each.value.date == e.date; });
}

}  // namespace almanac::scheduling
