#include "projections/availability/month_rows.hpp"

#include <algorithm>

#include "eventstore/log.hpp"

namespace almanac::projections::availability {
using namespace scheduling;
using kernel::Instant;
using kernel::Uuid;

namespace {
Instant busy_from(const Allocation& a) {
    return a.start - std::chrono::minutes{a.buffer_before_minutes};
}
Instant busy_until(const Allocation& a) {
    return a.end + std::chrono::minutes{a.buffer_after_minutes};
}
Day last_day_of(Day month) {
    return day_of(months_of(instant_of(month), instant_of(month + 32)).at(1)) - 1;
}
}  // namespace

MonthRows load_month(const ViewRows& rows, const Uuid& owner, Day month) {
    MonthRows made;
    made.begin = instant_of(month);
    const auto last = last_day_of(month);
    auto allocations = rows.walk(allocations_prefix(owner));
    for (allocations.seek(allocations_from(owner, month)); allocations.valid();
         allocations.next()) {
        const auto day = day_in(allocations.key());
        if (day > last) break;
        auto a = decode_allocation(allocations.key(), allocations.value());
        // It lies under every day it touches: the first one of this month counts.
        if (day != std::max(month, day_of(busy_from(a)))) continue;
        made.longest = std::max(made.longest, busy_until(a) - busy_from(a));
        made.allocations.push_back(std::move(a));
    }
    std::ranges::sort(made.allocations, {},
                      [](const Allocation& a) { return std::pair(busy_from(a), a.owner); });
    auto blocks = rows.walk(blocks_prefix(owner));
    for (blocks.seek(blocks_from(owner, made.begin)); blocks.valid(); blocks.next()) {
        const auto row = decode_block(blocks.key(), blocks.value());
        if (row.month != month) break;
        made.blocks.push_back(row.block);
    }
    return made;
}

void MonthRows::copy_allocations(Instant from, Instant to, Instant now, bool first,
                                 std::vector<Allocation>& found) const {
    auto at = std::ranges::lower_bound(allocations, from - longest, {}, &busy_from);
    for (; at != allocations.end() && busy_from(*at) < to; ++at) {
        const bool here = first || busy_from(*at) >= begin;
        if (here && busy_until(*at) > from && !at->is_over(now)) found.push_back(*at);
    }
}

void MonthRows::copy_blocks(Instant from, Instant to, bool first, std::vector<Block>& found) const {
    for (const auto& block : blocks) {
        const bool here = first || block.start >= begin;
        if (here && block.start < to && block.end > from) found.push_back(block);
    }
}

std::size_t MonthRows::bytes() const {
    std::size_t bytes = sizeof *this + blocks.size() * sizeof(Block);
    for (const auto& a : allocations) bytes += sizeof a + a.resources.size() * sizeof(Uuid) + 16;
    if (overrides) bytes += kernel::fold_type<OverrideMonth>().bytes(overrides.get());
    return bytes;
}

void MonthPositions::read_all(Day month) {
    Month read{month, {}};
    auto walk = rows_.walk(months_prefix(month));
    for (walk.seek_first(); walk.valid(); walk.next())
        read.positions.emplace_back(owner_in(walk.key()), decode_position(walk.value()));
    months_.push_back(std::move(read));
}

std::uint64_t MonthPositions::of(Day month, const Uuid& owner) {
    const auto known = std::ranges::find(months_, month, &Month::month);
    if (known == months_.end()) {
        return rows_.get(month_key(month, owner), value_) ? decode_position(value_) : 0;
    }
    const auto at = std::ranges::lower_bound(known->positions, owner, {},
                                             &std::pair<Uuid, std::uint64_t>::first);
    return at != known->positions.end() && at->first == owner ? at->second : 0;
}

}  // namespace almanac::projections::availability
