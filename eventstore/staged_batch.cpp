#include "eventstore/staged_batch.hpp"

#include <algorithm>

namespace almanac::eventstore {
namespace {
std::uint64_t mix(std::uint64_t hash) {
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15ULL;
    return hash ^ (hash >> 29);
}
std::uint64_t tag_hash(const TenantId& tenant, std::string_view tag) {
    return mix(std::hash<TenantId>{}(tenant) * 31 + std::hash<std::string_view>{}(tag));
}
std::uint64_t value_hash(Space space, std::string_view key) {
    return mix(std::hash<std::string_view>{}(key) + static_cast<std::uint64_t>(space));
}
}  // namespace

void NewestFirstIndex::add(std::uint64_t hash, std::uint32_t item, std::uint32_t part) {
    if (entries_.size() >= buckets_.size()) grow();
    auto& bucket = buckets_[hash & (buckets_.size() - 1)];
    entries_.push_back({hash, bucket, item, part});
    bucket = static_cast<std::uint32_t>(entries_.size());
}

void NewestFirstIndex::grow() {
    buckets_.assign(buckets_.size() * 4, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        auto& bucket = buckets_[entries_[i].hash & (buckets_.size() - 1)];
        entries_[i].next = bucket;
        bucket = static_cast<std::uint32_t>(i + 1);
    }
}

void NewestFirstIndex::shrink_to(std::size_t entries) {
    while (entries_.size() > entries) {
        const auto& newest = entries_.back();
        buckets_[newest.hash & (buckets_.size() - 1)] = newest.next;
        entries_.pop_back();
    }
}

void StagedBatch::add_event(CommittedEvent event, std::string_view bytes) {
    const auto& record = *event.record;
    log_batch.put_event(event.position, record, bytes);
    const auto item = static_cast<std::uint32_t>(events.size());
    for (std::size_t i = 0; i < record.tags.size(); ++i)
        tag_index_.add(tag_hash(record.tenant, record.tags[i]), item,
                       static_cast<std::uint32_t>(i));
    events.push_back(std::move(event));
}

void StagedBatch::put(Space space, std::string_view key, std::optional<std::string_view> value) {
    if (value) {
        log_batch.put(space, key, *value);
    } else {
        log_batch.erase(space, key);
    }
    value_index_.add(value_hash(space, key), static_cast<std::uint32_t>(values_.size()), 0);
    values_.push_back(
        {space, std::string(key), value ? std::optional<std::string>(*value) : std::nullopt});
}

std::optional<std::optional<std::string_view>> StagedBatch::find(Space space,
                                                                 std::string_view key) const {
    std::optional<std::optional<std::string_view>> found;
    value_index_.find(value_hash(space, key), [&](const auto& entry) {
        const auto& value = values_[entry.item];
        if (value.space != space || value.key != key) return true;
        found.emplace();
        if (value.value) found->emplace(*value.value);
        return false;
    });
    return found;
}

bool StagedBatch::is_entry_of(const NewestFirstIndex::Entry& entry, const TenantId& tenant,
                              std::string_view tag) const {
    const auto& record = *events[entry.item].record;
    return record.tenant == tenant && record.tags[entry.part] == tag;
}

std::optional<std::uint64_t> StagedBatch::last_tagged(const TenantId& tenant,
                                                      std::string_view tag) const {
    std::optional<std::uint64_t> last;
    tag_index_.find(tag_hash(tenant, tag), [&](const auto& entry) {
        if (is_entry_of(entry, tenant, tag)) last = events[entry.item].position;
        return !last;
    });
    return last;
}

bool StagedBatch::visit_tag(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                            const EventFn& fn) const {
    std::vector<std::uint32_t> items;
    tag_index_.find(tag_hash(tenant, tag), [&](const auto& entry) {
        if (!is_entry_of(entry, tenant, tag)) return true;
        if (events[entry.item].position <= after) return false;
        items.push_back(entry.item);
        return true;
    });
    return std::all_of(items.rbegin(), items.rend(),
                       [&](std::uint32_t item) { return fn(events[item]); });
}

bool StagedBatch::visit_after(std::uint64_t after, const EventFn& fn) const {
    if (events.empty() || events.back().position <= after) return true;
    const auto first = events.front().position;  // they follow one another without a gap
    const auto skipped = static_cast<std::ptrdiff_t>(after < first ? 0 : after - first + 1);
    return std::all_of(events.begin() + skipped, events.end(), fn);
}

bool StagedBatch::visit_tenant(const TenantId& tenant, std::uint64_t after,
                               const EventFn& fn) const {
    return std::ranges::all_of(events, [&](const CommittedEvent& event) {
        return event.position <= after || event.record->tenant != tenant || fn(event);
    });
}

void StagedBatch::begin_job() {
    before_job_ = {events.size(), tag_index_.size(), values_.size()};
    log_batch.set_savepoint();
}
void StagedBatch::end_job() {
    log_batch.drop_savepoint();
}
void StagedBatch::rollback_job() {
    log_batch.rollback_savepoint();
    tag_index_.shrink_to(before_job_.tags);
    value_index_.shrink_to(before_job_.values);
    events.resize(before_job_.events);
    values_.resize(before_job_.values);
}

}  // namespace almanac::eventstore
