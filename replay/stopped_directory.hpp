// A data directory that no server uses, opened to be read: format, lock, and every partition's log,
// mark and keyring generation compared as a start would; nothing on disk changes but the lock.
// Owned by one command; not thread-safe. Refusals have the exit codes of data_directory.hpp.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "eventstore/data_directory.hpp"

namespace almanac::replay {

using eventstore::Log;
using kernel::Instant;
using kernel::Result;
using kernel::TenantId;

// A fold of a tenant as its log has it, or had it at a position.
Result<kernel::Held> fold_from_log(const Log& log, const kernel::Catalogue& catalogue,
                                   const TenantId& tenant, const kernel::FoldType& type,
                                   std::string_view tag, std::uint64_t through = UINT64_MAX);

class StoppedDirectory {
  public:
    static Result<StoppedDirectory> open(const std::filesystem::path& path);

    unsigned partitions() const { return directory_.partitions(); }
    const eventstore::Partition& partition(unsigned number) const { return partitions_.at(number); }
    unsigned partition_of(const TenantId& tenant) const;
    const Log& log_of(const TenantId& tenant) const { return *partition(partition_of(tenant)).log; }
    bool is_sandbox() const { return directory_.sandbox_time().has_value(); }
    std::filesystem::path master_key_path() const { return directory_.master_key_path(); }
    // Where a sandbox's clock stands; nothing elsewhere.
    Result<std::optional<Instant>> sandbox_now(const kernel::Catalogue& catalogue) const;
    // By slug or id; `$system` is the house's own. `not_found` where there is none.
    Result<TenantId> find_tenant(const kernel::Catalogue& catalogue, std::string_view text) const;
    Result<std::size_t> count_tenants() const;  // without `$system`

  private:
    StoppedDirectory(eventstore::DataDirectory directory,
                     std::vector<eventstore::Partition> partitions)
        : directory_(std::move(directory)), partitions_(std::move(partitions)) {}
    eventstore::DataDirectory directory_;
    std::vector<eventstore::Partition> partitions_;
};

// Events of a tenant from a sequence on, oldest first, while `fn` answers true.
using EventFn = std::function<bool(std::uint64_t position, const eventstore::RecordView& record)>;
Result<void> visit_events(const Log& log, const TenantId& tenant, std::uint64_t from_sequence,
                          const EventFn& fn);

}  // namespace almanac::replay
