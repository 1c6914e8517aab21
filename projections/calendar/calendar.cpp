#include "projections/calendar/calendar.hpp"

#include <algorithm>

#include "projections/availability/availability.hpp"
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/counts.hpp"
#include "projections/tally/tallies.hpp"
#include "projections/utilisation/roster.hpp"
#include "projections/utilisation/utilisation.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Uuid;
using std::chrono::days;

std::string id_key(char kind, const Uuid& id) {
    return std::string(1, kind).append(id.view());
}

// Where a row lies, without its kind: date ‖ start.
std::string place_of(const Occupancy& at) {
    std::string place;
    tally::append_date(place, at.service_day);
    tally::append_instant(place, at.start);
    return place;
}

CalendarAppointment row_of(const AppointmentBooked& e) {
    CalendarAppointment row;
    row.id = e.id;
    row.reference = e.reference;
    row.service_name = e.service_name;
    row.client_id = e.client_id;
    if (e.customer) row.customer = {e.customer->first_name, e.customer->last_name};
    row.method = e.method;
    return row;
}

void take(CalendarAppointment& row, const Occupancy& at) {
    row.start = at.start;
    row.end = at.end;
    row.buffer_before_minutes = at.buffer_before_minutes;
    row.buffer_after_minutes = at.buffer_after_minutes;
    row.service_id = at.service_id;
    row.location_id = at.location_id;
    row.resources = at.resources;
    row.party_size = at.party_size;
}

// First and last date of the page.
std::pair<LocalDate, LocalDate> dates_of(const AskCalendar& asked) {
    switch (asked.view) {
        case CalendarView::day:
            return {asked.date, asked.date};
        case CalendarView::week: {
            const auto monday = asked.date - days{static_cast<int>(kernel::weekday(asked.date))};
            return {monday, monday + days{6}};
        }
        case CalendarView::month: {
            const std::chrono::year_month_day day{asked.date};
            const auto month = day.year() / day.month();
            return {LocalDate{month / 1}, LocalDate{month / std::chrono::last}};
        }
    }
    return {asked.date, asked.date};
}

// The entries under which it is found by resource and by location.
void index(TenantViews& views, const CalendarAppointment& row, const std::string& at, bool there) {
    const auto set = [&](std::string key) {
        key += at;
        if (there)
            views.put_unread(key, "");
        else
            views.erase_unread(key);
    };
    for (const auto& resource : row.resources) set(id_key('r', resource.id));
    set(id_key('l', row.location_id));
}

// Where the rows or the entries of what is asked for begin.
std::string prefix_of(const AskCalendar& asked) {
    if (asked.resource_id) return id_key('r', *asked.resource_id);
    if (asked.location_id) return id_key('l', *asked.location_id);
    return "d";
}

Result<void> add_appointments(const ViewRows& rows, const AskCalendar& asked, CalendarPage& page) {
    const auto prefix = prefix_of(asked);
    auto from = prefix;
    tally::append_date(from, page.from);
    auto walk = rows.walk(prefix);
    std::size_t count = 0;
    std::string value;
    for (walk.seek(from); walk.valid(); walk.next()) {
        const auto date = tally::date_at(walk.key(), prefix.size());
        if (date > page.to) break;
        if (prefix == "d")
            value = walk.value();
        else if (!rows.get(std::string("d").append(walk.key().substr(prefix.size())), value))
            continue;
        auto row = tally::decode<CalendarAppointment>(value);
        if (asked.location_id && row.location_id != *asked.location_id) continue;
        if (asked.service_id && row.service_id != *asked.service_id) continue;
        if (++count > calendar_appointments_max) {
            return kernel::invalid_field(
                "/view", "range",
                fmt::format("It holds more than {} appointments: ask for less, or for one "
                            "resource or location.",
                            calendar_appointments_max));
        }
        const auto day = static_cast<std::size_t>((date - page.from).count());
        page.days[day].appointments.push_back(std::move(row));
    }
    return {};
}

// Those whose working time the page shows.
std::vector<const ResourceEntry*> shown(SnapshotSource& source, const AskCalendar& asked) {
    std::vector<const ResourceEntry*> list;
    const auto home = source.default_location();
    for (const auto& entry : source.resources().entries) {
        if (!entry.active || (asked.resource_id && entry.id != *asked.resource_id)) continue;
        if (asked.location_id && entry.location_id.value_or(home) != *asked.location_id) continue;
        if (source.schedules(entry.id).empty()) continue;
        list.push_back(&entry);
        if (list.size() > calendar_resources_max) break;
    }
    return list;
}

