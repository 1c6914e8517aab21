#include "domain/scheduling/snapshot_source.hpp"

#include <algorithm>

#include "domain/tenancy/tenant.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;

bool fits(const ResourceEntry& resource, const ResourceMatch& match) {
    if (match.type && resource.type != *match.type) return false;
    return std::ranges::all_of(match.specialties, [&](const auto& wanted) {
        return std::ranges::find(resource.specialties, wanted) != resource.specialties.end();
    });
}

bool is_active(const ResourceEntry& resource) {
    const bool dated = resource.maintenance_from || resource.maintenance_until;
    return resource.active && (resource.status != ResourceStatus::under_maintenance || dated);
}

// Roles in order; none means any one staff resource (domain: scheduling, service).
std::span<const Requirement> requirements_of(const Service& service) {
    static const auto staff = [] {
        Requirement any;
        any.role = "staff";
        any.match = ResourceMatch{ResourceType::staff, {}};
        return any;
    }();
    if (service.requirements.empty()) return {&staff, 1};
    return service.requirements;
}

bool serves(const ResourceEntry& resource, const Requirement& role) {
    if (!is_active(resource)) return false;
    if (role.match) return fits(resource, *role.match);
    return std::ranges::find(role.candidates, resource.id) != role.candidates.end();
}

// Everybody who could serve; where `given` fills all roles, only these are looked at.
std::vector<Uuid> candidates_of(const Requirement& role, const ResourceDirectory& directory,
                                const std::vector<ResourceId>& given, bool given_only) {
    std::vector<Uuid> ids;
    const auto add = [&](const ResourceEntry* resource) {
        if (resource && serves(*resource, role)) ids.push_back(resource->id);
    };
    if (given_only) {
        for (const auto& id : given) add(directory.find(id));
    } else if (role.match) {
        for (const auto& each : directory.entries) add(&each);
    } else {
        for (const auto& id : role.candidates) {
            const auto* each = directory.find(id);
            if (each && is_active(*each)) ids.push_back(id);
        }
    }
    return ids;
}

// All given ones must be used; where they fill every role, nobody else has to be looked at.
bool fill_all_roles(const std::vector<ResourceId>& given, std::span<const Requirement> roles) {
    std::size_t places = 0;
    for (const auto& role : roles) places += static_cast<std::size_t>(role.quantity);
    return given.size() == places;
}

// What a snapshot knows of a requirement before its candidates are counted.
SlotRole role_of(const Requirement& requirement, const ResourceDirectory& directory,
                 const std::vector<ResourceId>& given, bool given_only) {
    SlotRole role{requirement.role,
                  candidates_of(requirement, directory, given, given_only),
                  requirement.quantity,
                  requirement.required,
                  {}};
    for (const auto& id : requirement.preference) role.preference.push_back(id);
    return role;
}

// Where too many could fill it, those that were named do; none named: it cannot be answered.
std::optional<Rejection> narrow(SlotRole& role, const std::vector<ResourceId>& given) {
    if (role.candidates.size() > role_candidates_max && !given.empty()) {
        std::erase_if(role.candidates, [&](const Uuid& id) {
            return std::ranges::find(given, ResourceId{id}) == given.end();
        });
    }
    if (role.candidates.size() <= role_candidates_max) return std::nullopt;
    auto refused = reject("scheduling.too_many_candidates",
                          fmt::format("Role {} has more than {} candidates; name resource_ids.",
                                      role.role, role_candidates_max));
    refused.error().errors.push_back({"/resource_ids", "required", "Name the resources."});
    return std::move(refused.error());
}

// In any zone the local date is at most one day beside this one.
LocalDate local_date_at(Instant t) {
    return LocalDate{floor<days>(t).time_since_epoch()};
}

SlotResource resource_of(SnapshotSource& source, const ResourceEntry& entry,
                         const ServiceId& service, const Zone& zone, const LocationId& location,
                         Instant from, Instant to) {
    SlotResource resource;
    resource.id = entry.id;
    resource.location = location;
    resource.needs_schedule = entry.type == ResourceType::staff;
    resource.capacity = entry.capacity;
    for (const auto& price : entry.prices) {
        if (price.service_id == service) resource.duration_minutes = price.duration_minutes;
    }
    resource.schedules = source.schedules(entry.id);
    resource.overrides =
        source.overrides(entry.id, local_date_at(from) - days{1}, local_date_at(to) + days{1});
    resource.allocations = source.allocations(entry.id, from, to);
    resource.blocks = source.resource_blocks(entry.id, from, to);
    if (const auto maintenance = maintenance_of(entry, zone))
        resource.blocks.push_back(*maintenance);
    return resource;
}

