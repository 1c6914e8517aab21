#include "projections/calendar_feed/calendar_feed.hpp"

#include <algorithm>

#include "domain/kernel/digest.hpp"
#include "domain/scheduling/calendar_feed.hpp"
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/counts.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Uuid;
using std::chrono::days;

constexpr auto days_back = days{92};
constexpr auto days_ahead = days{366};

std::string id_key(char kind, const Uuid& id) {
    return std::string(1, kind).append(id.view());
}
std::string start_key(const Uuid& resource, Instant start, const Uuid& appointment) {
    auto key = id_key('r', resource);
    tally::append_instant(key, start);
    return key.append(appointment.view());
}

// The one in force of this resource is no longer so.
void revoke(TenantViews& views, const ResourceId& resource) {
    std::string hash;
    if (!views.get(id_key('f', resource), hash)) return;
    views.erase("h" + hash);
    views.erase(id_key('f', resource));
}

void issue(TenantViews& views, const CalendarFeedIssued& e) {
    revoke(views, e.resource_id);
    views.put(id_key('f', e.resource_id), e.hash);
    views.put("h" + e.hash, std::string(e.resource_id.view()) + (e.with_names ? '\1' : '\0'));
}

FeedAppointment first_row(const AppointmentBooked& e, Instant time) {
    FeedAppointment row;
    row.id = e.id;
    row.reference = e.reference;
    row.created = time;
    row.service_name = e.service_name;
    row.party_size = e.occupancy.party_size;
    if (e.customer) row.customer = {e.customer->first_name, e.customer->last_name};
    return row;
}

void place(TenantViews& views, const FeedAppointment& row, bool there) {
    for (const auto& resource : row.resources) {
        const auto key = start_key(resource, row.start, row.id);
        if (there)
            views.put_unread(key, "");
        else
            views.erase_unread(key);
    }
}

Result<void> apply_fact(const tally::AppointmentFact& fact, Instant time, TenantViews& views) {
    if (!fact.becomes && !fact.is_moved()) return {};
    const auto key = id_key('a', fact.id);
    std::string value;
    FeedAppointment row;
    if (fact.booked) {
        row = first_row(*fact.booked, time);
    } else {
        if (!views.get(key, value))
            return kernel::corrupt("calendar_feed does not know this appointment");
        row = tally::decode<FeedAppointment>(value);
        ++row.sequence;
    }
    row.changed = time;
    if (fact.becomes) row.status = *fact.becomes;
    if (fact.booked || fact.is_moved()) {
        place(views, row, false);
        row.start = fact.occupancy->start;
        row.end = fact.occupancy->end;
        row.resources.clear();
        for (const auto& each : fact.occupancy->resources) row.resources.push_back(each.id);
        place(views, row, true);
    }
    views.put(key, kernel::to_json(row));
    return {};
}
}  // namespace

Result<void> CalendarFeedProjection::apply(const AppliedEvent& event, TenantViews& views) {
    tally::keep_tenant(views, event);
    if (const auto* e = event.as<CalendarFeedIssued>()) issue(views, *e);
    if (const auto* e = event.as<CalendarFeedRevoked>()) revoke(views, e->resource_id);
    if (const auto* e = event.as<RecordDeleted<Resource>>()) revoke(views, e->id);
    const auto fact = tally::fact_of(event.event);
    return fact ? apply_fact(*fact, event.record->time, views) : Result<void>{};
}

std::optional<FeedContents> calendar_feed(const ViewRows& rows, std::string_view token,
                                          kernel::Instant now) {
    std::string value;
    if (!rows.get("h" + kernel::sha256_hex(token), value) || value.size() != 17)
        return std::nullopt;
    FeedContents contents;
    contents.resource_id =
        ResourceId{kernel::uuid_from_bytes(std::string_view(value).substr(0, 16))};
    contents.with_names = value.back() != '\0';
    contents.calendar_name = tally::tenant_of(rows).name;
    const auto today = std::chrono::floor<days>(now);
    const Instant from = today - days_back;
    const Instant to = today + days_ahead;
    auto& list = contents.appointments;
    const auto add = [&](std::string_view key) {
        if (!rows.get(std::string("a").append(key.substr(25)), value)) return;
        list.push_back(tally::decode<FeedAppointment>(value));
    };
    const auto has_room = [&] { return list.size() < calendar_appointments_max; };
    // What is to come is what a calendar is for; the past has the room that is left.
    const auto now_on = start_key(contents.resource_id, today, {});
    auto walk = rows.walk(id_key('r', contents.resource_id));
    for (walk.seek(now_on); walk.valid() && has_room(); walk.next()) {
        if (tally::instant_at(walk.key(), 17) >= to) break;
        add(walk.key());
    }
    const auto ahead = static_cast<std::ptrdiff_t>(list.size());
    for (walk.seek_last(now_on); walk.valid() && has_room(); walk.previous()) {
        if (tally::instant_at(walk.key(), 17) < from) break;
        add(walk.key());
    }
    std::reverse(list.begin() + ahead, list.end());
    std::rotate(list.begin(), list.begin() + ahead, list.end());
    return contents;
}

}  // namespace almanac::projections
