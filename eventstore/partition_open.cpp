// How a partition is opened: everything is read and compared first, then opened for real.
#include <algorithm>
#include <utility>

#include "eventstore/backup_files.hpp"
#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"
#include "eventstore/partition_check.hpp"

namespace almanac::eventstore {
namespace {

// The mark, saying what the log holds now.
Result<std::unique_ptr<MarkFile>> open_mark(const Partition& partition, const Log& log) {
    auto now = mark_of(log);
    if (!now) return std::unexpected(std::move(now.error()));
    auto mark = MarkFile::open(partition.path / "mark");
    if (!mark) return mark;
    now->keyring_generation =
        std::max(now->keyring_generation, (*mark)->current().keyring_generation);
    if ((*mark)->current() != *now)
        if (auto written = (*mark)->write(*now); !written)
            return std::unexpected(std::move(written.error()));
    return mark;
}
}  // namespace

std::string encode_fork(const Fork& fork) {
    std::string bytes(fork.from_log_id.view());
    bytes.append(fork.to_log_id.view());
    append_u64(bytes, fork.position);
    return bytes;
}

std::optional<Fork> decode_fork(std::string_view bytes) {
    if (bytes.size() != 40) return std::nullopt;
    return Fork{kernel::uuid_from_bytes(bytes), kernel::uuid_from_bytes(bytes.substr(16)),
                read_u64(bytes.substr(32))};
}

void fork_finished(LogBatch& batch) {
    batch.erase(Space::meta, meta_fork);
}

Result<std::vector<TenantId>> tenants_to_tell(const Log& log, const Fork& fork) {
    auto tenants = log.tenants();
    if (!tenants) return tenants;
    std::vector<TenantId> left;
    for (const auto& tenant : *tenants) {
        const auto last = log.last_sequence(tenant);
        const auto after = log.sequence_after(tenant, fork.position);
        if (!last) return std::unexpected(last.error());
        if (!after) return std::unexpected(after.error());
        if (*last && *after == **last + 1) left.push_back(tenant);
    }
    return left;
}

void Partition::release_ballast() const {
    disk_remove(ballast_path());
}

Result<Partition> DataDirectory::open_partition_read_only(unsigned number,
                                                          const OpenOptions& options) const {
    Partition partition;
    partition.number = number;
    partition.path = partition_path(number);
    auto inspected = inspect(partition, options);
    if (!inspected) return std::unexpected(std::move(inspected.error()));
    partition.log = std::move(inspected->log);
    partition.unfinished_fork = inspected->fork;
    return partition;
}

Inspection inspection_of(const Partition& opened_read_only) {
    return {opened_read_only.number, opened_read_only.log->last_position(),
            opened_read_only.unfinished_fork};
}

Result<Partition> DataDirectory::open_partition(unsigned number, const OpenOptions& options) const {
    auto looked = open_partition_read_only(number, options);
    if (!looked) return looked;
    const auto before = inspection_of(*looked);
    looked->log.reset();
    return open_partition(before, options);
}

Result<Partition> DataDirectory::open_partition(const Inspection& before,
                                                const OpenOptions& options) const {
    Partition partition;
    partition.number = before.number;
    partition.path = partition_path(before.number);
    partition.unfinished_fork = before.unfinished_fork;
    auto log = open_writable(partition, options);
    if (!log) return std::unexpected(std::move(log.error()));
    if ((*log)->last_position() != before.last_position)
        return kernel::corrupt("The log opened for real is not the one that was read before.");
    auto mark = open_mark(partition, **log);
    if (!mark && mark.error().code == "disk_full") {
        partition.release_ballast();
        mark = open_mark(partition, **log);
    }
    if (!mark) return std::unexpected(std::move(mark.error()));
    partition.log = std::move(*log);
    partition.mark = std::move(*mark);
    (void)remove_tree(backup_scratch(partition.path));  // the next start tries again
    // Without room for it the server still serves; the next start tries again.
    (void)reserve_file(partition.ballast_path(), options.ballast_bytes);
    return partition;
}

}  // namespace almanac::eventstore
