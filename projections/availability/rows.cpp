#include "projections/availability/rows.hpp"

#include <algorithm>

#include "domain/kernel/digest.hpp"
#include "eventstore/log.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections::availability {
namespace {
using eventstore::append_u32;
using eventstore::append_u64;
using eventstore::read_u64;

// Raised where keys or rows change their meaning.
constexpr int rows_version = 4;
constexpr std::size_t fixed_bytes = 8 + 8 + 4 * 3 + 8 + 16;
constexpr std::size_t key_bytes = 1 + 16 + 4 + 16;
constexpr std::size_t month_key_bytes = 1 + 4 + 16;

// The settled ones after the others.
constexpr std::size_t unsettled = 2;
const std::array<const kernel::FoldType*, 6>& kept_folds() {
    static const std::array<const kernel::FoldType*, 6> folds{
        &kernel::fold_type<scheduling::ServiceDay>(),
        &kernel::fold_type<scheduling::OverrideMonth>(),
        &kernel::fold_type<scheduling::Calendar>(),
        &kernel::fold_type<kernel::Record<scheduling::Service>>(),
        &kernel::fold_type<kernel::Record<scheduling::Location>>(),
        &kernel::fold_type<tenancy::Tenant>()};
    return folds;
}

ViewFailure damaged() {
    return ViewFailure(kernel::corrupt("A row of the view of availability is damaged.").error());
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return number;
}

void append_day(std::string& out, Day day) {
    append_u32(out, static_cast<std::uint32_t>(day) ^ (1U << 31));
}
}  // namespace

std::uint32_t version() {
    auto text = fmt::format("availability {} {}", rows_version,
                            kernel::fold_type<scheduling::ResourceDirectory>().version);
    for (const auto* fold : kept_folds()) text += fmt::format(" {} {}", fold->kind, fold->version);
    const auto digest = kernel::sha256(text);
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | digest[i];
    return number;
}

const kernel::FoldType* kept_fold(std::string_view tag) {
    const auto kind = tag.substr(0, tag.find(':'));
    for (const auto* fold : kept_folds()) {
        if (fold->kind == kind) return fold;
    }
    return nullptr;
}

bool is_settled(const kernel::FoldType& fold) {
    return std::ranges::find(kept_folds().begin() + unsettled, kept_folds().end(), &fold) !=
           kept_folds().end();
}

Day day_of(kernel::Instant t) {
    return static_cast<Day>(std::chrono::floor<std::chrono::days>(t).time_since_epoch().count());
}

Days days_of(const scheduling::Occupancy& occupancy) {
    const auto from = occupancy.busy_from();
    return {day_of(from), day_of(std::max(from, occupancy.busy_until() - kernel::Micros{1}))};
}

std::string fold_key(std::string_view tag) {
    return std::string("f").append(tag);
}
std::string entry_key(const kernel::Uuid& resource) {
    return std::string(entries_prefix).append(resource.view());
}
std::string allocations_prefix(const kernel::Uuid& resource) {
    return std::string("a").append(resource.view());
}
std::string allocations_from(const kernel::Uuid& resource, Day day) {
    auto key = allocations_prefix(resource);
    append_day(key, day);
    return key;
}
std::string allocation_key(const kernel::Uuid& resource, Day day, const kernel::Uuid& owner) {
    return allocations_from(resource, day).append(owner.view());
}

std::string encode_allocation(const scheduling::Occupancy& occupancy,
                              std::optional<kernel::Instant> expires_at) {
    std::string out;
    out.reserve(fixed_bytes + 16 * occupancy.resources.size());
    append_u64(out, static_cast<std::uint64_t>(kernel::micros(occupancy.start)));
    append_u64(out, static_cast<std::uint64_t>(kernel::micros(occupancy.end)));
    append_u32(out, static_cast<std::uint32_t>(occupancy.buffer_before_minutes));
    append_u32(out, static_cast<std::uint32_t>(occupancy.buffer_after_minutes));
    append_u32(out, static_cast<std::uint32_t>(occupancy.party_size));
    append_u64(out, static_cast<std::uint64_t>(expires_at ? kernel::micros(*expires_at) : 0));
    out.append(occupancy.service_id.view());
    for (const auto& resource : occupancy.resources) out.append(resource.id.view());
    return out;
}

