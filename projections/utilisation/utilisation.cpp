#include "projections/utilisation/utilisation.hpp"

#include <algorithm>

#include "projections/availability/availability.hpp"
#include "projections/records/cursor.hpp"
#include "projections/tally/counts.hpp"
#include "projections/utilisation/roster.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Micros;
using kernel::Uuid;
using std::chrono::days;

std::string resource_key(char kind, const Uuid& resource) {
    return std::string(1, kind).append(resource.view());
}
std::string day_key(const Uuid& resource, LocalDate date) {
    auto key = resource_key('m', resource);
    tally::append_date(key, date);
    return key;
}

void count_bookings(SessionSpans& session, const Occupancy& at, int bookings) {
    const auto from = at.busy_from();
    const auto until = at.busy_until();
    auto& spans = session.spans;
    auto known = std::ranges::find_if(
        spans, [&](const BookedSpan& span) { return span.from == from && span.until == until; });
    if (known == spans.end()) {
        spans.push_back({from, until, 0});
        known = spans.end() - 1;
    }
    known->bookings += bookings;
    if (known->bookings == 0) spans.erase(known);
}

std::int64_t minutes_of(Micros time) {
    return std::chrono::round<std::chrono::minutes>(time).count();
}

void add_weeks(const std::map<LocalDate, TimeOfDay>& time, const ResourceEntry& resource,
               LocalDate from, LocalDate to, Utilisation& answer) {
    for (auto week = from; week <= to; week += days{7}) {
        TimeOfDay sum;
        for (auto at = time.lower_bound(week); at != time.end() && at->first < week + days{7};
             ++at) {
            sum.allocated += at->second.allocated;
            sum.scheduled += at->second.scheduled;
        }
        answer.data.push_back({resource.id, resource.type, week, iso_week(week),
                               minutes_of(sum.allocated), minutes_of(sum.scheduled), ppm_of(sum)});
    }
}
}  // namespace

Micros SessionSpans::length() const {
    if (spans.empty()) return {};
    const auto from = std::ranges::min(spans, {}, &BookedSpan::from).from;
    const auto until = std::ranges::max(spans, {}, &BookedSpan::until).until;
    return std::max(Micros{}, until - from);
}

void UtilisationProjection::forget() {
    days_.forget();
    sessions_.forget();
}

void UtilisationProjection::change(TenantViews& views, const Occupancy& at, int bookings) {
    for (const auto& resource : at.resources) {
        auto key = resource_key('x', resource.id);
        tally::append_instant(key, at.start);
        Micros longer{};
        LocalDate day;
        sessions_.change(views, key, [&](SessionSpans& session) {
            if (session.spans.empty()) session.day = at.service_day;
            day = session.day;
            longer -= session.length();
            count_bookings(session, at, bookings);
            longer += session.length();
            if (session.spans.empty()) session = {};
        });
        if (longer == Micros{}) continue;
        days_.change(views, day_key(resource.id, day),
                     [&](AllocatedTime& time) { time.us += longer.count(); });
    }
}

Result<void> UtilisationProjection::apply(const AppliedEvent& event, TenantViews& views) {
    keep_roster(event, views);
    const auto fact = tally::fact_of(event.event);
    if (!fact) return {};
    if (fact->freed) change(views, *fact->freed, -1);
    if (fact->occupancy) change(views, *fact->occupancy, 1);
    return {};
}

std::map<LocalDate, TimeOfDay> time_of(const ViewRows& rows, SnapshotSource& source,
                                       const ResourceEntry& resource, LocalDate from,
                                       LocalDate to) {
    std::map<LocalDate, TimeOfDay> all;
    auto walk = rows.walk(resource_key('m', resource.id));
    for (walk.seek(day_key(resource.id, from)); walk.valid(); walk.next()) {
        const auto date = tally::date_at(walk.key(), 17);
        if (date > to) break;
        all[date].allocated += Micros{tally::decode<AllocatedTime>(walk.value()).us};
    }
    auto entry = resource;
    entry.status = ResourceStatus::available;  // a status without dates says nothing of then
    RosterSource roster(source, rows, from, to, RosterSource::Locations::all);
    const auto span = span_of_dates(from, to);
    const auto at = build_resource_snapshot(roster, entry, span.start, span.end);
    if (!at) return all;
    for (const auto& [date, open] : at->open_by_date(from, to))
        all[date].scheduled += open.end - open.start;
    return all;
}

std::optional<std::int64_t> ppm_of(const TimeOfDay& time) {
    return kernel::multiply_divide(time.allocated.count(), kernel::ppm_one, time.scheduled.count());
}

Result<Utilisation> utilisation(const ViewRows& rows, const AskUtilisation& asked,
                                const Question& question) {
    const auto from = week_of(asked.from);
    const auto to = week_of(asked.to) + days{6};
    const CursorCoder cursors(
        question.log_id(), fmt::format("utilisation {} {} {}", kernel::to_string(question.tenant),
                                       kernel::to_string(from), kernel::to_string(to)));
    Uuid after;
    if (asked.cursor) {
        const auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        after = kernel::uuid_from_bytes(place->at);
    }
    Utilisation answer;
    bool found = !asked.resource_id;
    question.with_source([&](SnapshotSource& source) {
        std::int32_t count = 0;
        Uuid last;
        for (const auto& entry : source.resources().entries) {  // by id
            if (asked.resource_id && entry.id != *asked.resource_id) continue;
            found = true;
            if (!entry.active || entry.id <= after) continue;
            if (count++ == asked.limit) {
                answer.next_cursor = cursors.encode({std::string(last.view())});
                break;
            }
            last = entry.id;
            add_weeks(time_of(rows, source, entry, from, to), entry, from, to, answer);
        }
    });
    if (!found)
        return kernel::invalid_field("/resource_id", "not_found", "There is no such resource.");
    return answer;
}

}  // namespace almanac::projections
