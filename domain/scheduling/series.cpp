#include "domain/scheduling/series.hpp"

#include <algorithm>

#include "domain/kernel/staged_read.hpp"
#include "domain/scheduling/snapshot_source.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::scheduling {
namespace {

// Where the service is given although nothing says so: at the location of the first role's people,
// of several the one that comes first by preference, then id.
std::optional<LocationId> usual_location(const BookSeries& wish, Read& read, const Context& now) {
    FoldSource folds(read, now.now);
    const auto snapshot =
        build_snapshot(folds, wish.service_id, *live<Service>(read, wish.service_id), wish.start,
                       wish.start + std::chrono::minutes{1}, {});
    if (!snapshot) return std::nullopt;
    const auto role = std::ranges::find_if(snapshot->roles, &SlotRole::required);
    if (role == snapshot->roles.end() || role->candidates.empty()) return std::nullopt;
    const auto best = std::ranges::min(role->candidates, {}, [&](const Uuid& id) {
        return std::pair{std::ranges::find(role->preference, id) - role->preference.begin(), id};
    });
    const auto at = std::ranges::find(snapshot->resources, best, &SlotResource::id);
    if (at == snapshot->resources.end()) return std::nullopt;
    return LocationId{at->location};
}

// Where the local time of the rule is: at the location of a given resource, else of the first
// that books at `start`, else where the service is given, else at the default one.
Zone zone_of_series(const BookSeries& wish, const Decision& first, Read& read, const Context& now) {
    LocationId location{read.get<tenancy::Tenant>(read.tenant()).default_location_id};
    const auto* given = wish.resource_ids.empty()
                            ? nullptr
                            : read.get<ResourceDirectory>(Whole{}).find(wish.resource_ids.front());
    if (given) {
        location = location_of(*given, read);
    } else if (first) {
        location = first->list.front().as<AppointmentBooked>()->occupancy.location_id;
    } else if (const auto usual = usual_location(wish, read, now)) {
        location = *usual;
    }
    return Zone::find(read.get<Record<Location>>(location).time_zone).value_or(Zone::utc());
}

Rejection rule_rejection(std::string_view code, std::string detail) {
    return invalid({{"/rrule", std::string(code), std::move(detail)}}).error();
}

Result<std::vector<Instant>> starts_of(const BookSeries& wish, const Zone& zone) {
    const auto refuse = [](std::string_view code, std::string detail) {
        return std::unexpected(rule_rejection(code, std::move(detail)));
    };
    const auto rule = parse_rule(wish.rrule);
    if (!rule) return refuse(rule.error().code, rule.error().detail);
    if (rule->endless()) return refuse("endless", "A series needs COUNT or UNTIL.");
    if (rule->frequency < Frequency::daily || starts_a_day_max(*rule) > 1)
        return refuse("one_local_time",
                      "All of a series is at one local time: once a day at most.");
    const RecurrenceClock clock(zone.to_local(wish.start), zone);
    auto found = first_starts(*rule, clock, wish.start, series_starts_max + 1);
    if (!found) return refuse(found.error().code, found.error().detail);
    if (found->starts.size() > series_starts_max)
        return refuse("explosive",
                      fmt::format("A series has at most {} appointments.", series_starts_max));
    return std::move(found->starts);
}

// Refused for what the wish says, whatever the start.
bool is_of_the_wish(const Rejection& refused) {
    const bool of_the_start =
        refused.kind == RejectionKind::rejected || refused.kind == RejectionKind::conflict;
    return !of_the_start || !refused.errors.empty();
}

// With the people of the one before if they can; each sees those booked before it.
Decision book_one(BookAppointment wish, const std::vector<ResourceId>& before, Read& read,
                  const Context& now) {
    if (wish.resource_ids.empty() && !before.empty()) {
        auto same = wish;
        same.resource_ids = before;
        if (auto booked = decide(same, read, now)) return booked;
    }
    return decide(wish, read, now);
}

struct Booked {
    std::vector<Event> appointments;
    std::vector<SeriesConflict> conflicts;
};

Booked book_all(const BookSeries& wish, const std::vector<Instant>& starts, const SeriesId& id,
                Read& read, const Context& now) {
    Booked all;
    StagedRead staged(read, now);
    std::vector<ResourceId> before;
    for (const auto start : starts) {
        BookAppointment one = wish;
        one.start = start;
        auto decision = book_one(std::move(one), before, staged, now);
        if (!decision) {
            auto& refused = decision.error();
            all.conflicts.push_back({start, std::move(refused.code), std::move(refused.detail)});
            continue;
        }
        auto& event = decision->list.front();
        auto& booked = *static_cast<AppointmentBooked*>(event.data.get());
        booked.series_id = id;
        before.clear();
        for (const auto& resource : booked.occupancy.resources) before.emplace_back(resource.id);
        staged.apply(event);
        all.appointments.push_back(std::move(event));
    }
    return all;
}

std::unexpected<Rejection> series_conflict(const std::vector<SeriesConflict>& conflicts,
                                           const std::vector<Instant>& starts) {
    auto refused =
        conflict("scheduling.series_conflict",
                 fmt::format("{} of {} starts cannot be booked.", conflicts.size(), starts.size()));
    for (const auto& each : conflicts) {
        const auto nth = std::ranges::lower_bound(starts, each.start) - starts.begin();
        refused.error().errors.push_back(
            {json::pointer("/occurrences", static_cast<std::size_t>(nth)), each.code,
             to_string(each.start) + ": " + each.detail});
    }
    return refused;
}

json::Array conflicts_json(const std::vector<SeriesConflict>& conflicts) {
    json::Array list;
    for (const auto& each : conflicts) {
        list.emplace_back(json::Object{
            {"start", to_string(each.start)}, {"code", each.code}, {"detail", each.detail}});
    }
    return list;
}
}  // namespace

