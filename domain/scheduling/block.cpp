#include "domain/scheduling/block.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "domain/scheduling/conflicts.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;

constexpr auto kind_names =
    std::to_array<std::string_view>({"vacation", "sick_leave", "maintenance", "break", "training",
                                     "holiday", "private_event", "other"});
constexpr minutes longest_appointment{10'080};
constexpr std::size_t folds_looked_at_max = 5'000;  // for conflicts

// What a block is of: whose months and calendar it stands in, and whose local time it is in.
struct Owner {
    Uuid id;
    Zone zone = Zone::utc();
};

Zone zone_of_tenant(Read& read) {
    return Zone::find(read.get<tenancy::Tenant>(read.tenant()).time_zone).value_or(Zone::utc());
}

Owner owner_of(const BlockScope& scope, Read& read, std::vector<FieldError>& errors) {
    if (scope.resource_id) {
        const auto* entry = read.get<ResourceDirectory>(Whole{}).find(*scope.resource_id);
        if (entry) return {*scope.resource_id, zone_of(*entry, read)};
        errors.push_back({"/scope/resource_id", "not_found", "There is no such resource."});
    } else if (scope.location_id) {
        const auto* location = live<Location>(read, *scope.location_id);
        if (location)
            return {*scope.location_id, Zone::find(location->time_zone).value_or(Zone::utc())};
        errors.push_back({"/scope/location_id", "not_found", "There is no such location."});
    }
    return {read.tenant(), zone_of_tenant(read)};
}

std::vector<ResourceId> resources_of(const BlockScope& scope, Read& read) {
    if (scope.resource_id) return {*scope.resource_id};
    std::vector<ResourceId> ids;
    for (const auto& entry : read.get<ResourceDirectory>(Whole{}).entries) {
        if (scope.everything || location_of(entry, read) == *scope.location_id)
            ids.push_back(entry.id);
    }
    return ids;
}

// Appointments to come that one of the block's ranges meets; buffers may lie inside it.
void find_conflicts(const BlockScope& scope, const BlockTime& time, Read& read, Instant now,
                    json::Object& answer) {
    const auto from = std::max(now, time.start);
    auto to = now + days{booking_window_days_max + 2};
    if (time.ends_at) to = std::min(to, *time.ends_at);
    const auto closed = to <= from ? IntervalSet{} : merge(occurrences(time, from, to));
    std::set<std::pair<Instant, Uuid>> met;  // one that needs several resources is met once
    std::size_t folds_left = folds_looked_at_max;
    if (!closed.empty()) {
        const auto first = std::max(closed.front().start, now) - longest_appointment;
        const auto months = months_of(first, closed.back().end).size();
        for (const auto& resource : resources_of(scope, read)) {
            if (folds_left < months || met.size() >= conflicts_max) {
                answer["conflicts_complete"] = false;
                break;
            }
            folds_left -= months;
            for (const auto& a : booked(resource, first, closed.back().end, read)) {
                if (a.end <= now || a.end <= a.start) continue;
                const IntervalSet booking{{a.start, a.end}};
                if (!intersect(closed, booking).empty()) met.emplace(a.start, a.owner);
            }
        }
    }
    json::Array ids;
    for (const auto& [_, id] : met) {
        if (ids.size() < conflicts_max) ids.emplace_back(to_string(id));
    }
    answer["conflicts"] = std::move(ids);
}

bool month_is_full(const BlockScope& scope, const Uuid& owner, const BlockTime& time, Read& read) {
    return std::ranges::any_of(months_of(time.start, time.end), [&](Instant month) {
        const auto& blocks = scope.resource_id   ? read.get<ResourceMonth>({owner, month}).blocks
                             : scope.location_id ? read.get<LocationMonth>({owner, month}).blocks
                                                 : read.get<TenantMonth>({owner, month}).blocks;
        return blocks.size() >= month_blocks_max;
    });
}

template <class Month>
void add(Month& month, const BlockAdded& e) {
    month.blocks.push_back({e.id, e.start, e.end});
}
template <class Month>
void remove(Month& month, const BlockRemoved& e) {
    std::erase_if(month.blocks, [&](const Block& block) { return block.id == e.id; });
}
}  // namespace

