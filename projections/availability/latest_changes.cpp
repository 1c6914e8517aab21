#include "projections/availability/latest_changes.hpp"

#include <algorithm>
#include <cstring>

namespace almanac::projections::availability {
namespace {
// True where it is a new one.
bool raise(LatestChanges::Month& owners, const kernel::Uuid& owner, std::uint64_t position) {
    const auto at = std::ranges::lower_bound(owners, owner, {}, &OwnerChange::owner);
    if (at == owners.end() || at->owner != owner) {
        owners.insert(at, {owner, position});
        return true;
    }
    at->position = std::max(at->position, position);
    return false;
}
}  // namespace

std::size_t LatestChanges::Hash::operator()(const Key& key) const {
    std::uint64_t end = 0;  // of an id, where it is random
    std::memcpy(&end, key.tenant.bytes.data() + sizeof end, sizeof end);
    return end ^ (static_cast<std::uint64_t>(static_cast<std::uint32_t>(key.month)) << 17);
}

void LatestChanges::note(const kernel::TenantId& tenant, Day month, const kernel::Uuid& owner,
                         std::uint64_t position) {
    const std::scoped_lock lock(mutex_);
    noted_ = std::max(noted_, position);
    const auto at = tables_.find({tenant, month});
    if (at == tables_.end() || !raise(at->second.owners, owner, position)) return;
    ++entries_;
    trim();
}

std::optional<LatestChanges::Month> LatestChanges::find(const kernel::TenantId& tenant, Day month,
                                                        std::uint64_t as_of) {
    const std::scoped_lock lock(mutex_);
    const auto at = tables_.find({tenant, month});
    if (at == tables_.end()) return std::nullopt;
    auto& table = at->second;
    used_.splice(used_.begin(), used_, table.place);
    if (!table.complete_from || as_of < *table.complete_from) return std::nullopt;
    return table.owners;
}

void LatestChanges::put(const kernel::TenantId& tenant, Day month, std::uint64_t as_of,
                        const Month& read) {
    const std::scoped_lock lock(mutex_);
    const Key key{tenant, month};
    const auto [at, fresh] = tables_.try_emplace(key);
    auto& table = at->second;
    if (fresh) {
        used_.push_front(key);
        table = {noted_, std::nullopt, {}, used_.begin()};
        ++entries_;  // a month counts as an owner
        return trim();
    }
    if (table.complete_from || as_of < table.gathers_after) return;
    for (const auto& each : read) {
        if (raise(table.owners, each.owner, each.position)) ++entries_;
    }
    table.complete_from = as_of;
    trim();
}

std::size_t LatestChanges::entries() const {
    const std::scoped_lock lock(mutex_);
    return entries_;
}

void LatestChanges::trim() {
    while (entries_ > entries_max_ && used_.size() > 1) {
        const auto at = tables_.find(used_.back());
        entries_ -= at->second.owners.size() + 1;
        tables_.erase(at);
        used_.pop_back();
    }
}

}  // namespace almanac::projections::availability
