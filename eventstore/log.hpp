// A partition's log: records by position, the tag index, the tenants' sequences and what is kept
// beside them, in one RocksDB database whose batches are atomic, and synced unless they are
// derived. Concurrency: every const function is thread-safe; `commit` belongs to the partition's
// writer. Limits: memory ~ block cache + write buffers (LogOptions), whatever the number of events.
//
// clang-format off
// Keys, DO NOT CHANGE (integers big-endian; every key a tenant owns begins with its 16-byte id):
//     log        position u64                       -> record
//     tags       tenant ‖ tag ‖ 0x00 ‖ position u64 -> empty
//     tenants    tenant ‖ sequence u64              -> position u64
//     results    tenant ‖ day u32 ‖ key (32)        -> result: what an idempotency key answered
//     snapshots  tenant ‖ key                       -> snapshot (derived)
//     tree       tenant ‖ key                       -> interior node (derived)
//     policies   see policy_entries.hpp             -> checkpoint, timer, event set aside
//     meta       name                               -> log_id, format, keyring_generation, fork
// clang-format on
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/manifest.hpp"
#include "eventstore/record.hpp"

namespace almanac::eventstore {

using Key32 = std::array<std::uint8_t, 32>;
enum class Space : std::uint8_t { log, tags, tenants, results, snapshots, tree, policies, meta };
enum class LogMode : std::uint8_t { create, read_only, read_write };

inline constexpr std::uint32_t log_format_version = 1;
inline constexpr std::string_view meta_log_id = "log_id";                          // 16 bytes
inline constexpr std::string_view meta_format = "format";                          // u32
inline constexpr std::string_view meta_keyring_generation = "keyring_generation";  // u64
inline constexpr std::string_view meta_fork = "fork";  // see Fork; absent = none is unfinished

struct LogOptions {
    void* env = nullptr;  // a rocksdb::Env* that outlives the log; null = the default
    std::size_t block_cache_bytes = 64UL << 20;
    std::size_t write_buffer_bytes = 48UL << 20;  // over all column families
    std::size_t wal_bytes_max = 64UL << 20;       // bounds what a start replays
    std::uint64_t wal_prepared_bytes = 40UL
                                       << 20;  // of a prepared file (prepared_wal.hpp); 0: none
    int open_files_max = 256;
};

kernel::Uuid random_log_id();  // UUIDv4

// Big-endian numbers as keys carry them.
void append_u32(std::string& out, std::uint32_t number);
void append_u64(std::string& out, std::uint64_t number);
std::uint64_t read_u64(std::string_view eight_bytes);

class Log;

// Everything that one commit writes, all or nothing. Of one log, and no longer than it.
class LogBatch {
  public:
    explicit LogBatch(const Log& log);
    ~LogBatch();
    LogBatch(LogBatch&&) noexcept;
    LogBatch& operator=(LogBatch&&) noexcept;
    // The record and its index entries; `bytes` is the encoded `record`.
    void put_event(std::uint64_t position, const Record& record, std::string_view bytes);
    // What put_event put: only for a log that is being restored to an earlier position.
    void erase_event(std::uint64_t position, const Record& record);
    void put(Space space, std::string_view key, std::string_view value);
    void erase(Space space, std::string_view key);
    std::size_t bytes() const;
    bool empty() const;
    std::uint64_t last_position() const;  // of its events, 0 = none
    // Nothing in it but timers, checkpoints of policies and snapshots: where a power cut takes
    // them, they follow again from the events that stay.
    bool is_derived() const;
    void need_sync();           // for what does not follow from events: that something was decided
    void set_savepoint();       // one level; the previous one is forgotten
    void rollback_savepoint();  // back to it
    void drop_savepoint();