void read_value(Reader& in, const json::Value& value, const Place& at, BlockKind& out) {
    const auto* text = value.if_string();
    const auto name = std::ranges::find(kind_names, text ? std::string_view(*text) : "");
    if (name == kind_names.end()) {
        return in.fail(at, "enum", fmt::format("Expected one of {}.", fmt::join(kind_names, ", ")));
    }
    out = static_cast<BlockKind>(name - kind_names.begin());
}
void write_value(Writer& to, BlockKind kind) {
    json::append_string(to.out, kind_names[static_cast<std::size_t>(kind)]);
}
json::Object custom_schema(Form, const BlockKind*) {
    json::Array names;
    for (const auto name : kind_names) names.emplace_back(name);
    return {{"type", "string"}, {"enum", std::move(names)}};
}

void check(const BlockScope& scope, Reader& in, const Place& at) {
    const int given = (scope.resource_id ? 1 : 0) + (scope.location_id ? 1 : 0) + scope.everything;
    if (given == 0)
        in.fail(at, "no_scope", "Give resource_id, location_id, or everything with true.");
    if (given > 1)
        in.fail(at, "not_together", "Give one of resource_id, location_id and everything.");
}

BlockTags block_tags(const BlockId& id, const BlockScope& scope, const Uuid& owner,
                     const BlockTime& time) {
    BlockTags tags;
    tags.add<TimeBlock>(id);
    if (!time.one_off()) return tags.add<Calendar>(owner);
    for (const auto month : months_of(time.start, time.end)) {
        if (scope.resource_id) {
            tags.add<ResourceMonth>({owner, month});
        } else if (scope.location_id) {
            tags.add<LocationMonth>({owner, month});
        } else {
            tags.add<TenantMonth>({owner, month});
        }
    }
    return tags;
}

Decision decide(const AddBlock& wish, Read& read, const Context& now) {
    std::vector<FieldError> errors;
    const auto owner = owner_of(wish.scope, read, errors);
    const auto time = block_time(wish, owner.zone);
    if (!time) errors.insert(errors.end(), time.error().begin(), time.error().end());
    if (!errors.empty()) return invalid(std::move(errors));
    if (time->one_off()) {
        if (month_is_full(wish.scope, owner.id, *time, read)) {
            return reject("limit_reached", fmt::format("At most {} blocks of it touch one month.",
                                                       month_blocks_max));
        }
    } else if (entries_in_force(read.get<Calendar>(owner.id), now.now) >= Calendar::entries_max) {
        return reject("limit_reached",
                      "At most 500 schedules and recurring blocks of it are in force.");
    }
    BlockAdded e;
    static_cast<BlockTime&>(e) = *time;
    e.id = now.fresh_id<BlockId>();
    e.scope = wish.scope;
    e.owner_id = owner.id;
    e.kind = wish.kind;
    e.reason = wish.reason;
    e.affected_services = wish.affected_services;
    Events events;
    find_conflicts(wish.scope, *time, read, now.now, events.answer);
    events.add(std::move(e));
    return events;
}

Decision decide(const RemoveBlock& wish, Read& read, const Context&) {
    const auto* block = read.find<TimeBlock>(wish.id);
    if (!block || block->deleted_at) return not_found();
    return BlockRemoved{wish.id, block->scope, block->owner_id, *block};
}

void evolve(TimeBlock& block, const BlockAdded& e) {
    static_cast<BlockData&>(block) = e;
}
void evolve(TimeBlock& block, const BlockRemoved&, const EventMeta& meta) {
    block.deleted_at = meta.time;
}
void evolve(ResourceMonth& month, const BlockAdded& e) {
    add(month, e);
}
void evolve(ResourceMonth& month, const BlockRemoved& e) {
    remove(month, e);
}
void evolve(LocationMonth& month, const BlockAdded& e) {
    add(month, e);
}
void evolve(LocationMonth& month, const BlockRemoved& e) {
    remove(month, e);
}
void evolve(TenantMonth& month, const BlockAdded& e) {
    add(month, e);
}
void evolve(TenantMonth& month, const BlockRemoved& e) {
    remove(month, e);
}
void evolve(Calendar& calendar, const BlockAdded& e, const EventMeta& meta) {
    calendar.blocks.push_back({e.id, e});
    drop_ended(calendar, meta.time);
}
void evolve(Calendar& calendar, const BlockRemoved& e, const EventMeta& meta) {
    std::erase_if(calendar.blocks, [&](const StandingBlock& block) { return block.id == e.id; });
    drop_ended(calendar, meta.time);
}

}  // namespace almanac::scheduling
