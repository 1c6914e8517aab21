// A data directory: `format`, `lock`, `master.key` (the keyring's) and one self-contained directory
// per partition: p0000/{log,keyring,views,mark,erasures,ballast}. One process at a time holds it.
// A start reads everything first and refuses with nothing touched, or opens for real.
// Refusals are Rejections with a code; `exit_code` gives the documented exit code of each.
//
//     `format`, text: "almanac data directory\nformat 1\npartitions N\n" then, of a sandbox,
//     "sandbox <RFC 3339>\n", then "checksum <first 16 hex digits of SHA-256 of the lines
//     before>\n"
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/log.hpp"
#include "eventstore/mark.hpp"
#include "eventstore/partitioning.hpp"

namespace almanac::eventstore {

inline constexpr std::uint32_t data_format_version = 1;
inline constexpr unsigned partitions_max = 1024;

// Exit codes of a refused start or init (documented in README): 10 data_missing, 11 data_exists,
// 12 data_locked, 13 newer_format, 14 corrupt (damaged or incomplete), 15 log_behind_mark,
// 16 keyring_behind_log, 17 log_id_differs, 18 disk_full or io_error, 19 keys: missing, too
// open, or of another directory, 1 anything else.
int exit_code(const kernel::Rejection& refusal);

struct KeyringState {
    std::uint64_t generation = 0;
    std::optional<kernel::Uuid> log_id;  // where the keyring knows one
};
// Reads the keyring under this path without touching anything; an absent one is generation 0.
using KeyringProbe = std::function<Result<KeyringState>(const std::filesystem::path& keyring)>;

// An accepted loss or a restore that is not told to every tenant yet. Kept in the log's meta until
// `fork_finished` is part of a batch; the start finishes it before serving.
struct Fork {
    kernel::Uuid from_log_id;
    kernel::Uuid to_log_id;
    std::uint64_t position = 0;  // the last one of the old log that is still there
    bool operator==(const Fork&) const = default;
};
std::string encode_fork(const Fork& fork);
std::optional<Fork> decode_fork(std::string_view bytes);
void fork_finished(LogBatch& batch);
// Tenants to whom the fork is still to be told: those that have no event after its position.
Result<std::vector<TenantId>> tenants_to_tell(const Log& log, const Fork& fork);

struct Partition {
    unsigned number = 0;
    std::filesystem::path path;
    std::unique_ptr<Log> log;
    std::unique_ptr<MarkFile> mark;       // null where opened read-only
    std::optional<Fork> unfinished_fork;  // `log_forked` is due: see tenants_to_tell

    std::filesystem::path keyring_path() const { return path / "keyring"; }
    std::filesystem::path views_path() const { return path / "views"; }
    std::filesystem::path erasures_path() const { return path / "erasures"; }
    std::filesystem::path ballast_path() const { return path / "ballast"; }
    // Gives the file system room to recover from ENOSPC; made again at the next start.
    void release_ballast() const;
};

// What a look at a partition found. True while the directory is held.
struct Inspection {
    unsigned number = 0;
    std::uint64_t last_position = 0;
    std::optional<Fork> unfinished_fork;
};
Inspection inspection_of(const Partition& opened_read_only);

struct CreateOptions {
    unsigned partitions = 1;
    std::optional<kernel::Instant> sandbox_time;
    std::size_t ballast_bytes = 32UL << 20;
    LogOptions log;
};

struct OpenOptions {
    LogOptions log;
    KeyringProbe keyring;  // empty: no keyring is looked at (tools that read the log only)
    std::size_t ballast_bytes = 32UL << 20;
};

// A partition that does not open, although its log can be read: what it was and what is there.
struct Loss {
    kernel::Rejection refusal;  // of a start
    std::optional<Mark> mark;   // nothing where it cannot be read
    kernel::Uuid log_id;
    std::uint64_t position = 0;                // of the log's last event
    std::optional<kernel::Instant> last_time;  // of that event
    std::optional<Fork> unfinished_fork;
    // At least so many, as the mark may be an interval behind what was acknowledged; nothing where
    // no mark speaks of this log.
    std::optional<std::uint64_t> missing_events() const;
};

class DataDirectory {
  public:
    // A new directory with empty partitions; `path` is absent or empty, else `data_exists`. The
    // file `format` is written last: without it the directory is not one.
    static Result<void> create(const std::filesystem::path& path, const CreateOptions& options);
    // Reads `format`, takes the lock. Opens no partition.
    static Result<DataDirectory> open(const std::filesystem::path& path);
    ~DataDirectory();
    DataDirectory(DataDirectory&&) noexcept;
    DataDirectory& operator=(DataDirectory&&) noexcept;

    const std::filesystem::path& path() const { return path_; }
    unsigned partitions() const { return partitions_; }
    std::optional<kernel::Instant> sandbox_time() const { return sandbox_time_; }
    std::filesystem::path partition_path(unsigned number) const;
    std::filesystem::path master_key_path() const { return path_ / "master.key"; }

    // Log read-only and point in time, mark, keyring: compared, then opened for real or refused
    // with nothing touched: `log_behind_mark`, `keyring_behind_log`, `log_id_differs`, `corrupt`.
    Result<Partition> open_partition(unsigned number, const OpenOptions& options) const;
    // The same where it was read and compared before, since the directory is held.
    Result<Partition> open_partition(const Inspection& before, const OpenOptions& options) const;
    // The same without opening for real (`almanac status`, `verify`).
    Result<Partition> open_partition_read_only(unsigned number, const OpenOptions& options) const;
    // The log ends below its mark, the mark is unreadable, or it is another log's: reads every
    // record and changes nothing. A keyring that is behind is never accepted, nor is a damaged log.
    // Refuses `nothing_to_accept` where the partition opens as it is.
    Result<Loss> look_at_loss(unsigned number, const OpenOptions& options) const;
    // The operator gives up what is missing: what is there becomes a log with a new log_id (a
    // Fork), after the same look.
    Result<Fork> accept_loss(unsigned number, const OpenOptions& options) const;

  private:
    DataDirectory(std::filesystem::path path, int lock, unsigned partitions,
                  std::optional<kernel::Instant> sandbox_time);
    std::filesystem::path path_;
    int lock_ = -1;
    unsigned partitions_ = 1;
    std::optional<kernel::Instant> sandbox_time_;
};

}  // namespace almanac::eventstore
