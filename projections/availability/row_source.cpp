#include "projections/availability/row_source.hpp"

#include <algorithm>

#include "eventstore/log.hpp"

namespace almanac::projections::availability {
using namespace scheduling;
using std::chrono::minutes;

DecodedFolds::Fold DecodedFolds::find(std::string_view key, std::uint64_t position) {
    const std::scoped_lock lock(mutex_);
    const auto* entry = cache_.find(key);
    return entry != nullptr && entry->position == position ? entry->fold : nullptr;
}

void DecodedFolds::put(std::string_view key, std::uint64_t position, Fold fold, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    const auto* entry = cache_.find(key);
    if (entry != nullptr && entry->position > position) return;  // somebody reads a later snapshot
    cache_.put(key, {position, std::move(fold)}, bytes);
}

std::size_t DecodedFolds::bytes() const {
    const std::scoped_lock lock(mutex_);
    return cache_.bytes();
}

DecodedFolds::Fold RowSource::load(const kernel::FoldType& type, const std::string& tag) {
    if (!rows_.get(fold_key(tag), value_)) return nullptr;
    const auto row = decode_fold(value_);
    key_.assign(rows_.tenant().view()).append(tag);
    if (auto known = decoded_.find(key_, row.position)) return known;
    const DecodedFolds::Fold fold = type.from_json(kernel::json::parse_own(row.json));
    decoded_.put(key_, row.position, fold, type.bytes(fold.get()));
    return fold;
}

std::shared_ptr<const ResourceDirectory> RowSource::load_directory() const {
    auto all = std::make_shared<ResourceDirectory>();
    auto walk = rows_.walk(entries_prefix);
    for (walk.seek_first(); walk.valid(); walk.next()) {  // by id, as the fold has them
        auto one = kernel::from_json<ResourceDirectory>(kernel::json::parse_own(walk.value()),
                                                        kernel::Form::sealed, false);
        if (!one) {
            throw ViewFailure(kernel::corrupt("An entry of the directory is damaged.").error());
        }
        std::ranges::move(one->entries, std::back_inserter(all->entries));
    }
    return all;
}

const ResourceDirectory& RowSource::resources() {
    if (directory_) return *directory_;
    std::uint64_t position = 0;
    if (rows_.get(directory_key, value_)) position = decode_fold(value_).position;
    key_.assign(rows_.tenant().view()).append(ResourceDirectory::kind);
    directory_ = std::static_pointer_cast<const ResourceDirectory>(decoded_.find(key_, position));
    if (!directory_) {
        directory_ = load_directory();
        const auto bytes = kernel::fold_type<ResourceDirectory>().bytes(directory_.get());
        decoded_.put(key_, position, directory_, bytes);
    }
    return *directory_;
}

LocationId RowSource::default_location() {
    const auto tenant = fold<tenancy::Tenant>(rows_.tenant());
    return tenant ? LocationId{tenant->default_location_id} : LocationId{};
}

std::optional<kernel::Zone> RowSource::active_location(const LocationId& id) {
    const auto location = fold<kernel::Record<Location>>(id);
    if (!location || location->deleted_at || location->status != LocationStatus::active) {
        return std::nullopt;
    }
    return kernel::Zone::find(location->time_zone);
}

std::vector<Schedule> RowSource::schedules(const ResourceId& id) {
    const auto calendar = fold<Calendar>(id);
    return calendar ? calendar->schedules : std::vector<Schedule>{};
}

std::vector<Override> RowSource::overrides(const ResourceId& id, kernel::LocalDate first,
                                           kernel::LocalDate last) {
    std::vector<Override> found;
    for (const auto month : local_months(first, last)) {
        if (const auto kept = fold<OverrideMonth>({id, month})) kept->copy(first, last, found);
    }
    return found;
}

std::vector<Allocation> RowSource::allocations(const ResourceId& id, kernel::Instant from,
                                               kernel::Instant to) {
    std::vector<Allocation> found;
    const auto first = day_of(from);
    const auto last = day_of(to);
    auto walk = rows_.walk(allocations_prefix(id));
    for (walk.seek(allocations_from(id, first)); walk.valid(); walk.next()) {
        const auto day = day_in(walk.key());
        if (day > last) break;
        auto a = decode_allocation(walk.key(), walk.value());
        const auto busy_from = a.start - minutes{a.buffer_before_minutes};
        const auto busy_until = a.end + minutes{a.buffer_after_minutes};
        // It lies under every day it touches: the first one of those asked counts.
        const bool here = day == std::max(first, day_of(busy_from));
        const bool meets = busy_from < to && busy_until > from;
        if (here && meets && !a.is_over(now_)) found.push_back(std::move(a));
    }
    return found;
}

std::vector<Block> RowSource::blocks_of(const kernel::Uuid& owner, kernel::Instant from,
                                        kernel::Instant to) {
    std::vector<Block> found;
    const auto first = months_of(from, from).front();
    auto walk = rows_.walk(blocks_prefix(owner));
    for (walk.seek(blocks_from(owner, first)); walk.valid(); walk.next()) {
        const auto row = decode_block(walk.key(), walk.value());
        if (row.month > day_of(to)) break;
        // It lies under every month it touches: the first one of those asked counts.
        const bool here = row.month == day_of(first) || day_of(row.block.start) >= row.month;
        if (here && row.block.start < to && row.block.end > from) found.push_back(row.block);
    }
    if (const auto calendar = fold<Calendar>(owner)) append_standing(*calendar, from, to, found);
    return found;
}

std::vector<Block> RowSource::resource_blocks(const ResourceId& id, kernel::Instant from,
                                              kernel::Instant to) {
    return blocks_of(id, from, to);
}
std::vector<Block> RowSource::location_blocks(const LocationId& id, kernel::Instant from,
                                              kernel::Instant to) {
    return blocks_of(id, from, to);
}
std::vector<Block> RowSource::tenant_blocks(kernel::Instant from, kernel::Instant to) {
    return blocks_of(rows_.tenant(), from, to);
}

int RowSource::live_on(const ServiceId& service, kernel::LocalDate date) {
    const auto day = fold<ServiceDay>({service, date});
    return day ? day->taken(now_) : 0;
}

}  // namespace almanac::projections::availability
