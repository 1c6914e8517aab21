// What a ViewStore, its batches and its readings hold, and how keys are written; shared by the
// view_*.cpp files only.
#pragma once
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "eventstore/rocks_status.hpp"
#include "projections/seen_keys.hpp"
#include "projections/staged_rows.hpp"
#include "projections/view_store.hpp"

namespace rocksdb {
class Cache;
class DB;
class Slice;
class WriteBatch;
struct WriteOptions;
}  // namespace rocksdb

namespace almanac::projections {

struct ViewStore::State {
    State();
    ~State();
    std::shared_ptr<rocksdb::Cache> cache;
    std::unique_ptr<rocksdb::DB> db;
    kernel::Uuid log_id;
    std::string discarded;
    std::filesystem::path tables;  // where files are written before RocksDB takes them over
    std::atomic<std::uint64_t> tables_made = 0;
    unsigned runs_max = 0;
    int open_files_max = 0;
    std::mutex merging;
    std::filesystem::path next_table() { return tables / (std::to_string(++tables_made) + ".sst"); }
};

struct ViewBatch::State {
    State(ViewStore::State& of, Way way);
    ~State();
    void write_memory();
    void write_table();
    ViewStore::State& store;
    std::unique_ptr<SeenKeys> seen;  // of Way::tables: what it ever put
    StagedRows rows;
    StagedRows::Mark savepoint;
    std::unique_ptr<rocksdb::WriteBatch> batch;  // what write() hands on; reused
    // What `get` has to see: of every key the first row that has it, and the last one. So a key is
    // found by its text, and none is kept twice.
    struct HashOfKey {
        using is_transparent = void;
        const StagedRows* rows;
        std::size_t operator()(std::string_view key) const {
            return std::hash<std::string_view>{}(key);
        }
        std::size_t operator()(StagedRows::Number row) const { return (*this)(rows->key(row)); }
    };
    struct SameKey {
        using is_transparent = void;
        const StagedRows* rows;
        std::string_view text(std::string_view key) const { return key; }
        std::string_view text(StagedRows::Number row) const { return rows->key(row); }
        bool operator()(const auto& a, const auto& b) const { return text(a) == text(b); }
    };
    std::unordered_map<StagedRows::Number, StagedRows::Number, HashOfKey, SameKey> staged;
    struct Undo {
        StagedRows::Number first;                  // of its key
        std::optional<StagedRows::Number> before;  // the last one then; none: it was not there
    };
    std::vector<Undo> undo;  // since the savepoint
    bool in_savepoint = false;
    void stage(StagedRows::Number row);
};

namespace view_keys {
std::string rows(std::string_view name);  // of all versions
std::string rows(const ViewName& view);   // of this one
std::string checkpoint(std::string_view name);
std::string sequences(std::string_view name);  // of all tenants
std::string sequence(std::string_view name, const TenantId& tenant);
std::string building(std::string_view name);
std::string parked(std::string_view name);  // of all tenants
std::string parked(std::string_view name, const TenantId& tenant);
inline constexpr std::string_view nowhere{"\0nowhere", 8};  // no key begins with it
inline constexpr std::string_view format{"\0format", 7};
inline constexpr std::string_view log{"\0log", 4};
inline constexpr std::string_view checkpoints{"\0c", 2};
inline constexpr std::string_view buildings{"\0b", 2};
bool is_row(std::string_view key);  // no key that a range of keys to be deleted begins with
// The first key after all that begin with `prefix`.
std::string end_of(std::string prefix);
}  // namespace view_keys

std::optional<ParkedAt> decode_parked(std::string_view value);
std::optional<ViewCheckpoint> decode_checkpoint(std::string_view value);

rocksdb::Slice slice(std::string_view text);
std::string_view view_of(const rocksdb::Slice& slice);

// Throws ViewFailure.
void check(const rocksdb::Status& status, std::string_view doing);
rocksdb::WriteOptions unsynced();

}  // namespace almanac::projections
