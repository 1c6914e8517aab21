// How a partition is opened: everything is read and compared first, then opened for real.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "eventstore/data_directory.hpp"
#include "eventstore/durable_files.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
namespace fs = std::filesystem;

constexpr std::string_view way_out =
    " Nothing was changed. Restore a backup, or accept the loss with `almanac accept-loss`.";

std::unexpected<kernel::Rejection> refuse(std::string code, std::string detail) {
    return kernel::reject(kernel::RejectionKind::corrupt, std::move(code), std::move(detail));
}

Result<std::optional<Fork>> unfinished_fork(const Log& log) {
    auto bytes = log.meta(meta_fork);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (!*bytes) return std::nullopt;
    const auto fork = decode_fork(**bytes);
    if (!fork) return corrupt("The log's note of an unfinished fork is damaged.");
    return fork;
}

Result<std::uint64_t> generation_of(const Log& log) {
    auto bytes = log.meta(meta_keyring_generation);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (!*bytes) return 0;
    if ((*bytes)->size() != 8) return corrupt("The log's keyring generation is damaged.");
    return read_u64(**bytes);
}

// The log against the mark. An accepted loss whose mark was not rewritten any more is in order.
Result<void> compare_mark(const Log& log, const Mark& mark, const std::optional<Fork>& fork) {
    if (fork && fork->from_log_id == mark.log_id && fork->to_log_id == log.log_id()) return {};
    if (mark.log_id != log.log_id())
        return refuse("log_id_differs", fmt::format("The mark is of log {}, the log is {}.{}",
                                                    kernel::to_string(mark.log_id),
                                                    kernel::to_string(log.log_id()), way_out));
    if (log.last_position() < mark.position)
        return refuse("log_behind_mark",
                      fmt::format("The log ends at position {}, but {} was acknowledged.{}",
                                  log.last_position(), mark.position, way_out));
    if (mark.position == 0) return {};
    const auto marked = log.record(mark.position);
    if (!marked) return std::unexpected(marked.error());
    if (marked->leaf != mark.hash)
        return refuse("corrupt",
                      fmt::format("The event at position {} is not the one that was marked.{}",
                                  mark.position, way_out));
    return {};
}

Result<void> compare_keyring(const fs::path& partition, const Log& log,
                             const std::optional<Mark>& mark, const std::optional<Fork>& fork,
                             const KeyringProbe& probe) {
    if (!probe) return {};
    auto needed = generation_of(log);
    if (!needed) return std::unexpected(std::move(needed.error()));
    if (mark) *needed = std::max(*needed, mark->keyring_generation);
    auto keyring = probe(partition / "keyring");
    if (!keyring) return std::unexpected(std::move(keyring.error()));
    if (keyring->generation < *needed)
        return refuse("keyring_behind_log",
                      fmt::format("The keyring is of generation {}, the log needs {}: it is an "
                                  "older copy. Nothing was changed. Restore the newer keyring.",
                                  keyring->generation, *needed));
    const bool own = !keyring->log_id || *keyring->log_id == log.log_id() ||
                     (fork && *keyring->log_id == fork->from_log_id);
    if (!own)
        return refuse(
            "log_id_differs",
            fmt::format("The keyring is of log {}, the log is {}. Nothing was changed.",
                        kernel::to_string(*keyring->log_id), kernel::to_string(log.log_id())));
    return {};
}

struct Inspected {
    std::unique_ptr<Log> log;  // read-only
    std::optional<Fork> fork;
};

// RocksDB's list of files must reach as far as the mark says, if it is still that list: a younger
// one was written whole, an older one belongs to an older copy of the log, which ends earlier.
Result<void> compare_manifest(const fs::path& partition, const Mark& mark) {
    auto extent = read_manifest_extent(partition / "log");
    if (!extent) return std::unexpected(std::move(extent.error()));
    const auto& known = mark.manifest;
    if (extent->number > known.number ||
        (extent->number == known.number && extent->bytes >= known.bytes))
        return {};
    return refuse("corrupt",
                  "The list of the log's files (MANIFEST) is damaged or older than it "
                  "was. Nothing was changed. Restore a backup.");
}

Result<Inspected> open_read_only(const fs::path& partition, const std::optional<Mark>& mark,
                                 const OpenOptions& options) {
    std::error_code ignored;
    if (!fs::is_directory(partition / "log", ignored))
        return refuse("log_missing", fmt::format("{} has no log.", partition.string()));
    if (mark)
        if (auto whole = compare_manifest(partition, *mark); !whole)
            return std::unexpected(std::move(whole.error()));
    auto log = Log::open(partition / "log", LogMode::read_only, options.log);
    if (!log) return std::unexpected(std::move(log.error()));
    auto fork = unfinished_fork(**log);
    if (!fork) return std::unexpected(std::move(fork.error()));
    return Inspected{std::move(*log), *fork};
}

