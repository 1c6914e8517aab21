#include "projections/dashboard/dashboard.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Uuid;
using Status = AppointmentStatus;

std::string id_key(char kind, const Uuid& id) {
    std::string key(1, kind);
    tally::append_id(key, id);
    return key;
}
std::string day_key(LocalDate date) {
    std::string key = "d";
    tally::append_date(key, date);
    return key;
}
std::string open_key(Instant start, const Uuid& id) {
    std::string key = "u";
    tally::append_instant(key, start);
    tally::append_id(key, id);
    return key;
}

std::int64_t& of_type(DashboardResources& resources, ResourceType type) {
    switch (type) {
        case ResourceType::staff:
            return resources.staff;
        case ResourceType::room:
            return resources.room;
        case ResourceType::equipment:
            return resources.equipment;
        case ResourceType::vehicle:
            return resources.vehicle;
        case ResourceType::other:
            return resources.other;
    }
    return resources.other;
}

void count(RecordCounts& counts, CountedKind kind, const CountedRecord& record, int by) {
    if (!record.live) return;
    const int active = record.active ? by : 0;
    switch (kind) {
        case CountedKind::service:
            counts.services.total += by;
            counts.services.active += active;
            return;
        case CountedKind::resource:
            counts.resources.total += by;
            counts.resources.active += active;
            if (record.type) of_type(counts.resources, *record.type) += by;
            return;
        case CountedKind::client:
            counts.clients.total += by;
            counts.clients.active += active;
            return;
    }
}

constexpr CountedKind kind_of(const Service*) {
    return CountedKind::service;
}
constexpr CountedKind kind_of(const Resource*) {
    return CountedKind::resource;
}
constexpr CountedKind kind_of(const Client*) {
    return CountedKind::client;
}

// What is counted of a record: of all its fields, or of those that a patch names.
template <class T, class Has>
void take(CountedRecord& record, const T& value, Has has) {
    if constexpr (requires { value.active; }) {
        if (has("active")) record.active = value.active;
    } else {
        if (has("status")) record.active = value.status == ClientStatus::active;
    }
    if constexpr (requires { value.type; }) {
        if (has("type")) record.type = value.type;
    }
}

UpcomingAppointment upcoming_of(const AppointmentBooked& e) {
    return {e.id,
            e.reference,
            e.status,
            e.occupancy.start,
            e.occupancy.end,
            e.occupancy.service_id,
            e.service_name,
            e.client_id,
            e.occupancy.location_id,
            e.occupancy.resources,
            e.occupancy.party_size};
}

bool is_open(Status status) {
    return status == Status::pending || status == Status::confirmed ||
           status == Status::in_progress;
}
}  // namespace

void DashboardProjection::forget() {
    records_.forget();
    numbers_.forget();
    days_.forget();
}

template <class Change>
void DashboardProjection::change_record(TenantViews& views, CountedKind kind, const Uuid& id,
                                        Change change) {
    CountedRecord before, after;
    records_.change(views, id_key('k', id), [&](CountedRecord& record) {
        before = record;
        change(record);
        after = record;
    });
    if (before == after) return;
    numbers_.change(views, "n", [&](RecordCounts& counts) {
        count(counts, kind, before, -1);
        count(counts, kind, after, 1);
    });
}

template <class T>
void DashboardProjection::apply_record(const AppliedEvent& event, TenantViews& views) {
    const auto all = [](std::string_view) { return true; };
    const auto change = [&](const Uuid& id, auto&& how) {
        change_record(views, kind_of(static_cast<const T*>(nullptr)), id, how);
    };
    if (const auto* e = event.as<RecordCreated<T>>()) {
        change(e->id, [&](CountedRecord& record) {
            record.live = true;
            take<T>(record, *e, all);
        });
    } else if (const auto* changed = event.as<RecordChanged<T>>()) {
        change(changed->id, [&](CountedRecord& record) {
            take<T>(record, changed->changes.value,
                    [&](std::string_view name) { return changed->changes.has(name); });
        });
    } else if (const auto* deleted = event.as<RecordDeleted<T>>()) {
        change(deleted->id, [](CountedRecord& record) { record.live = false; });
    } else if (const auto* restored = event.as<RecordRestored<T>>()) {
        change(restored->id, [](CountedRecord& record) { record.live = true; });
    }
}

