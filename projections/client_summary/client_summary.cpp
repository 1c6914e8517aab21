#include "projections/client_summary/client_summary.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using Status = AppointmentStatus;
using kernel::Uuid;

std::string client_key(char kind, const Uuid& client) {
    std::string key(1, kind);
    tally::append_id(key, client);
    return key;
}

std::string visit_key(char kind, const Uuid& client, Instant start, const Uuid& appointment) {
    auto key = client_key(kind, client);
    tally::append_instant(key, start);
    tally::append_id(key, appointment);
    return key;
}

constexpr std::size_t start_at = 1 + 16;
}  // namespace

void ClientSummaryProjection::set_live(TenantViews& views, const Uuid& client, bool live) {
    rows_.change(views, client_key('c', client), [&](ClientCounts& row) { row.live = live; });
}

void ClientSummaryProjection::apply_fact(const tally::AppointmentFact& fact, TenantViews& views) {
    const auto appointment_key = client_key('a', fact.id);
    std::string client_bytes;
    if (fact.booked) {
        if (!fact.booked->client_id) return;
        client_bytes = fact.booked->client_id->view();
        views.put(appointment_key, client_bytes);
    } else if ((!fact.freed && !fact.occupancy) || !views.get(appointment_key, client_bytes)) {
        return;
    }
    const auto client = kernel::uuid_from_bytes(client_bytes);
    const auto open_at = [&](const Occupancy& at) {
        return visit_key('o', client, at.start, fact.id);
    };
    const auto change = [&](auto&& apply) {
        rows_.change(views, client_key('c', client), [&](ClientCounts& row) { apply(row.counts); });
    };
    if (fact.freed) views.erase_unread(open_at(*fact.freed));
    if (fact.booked || fact.is_moved()) views.put_unread(open_at(*fact.occupancy), "");
    if (fact.booked) change([](tally::Counts& c) { ++c.booked; });
    if (fact.is(Status::cancelled)) change([](tally::Counts& c) { ++c.cancelled; });
    if (fact.is(Status::no_show)) change([](tally::Counts& c) { ++c.no_show; });
    if (fact.is(Status::completed)) {
        views.put_unread(visit_key('v', client, fact.freed->start, fact.id), "");
        change([&](tally::Counts& c) {
            ++c.completed;
            tally::add(c.revenue, *fact.final_price);
        });
    }
}

Result<void> ClientSummaryProjection::apply(const AppliedEvent& event, TenantViews& views) {
    tally::keep_tenant(views, event);
    if (const auto* e = event.as<RecordCreated<Client>>()) set_live(views, e->id, true);
    if (const auto* e = event.as<RecordDeleted<Client>>()) set_live(views, e->id, false);
    if (const auto* e = event.as<RecordRestored<Client>>()) set_live(views, e->id, true);
    if (const auto fact = tally::fact_of(event.event)) apply_fact(*fact, views);
    return {};
}

Result<ClientSummary> client_summary(const ViewRows& rows, const AskClientSummary& asked,
                                     const Question& question) {
    const auto& client = asked.client_id;
    const auto row = tally::read_row<ClientCounts>(rows, client_key('c', client));
    if (!row || !row->live) return kernel::not_found("There is no such client.");
    ClientSummary summary;
    summary.client_id = client;
    summary.booked = row->counts.booked;
    summary.completed = row->counts.completed;
    summary.cancelled = row->counts.cancelled;
    summary.no_show = row->counts.no_show;
    auto sums = tally::sums_of(row->counts.revenue, tally::tenant_of(rows).currency);
    summary.total_spent = std::move(sums.own);
    summary.other_currencies = std::move(sums.others);
    auto completed = rows.walk(client_key('v', client));
    completed.seek_end();
    if (completed.valid()) summary.last_visit = tally::instant_at(completed.key(), start_at);
    auto open = rows.walk(client_key('o', client));
    open.seek(visit_key('o', client, question.now, {}));
    if (open.valid()) summary.next_visit = tally::instant_at(open.key(), start_at);
    return summary;
}

}  // namespace almanac::projections
