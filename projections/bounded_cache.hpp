// Values by key, as many as fit into `bytes_max` (an estimate given by who puts them), least
// recently used out first. Not thread-safe.
#pragma once
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace almanac::projections {

template <class Value>
class BoundedCache {
  public:
    explicit BoundedCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // The value stays where it is until the next `put`, `erase` or `clear`.
    Value* find(std::string_view key) {
        const auto at = entries_.find(key);
        if (at == entries_.end()) return nullptr;
        used_.splice(used_.begin(), used_, at->second.place);
        return &at->second.value;
    }
    Value& put(std::string_view key, Value value, std::size_t bytes) {
        const auto [at, fresh] = entries_.try_emplace(std::string(key));
        auto& entry = at->second;
        if (fresh) {
            used_.push_front(&*at);
            entry.place = used_.begin();
        } else {
            used_.splice(used_.begin(), used_, entry.place);
            bytes_ -= entry.bytes;
        }
        entry.value = std::move(value);
        entry.bytes = bytes + key.size() + overhead_bytes;
        bytes_ += entry.bytes;
        trim();
        return entry.value;
    }
    // A value has grown or shrunk; of the one found last without a second look-up.
    void measure(std::string_view key, std::size_t bytes) {
        const bool last = !used_.empty() && used_.front()->first == key;
        if (!last && find(key) == nullptr) return;
        auto& entry = used_.front()->second;
        bytes_ -= entry.bytes;
        entry.bytes = bytes + key.size() + overhead_bytes;
        bytes_ += entry.bytes;
        trim();
    }
    void erase(std::string_view key) {
        const auto at = entries_.find(key);
        if (at == entries_.end()) return;
        bytes_ -= at->second.bytes;
        used_.erase(at->second.place);
        entries_.erase(at);
    }
    void clear() {
        entries_.clear();
        used_.clear();
        bytes_ = 0;
    }
    std::size_t bytes() const { return bytes_; }
    std::size_t size() const { return entries_.size(); }

  private:
    static constexpr std::size_t overhead_bytes = 160;
    void trim() {
        while (bytes_ > bytes_max_ && entries_.size() > 1) erase(std::string(used_.back()->first));
    }
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    struct Entry;
    using Node = std::pair<const std::string, Entry>;
    struct Entry {
        Value value{};
        std::size_t bytes = 0;
        typename std::list<Node*>::iterator place{};
    };
    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
    std::list<Node*> used_;  // latest first
};

}  // namespace almanac::projections
