#include "eventstore/fold_cache.hpp"

namespace almanac::eventstore {
namespace {
constexpr std::size_t entry_overhead_bytes = 256;
}

CachedFold* FoldCache::find(const kernel::TenantId& tenant, std::string_view tag) {
    key_.assign(tenant.view()).append(tag);
    const auto at = entries_.find(key_);
    if (at == entries_.end()) {
        ++misses_;
        return nullptr;
    }
    ++hits_;
    // What is near the front stays where it is: an order good enough, without touching neighbours.
    if (hits_ - at->second.moved_at > entries_.size() / 4) {
        at->second.moved_at = hits_;
        used_.splice(used_.begin(), used_, at->second.place);
    }
    return &at->second.fold;
}

CachedFold& FoldCache::insert(const kernel::TenantId& tenant, std::string_view tag,
                              CachedFold fold) {
    key_.assign(tenant.view()).append(tag);
    const auto [at, fresh] = entries_.try_emplace(key_);
    if (fresh) {
        used_.push_front(&at->first);
        at->second.place = used_.begin();
        at->second.moved_at = hits_;
    } else {
        bytes_ -= at->second.fold.bytes;
    }
    at->second.fold = std::move(fold);
    at->second.fold.bytes = 0;
    measure(at->second.fold);
    return at->second.fold;
}

void FoldCache::measure(CachedFold& fold) {
    const auto bytes = fold.type->bytes(fold.held.state.get()) + entry_overhead_bytes;
    bytes_ += bytes - fold.bytes;
    fold.bytes = bytes;
}

void FoldCache::trim() {
    while (bytes_ > bytes_max_ && !used_.empty()) {
        const auto at = entries_.find(*used_.back());
        bytes_ -= at->second.fold.bytes;
        used_.pop_back();
        entries_.erase(at);
    }
}

void FoldCache::clear() {
    entries_.clear();
    used_.clear();
    bytes_ = 0;
}

}  // namespace almanac::eventstore