scheduling::Allocation decode_allocation(std::string_view key, std::string_view value) {
    if (key.size() != key_bytes || value.size() < fixed_bytes ||
        (value.size() - fixed_bytes) % 16 != 0) {
        throw damaged();
    }
    const auto instant = [&](std::size_t at) {
        return kernel::instant_from_micros(
            static_cast<std::int64_t>(read_u64(value.substr(at, 8))));
    };
    const auto number = [&](std::size_t at) { return static_cast<int>(u32_at(value, at)); };
    scheduling::Allocation a;
    a.owner = kernel::uuid_from_bytes(key.substr(key_bytes - 16));
    a.start = instant(0);
    a.end = instant(8);
    a.buffer_before_minutes = number(16);
    a.buffer_after_minutes = number(20);
    a.party = number(24);
    if (const auto expires_at = instant(28); kernel::micros(expires_at) != 0)
        a.expires_at = expires_at;
    a.service = kernel::uuid_from_bytes(value.substr(36, 16));
    a.resources.reserve((value.size() - fixed_bytes) / 16);
    for (auto at = fixed_bytes; at < value.size(); at += 16) {
        a.resources.push_back(kernel::uuid_from_bytes(value.substr(at, 16)));
    }
    return a;
}

std::string blocks_prefix(const kernel::Uuid& owner) {
    return std::string("b").append(owner.view());
}
std::string blocks_from(const kernel::Uuid& owner, kernel::Instant month) {
    auto key = blocks_prefix(owner);
    append_day(key, day_of(month));
    return key;
}
std::string block_key(const kernel::Uuid& owner, kernel::Instant month, const kernel::Uuid& block) {
    return blocks_from(owner, month).append(block.view());
}

std::string encode_block(const scheduling::BlockTime& time) {
    std::string out;
    append_u64(out, static_cast<std::uint64_t>(kernel::micros(time.start)));
    append_u64(out, static_cast<std::uint64_t>(kernel::micros(time.end)));
    return out;
}

BlockRow decode_block(std::string_view key, std::string_view value) {
    if (key.size() != key_bytes || value.size() != 16) throw damaged();
    const auto instant = [&](std::size_t at) {
        return kernel::instant_from_micros(
            static_cast<std::int64_t>(read_u64(value.substr(at, 8))));
    };
    return {day_in(key),
            {kernel::uuid_from_bytes(key.substr(key_bytes - 16)), instant(0), instant(8)}};
}

Day day_in(std::string_view allocation_key) {
    if (allocation_key.size() != key_bytes) throw damaged();
    return static_cast<Day>(u32_at(allocation_key, 17) ^ (1U << 31));
}

std::string months_prefix(Day month) {
    std::string key = "m";
    append_day(key, month);
    return key;
}
std::string month_key(Day month, const kernel::Uuid& owner) {
    return months_prefix(month).append(owner.view());
}
kernel::Uuid owner_in(std::string_view month_key) {
    if (month_key.size() != month_key_bytes) throw damaged();
    return kernel::uuid_from_bytes(month_key.substr(month_key_bytes - 16));
}

std::string encode_position(std::uint64_t position) {
    std::string value;
    append_u64(value, position);
    return value;
}
std::uint64_t decode_position(std::string_view value) {
    if (value.size() != 8) throw damaged();
    return read_u64(value);
}

FoldRow decode_fold(std::string_view value) {
    if (value.size() < 8) throw damaged();
    return {read_u64(value.substr(0, 8)), value.substr(8)};
}

}  // namespace almanac::projections::availability