Result<void> add_working_time(SnapshotSource& now, const ViewRows& kept, const AskCalendar& asked,
                              CalendarPage& page) {
    RosterSource source(now, kept, page.from, page.to, RosterSource::Locations::active);
    const auto entries = shown(source, asked);
    if (entries.size() > calendar_resources_max) {
        return kernel::invalid_field(
            "/location_id", "required",
            fmt::format("More than {} resources work here: name a location or a resource.",
                        calendar_resources_max));
    }
    const auto span = span_of_dates(page.from, page.to);
    for (const auto* entry : entries) {
        const auto at = build_resource_snapshot(source, *entry, span.start, span.end);
        if (!at) continue;
        for (const auto& [date, open] : at->open_by_date(page.from, page.to)) {
            const auto day = static_cast<std::size_t>((date - page.from).count());
            page.days[day].working.push_back({entry->id, open.start, open.end});
        }
    }
    for (auto& day : page.days)
        std::ranges::stable_sort(day.working, {}, &CalendarWorkingTime::start);
    return {};
}

Result<kernel::Zone> zone_of(SnapshotSource& source, const AskCalendar& asked) {
    auto location = source.default_location();
    std::vector<kernel::FieldError> errors;
    if (asked.resource_id) {
        const auto* entry = source.resources().find(*asked.resource_id);
        if (entry == nullptr)
            errors.push_back({"/resource_id", "not_found", "There is no such resource."});
        else
            location = entry->location_id.value_or(location);
    }
    if (asked.location_id) location = *asked.location_id;
    const auto zone = source.active_location(location);
    if (!zone && asked.location_id)
        errors.push_back({"/location_id", "not_found", "There is no such active location."});
    if (!errors.empty()) return kernel::invalid(std::move(errors));
    return zone.value_or(kernel::Zone::utc());
}
}  // namespace

Result<void> CalendarProjection::apply(const AppliedEvent& event, TenantViews& views) {
    const auto fact = tally::fact_of(event.event);
    if (!fact || (!fact->becomes && !fact->is_moved())) return {};
    const auto id = std::string(fact->id.view());
    const auto pointer = "a" + id;
    std::string at;  // without its kind: place ‖ appointment
    CalendarAppointment row;
    if (fact->booked) {
        row = row_of(*fact->booked);
    } else {
        std::string value;
        if (!views.get(pointer, at) || !views.get("d" + at.append(id), value))
            return kernel::corrupt("calendar does not know this appointment");
        row = tally::decode<CalendarAppointment>(value);
    }
    if (fact->becomes) row.status = *fact->becomes;
    if (fact->booked || fact->is_moved()) {
        if (!fact->booked) {
            views.erase("d" + at);
            index(views, row, at, false);
        }
        take(row, *fact->occupancy);
        const auto place = place_of(*fact->occupancy);
        views.put(pointer, place);
        at = place + id;
        index(views, row, at, true);
    }
    views.put("d" + at, kernel::to_json(row));
    return {};
}

void for_each_appointment(const ViewRows& rows, const ResourceId& resource, LocalDate from,
                          LocalDate to, std::string_view after, const UseAppointment& use) {
    const auto prefix = id_key('r', resource);
    auto first = prefix;
    if (after.empty())
        tally::append_date(first, from);
    else
        first.append(after);
    auto walk = rows.walk(prefix);
    walk.seek(first);
    if (!after.empty() && walk.valid() && walk.key() == first) walk.next();
    std::string value;
    for (; walk.valid() && tally::date_at(walk.key(), prefix.size()) <= to; walk.next()) {
        const auto place = walk.key().substr(prefix.size());
        if (!rows.get(std::string("d").append(place), value)) continue;
        if (!use(place, tally::decode<CalendarAppointment>(value))) return;
    }
}

Result<CalendarPage> calendar(const ViewRows& rows, const AskCalendar& asked,
                              const Question& question) {
    CalendarPage page;
    page.view = asked.view;
    std::tie(page.from, page.to) = dates_of(asked);
    for (auto date = page.from; date <= page.to; date += days{1})
        page.days.push_back({date, {}, {}});
    Result<void> done;
    const auto kept = question.read(UtilisationProjection{}.view());
    question.with_source([&](SnapshotSource& source) {
        const auto zone = zone_of(source, asked);
        if (!zone) {
            done = std::unexpected(zone.error());
            return;
        }
        page.time_zone = zone->name();
        done = add_working_time(source, kept, asked, page);
    });
    if (done) done = add_appointments(rows, asked, page);
    if (!done) return std::unexpected(std::move(done.error()));
    return page;
}

}  // namespace almanac::projections
