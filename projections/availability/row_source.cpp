#include "projections/availability/row_source.hpp"

#include <algorithm>

#include "eventstore/log.hpp"

namespace almanac::projections::availability {
using namespace scheduling;

std::optional<DecodedRows::Rows> DecodedRows::find(std::string_view key, std::uint64_t position) {
    const std::scoped_lock lock(mutex_);
    const auto* entry = cache_.find(key);
    if (entry == nullptr || entry->position != position) return std::nullopt;
    return entry->rows;
}

void DecodedRows::put(std::string_view key, std::uint64_t position, Rows rows, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    const auto* entry = cache_.find(key);
    if (entry != nullptr && entry->position > position) return;  // somebody reads a later snapshot
    cache_.put(key, {position, std::move(rows)}, bytes);
}

std::size_t DecodedRows::bytes() const {
    const std::scoped_lock lock(mutex_);
    return cache_.bytes();
}

// A walk over the month of all owners costs less than asking for each of many.
void RowSource::prepare(std::size_t resources, kernel::Instant from, kernel::Instant to) {
    constexpr std::size_t steps_per_get = 8;
    // Of all days of the weeks that are touched.
    const auto first = instant_of(week_of(day_of(from)));
    const auto end = instant_of(week_of(day_of(to)) + WeekBookings::days);
    for (const auto month : months_of(first, end))
        months_.read_all(day_of(month), resources * steps_per_get);
}

std::uint64_t RowSource::position_at(std::string_view key) {
    return rows_.get(key, value_) ? decode_position(value_) : 0;
}

DecodedRows::Rows RowSource::load(const kernel::FoldType& type, const std::string& tag) {
    if (is_settled(type)) return load_settled(type, tag);
    if (!rows_.get(fold_key(tag), value_)) return nullptr;
    const auto row = decode_fold(value_);
    key_.assign(rows_.tenant().view()).append(tag);
    if (auto known = decoded_.find(key_, row.position)) return *known;
    const DecodedRows::Rows fold = type.from_json(kernel::json::parse_own(row.json));
    decoded_.put(key_, row.position, fold, type.bytes(fold.get()));
    return fold;
}

// Known by the last change of any of them, so that nothing is read where none has changed.
DecodedRows::Rows RowSource::load_settled(const kernel::FoldType& type, const std::string& tag) {
    if (!settled_) settled_ = position_at(settled_key);
    key_.assign(rows_.tenant().view()).append(tag);
    if (auto known = decoded_.find(key_, *settled_)) return *known;
    DecodedRows::Rows fold;
    if (rows_.get(fold_key(tag), value_))
        fold = type.from_json(kernel::json::parse_own(decode_fold(value_).json));
    decoded_.put(key_, *settled_, fold, fold ? type.bytes(fold.get()) : 0);
    return fold;
}

RowSource::Recent& RowSource::recent(const kernel::Uuid& owner) {
    if (recent_.owner != owner) recent_ = {owner, std::nullopt, {}};
    return recent_;
}

const Calendar* RowSource::calendar(const kernel::Uuid& owner) {
    auto& known = recent(owner).calendar;
    if (!known) known = fold<Calendar>(owner);
    return known->get();
}

const MonthClosings* RowSource::closings(const kernel::Uuid& owner, Day month) {
    auto& known = recent(owner).closings;
    const auto at = std::ranges::find(known, month,
                                      &std::pair<Day, std::shared_ptr<const MonthClosings>>::first);
    if (at != known.end()) return at->second.get();
    return known.emplace_back(month, find_closings(owner, month)).second.get();
}

std::shared_ptr<const MonthClosings> RowSource::find_closings(const kernel::Uuid& owner,
                                                              Day month) {
    const auto position = months_.of(month, owner);
    if (position == 0) return nullptr;
    key_.assign(rows_.tenant().view()).append(month_key(month, owner));
    if (auto known = decoded_.find(key_, position))
        return std::static_pointer_cast<const MonthClosings>(*known);
    const auto key = key_;  // reading the overrides needs it
    auto made = std::make_shared<MonthClosings>(load_closings(rows_, owner, month));
    const kernel::LocalDate in_month{std::chrono::days{month}};
    made->overrides = fold<OverrideMonth>({ResourceId{owner}, in_month});
    decoded_.put(key, position, made, made->bytes());
    return made;
}

std::shared_ptr<const WeekBookings> RowSource::find_week(const kernel::Uuid& resource, Day week) {
    const auto position = months_.of_days(week, week + WeekBookings::days - 1, resource);
    if (position == 0) return nullptr;
    key_.assign(rows_.tenant().view()).append(allocations_from(resource, week));
    if (auto known = decoded_.find(key_, position))
        return std::static_pointer_cast<const WeekBookings>(*known);
    const auto made = std::make_shared<WeekBookings>(load_week(rows_, resource, week));
    decoded_.put(key_, position, made, made->bytes());
    return made;
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
    const auto position = position_at(directory_key);
    key_.assign(rows_.tenant().view()).append(ResourceDirectory::kind);
    if (const auto known = decoded_.find(key_, position)) {
        directory_ = std::static_pointer_cast<const ResourceDirectory>(*known);
    } else {
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
    const auto* kept = calendar(id);
    return kept ? kept->schedules : std::vector<Schedule>{};
}

std::vector<Override> RowSource::overrides(const ResourceId& id, kernel::LocalDate first,
                                           kernel::LocalDate last) {
    std::vector<Override> found;
    for (const auto in_month : local_months(first, last)) {
        const auto* kept = closings(id, day_of(std::chrono::sys_days{in_month.time_since_epoch()}));
        if (kept && kept->overrides) kept->overrides->copy(first, last, found);
    }
    return found;
}

Allocations RowSource::allocations(const ResourceId& id, kernel::Instant from, kernel::Instant to) {
    Allocations found;
    const auto first = week_of(day_of(from));
    for (auto week = first; week <= day_of(to); week += WeekBookings::days) {
        auto kept = find_week(id, week);
        if (!kept) continue;
        kept->refer(from, to, now_, week == first, found);
        found.keep(std::move(kept));
    }
    return found;
}

std::vector<Block> RowSource::blocks_of(const kernel::Uuid& owner, kernel::Instant from,
                                        kernel::Instant to) {
    std::vector<Block> found;
    const auto months = months_of(from, to);
    for (const auto begin : months) {
        if (const auto* kept = closings(owner, day_of(begin)))
            kept->copy_blocks(from, to, begin == months.front(), found);
    }
    if (const auto* kept = calendar(owner)) append_standing(*kept, from, to, found);
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
