// The last change of every owner in a month, in memory: what the rows "m" say (rows.hpp), without a
// walk over rows that are overwritten all the time. The projection notes a change before its batch
// is written, so whoever reads rows of position p finds here all that changed up to p; what is
// later than p he looks up in his rows.
// Concurrency: thread-safe. Limits: `entries_max` owners in all, months least recently asked for
// go first.
#pragma once
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "domain/kernel/id.hpp"
#include "projections/availability/rows.hpp"

namespace almanac::projections::availability {

struct OwnerChange {
    kernel::Uuid owner;
    std::uint64_t position = 0;
};

class LatestChanges {
  public:
    using Month = std::vector<OwnerChange>;  // by owner
    explicit LatestChanges(std::size_t entries_max = 100'000) : entries_max_(entries_max) {}

    void note(const kernel::TenantId& tenant, Day month, const kernel::Uuid& owner,
              std::uint64_t position);
    // All owners that changed up to `as_of`, some perhaps later again; an owner that is not among
    // them never changed. Nothing where this is not known.
    std::optional<Month> find(const kernel::TenantId& tenant, Day month, std::uint64_t as_of);
    // What the rows of `as_of` say. Kept where no change can have been missed since they were read:
    // not on the first time, from which on changes are gathered.
    void put(const kernel::TenantId& tenant, Day month, std::uint64_t as_of, const Month& read);
    std::size_t entries() const;

  private:
    struct Key {
        kernel::Uuid tenant;
        Day month = 0;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };
    struct Table {
        std::uint64_t gathers_after = 0;             // every change after this is in `owners`
        std::optional<std::uint64_t> complete_from;  // as are those before, seen from here
        Month owners;
        std::list<Key>::iterator place;
    };
    void trim();

    mutable std::mutex mutex_;
    const std::size_t entries_max_;
    std::size_t entries_ = 0;
    std::uint64_t noted_ = 0;  // the latest change of all
    std::unordered_map<Key, Table, Hash> tables_;
    std::list<Key> used_;  // latest first
};

}  // namespace almanac::projections::availability
