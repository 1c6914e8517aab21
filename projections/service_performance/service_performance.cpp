#include "projections/service_performance/service_performance.hpp"

#include "projections/records/cursor.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Uuid;

std::string service_key(const Uuid& id) {
    return std::string("s").append(id.view());
}
}  // namespace

bool ServicePerformanceProjection::apply_record(const AppliedEvent& event, TenantViews& views) {
    const auto change = [&](const Uuid& id, auto&& how) {
        services_.change(views, service_key(id), how);
        return true;
    };
    if (const auto* e = event.as<RecordCreated<Service>>()) {
        return change(e->id, [&](PerformingService& row) {
            row.name = e->name;
            row.price = e->price;
        });
    }
    if (const auto* e = event.as<RecordChanged<Service>>()) {
        return change(e->id, [&](PerformingService& row) {
            if (e->changes.has("name")) row.name = e->changes.value.name;
            if (e->changes.has("price")) row.price = e->changes.value.price;
        });
    }
    if (const auto* e = event.as<RecordDeleted<Service>>())
        return change(e->id, [](PerformingService& row) { row.deleted = true; });
    if (const auto* e = event.as<RecordRestored<Service>>())
        return change(e->id, [](PerformingService& row) { row.deleted = false; });
    return false;
}

Result<void> ServicePerformanceProjection::apply(const AppliedEvent& event, TenantViews& views) {
    tally::keep_tenant(views, event);
    if (apply_record(event, views)) return {};
    const auto fact = tally::fact_of(event.event);
    if (!fact || !tally::concerns_bookings(*fact)) return {};
    services_.change(views, service_key(fact->occupancy->service_id),
                     [&](PerformingService& row) { tally::add(row.sums, *fact); });
    return {};
}

Result<ServicePerformance> service_performance(const ViewRows& rows,
                                               const AskServicePerformance& asked,
                                               const Question& question) {
    const auto currency = tally::tenant_of(rows).currency;
    const CursorCoder cursors(question.log_id(),
                              "service_performance " + kernel::to_string(question.tenant));
    auto walk = rows.walk("s");
    walk.seek_first();
    if (asked.cursor) {
        const auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        walk.seek("s" + place->at);
        if (walk.valid() && walk.key().substr(1) == place->at) walk.next();
    }
    ServicePerformance answer;
    for (; walk.valid(); walk.next()) {
        if (answer.data.size() == static_cast<std::size_t>(asked.limit)) {
            answer.next_cursor =
                cursors.encode({std::string(answer.data.back().service_id.view())});
            break;
        }
        auto row = tally::decode<PerformingService>(walk.value());
        auto money = tally::sums_of(row.sums.revenue, currency);
        answer.data.push_back({ServiceId{kernel::uuid_from_bytes(walk.key().substr(1))},
                               std::move(row.name), std::move(row.price), row.deleted,
                               row.sums.total, row.sums.completed, row.sums.average_lead_score(),
                               std::move(money.own), std::move(money.others)});
    }
    return answer;
}

}  // namespace almanac::projections
