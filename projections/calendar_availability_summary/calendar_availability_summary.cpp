#include "projections/calendar_availability_summary/calendar_availability_summary.hpp"

#include "projections/calendar/calendar.hpp"
#include "projections/records/cursor.hpp"
#include "projections/tally/counts.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Uuid;

std::string id_key(char kind, const Uuid& id) {
    return std::string(1, kind).append(id.view());
}
// Behind all events of a member of staff: date, start and appointment.
const std::string behind_all(4 + 8 + 16, '\xff');

template <class Has>
void take(SummaryResource& row, const Resource& value, Has has) {
    if (has("type")) row.type = value.type;
    if (has("name")) row.name = value.name;
    if (has("location_id")) row.location_id = value.location_id;
    if (has("active")) row.active = value.active;
}

void change_resource(TenantViews& views, const Uuid& id, auto&& how) {
    std::string value;
    const auto key = id_key('r', id);
    auto row = views.get(key, value) ? tally::decode<SummaryResource>(value) : SummaryResource{};
    how(row);
    views.put(key, kernel::to_json(row));
}

void apply_resource(const AppliedEvent& event, TenantViews& views) {
    if (const auto* e = event.as<RecordCreated<Resource>>()) {
        change_resource(views, e->id, [&](SummaryResource& row) {
            take(row, *e, [](std::string_view) { return true; });
        });
    } else if (const auto* changed = event.as<RecordChanged<Resource>>()) {
        change_resource(views, changed->id, [&](SummaryResource& row) {
            take(row, changed->changes.value,
                 [&](std::string_view name) { return changed->changes.has(name); });
        });
    } else if (const auto* deleted = event.as<RecordDeleted<Resource>>()) {
        change_resource(views, deleted->id, [](SummaryResource& row) { row.deleted = true; });
    } else if (const auto* restored = event.as<RecordRestored<Resource>>()) {
        change_resource(views, restored->id, [](SummaryResource& row) { row.deleted = false; });
    }
}

void apply_location(const AppliedEvent& event, TenantViews& views) {
    if (const auto* e = event.as<RecordCreated<Location>>()) {
        views.put(id_key('l', e->id), e->name);
    } else if (const auto* changed = event.as<RecordChanged<Location>>()) {
        if (changed->changes.has("name"))
            views.put(id_key('l', changed->id), changed->changes.value.name);
    }
}

// One page, filled from a place on; a place is a member of staff and that of an event.
class Page {
  public:
    Page(const ViewRows& rows, const ViewRows& calendar,
         const AskCalendarAvailabilitySummary& asked, const CursorCoder& cursors)
        : rows_(rows), calendar_(calendar), asked_(asked), cursors_(cursors) {}

    CalendarAvailabilitySummary fill(const std::string& after) {
        auto staff = rows_.walk("r");
        staff.seek("r" + after.substr(0, 16));
        for (bool first = !after.empty(); staff.valid() && !full(); staff.next(), first = false) {
            const auto row = tally::decode<SummaryResource>(staff.value());
            if (row.type != ResourceType::staff || row.deleted || !row.active) continue;
            const ResourceId id{kernel::uuid_from_bytes(staff.key().substr(1))};
            const bool resumed = first && after.substr(0, 16) == id.view();
            add_staff(id, row, resumed ? after.substr(16) : std::string());
        }
        return std::move(answer_);
    }

  private:
    bool full() const { return answer_.next_cursor.has_value(); }
    // False where the page is full: the next one goes on after what was added last.
    bool take_place(const std::string& place) {
        if (events_ == asked_.limit) {
            answer_.next_cursor = cursors_.encode({last_});
            return false;
        }
        ++events_;
        last_ = place;
        return true;
    }
    void add_staff(const ResourceId& id, const SummaryResource& staff, const std::string& after) {
        if (after == behind_all) return;
        bool any = !after.empty();
        for_each_appointment(calendar_, id, asked_.from, asked_.to, after,
                             [&](std::string_view place, const CalendarAppointment& event) {
                                 any = true;
                                 if (!take_place(std::string(id.view()).append(place)))
                                     return false;
                                 add_event(id, staff, event);
                                 return true;
                             });
        if (any || !take_place(std::string(id.view()) + behind_all)) return;
        auto& row = answer_.data.emplace_back();
        row.staff_id = id;
        row.staff_name = staff.name;
        row.location_id = staff.location_id;
        row.location_name = location_name(staff.location_id);
    }
    void add_event(const ResourceId& id, const SummaryResource& staff,
                   const CalendarAppointment& event) {
        CalendarAvailabilityRow row;
        row.staff_id = id;
        row.staff_name = staff.name;
        row.location_id = event.location_id;
        row.location_name = location_name(event.location_id);
        row.start_time = event.start;
        row.end_time = event.end;
        row.event_type = "booking";
        row.status = event.status;
        bool roomless = true;
        for (const auto& resource : event.resources) {
            const auto room = tally::read_row<SummaryResource>(rows_, id_key('r', resource.id));
            if (!room || room->type != ResourceType::room) continue;
            roomless = false;
            row.room_id = ResourceId{resource.id};
            row.room_name = room->name;
            answer_.data.push_back(row);
        }
        if (roomless) answer_.data.push_back(std::move(row));
    }
    std::optional<std::string> location_name(const std::optional<LocationId>& id) const {
        std::string name;
        if (!id || !rows_.get(id_key('l', *id), name)) return std::nullopt;
        return name;
    }

    const ViewRows& rows_;
    const ViewRows& calendar_;
    const AskCalendarAvailabilitySummary& asked_;
    const CursorCoder& cursors_;
    CalendarAvailabilitySummary answer_;
    std::int32_t events_ = 0;
    std::string last_;
};
}  // namespace

Result<void> CalendarAvailabilitySummaryProjection::apply(const AppliedEvent& event,
                                                          TenantViews& views) {
    apply_resource(event, views);
    apply_location(event, views);
    return {};
}

Result<CalendarAvailabilitySummary> calendar_availability_summary(
    const ViewRows& rows, const AskCalendarAvailabilitySummary& asked, const Question& question) {
    const CursorCoder cursors(
        question.log_id(),
        fmt::format("calendar_availability_summary {} {} {}", kernel::to_string(question.tenant),
                    kernel::to_string(asked.from), kernel::to_string(asked.to)));
    std::string after;
    if (asked.cursor) {
        const auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        after = place->at;
    }
    const auto calendar = question.read(CalendarProjection{}.view());
    return Page(rows, calendar, asked, cursors).fill(after);
}

}  // namespace almanac::projections