ServiceTerms terms_of(const ServiceId& id, const Service& service) {
    return {id,
            service.duration_minutes,
            service.buffer_before_minutes,
            service.buffer_after_minutes,
            service.slot_step_minutes.value_or(0),
            service.capacity,
            service.min_notice_minutes,
            service.booking_window_days,
            service.max_per_day};
}

int longest_minutes(const ServiceId& id, const Service& service,
                    const ResourceDirectory& directory) {
    int longest = service.duration_minutes;
    for (const auto& entry : directory.entries) {
        for (const auto& price : entry.prices) {
            if (price.service_id == id)
                longest = std::max(longest, price.duration_minutes.value_or(0));
        }
    }
    return longest + service.buffer_before_minutes + service.buffer_after_minutes;
}

void add_day_counts(SnapshotSource& source, Snapshot& snapshot, const ServiceId& id, Instant from,
                    Instant to) {
    if (!snapshot.service.max_per_day) return;
    const auto first = floor<days>(from) - days{1};
    for (auto day = first; day < to + days{1}; day += days{1}) {
        const LocalDate date = local_date_at(day);
        const int live = source.live_on(id, date);
        if (live > 0) snapshot.day_counts.push_back({date, live});
    }
}
}  // namespace

std::optional<Block> maintenance_of(const ResourceEntry& resource, const Zone& zone) {
    if (!resource.maintenance_from && !resource.maintenance_until) return std::nullopt;
    constexpr LocalDate since_ever{year{1970} / January / 2};
    constexpr LocalDate for_ever{year{2199} / December / 30};
    return block_of_dates(resource.maintenance_from.value_or(since_ever),
                          resource.maintenance_until.value_or(for_ever), zone);
}

Result<Snapshot> build_snapshot(SnapshotSource& source, const ServiceId& id, const Service& service,
                                Instant from, Instant to, const std::vector<ResourceId>& given,
                                const std::optional<LocationId>& only_at) {
    const auto& directory = source.resources();
    Snapshot snapshot;
    snapshot.service = terms_of(id, service);
    const auto margin = hours{25} + minutes{longest_minutes(id, service, directory)};
    std::vector<std::pair<LocationId, std::optional<Zone>>> zones;
    const auto zone_of = [&](const LocationId& location) {
        const auto at = std::ranges::find(zones, location, &decltype(zones)::value_type::first);
        if (at != zones.end()) return at->second;
        auto zone =
            only_at && *only_at != location ? std::nullopt : source.active_location(location);
        if (zone) {
            snapshot.locations.push_back(
                {location, *zone, source.location_blocks(location, from - margin, to + margin)});
        }
        return zones.emplace_back(location, std::move(zone)).second;
    };
    std::optional<LocationId> usual;  // location of those that have none of their own
    const auto location_of = [&](const ResourceEntry& entry) {
        if (entry.location_id) return *entry.location_id;
        if (!usual) usual = source.default_location();
        return *usual;
    };
    const auto requirements = requirements_of(service);
    const bool given_only = fill_all_roles(given, requirements);
    std::size_t candidates = 0;
    for (const auto& requirement : requirements) {
        auto role = role_of(requirement, directory, given, given_only);
        std::erase_if(role.candidates, [&](const Uuid& each) {
            return !zone_of(location_of(*directory.find(each)));
        });
        if (auto refused = narrow(role, given)) return std::unexpected(std::move(*refused));
        candidates += role.candidates.size();
        snapshot.roles.push_back(std::move(role));
    }
    source.prepare(candidates, from - margin, to + margin);
    std::vector<bool> known(directory.entries.size());  // to be in the snapshot
    for (const auto& role : snapshot.roles) {
        for (const auto& each : role.candidates) {
            const auto& entry = *directory.find(each);
            const auto place = static_cast<std::size_t>(&entry - directory.entries.data());
            if (known[place]) continue;
            known[place] = true;
            const auto location = location_of(entry);
            snapshot.resources.push_back(resource_of(source, entry, id, *zone_of(location),
                                                     location, from - margin, to + margin));
        }
    }
    if (!snapshot.resources.empty())
        snapshot.blocks = source.tenant_blocks(from - margin, to + margin);
    add_day_counts(source, snapshot, id, from, to);
    return snapshot;
}

void append_standing(const Calendar& calendar, Instant from, Instant to,
                     std::vector<Block>& found) {
    for (const auto& block : calendar.blocks) {
        for (const auto& range : occurrences(block.time, from, to))
            found.push_back({block.id, range.start, range.end});
    }
}

std::optional<ResourceSnapshot> build_resource_snapshot(SnapshotSource& source,
                                                        const ResourceEntry& entry, Instant from,
                                                        Instant to) {
    if (!is_active(entry)) return std::nullopt;
    const auto location = entry.location_id ? *entry.location_id : source.default_location();
    const auto zone = source.active_location(location);
    if (!zone) return std::nullopt;
    return ResourceSnapshot{{location, *zone, source.location_blocks(location, from, to)},
                            resource_of(source, entry, {}, *zone, location, from, to),
                            source.tenant_blocks(from, to)};
}

