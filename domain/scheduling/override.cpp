#include "domain/scheduling/override.hpp"

#include <algorithm>

#include "domain/scheduling/conflicts.hpp"

namespace almanac::scheduling {
namespace {
using std::chrono::days;

const MonthOverride* standing(const ResourceId& resource, LocalDate date, Read& read) {
    return read.get<OverrideMonth>({resource, date}).on(date);
}

// Bookings of that date and of the night after it, in windows that may start the evening before.
json::Array conflicts_of(const SetOverride& wish, const ResourceEntry& resource, Read& read,
                         Instant now) {
    const auto zone = zone_of(resource, read);
    const auto from = std::max(now, zone.day(wish.date).first);
    const auto until = zone.day(wish.date + days{2}).first;
    if (from >= until) return {};
    auto bookings = booked(wish.id, from, until, read);
    if (bookings.empty()) return {};
    std::vector<Override> overrides;
    const auto last = wish.date + days{2};
    for (const auto month : local_months(wish.date - days{1}, last))
        read.get<OverrideMonth>({wish.id, month}).copy(wish.date - days{1}, last, overrides);
    std::erase_if(overrides, [&](const Override& each) { return each.date == wish.date; });
    overrides.push_back({wish.date, wish.closed, wish.windows});
    const auto end = std::ranges::max(bookings, {}, &Allocation::end).end;
    LocalClock clock(zone, from, end);
    const bool scheduled = resource.type == ResourceType::staff;
    const auto& calendar = read.get<Calendar>(wish.id);
    const auto working = scheduled || !calendar.schedules.empty()
                             ? working_intervals(calendar.schedules, overrides, clock, from, end)
                             : always_working(overrides, clock, from, end);
    return conflicts(bookings, working.open);
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
    auto errors = validate(Override{wish.date, wish.closed, wish.windows});
    if (!errors.empty()) return invalid(std::move(errors));
    const auto* known = standing(wish.id, wish.date, read);
    OverrideSet e{known ? known->id : now.fresh_id<OverrideId>(),
                  wish.id,
                  wish.date,
                  wish.closed,
                  wish.windows,
                  wish.reason};
    Events events;
    events.answer["conflicts"] = conflicts_of(wish, *resource, read, now.now);
    events.add(std::move(e));
    return events;
}

Decision decide(const RemoveOverride& wish, Read& read, const Context&) {
    const auto* known = standing(wish.id, wish.date, read);
    if (!known) return not_found();
    return OverrideRemoved{known->id, wish.id, wish.date};
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
