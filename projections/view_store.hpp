// The views of a partition: rows that queries read, in one RocksDB in `<partition>/views/`.
// Derived, never a truth: thrown away and built again when it is of another log, ahead of it, or
// damaged. Concurrency: reading from any thread; a `ViewBatch` belongs to one thread, and the
// rows of a projection to one batch. A batch is atomic, not synced: a crash leaves rows and
// checkpoints of one earlier position. Limits: block cache `cache_bytes` (indexes and filters in
// it) and two write buffers. Damage and a failing disk throw ViewFailure; the queries turn it into
// their Rejection.
//
// Keys: name ‖ 0x00 ‖ version u32 ‖ tenant 16 ‖ the projection's own key; the prefix is put there
// by TenantViews and ViewRows, nobody else. Keys that begin with 0x00 are the runtime's own:
//     0x00 "format" -> u32        0x00 "log" -> log_id 16
//     0x00 "c" name 0x00 -> version u32 ‖ position u64            checkpoint of a projection
//     0x00 "s" name 0x00 tenant 16 -> sequence u64                last applied one of a tenant
//     0x00 "b" name 0x00 -> version u32          its rows are being built at once: nobody reads
//     them 0x00 "p" name 0x00 tenant 16 -> position u64 ‖ sequence u64 ‖ error     a parked pair
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/id.hpp"
#include "domain/kernel/result.hpp"

namespace almanac::projections {

using kernel::Result;
using kernel::TenantId;

inline constexpr std::uint32_t view_format_version = 1;

struct ViewStoreOptions {
    std::size_t cache_bytes = 48UL << 20;
    std::size_t write_buffer_bytes = 64UL << 20;  // each of two; ops/adr/005
    int open_files_max = 256;
    unsigned runs_max = 300;  // of tables that overlap, while views are built at once
};

class ViewFailure : public std::runtime_error {
  public:
    explicit ViewFailure(kernel::Rejection rejection)
        : std::runtime_error(rejection.detail), rejection_(std::move(rejection)) {}
    const kernel::Rejection& rejection() const { return rejection_; }

  private:
    kernel::Rejection rejection_;
};

// A projection's rows are those of its name and version.
struct ViewName {
    std::string name;
    std::uint32_t version = 1;
};

struct ViewCheckpoint {
    std::uint32_t version = 0;
    std::uint64_t position = 0;
};

struct ParkedAt {
    std::uint64_t position = 0;  // of the event that cannot be applied
    std::uint64_t sequence = 0;
    std::string error;
};

class ViewStore;

// A walk over the rows of one tenant whose keys begin with a prefix, in key order. Keys are the
// projection's own. What `key` and `value` answer lives until the next move.
class ViewWalk {
  public:
    ViewWalk(ViewWalk&&) noexcept;
    ViewWalk& operator=(ViewWalk&&) noexcept;
    ~ViewWalk();
    void seek(std::string_view key);       // the first one >= key
    void seek_last(std::string_view key);  // the last one <= key
    void seek_first();
    void seek_end();  // the last one
    void next();
    void previous();
    bool valid() const;
    std::string_view key() const;
    std::string_view value() const;