Decision decide(const BookSeries& wish, Read& read, const Context& now) {
    if (wish.hold_id) {
        return invalid_field("/hold_id", "not_together",
                             "A hold is of one start; a series takes none.");
    }
    const auto first = decide(static_cast<const BookAppointment&>(wish), read, now);
    if (!first && is_of_the_wish(first.error())) return std::unexpected(first.error());
    const auto zone = zone_of_series(wish, first, read, now);
    const auto starts = starts_of(wish, zone);
    if (!starts) return std::unexpected(starts.error());

    SeriesBooked e;
    e.id = now.fresh_id<SeriesId>();
    auto booked = book_all(wish, *starts, e.id, read, now);
    const bool refused = wish.on_conflict == OnConflict::fail && !booked.conflicts.empty();
    if (refused || booked.appointments.empty()) return series_conflict(booked.conflicts, *starts);
    e.service_id = wish.service_id;
    e.client_id = wish.client_id;
    e.start = wish.start;
    e.time_zone = zone.name();
    e.rrule = wish.rrule;
    e.on_conflict = wish.on_conflict;
    Events events;
    json::Array ids;
    for (const auto& event : booked.appointments) {
        e.appointments.push_back(event.as<AppointmentBooked>()->id);
        ids.emplace_back(to_string(e.appointments.back()));
    }
    e.conflicts = std::move(booked.conflicts);
    events.answer["appointments"] = std::move(ids);
    events.answer["conflicts"] = conflicts_json(e.conflicts);
    events.add(std::move(e));
    for (auto& event : booked.appointments) events.add(std::move(event));
    return events;
}

Decision decide(const CancelSeries& wish, Read& read, const Context& now) {
    const auto* series = read.find<AppointmentSeries>(wish.id);
    if (!series) return not_found();
    auto from = Instant::min();
    if (wish.from) {
        if (std::ranges::find(series->appointments, *wish.from) == series->appointments.end())
            return invalid_field("/from", "not_found", "There is no such appointment in it.");
        from = read.get<Appointment>(*wish.from).start;
    }
    SeriesCancelled e{wish.id, wish.from, {}};
    std::vector<Event> cancelled;
    for (const auto& id : series->appointments) {
        const auto& a = read.get<Appointment>(id);
        const bool open =
            a.status == AppointmentStatus::pending || a.status == AppointmentStatus::confirmed;
        if (!open || a.start < from || a.start <= now.now) continue;
        auto decision = decide(CancelAppointment{id, wish.by, wish.reason}, read, now);
        if (!decision) return std::unexpected(std::move(decision.error()));
        e.appointments.push_back(id);
        for (auto& event : decision->list) cancelled.push_back(std::move(event));
    }
    if (cancelled.empty()) {
        return conflict("scheduling.invalid_transition", "Nothing of it is left to cancel.");
    }
    Events events{std::move(e)};
    for (auto& event : cancelled) events.add(std::move(event));
    return events;
}

void evolve(AppointmentSeries& series, const SeriesBooked& e) {
    static_cast<SeriesData&>(series) = e;
}
void evolve(AppointmentSeries& series, const SeriesCancelled& e, const EventMeta& meta) {
    series.cancelled_at = meta.time;
    series.cancelled.insert(series.cancelled.end(), e.appointments.begin(), e.appointments.end());
}

}  // namespace almanac::scheduling
