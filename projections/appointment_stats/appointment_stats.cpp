#include "projections/appointment_stats/appointment_stats.hpp"

#include <algorithm>
#include <map>

namespace almanac::projections {
namespace {
using namespace scheduling;
using tally::Counts;
using Status = AppointmentStatus;

std::string key_of(char kind, LocalDate date) {
    std::string key(1, kind);
    tally::append_date(key, date);
    return key;
}

// Calls fn(date, rest of the key, counts) for every row of a kind, by date.
template <class Fn>
void for_each_row(const ViewRows& rows, char kind, LocalDate from, LocalDate to, Fn fn) {
    auto walk = rows.walk(std::string_view(&kind, 1));
    for (walk.seek(key_of(kind, from)); walk.valid(); walk.next()) {
        const auto date = tally::date_at(walk.key(), 1);
        if (date > to) return;
        fn(date, walk.key().substr(5), tally::decode<Counts>(walk.value()));
    }
}

AppointmentStatsRow row_of(const Counts& counts, const std::string& currency) {
    AppointmentStatsRow row;
    row.booked = counts.booked;
    row.completed = counts.completed;
    row.cancelled = counts.cancelled;
    row.no_show = counts.no_show;
    auto sums = tally::sums_of(counts.revenue, currency);
    row.revenue = std::move(sums.own);
    row.average = std::move(sums.average);
    row.other_currencies = std::move(sums.others);
    return row;
}

LocalDate group_of(LocalDate date, StatsGroup by) {
    switch (by) {
        case StatsGroup::week:
            return week_of(date);
        case StatsGroup::month:
            return month_of(date);
        case StatsGroup::day:
        case StatsGroup::service:
        case StatsGroup::resource:
            return date;
    }
    return date;
}

// A row for every period, without a gap.
std::vector<AppointmentStatsRow> by_time(const ViewRows& rows, const AskAppointmentStats& asked,
                                         const std::string& currency) {
    std::map<LocalDate, Counts> groups;
    for (auto date = asked.from; date <= asked.to; date += std::chrono::days{1})
        groups.try_emplace(group_of(date, asked.group_by));
    for_each_row(rows, 'd', asked.from, asked.to,
                 [&](LocalDate date, std::string_view, const Counts& counts) {
                     groups[group_of(date, asked.group_by)] += counts;
                 });
    std::vector<AppointmentStatsRow> list;
    for (const auto& [date, counts] : groups) {
        list.push_back(row_of(counts, currency));
        list.back().date = date;
    }
    return list;
}

std::vector<AppointmentStatsRow> by_thing(const ViewRows& rows, const AskAppointmentStats& asked,
                                          const std::string& currency) {
    const bool service = asked.group_by == StatsGroup::service;
    std::map<kernel::Uuid, Counts> groups;
    for_each_row(rows, service ? 's' : 'r', asked.from, asked.to,
                 [&](LocalDate, std::string_view id, const Counts& counts) {
                     groups[kernel::uuid_from_bytes(id)] += counts;
                 });
    std::vector<AppointmentStatsRow> list;
    for (const auto& [id, counts] : groups) {
        list.push_back(row_of(counts, currency));
        if (service)
            list.back().service_id = ServiceId{id};
        else
            list.back().resource_id = ResourceId{id};
    }
    return list;
}
}  // namespace

template <class Change>
void AppointmentStatsProjection::count(TenantViews& views, const Occupancy& at, Change change) {
    rows_.change(views, key_of('d', at.service_day), change);
    auto key = key_of('s', at.service_day);
    tally::append_id(key, at.service_id);
    rows_.change(views, key, change);
    for (const auto& resource : at.resources) {
        key = key_of('r', at.service_day);
        tally::append_id(key, resource.id);
        rows_.change(views, key, change);
    }
}

Result<void> AppointmentStatsProjection::apply(const AppliedEvent& event, TenantViews& views) {
    tally::keep_tenant(views, event);
    const auto fact = tally::fact_of(event.event);
    if (!fact) return {};
    if (fact->booked) count(views, *fact->occupancy, [](Counts& c) { ++c.booked; });
    if (fact->is_moved()) {
        count(views, *fact->freed, [](Counts& c) { --c.booked; });
        count(views, *fact->occupancy, [](Counts& c) { ++c.booked; });
    }
    if (fact->is(Status::cancelled)) count(views, *fact->freed, [](Counts& c) { ++c.cancelled; });
    if (fact->is(Status::no_show)) count(views, *fact->freed, [](Counts& c) { ++c.no_show; });
    if (fact->is(Status::completed)) {
        count(views, *fact->freed, [&](Counts& c) {
            ++c.completed;
            tally::add(c.revenue, *fact->final_price);
        });
    }
    return {};
}

Result<AppointmentStats> appointment_stats(const ViewRows& rows, const AskAppointmentStats& asked,
                                           const Question&) {
    const auto currency = tally::tenant_of(rows).currency;
    switch (asked.group_by) {
        case StatsGroup::day:
        case StatsGroup::week:
        case StatsGroup::month:
            return AppointmentStats{by_time(rows, asked, currency)};
        case StatsGroup::service:
        case StatsGroup::resource:
            return AppointmentStats{by_thing(rows, asked, currency)};
    }
    return AppointmentStats{};
}

}  // namespace almanac::projections