  private:
    friend class Log;
    struct State;
    std::unique_ptr<State> state_;
};

std::string result_key(const TenantId& tenant, std::uint32_t day, const Key32& key);
std::string snapshot_key(const TenantId& tenant, std::string_view key);

class Log {
  public:
    // Refusals: `corrupt`, `disk_full`, `io_error`, `log_missing`, `log_locked` (kind unavailable
    // but for corrupt). `read_only` replays the write-ahead log in memory (point in time) and
    // touches nothing on disk; `create` refuses a directory that holds a log.
    static Result<std::unique_ptr<Log>> open(const std::filesystem::path& directory, LogMode mode,
                                             const LogOptions& options = {});
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    std::uint64_t last_position() const;  // 0 = empty; of what is committed
    kernel::Uuid log_id() const;
    std::uint64_t prepared_files_used() const;
    ManifestExtent manifest() const;  // for the mark; unknown where opened read-only
    // Table files that lie there although RocksDB's list of files does not name them.
    Result<std::uint64_t> unlisted_tables() const;
    // `corrupt` where a position is missing among those that no table file holds yet. RocksDB takes
    // zeros in a write-ahead log for its end and yet reads on behind them.
    Result<void> check_tail() const;
    Result<std::optional<std::uint64_t>> last_sequence(const TenantId& tenant) const;
    // Of a committed position; `corrupt` where it ought to be and is not.
    Result<std::string> record_bytes(std::uint64_t position) const;
    Result<Record> record(std::uint64_t position) const;
    // Records [from, to] ascending while `fn` answers true; `to` is cut to the last position. A
    // hole is `corrupt`, never a shorter answer. The bytes live until fn returns.
    using ScanFn = std::function<bool(std::uint64_t position, std::string_view bytes)>;
    Result<void> scan(std::uint64_t from, std::uint64_t to, const ScanFn& fn) const;
    // Positions > after that carry the tag, ascending, while `fn` answers true.
    using PositionFn = std::function<bool(std::uint64_t position)>;
    Result<void> tagged(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                        const PositionFn& fn) const;
    // The same for positions that carry all of these tags (at least one), by leaps in the index.
    Result<void> tagged_all(const TenantId& tenant, std::span<const std::string> tags,
                            std::uint64_t after, const PositionFn& fn) const;
    Result<std::optional<std::uint64_t>> last_tagged(const TenantId& tenant,
                                                     std::string_view tag) const;
    // Positions of the tenant's sequences from `from_sequence` on; a hole is `corrupt`.
    Result<std::vector<std::uint64_t>> tenant_positions(const TenantId& tenant,
                                                        std::uint64_t from_sequence,
                                                        std::size_t limit) const;
    // The first sequence of the tenant whose position is > position (may be one past its last).
    Result<std::uint64_t> sequence_after(const TenantId& tenant, std::uint64_t position) const;
    Result<std::vector<TenantId>> tenants() const;  // by seeks, not by a scan

    Result<std::optional<std::string>> get(Space space, std::string_view key) const;
    Result<std::optional<std::string>> result(const TenantId& tenant, std::uint32_t day,
                                              const Key32& key) const;
    Result<std::optional<std::string>> snapshot(const TenantId& tenant, std::string_view key) const;
    Result<std::optional<std::string>> meta(std::string_view name) const;
    // Keys of a space that begin with `prefix` and are >= `from`, ascending, while fn is true.
    using EntryFn = std::function<bool(std::string_view key, std::string_view value)>;
    Result<void> entries(Space space, std::string_view prefix, std::string_view from,
                         const EntryFn& fn) const;

    // One write, synced unless all of it is derived; no event is visible before it is durable.
    // After a failure the log refuses every later commit; it can still be read.
    Result<void> commit(LogBatch& batch);
    // From any thread. Results of earlier days (range deletions): of one tenant, or of all.
    Result<void> delete_results_before(const std::optional<TenantId>& tenant, std::uint32_t day);
    // Everything of a prefix, at once and compacted away (erasure: snapshots, results).
    Result<void> purge(Space space, std::string_view prefix);
    // A consistent copy (hard links) into a directory that does not exist yet.
    Result<void> checkpoint(const std::filesystem::path& directory) const;
    // Everything down to the last level, packed as what is old is: for a stopped directory.
    Result<void> compact();
    std::uint64_t disk_bytes(Space space) const;  // of its table files
    std::uint64_t memory_bytes() const;           // cache, write buffers, table readers

  private:
    friend class LogBatch;
    struct State;
    explicit Log(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
