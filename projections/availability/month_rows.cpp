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
Day month_of(Day day) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
    return day - static_cast<Day>(static_cast<unsigned>(date.day())) + 1;
}
}  // namespace

Day week_of(Day day) {
    const auto into = day % WeekBookings::days;
    return day - (into < 0 ? into + WeekBookings::days : into);
}

WeekBookings load_week(const ViewRows& rows, const Uuid& resource, Day week) {
    WeekBookings made{instant_of(week), {}, {}};
    auto walk = rows.walk(allocations_prefix(resource));
    for (walk.seek(allocations_from(resource, week)); walk.valid(); walk.next()) {
        const auto day = day_in(walk.key());
        if (day >= week + WeekBookings::days) break;
        auto a = decode_allocation(walk.key(), walk.value());
        // It lies under every day it touches: the first one of this week counts.
        if (day != std::max(week, day_of(busy_from(a)))) continue;
        made.longest = std::max(made.longest, busy_until(a) - busy_from(a));
        made.allocations.push_back(std::move(a));
    }
    std::ranges::sort(made.allocations, {},
                      [](const Allocation& a) { return std::pair(busy_from(a), a.owner); });
    made.allocations.shrink_to_fit();  // it is kept, and counted by what it holds
    return made;
}

void WeekBookings::refer(Instant from, Instant to, Instant now, bool first,
                         Allocations& found) const {
    auto at = std::ranges::lower_bound(allocations, from - longest, {}, &busy_from);
    for (; at != allocations.end() && busy_from(*at) < to; ++at) {
        const bool here = first || busy_from(*at) >= begin;
        if (here && busy_until(*at) > from && !at->is_over(now)) found.refer(*at);
    }
}

std::size_t WeekBookings::bytes() const {
    std::size_t bytes = sizeof *this;
    for (const auto& a : allocations) bytes += sizeof a + a.resources.size() * sizeof(Uuid) + 16;
    return bytes;
}

MonthClosings load_closings(const ViewRows& rows, const Uuid& owner, Day month) {
    MonthClosings made{instant_of(month), {}, {}};
    auto walk = rows.walk(blocks_prefix(owner));
    for (walk.seek(blocks_from(owner, made.begin)); walk.valid(); walk.next()) {
        const auto row = decode_block(walk.key(), walk.value());
        if (row.month != month) break;
        made.blocks.push_back(row.block);
    }
    made.blocks.shrink_to_fit();
    return made;
}

void MonthClosings::copy_blocks(Instant from, Instant to, bool first,
                                std::vector<Block>& found) const {
    for (const auto& block : blocks) {
        const bool here = first || block.start >= begin;
        if (here && block.start < to && block.end > from) found.push_back(block);
    }
}

std::size_t MonthClosings::bytes() const {
    const auto kept =
        overrides ? kernel::fold_type<OverrideMonth>().bytes(overrides.get()) : std::size_t{0};
    return sizeof *this + blocks.size() * sizeof(Block) + kept;
}

void MonthPositions::read_all(Day month, std::size_t owners_max) {
    if (auto known = latest_.find(rows_.tenant(), month, rows_.position())) {
        months_.push_back({month, std::move(*known)});
        return;
    }
    Month read{month, {}};
    auto walk = rows_.walk(months_prefix(month));
    for (walk.seek_first(); walk.valid(); walk.next()) {
        if (read.owners.size() == owners_max) return;
        read.owners.push_back({owner_in(walk.key()), decode_position(walk.value())});
    }
    latest_.put(rows_.tenant(), month, rows_.position(), read.owners);
    months_.push_back(std::move(read));
}

std::uint64_t MonthPositions::read(Day month, const Uuid& owner) {
    return rows_.get(month_key(month, owner), value_) ? decode_position(value_) : 0;
}

std::uint64_t MonthPositions::of(Day month, const Uuid& owner) {
    const auto known = std::ranges::find(months_, month, &Month::month);
    if (known == months_.end()) return read(month, owner);
    const auto at = std::ranges::lower_bound(known->owners, owner, {}, &OwnerChange::owner);
    if (at == known->owners.end() || at->owner != owner) return 0;
    // Changed again since these rows: they know when before.
    return at->position <= rows_.position() ? at->position : read(month, owner);
}

std::uint64_t MonthPositions::of_days(Day first, Day last, const Uuid& owner) {
    const auto month = month_of(first);
    const auto other = month_of(last);
    const auto position = of(month, owner);
    return other == month ? position : std::max(position, of(other, owner));
}

}  // namespace almanac::projections::availability