  private:
    friend class ViewRows;
    struct State;
    explicit ViewWalk(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// The rows of one tenant as of one position; all its reads are of the same snapshot.
class ViewRows {
  public:
    ViewRows(ViewRows&&) noexcept;
    ViewRows& operator=(ViewRows&&) noexcept;
    ~ViewRows();
    const TenantId& tenant() const;
    // Applied up to here; of a parked tenant: the position before the event that parked it.
    std::uint64_t position() const;
    bool get(std::string_view key, std::string& value) const;
    ViewWalk walk(std::string_view prefix) const;

  private:
    friend class ViewStore;
    friend class ViewWalk;
    struct State;
    explicit ViewRows(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

// Rows and checkpoints that become visible together. Reads see what is staged in it. Savepoints are
// one level deep.
class ViewBatch {
  public:
    // `tables`: for building at once (begin_building), of a view that nobody else writes. `write`
    // then makes a table file of the rows; `get` finds only what this batch has put, ever.
    enum class Way { memory, tables };
    explicit ViewBatch(ViewStore& store, Way way = Way::memory);
    ~ViewBatch();
    ViewBatch(const ViewBatch&) = delete;
    ViewBatch& operator=(const ViewBatch&) = delete;

    void set_savepoint();
    void rollback_savepoint();
    void drop_savepoint();
    void put_checkpoint(std::string_view name, const ViewCheckpoint& at);
    void put_sequence(std::string_view name, const TenantId& tenant, std::uint64_t sequence);
    void put_parked(std::string_view name, const TenantId& tenant, const ParkedAt& parked);
    void erase_parked(std::string_view name, const TenantId& tenant);
    void erase_building(std::string_view name);
    std::size_t bytes() const;
    void write();  // all of it, then it is empty
    void clear();

  private:
    friend class TenantViews;
    struct State;
    std::unique_ptr<State> state_;
};

// The rows of one tenant and projection while events are applied.
class TenantViews {
  public:
    TenantViews(ViewBatch& batch, const ViewName& view);
    void turn_to(const TenantId& tenant);  // the runtime's
    const TenantId& tenant() const { return tenant_; }
    bool get(std::string_view key, std::string& value) const;
    void put(std::string_view key, std::string_view value);
    void erase(std::string_view key);
    // Rows that no apply ever gets (index entries): cheaper, not seen by `get` of the same batch.
    void put_unread(std::string_view key, std::string_view value);
    void erase_unread(std::string_view key);

  private:
    ViewBatch& batch_;
    TenantId tenant_;
    std::size_t tenant_at_;
    mutable std::string key_;  // prefix, then the key at hand
    const std::string& full(std::string_view key) const;
};

class ViewStore {
  public:
    using Digest = std::array<std::uint8_t, 32>;

    // `log_position`: the log's last one. Refusals: `disk_full`, `io_error`, `log_locked`.
    static Result<std::unique_ptr<ViewStore>> open(const std::filesystem::path& directory,
                                                   const kernel::Uuid& log_id,
                                                   std::uint64_t log_position,
                                                   const ViewStoreOptions& options = {});
    // To be read from only, nothing on disk changes; `discarded` says whether `open` would throw it
    // away. `io_error` where there is none.
    static Result<std::unique_ptr<ViewStore>> open_read_only(const std::filesystem::path& directory,
                                                             const kernel::Uuid& log_id,
                                                             std::uint64_t log_position,
                                                             const ViewStoreOptions& options = {});
    ~ViewStore();  // flushed
    ViewStore(const ViewStore&) = delete;
    ViewStore& operator=(const ViewStore&) = delete;

    // Why the rows that were there had to go; empty where they are still there.
    const std::string& discarded() const;
    const kernel::Uuid& log_id() const;
    // As of the last batch written.
    ViewRows read(const ViewName& view, const TenantId& tenant) const;

    std::optional<ViewCheckpoint> checkpoint(std::string_view name) const;
    std::optional<std::uint64_t> sequence(std::string_view name, const TenantId& tenant) const;
    struct Parked {
        TenantId tenant;
        ParkedAt at;
    };
    std::vector<Parked> parked(std::string_view name) const;
    std::vector<std::string> names() const;  // of all projections with a checkpoint
    // Rows of all versions, checkpoints, parked pairs and the mark of a build of a projection.
    void clear(std::string_view name);
    // Until the batch that erases the mark (erase_building), or `clear`, nobody sees its rows. The
    // mark is on disk before a row is. Nothing is compacted until end_building.
    void begin_building(const ViewName& view);
    void end_building();
    bool is_building(std::string_view name) const;
    // While building: merges all tables where there are `runs_max` that overlap, far below the
    // number at which RocksDB lets nobody write. Who comes meanwhile waits for it; ends early where
    // `cancelled` becomes true.
    void bound_runs(std::atomic<bool>& cancelled);
    std::uint64_t overlapping_tables() const;
    // SHA-256 over all rows in key order, keys and values with their lengths.
    Digest digest(const ViewName& view) const;
    void flush();
    // All rows as of one batch, into a directory that does not exist yet, by links where it can be.
    Result<void> copy_to(const std::filesystem::path& directory) const;
    // Views that nobody has open, of the log `from`, become those of `to`, which is the same up to
    // `log_position`. Answers why they cannot; empty where they are.
    static Result<std::string> adopt(const std::filesystem::path& directory,
                                     const kernel::Uuid& from, const kernel::Uuid& to,
                                     std::uint64_t log_position);
    void recover();  // after a failed write
    std::uint64_t memory_bytes() const;

  private:
    friend class ViewBatch;
    struct State;
    explicit ViewStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace almanac::projections
