// How the rows of projection `availability` are written, below a tenant:
//     "f" ‖ tag                                    -> position u64 ‖ JSON of the fold
//     "d"                                          -> position u64 of the last change of a resource
//     "e" ‖ resource 16                            -> JSON of a directory with this one entry
//     "a" ‖ resource 16 ‖ UTC day u32 ‖ owner 16   -> allocation, on every day it touches
//     "b" ‖ owner 16 ‖ UTC month u32 ‖ block 16    -> one-off block, in every month it touches
//     "m" ‖ month u32 ‖ owner 16                   -> position u64 of the last change of its rows
//                                                     "a", "b" and of its overrides in that month
//     "g"                                          -> position u64 of the last change of a fold
//                                                     that is settled
// Folds: tenant, location, service, calendar (the settled ones, which seldom change),
// override_month, service_day. By "m" and "g" a query knows, from few rows, that what was decoded
// before still holds: every change of such a row has to change them too. A day counts from 1970
// with its sign turned, a month is that of its first day. Allocation, integers big-endian: start
// i64 µs ‖ end i64 µs ‖ buffer before i32 ‖ buffer after i32 (minutes) ‖ party i32 ‖ expiry of a
// hold i64 µs, of others 0 ‖ service 16 ‖ resources of the session 16 each. Block: start i64 µs ‖
// end i64 µs; its owner is a resource, a location or the tenant. Pure.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "domain/scheduling/block.hpp"
#include "domain/scheduling/hold.hpp"
#include "domain/scheduling/override.hpp"
#include "domain/scheduling/visit.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::projections::availability {

std::uint32_t version();
// The descriptor of a fold that is kept whole under its tag; null: it is none of them.
const kernel::FoldType* kept_fold(std::string_view tag);
bool is_settled(const kernel::FoldType& fold);
inline constexpr std::string_view settled_key = "g";

using Day = std::int32_t;
Day day_of(kernel::Instant t);
inline kernel::Instant instant_of(Day day) {
    return kernel::Instant{std::chrono::days{day}};
}
struct Days {
    Day first = 0;
    Day last = 0;
};
Days days_of(const scheduling::Occupancy& occupancy);  // at least one

std::string fold_key(std::string_view tag);
std::string entry_key(const kernel::Uuid& resource);
inline constexpr std::string_view directory_key = "d";
inline constexpr std::string_view entries_prefix = "e";
std::string allocations_prefix(const kernel::Uuid& resource);
std::string allocations_from(const kernel::Uuid& resource, Day day);
std::string allocation_key(const kernel::Uuid& resource, Day day, const kernel::Uuid& owner);

std::string encode_allocation(const scheduling::Occupancy& occupancy,
                              std::optional<kernel::Instant> expires_at);
// From key and value; throws ViewFailure (`corrupt`) where they are no allocation.
scheduling::Allocation decode_allocation(std::string_view key, std::string_view value);
Day day_in(std::string_view allocation_key);

std::string blocks_prefix(const kernel::Uuid& owner);
std::string blocks_from(const kernel::Uuid& owner, kernel::Instant month);
std::string block_key(const kernel::Uuid& owner, kernel::Instant month, const kernel::Uuid& block);
std::string encode_block(const scheduling::BlockTime& time);
struct BlockRow {
    Day month = 0;  // its first day
    scheduling::Block block;
};
// From key and value; throws ViewFailure (`corrupt`) where they are no block.
BlockRow decode_block(std::string_view key, std::string_view value);

std::string months_prefix(Day month);
std::string month_key(Day month, const kernel::Uuid& owner);
kernel::Uuid owner_in(std::string_view month_key);

std::string encode_position(std::uint64_t position);
std::uint64_t decode_position(std::string_view value);

// A row of kind "f": what is behind its position.
struct FoldRow {
    std::uint64_t position = 0;
    std::string_view json;
};
FoldRow decode_fold(std::string_view value);

}  // namespace almanac::projections::availability
