#include "eventstore/keyring_cache.hpp"

#include <sodium.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace almanac::eventstore {

KeyringCache::KeyringCache(std::size_t capacity)
    : capacity_(std::clamp<std::size_t>(capacity, 1, none - 1)), places_(capacity_) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    auto* block = static_cast<std::uint8_t*>(sodium_allocarray(capacity_, 32));
    if (block == nullptr) throw std::bad_alloc();
    block_ = {block, [](std::uint8_t* p) { sodium_free(p); }};
    sodium_memzero(block, capacity_ * 32);
    free_.reserve(capacity_);
    for (std::size_t slot = capacity_; slot-- > 0;) free_.push_back(static_cast<Slot>(slot));
}

std::optional<SecretKey> KeyringCache::find(std::string_view name) {
    const auto at = index_.find(name);
    if (at == index_.end()) return std::nullopt;
    const Slot slot = at->second;
    if (slot != newest_) {
        unlink(slot);
        link_newest(slot);
    }
    return SecretKey(std::span<const std::uint8_t, 32>(bytes(slot), 32));
}

void KeyringCache::put(std::string_view name, const SecretKey& key) {
    remove(name);
    if (free_.empty()) release(oldest_);
    const Slot slot = free_.back();
    free_.pop_back();
    const auto at = index_.emplace(std::string(name), slot).first;
    places_[slot].name = &at->first;
    std::ranges::copy(key.bytes(), bytes(slot));
    link_newest(slot);
}

void KeyringCache::remove(std::string_view name) {
    const auto at = index_.find(name);
    if (at != index_.end()) release(at->second);
}

std::span<const std::uint8_t> KeyringCache::memory() const {
    return {block_.get(), capacity_ * 32};
}

void KeyringCache::unlink(Slot slot) {
    auto& place = places_[slot];
    (place.newer == none ? newest_ : places_[place.newer].older) = place.older;
    (place.older == none ? oldest_ : places_[place.older].newer) = place.newer;
    place.newer = none;
    place.older = none;
}

void KeyringCache::link_newest(Slot slot) {
    places_[slot].older = newest_;
    if (newest_ != none) places_[newest_].newer = slot;
    newest_ = slot;
    if (oldest_ == none) oldest_ = slot;
}

void KeyringCache::release(Slot slot) {
    sodium_memzero(bytes(slot), 32);
    unlink(slot);
    index_.erase(index_.find(*places_[slot].name));
    places_[slot].name = nullptr;
    free_.push_back(slot);
}

}  // namespace almanac::eventstore
