#include "projections/utilisation/roster.hpp"

#include "projections/tally/tallies.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::Uuid;
using std::chrono::days;

std::string owner_key(char kind, const Uuid& owner) {
    return std::string(1, kind).append(owner.view());
}

void keep_schedule(const AppliedEvent& event, TenantViews& views) {
    const auto key_of = [](const ResourceId& resource, const ScheduleId& id) {
        return owner_key('s', resource).append(id.view());
    };
    if (const auto* set = event.as<ScheduleSet>()) {
        const Schedule schedule{set->id, set->effective_from, set->effective_until, set->windows,
                                set->breaks};
        views.put(key_of(set->resource_id, set->id), kernel::to_json(schedule));
    } else if (const auto* ended = event.as<ScheduleEnded>()) {
        const auto key = key_of(ended->resource_id, ended->id);
        std::string value;
        if (!views.get(key, value)) return;
        if (!ended->effective_until) return views.erase(key);
        auto schedule = tally::decode<Schedule>(value);
        schedule.effective_until = ended->effective_until;
        views.put(key, kernel::to_json(schedule));
    }
}

// One-off blocks stay where slots find them for ever; these are forgotten there once they end.
void keep_block(const AppliedEvent& event, TenantViews& views) {
    const auto key_of = [](const Uuid& owner, const BlockId& id) {
        return owner_key('b', owner).append(id.view());
    };
    if (const auto* added = event.as<BlockAdded>()) {
        const BlockTime& time = *added;
        if (!time.one_off()) views.put(key_of(added->owner_id, added->id), kernel::to_json(time));
    } else if (const auto* removed = event.as<BlockRemoved>()) {
        if (!removed->freed.one_off()) views.erase(key_of(removed->owner_id, removed->id));
    }
}

void keep_zone(const AppliedEvent& event, TenantViews& views) {
    if (const auto* e = event.as<RecordCreated<Location>>()) {
        views.put(owner_key('z', e->id), e->time_zone);
    } else if (const auto* changed = event.as<RecordChanged<Location>>()) {
        if (changed->changes.has("time_zone"))
            views.put(owner_key('z', changed->id), changed->changes.value.time_zone);
    }
}

// Its windows of the day before, and those of the day after in another zone, may still matter.
bool may_meet(const Schedule& schedule, LocalDate first, LocalDate last) {
    return (!schedule.effective_until || *schedule.effective_until >= first - days{2}) &&
           (!schedule.effective_from || *schedule.effective_from <= last + days{2});
}
}  // namespace

void keep_roster(const AppliedEvent& event, TenantViews& views) {
    keep_schedule(event, views);
    keep_block(event, views);
    keep_zone(event, views);
}

std::optional<kernel::Zone> RosterSource::active_location(const LocationId& id) {
    std::string zone;
    if (locations_ == Locations::active || !rows_.get(owner_key('z', id), zone))
        return now_.active_location(id);
    return kernel::Zone::find(zone);
}

std::vector<Schedule> RosterSource::schedules(const ResourceId& id) {
    std::vector<Schedule> all;
    std::optional<Schedule> other;
    auto walk = rows_.walk(owner_key('s', id));
    for (walk.seek_first(); walk.valid(); walk.next()) {
        auto schedule = tally::decode<Schedule>(walk.value());
        if (may_meet(schedule, first_, last_))
            all.push_back(std::move(schedule));
        else
            other = std::move(schedule);
    }
    if (all.empty() && other) all.push_back(std::move(*other));
    return all;
}

std::vector<Block> RosterSource::with_kept(std::vector<Block> blocks, const Uuid& owner,
                                           Instant from, Instant to) const {
    auto walk = rows_.walk(owner_key('b', owner));
    for (walk.seek_first(); walk.valid(); walk.next()) {
        const auto id = kernel::uuid_from_bytes(walk.key().substr(17));
        for (const auto& range : occurrences(tally::decode<BlockTime>(walk.value()), from, to))
            blocks.push_back({id, range.start, range.end});
    }
    return blocks;
}

std::vector<Block> RosterSource::resource_blocks(const ResourceId& id, Instant from, Instant to) {
    return with_kept(now_.resource_blocks(id, from, to), id, from, to);
}
std::vector<Block> RosterSource::location_blocks(const LocationId& id, Instant from, Instant to) {
    return with_kept(now_.location_blocks(id, from, to), id, from, to);
}
std::vector<Block> RosterSource::tenant_blocks(Instant from, Instant to) {
    return with_kept(now_.tenant_blocks(from, to), rows_.tenant(), from, to);
}

}  // namespace almanac::projections
