// scheduling/block.hpp — time in which a resource, a location or the whole business takes no
// bookings: holidays, sick leave, maintenance. Seeds 001 (resource_blocks), 003 (blocked dates),
// 004 (overrides). One-off blocks stand in the months of their scope, those that recur or last over
// 12 months in the calendar of their owner (log.md). The rules are in block.cpp.
#pragma once
#include "domain/scheduling/occupancy.hpp"

namespace almanac::scheduling {

enum class BlockKind {
    vacation,
    sick_leave,
    maintenance,
    break_,  // "break", which is a word of the language
    training,
    holiday,
    private_event,
    other
};
void read_value(Reader& in, const json::Value& value, const Place& at, BlockKind& out);
void write_value(Writer& to, BlockKind kind);
json::Object custom_schema(Form form, const BlockKind*);

// Exactly one of the three.
struct BlockScope {
    std::optional<ResourceId> resource_id;
    std::optional<LocationId> location_id;
    bool everything = false;
    bool operator==(const BlockScope&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlockScope, (), (resource_id, location_id, everything))
void check(const BlockScope& scope, Reader& in, const Place& at);

struct BlockData : BlockTime {
    BlockScope scope;
    Uuid owner_id;  // of the scope: the resource, the location or the tenant
    BlockKind kind = BlockKind::other;
    std::optional<Personal<"block.reason">> reason;
    std::vector<std::string> affected_services;
    bool operator==(const BlockData&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlockData, (BlockTime), (scope, owner_id, kind, reason, affected_services))

// ---- events -----------------------------------------------------------------------------------

struct TimeBlock;
using BlockId = Id<TimeBlock>;

struct BlockAdded : BlockData {
    static constexpr std::string_view type = "scheduling.block_added";
    static constexpr std::uint16_t version = 1;
    BlockId id;
    bool operator==(const BlockAdded&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlockAdded, (BlockData), (id))
struct BlockRemoved {
    static constexpr std::string_view type = "scheduling.block_removed";
    static constexpr std::uint16_t version = 1;
    BlockId id;
    BlockScope scope;
    Uuid owner_id;
    BlockTime freed;
    bool operator==(const BlockRemoved&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlockRemoved, (), (id, scope, owner_id, freed))

// ---- folds ------------------------------------------------------------------------------------

// `block:<id>`, as it is read.
struct TimeBlock : BlockData {
    static constexpr std::string_view kind = "block";
    static constexpr std::uint32_t version = 1;
    using Key = BlockId;
    std::optional<Instant> deleted_at;
};
BOOST_DESCRIBE_STRUCT(TimeBlock, (BlockData), (deleted_at))

// `location_month:<location>/<UTC month>` and `tenant_month:<tenant>/<UTC month>`: the one-off
// blocks of all of it that touch the month.
struct LocationMonth {
    static constexpr std::string_view kind = "location_month";
    static constexpr std::uint32_t version = 1;
    struct Key {
        Uuid location;
        Instant in_month;
    };
    std::vector<Block> blocks;
};
BOOST_DESCRIBE_STRUCT(LocationMonth, (), (blocks))
struct TenantMonth {
    static constexpr std::string_view kind = "tenant_month";
    static constexpr std::uint32_t version = 1;
    struct Key {
        Uuid tenant;
        Instant in_month;
    };
    std::vector<Block> blocks;
};
BOOST_DESCRIBE_STRUCT(TenantMonth, (), (blocks))
inline void append_key(std::string& tag, const LocationMonth::Key& key) {
    append(tag, key.location);
    append_utc_month(tag.append(1, '/'), key.in_month);
}
inline void append_key(std::string& tag, const TenantMonth::Key& key) {
    append(tag, key.tenant);
    append_utc_month(tag.append(1, '/'), key.in_month);
}

using BlockTags = Tags<TimeBlock, ResourceMonth, LocationMonth, TenantMonth, Calendar>;
BlockTags block_tags(const BlockId& id, const BlockScope& scope, const Uuid& owner,
                     const BlockTime& time);
inline auto tags(const BlockAdded& e) {
    return block_tags(e.id, e.scope, e.owner_id, e);
}
inline auto tags(const BlockRemoved& e) {
    return block_tags(e.id, e.scope, e.owner_id, e.freed);
}
void evolve(TimeBlock& block, const BlockAdded& e);
void evolve(TimeBlock& block, const BlockRemoved& e, const EventMeta& meta);
void evolve(ResourceMonth& month, const BlockAdded& e);
void evolve(ResourceMonth& month, const BlockRemoved& e);
void evolve(LocationMonth& month, const BlockAdded& e);
void evolve(LocationMonth& month, const BlockRemoved& e);
void evolve(TenantMonth& month, const BlockAdded& e);
void evolve(TenantMonth& month, const BlockRemoved& e);
void evolve(Calendar& calendar, const BlockAdded& e, const EventMeta& meta);
void evolve(Calendar& calendar, const BlockRemoved& e, const EventMeta& meta);

// ---- commands ---------------------------------------------------------------------------------

inline constexpr std::size_t month_blocks_max = 1'000;  // one-off ones of one owner in one month

struct AddBlock : GivenTime {
    BlockScope scope;
    BlockKind kind = BlockKind::other;
    std::optional<Personal<"block.reason">> reason;
    std::vector<std::string> affected_services;
};
BOOST_DESCRIBE_STRUCT(AddBlock, (GivenTime), (scope, kind, reason, affected_services))
struct RemoveBlock {
    BlockId id;
};
BOOST_DESCRIBE_STRUCT(RemoveBlock, (), (id))
// Accepted over bookings: the answer's `conflicts` are the appointments to come that it meets, by
// start, at most `conflicts_max`; `conflicts_complete` is false where not all were looked for.
Decision decide(const AddBlock& wish, Read& read, const Context& now);
Decision decide(const RemoveBlock& wish, Read& read, const Context& now);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::TimeBlock> =
    "Time in which a resource, a location or everything takes no bookings.";
template <>
inline constexpr auto rules<scheduling::BlockScope> =
    fields(field(&scheduling::BlockScope::resource_id, "one resource"),
           field(&scheduling::BlockScope::location_id, "everything at one location"),
           field(&scheduling::BlockScope::everything, "the whole business").may_omit());
template <>
inline constexpr auto rules<scheduling::BlockTime> =
    fields(field(&scheduling::BlockTime::start, "of the first range"),
           field(&scheduling::BlockTime::end, "of the first range; the others are exactly as long"),
           field(&scheduling::BlockTime::local_start, "where it was given in local time"),
           field(&scheduling::BlockTime::time_zone, "of the local times"),
           field(&scheduling::BlockTime::rrule, "RFC 5545").length(1, 500),
           field(&scheduling::BlockTime::exdates, "starts that are left out").items(0, 366),
           field(&scheduling::BlockTime::ends_at, "end of the last range; null: it never ends"));
template <>
inline constexpr auto rules<scheduling::BlockData> = fields(
    field(&scheduling::BlockData::scope, "what it closes"),
    field(&scheduling::BlockData::owner_id, "").internal(), field(&scheduling::BlockData::kind, ""),
    field(&scheduling::BlockData::reason, "").length(0, 1000),
    field(&scheduling::BlockData::affected_services, "for those who read it").length(1, 200));
template <>
inline constexpr auto rules<scheduling::AddBlock> =
    fields(field(&scheduling::AddBlock::scope, "exactly one of the three"),
           field(&scheduling::AddBlock::kind, "why nobody is there"),
           field(&scheduling::AddBlock::reason, "in your words").length(0, 1000),
           field(&scheduling::AddBlock::affected_services,
                 "for those who read it; nothing is booked in a block, whatever the service")
               .length(1, 200));
template <>
inline constexpr auto rules<scheduling::RemoveBlock> =
    fields(field(&scheduling::RemoveBlock::id, "").path());
}  // namespace almanac::kernel