IntervalSet ResourceSnapshot::open(Instant from, Instant to) const {
    LocalClock clock(location.zone, from, to);
    const bool always = resource.schedules.empty() && !resource.needs_schedule;
    const auto roster =
        always ? always_working(resource.overrides, clock, from, to)
               : working_intervals(resource.schedules, resource.overrides, clock, from, to);
    std::vector<Interval> closed;
    for (const auto* some : {&blocks, &location.blocks, &resource.blocks}) {
        for (const auto& block : *some) closed.push_back({block.start, block.end});
    }
    return subtract(roster.open, merge(std::move(closed)));
}

Interval span_of_dates(LocalDate first, LocalDate last) {
    return {sys_days{first.time_since_epoch()} - days{1},
            sys_days{last.time_since_epoch()} + days{2}};
}

std::vector<ResourceSnapshot::OnDate> ResourceSnapshot::open_by_date(LocalDate first,
                                                                     LocalDate last) const {
    std::vector<OnDate> pieces;
    const auto span = span_of_dates(first, last);
    for (auto rest : open(span.start, span.end)) {
        while (!rest.empty()) {
            auto date = location.zone.local_date(rest.start);
            // Clocks set back over midnight: what comes again is of the day that had begun.
            if (location.zone.day(date).second <= rest.start) date += days{1};
            if (date > last) break;
            const auto end = std::min(rest.end, location.zone.day(date).second);
            if (date >= first) pieces.push_back({date, {rest.start, end}});
            rest.start = end;
        }
    }
    return pieces;
}

const ResourceDirectory& FoldSource::resources() {
    if (resources_ == nullptr) resources_ = &read_.get<ResourceDirectory>(Whole{});
    return *resources_;
}

LocationId FoldSource::default_location() {
    return LocationId{read_.get<tenancy::Tenant>(read_.tenant()).default_location_id};
}

std::optional<Zone> FoldSource::active_location(const LocationId& id) {
    const auto& location = read_.get<Record<Location>>(id);
    if (location.deleted_at || location.status != LocationStatus::active) return std::nullopt;
    return Zone::find(location.time_zone);
}

std::vector<Schedule> FoldSource::schedules(const ResourceId& id) {
    return read_.get<Calendar>(id).schedules;
}

std::vector<Override> FoldSource::overrides(const ResourceId& id, LocalDate first, LocalDate last) {
    std::vector<Override> found;
    for (const auto month : local_months(first, last))
        read_.get<OverrideMonth>({id, month}).copy(first, last, found);
    return found;
}

Allocations FoldSource::allocations(const ResourceId& id, Instant from, Instant to) {
    Allocations found;
    const auto months = months_of(from, to);
    for (const auto month_start : months) {
        const auto& month = read_.get<ResourceMonth>({id, month_start});
        // One that begins before this ends before `from`; one over a month's end is in both.
        const auto earliest = from - minutes{month.longest_minutes};
        auto at = std::ranges::lower_bound(month.allocations, earliest, {}, &Allocation::start);
        for (; at != month.allocations.end() && at->start < to + hours{24}; ++at) {
            const auto busy_from = at->start - minutes{at->buffer_before_minutes};
            const bool meets = busy_from < to && at->end + minutes{at->buffer_after_minutes} > from;
            const bool in_earlier_month = month_start != months.front() && busy_from < month_start;
            if (meets && !in_earlier_month && !at->is_over(now_)) found.refer(*at);
        }
    }
    return found;
}

template <class Month>
std::vector<Block> FoldSource::blocks_of(const Uuid& owner, Instant from, Instant to) {
    std::vector<Block> found;
    const auto months = months_of(from, to);
    for (const auto month : months) {
        for (const auto& block : read_.get<Month>({owner, month}).blocks) {
            // It stands in every month it touches: the first one of those asked counts.
            const bool here = month == months.front() || block.start >= month;
            if (here && block.start < to && block.end > from) found.push_back(block);
        }
    }
    append_standing(read_.get<Calendar>(owner), from, to, found);
    return found;
}

std::vector<Block> FoldSource::resource_blocks(const ResourceId& id, Instant from, Instant to) {
    return blocks_of<ResourceMonth>(id, from, to);
}
std::vector<Block> FoldSource::location_blocks(const LocationId& id, Instant from, Instant to) {
    return blocks_of<LocationMonth>(id, from, to);
}
std::vector<Block> FoldSource::tenant_blocks(Instant from, Instant to) {
    return blocks_of<TenantMonth>(read_.tenant(), from, to);
}

int FoldSource::live_on(const ServiceId& service, LocalDate date) {
    return read_.get<ServiceDay>({service, date}).taken(now_);
}

}  // namespace almanac::scheduling