// Read-only: log, mark and keyring agree, or a refusal.
Result<Inspected> inspect(const fs::path& partition, const OpenOptions& options) {
    auto mark = MarkFile::read(partition / "mark");
    if (!mark) return std::unexpected(std::move(mark.error()));
    auto inspected = open_read_only(partition, mark->mark, options);
    if (!inspected) return inspected;
    const auto& log = *inspected->log;
    if (auto agrees = compare_mark(log, mark->mark, inspected->fork); !agrees)
        return std::unexpected(std::move(agrees.error()));
    if (auto agrees = compare_keyring(partition, log, mark->mark, inspected->fork, options.keyring);
        !agrees)
        return std::unexpected(std::move(agrees.error()));
    if (log.last_position() != 0)
        if (auto last = log.record(log.last_position()); !last)
            return std::unexpected(std::move(last.error()));
    return inspected;
}

// The mark that says what the log holds now.
Result<Mark> mark_of(const Log& log) {
    Mark mark;
    mark.log_id = log.log_id();
    mark.position = log.last_position();
    mark.manifest = log.manifest();
    auto generation = generation_of(log);
    if (!generation) return std::unexpected(std::move(generation.error()));
    mark.keyring_generation = *generation;
    if (mark.position == 0) return mark;
    auto last = log.record(mark.position);
    if (!last) return std::unexpected(std::move(last.error()));
    mark.hash = last->leaf;
    return mark;
}

Result<void> replace_mark(const fs::path& partition, const Mark& mark) {
    return replace_file(partition / "mark", encode_mark_slot(mark, 0) + encode_mark_slot(mark, 1));
}

// For real. A disk that is full gets the ballast's room to recover in.
Result<std::unique_ptr<Log>> open_log(const Partition& partition, const OpenOptions& options) {
    auto log = Log::open(partition.path / "log", LogMode::read_write, options.log);
    if (log || log.error().code != "disk_full") return log;
    partition.release_ballast();
    return Log::open(partition.path / "log", LogMode::read_write, options.log);
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
    std::error_code ignored;
    fs::remove(ballast_path(), ignored);
}

Result<Partition> DataDirectory::open_partition_read_only(unsigned number,
                                                          const OpenOptions& options) const {
    Partition partition;
    partition.number = number;
    partition.path = partition_path(number);
    auto inspected = inspect(partition.path, options);
    if (!inspected) return std::unexpected(std::move(inspected.error()));
    partition.log = std::move(inspected->log);
    partition.unfinished_fork = inspected->fork;
    return partition;
}

Result<Partition> DataDirectory::open_partition(unsigned number, const OpenOptions& options) const {
    Partition partition;
    partition.number = number;
    partition.path = partition_path(number);
    std::uint64_t inspected_position = 0;
    {
        auto inspected = inspect(partition.path, options);
        if (!inspected) return std::unexpected(std::move(inspected.error()));
        partition.unfinished_fork = inspected->fork;
        inspected_position = inspected->log->last_position();
    }
    auto log = open_log(partition, options);
    if (!log) return std::unexpected(std::move(log.error()));
    if ((*log)->last_position() != inspected_position)
        return corrupt("The log opened for real is not the one that was read before.");
    auto now = mark_of(**log);
    if (!now) return std::unexpected(std::move(now.error()));
    auto mark = MarkFile::open(partition.path / "mark");
    if (!mark) return std::unexpected(std::move(mark.error()));
    now->keyring_generation =
        std::max(now->keyring_generation, (*mark)->current().keyring_generation);
    if ((*mark)->current() != *now)
        if (auto written = (*mark)->write(*now); !written)
            return std::unexpected(std::move(written.error()));
    partition.log = std::move(*log);
    partition.mark = std::move(*mark);
    // Without room for it the server still serves; the next start tries again.
    (void)reserve_file(partition.ballast_path(), options.ballast_bytes);
    return partition;
}

Result<Fork> DataDirectory::accept_loss(unsigned number, const OpenOptions& options) const {
    Partition partition;
    partition.path = partition_path(number);
    if (const auto inspected = inspect(partition.path, options))
        return kernel::reject("nothing_to_accept", "The partition opens as it is.");
    const auto mark = MarkFile::read(partition.path / "mark");
    if (!mark && mark.error().code == "newer_format") return std::unexpected(mark.error());
    {
        const auto known = mark ? std::optional(mark->mark) : std::nullopt;
        auto inspected = open_read_only(partition.path, known, options);
        if (!inspected) return std::unexpected(std::move(inspected.error()));
        if (auto agrees = compare_keyring(partition.path, *inspected->log, known, inspected->fork,
                                          options.keyring);
            !agrees)
            return std::unexpected(std::move(agrees.error()));
        if (auto whole = mark_of(*inspected->log); !whole)
            return std::unexpected(std::move(whole.error()));
    }
    auto log = open_log(partition, options);
    if (!log) return std::unexpected(std::move(log.error()));
    const Fork fork{(*log)->log_id(), random_log_id(), (*log)->last_position()};
    LogBatch batch(**log);
    batch.put(Space::meta, meta_log_id, fork.to_log_id.view());
    batch.put(Space::meta, meta_fork, encode_fork(fork));
    if (auto done = (*log)->commit(batch); !done) return std::unexpected(std::move(done.error()));
    auto now = mark_of(**log);
    if (!now) return std::unexpected(std::move(now.error()));
    now->log_id = fork.to_log_id;
    if (mark)
        now->keyring_generation = std::max(now->keyring_generation, mark->mark.keyring_generation);
    if (auto done = replace_mark(partition.path, *now); !done)
        return std::unexpected(std::move(done.error()));
    return fork;
}

}  // namespace almanac::eventstore
