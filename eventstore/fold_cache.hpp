// The folds that decisions read, kept in memory: what is asked often is answered without the disk.
// An entry holds the fold as of everything staged; an evicted one is loaded again from its snapshot
// and the tail of its tag. Owned by the executor of a partition; decision thread only.
// Limits: `bytes_max` (an estimate, never less than what one decision pins).
#pragma once
#include <absl/container/node_hash_map.h>

#include <cstdint>
#include <list>
#include <string>

#include "domain/kernel/catalogue.hpp"

namespace almanac::eventstore {

struct CachedFold {
    const kernel::FoldType* type = nullptr;
    kernel::Held held;
    std::uint64_t since_snapshot = 0;  // events applied after the last snapshot
    std::size_t bytes = 0;
};

class FoldCache {
  public:
    explicit FoldCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    CachedFold* find(const kernel::TenantId& tenant, std::string_view tag);
    CachedFold& insert(const kernel::TenantId& tenant, std::string_view tag, CachedFold fold);
    void measure(CachedFold& fold);  // after it was evolved
    void trim();                     // between decisions: down to the bound, oldest out first
    void clear();
    std::size_t bytes() const { return bytes_; }
    std::size_t size() const { return entries_.size(); }
    std::uint64_t hits() const { return hits_; }
    std::uint64_t misses() const { return misses_; }

  private:
    struct Entry {
        CachedFold fold;
        std::list<const std::string*>::iterator place;
        std::uint64_t moved_at = 0;  // in hits, when it last went to the front
    };
    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::uint64_t hits_ = 0;
    std::uint64_t misses_ = 0;
    absl::node_hash_map<std::string, Entry> entries_;  // tenant ‖ tag
    std::list<const std::string*> used_;               // keys, latest first, roughly
    std::string key_;                                  // scratch
};

}  // namespace almanac::eventstore
