#include "eventstore/tenant_directory.hpp"

#include <mutex>

namespace almanac::eventstore {

void TenantDirectory::add(const TenantEntry& entry) {
    const std::unique_lock lock(mutex_);
    const auto [at, fresh] = by_id_.try_emplace(entry.id, entry);
    if (!fresh) at->second.slug = entry.slug;
    by_slug_[entry.slug] = entry.id;
}

void TenantDirectory::founded(const kernel::TenantId& id) {
    const std::unique_lock lock(mutex_);
    by_id_[id].id = id;
    by_id_[id].founded = true;
}

std::optional<TenantEntry> TenantDirectory::find(const kernel::TenantId& id) const {
    const std::shared_lock lock(mutex_);
    const auto at = by_id_.find(id);
    if (at == by_id_.end() || !at->second.founded) return std::nullopt;
    return at->second;
}

std::optional<TenantEntry> TenantDirectory::find(std::string_view slug_or_id) const {
    if (const auto id = kernel::parse_uuid(slug_or_id)) return find(kernel::TenantId{*id});
    const std::shared_lock lock(mutex_);
    const auto slug = by_slug_.find(slug_or_id);
    if (slug == by_slug_.end()) return std::nullopt;
    const auto& entry = by_id_.at(slug->second);
    return entry.founded ? std::optional(entry) : std::nullopt;
}

std::vector<TenantEntry> TenantDirectory::page(const kernel::TenantId& after,
                                               std::size_t limit) const {
    const std::shared_lock lock(mutex_);
    std::vector<TenantEntry> entries;
    for (auto at = by_id_.upper_bound(after); at != by_id_.end() && entries.size() < limit; ++at) {
        if (at->second.founded) entries.push_back(at->second);
    }
    return entries;
}

std::vector<TenantEntry> TenantDirectory::unfounded() const {
    const std::shared_lock lock(mutex_);
    std::vector<TenantEntry> entries;
    for (const auto& [id, entry] : by_id_) {
        if (!entry.founded) entries.push_back(entry);
    }
    return entries;
}

std::size_t TenantDirectory::size() const {
    const std::shared_lock lock(mutex_);
    return by_id_.size();
}

}  // namespace almanac::eventstore