void DashboardProjection::count_day(const tally::AppointmentFact& fact, TenantViews& views) {
    const auto change = [&](const Occupancy& at, auto&& how) {
        days_.change(views, day_key(at.service_day), how);
    };
    if (fact.booked) change(*fact.occupancy, [](tally::Counts& c) { ++c.booked; });
    if (fact.is_moved() && fact.freed->service_day != fact.occupancy->service_day) {
        change(*fact.freed, [](tally::Counts& c) { --c.booked; });
        change(*fact.occupancy, [](tally::Counts& c) { ++c.booked; });
    }
    if (fact.is(Status::cancelled)) change(*fact.freed, [](tally::Counts& c) { ++c.cancelled; });
    if (fact.is(Status::no_show)) change(*fact.freed, [](tally::Counts& c) { ++c.no_show; });
    if (fact.is(Status::completed)) {
        change(*fact.freed, [&](tally::Counts& c) {
            ++c.completed;
            tally::add(c.revenue, *fact.final_price);
        });
    }
}

// The list of what is open, under its start.
void DashboardProjection::follow_open(const tally::AppointmentFact& fact, TenantViews& views) {
    const auto pointer = id_key('a', fact.id);
    const auto put = [&](const UpcomingAppointment& row) {
        views.put(open_key(row.start, fact.id), kernel::to_json(row, kernel::Form::sealed, true));
        std::string start;
        tally::append_instant(start, row.start);
        views.put(pointer, start);
    };
    if (fact.booked) return put(upcoming_of(*fact.booked));
    if (!fact.becomes && !fact.is_moved()) return;
    std::string value;
    if (!views.get(pointer, value)) return;
    const auto key = open_key(tally::instant_at(value, 0), fact.id);
    if (!views.get(key, value)) return;
    auto row = tally::decode<UpcomingAppointment>(value);
    if (fact.becomes && !is_open(*fact.becomes)) {
        views.erase(key);
        views.erase(pointer);
        return;
    }
    if (fact.becomes) row.status = *fact.becomes;
    if (fact.is_moved()) {
        views.erase(key);
        row.start = fact.occupancy->start;
        row.end = fact.occupancy->end;
        row.location_id = fact.occupancy->location_id;
        row.resources = fact.occupancy->resources;
    }
    put(row);
}

Result<void> DashboardProjection::apply(const AppliedEvent& event, TenantViews& views) {
    tally::keep_tenant(views, event);
    if (const auto fact = tally::fact_of(event.event)) {
        count_day(*fact, views);
        follow_open(*fact, views);
        return {};
    }
    apply_record<Service>(event, views);
    apply_record<Resource>(event, views);
    apply_record<Client>(event, views);
    return {};
}

Result<Dashboard> dashboard(const ViewRows& rows, const AskDashboard&, const Question& question) {
    const auto tenant = tally::tenant_of(rows);
    const auto numbers = tally::read_row<RecordCounts>(rows, "n").value_or(RecordCounts{});
    Dashboard answer{numbers.services, numbers.resources, numbers.clients, {}, {}};
    auto& today = answer.today;
    today.date = tally::zone_of(tenant).local_date(question.now);
    const auto counts_of = [&](LocalDate date) {
        return tally::read_row<tally::Counts>(rows, day_key(date)).value_or(tally::Counts{});
    };
    const auto counts = counts_of(today.date);
    today.booked = counts.booked;
    today.open = counts.open();
    today.completed = counts.completed;
    today.cancelled = counts.cancelled;
    today.no_show = counts.no_show;
    auto sums = tally::sums_of(counts.revenue, tenant.currency);
    today.revenue = std::move(sums.own);
    today.other_currencies = std::move(sums.others);
    for (int day = 1; day <= 7; ++day)
        answer.upcoming.next_7_days += counts_of(today.date + std::chrono::days{day}).open();
    auto walk = rows.walk("u");
    for (walk.seek(open_key(question.now, {})); walk.valid(); walk.next()) {
        if (answer.upcoming.appointments.size() == dashboard_upcoming_max) break;
        answer.upcoming.appointments.push_back(tally::decode<UpcomingAppointment>(walk.value()));
    }
    return answer;
}

}  // namespace almanac::projections
