// Which tenants there are: slug and id, over all partitions, in memory. Filled from `$system` at
// start, changed before the creation of a tenant is answered. Thread-safe.
#pragma once
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "domain/kernel/id.hpp"

namespace almanac::eventstore {

struct TenantEntry {
    kernel::TenantId id;
    std::string slug;
    bool founded = false;  // its own log has begun
};

class TenantDirectory {
  public:
    void add(const TenantEntry& entry);
    void founded(const kernel::TenantId& id);
    // By slug or by id; only founded ones.
    std::optional<TenantEntry> find(std::string_view slug_or_id) const;
    std::optional<TenantEntry> find(const kernel::TenantId& id) const;
    // Founded ones in the order of their ids, after `after`.
    std::vector<TenantEntry> page(const kernel::TenantId& after, std::size_t limit) const;
    std::vector<TenantEntry> unfounded() const;
    std::size_t size() const;

  private:
    mutable std::shared_mutex mutex_;
    std::map<kernel::TenantId, TenantEntry> by_id_;
    std::map<std::string, kernel::TenantId, std::less<>> by_slug_;
};

}  // namespace almanac::eventstore
