#include "eventstore/partition_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
namespace fs = std::filesystem;

std::unexpected<kernel::Rejection> refuse(std::string code, std::string detail) {
    return kernel::reject(kernel::RejectionKind::corrupt, std::move(code), std::move(detail));
}

std::string way_out(const Partition& partition) {
    return fmt::format(
        " Nothing was changed. Restore a backup, or see what is lost and give it up with `almanac "
        "accept-loss --data {} --partition {}`.",
        partition.path.parent_path().string(), partition.number);
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
Result<void> compare_mark(const Partition& partition, const Log& log, const Mark& mark,
                          const std::optional<Fork>& fork) {
    if (fork && fork->from_log_id == mark.log_id && fork->to_log_id == log.log_id()) return {};
    if (mark.log_id != log.log_id())
        return refuse(
            "log_id_differs",
            fmt::format("The mark is of log {}, the log is {}.{}", kernel::to_string(mark.log_id),
                        kernel::to_string(log.log_id()), way_out(partition)));
    const auto last = log.last_position();
    if (last < mark.position)
        return refuse("log_behind_mark",
                      fmt::format("The log ends at position {0}-{1}, but {0}-{2} was acknowledged: "
                                  "at least {3} events are missing.{4}",
                                  partition.number, last, mark.position, mark.position - last,
                                  way_out(partition)));
    if (mark.position == 0) return {};
    const auto marked = log.record(mark.position);
    if (!marked) return std::unexpected(marked.error());
    if (marked->leaf != mark.hash)
        return refuse("corrupt",
                      fmt::format("The event at position {}-{} is not the one that was marked.{}",
                                  partition.number, mark.position, way_out(partition)));
    return {};
}

// RocksDB's list of files against the one the mark knew. A younger list was written whole. An
// older one is an older copy of the log's directory, or what damage left of the list: then files
// that it does not name lie there, or bytes that cannot be read follow it, and it is not believed.
Result<void> compare_manifest(const Partition& partition, const Log& log, const Mark& mark) {
    const auto manifest = read_manifest(partition.path / "log");
    if (!manifest) return std::unexpected(manifest.error());
    const auto& [whole, torn_bytes] = *manifest;
    const auto& known = mark.manifest;
    if (whole.number > known.number) return {};
    if (whole.number == known.number && whole.bytes >= known.bytes) return {};
    const auto unlisted = log.unlisted_tables();
    if (!unlisted) return std::unexpected(unlisted.error());
    // The same list cannot have been shorter when all of the log was there.
    const bool shortened = whole.number == known.number && log.last_position() >= mark.position;
    if (*unlisted == 0 && torn_bytes == 0 && !shortened) return {};
    return refuse("corrupt",
                  fmt::format("The list of the log's files (MANIFEST-{:06}) is whole for {} bytes, "
                              "MANIFEST-{:06} was for {}; {} files that lie there are not in it. "
                              "Nothing was changed. Restore a backup.",
                              whole.number, whole.bytes, known.number, known.bytes, *unlisted));
}
}  // namespace

Result<void> compare_keyring(const Partition& partition, const Log& log,
                             const std::optional<Mark>& mark, const std::optional<Fork>& fork,
                             const OpenOptions& options) {
    if (!options.keyring) return {};
    auto needed = generation_of(log);
    if (!needed) return std::unexpected(std::move(needed.error()));
    if (mark) *needed = std::max(*needed, mark->keyring_generation);
    auto keyring = options.keyring(partition.keyring_path());
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

Result<Inspected> open_read_only(const Partition& partition, const std::optional<Mark>& mark,
                                 const OpenOptions& options) {
    std::error_code ignored;
    if (!fs::is_directory(partition.path / "log", ignored))
        return refuse("log_missing", fmt::format("{} has no log.", partition.path.string()));
    auto log = Log::open(partition.path / "log", LogMode::read_only, options.log);
    if (!log) return std::unexpected(std::move(log.error()));
    if (mark && mark->log_id == (*log)->log_id())
        if (auto whole = compare_manifest(partition, **log, *mark); !whole)
            return std::unexpected(std::move(whole.error()));
    auto fork = unfinished_fork(**log);
    if (!fork) return std::unexpected(std::move(fork.error()));
    return Inspected{std::move(*log), *fork};
}

Result<Inspected> inspect(const Partition& partition, const OpenOptions& options) {
    auto mark = MarkFile::read(partition.path / "mark");
    if (!mark) {
        auto& error = mark.error();
        if (error.code == "mark_missing" || error.code == "corrupt")
            error.detail += way_out(partition);
        return std::unexpected(std::move(error));
    }
    auto inspected = open_read_only(partition, mark->mark, options);
    if (!inspected) return inspected;
    const auto& log = *inspected->log;
    if (auto agrees = compare_mark(partition, log, mark->mark, inspected->fork); !agrees)
        return std::unexpected(std::move(agrees.error()));
    if (auto agrees = compare_keyring(partition, log, mark->mark, inspected->fork, options);
        !agrees)
        return std::unexpected(std::move(agrees.error()));
    if (auto whole = log.check_tail(); !whole) return std::unexpected(std::move(whole.error()));
    if (log.last_position() != 0)
        if (auto last = log.record(log.last_position()); !last)
            return std::unexpected(std::move(last.error()));
    return inspected;
}

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

Result<std::unique_ptr<Log>> open_writable(const Partition& partition, const OpenOptions& options) {
    auto log = Log::open(partition.path / "log", LogMode::read_write, options.log);
    if (log || log.error().code != "disk_full") return log;
    partition.release_ballast();
    return Log::open(partition.path / "log", LogMode::read_write, options.log);
}

}  // namespace almanac::eventstore
