// The unwrapped keys in use: a fixed block of locked memory (guard pages, never dumped) cut into
// slots of 32 bytes, found by name, least recently used out first, each wiped when it goes. Owned
// by one Keyring, which guards it with its mutex; not thread-safe by itself.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eventstore/sealing.hpp"

namespace almanac::eventstore {

class KeyringCache {
  public:
    explicit KeyringCache(std::size_t capacity);
    std::optional<SecretKey> find(std::string_view name);  // and makes it the most recent
    void put(std::string_view name, const SecretKey& key);
    void remove(std::string_view name);
    std::size_t size() const { return index_.size(); }
    // The whole block, so that a test can prove what was wiped.
    std::span<const std::uint8_t> memory() const;

  private:
    using Slot = std::uint32_t;
    static constexpr Slot none = 0xffffffff;
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>{}(name);
        }
    };
    struct Place {
        const std::string* name = nullptr;  // the key within index_; none = the slot is free
        Slot newer = none;
        Slot older = none;
    };
    std::uint8_t* bytes(Slot slot) { return block_.get() + std::size_t{slot} * 32; }
    void unlink(Slot slot);
    void link_newest(Slot slot);
    void release(Slot slot);

    std::size_t capacity_;
    std::shared_ptr<std::uint8_t> block_;
    std::vector<Place> places_;
    std::vector<Slot> free_;
    std::unordered_map<std::string, Slot, NameHash, std::equal_to<>> index_;
    Slot newest_ = none;
    Slot oldest_ = none;
};

}  // namespace almanac::eventstore
