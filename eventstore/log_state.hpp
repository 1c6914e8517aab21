// What a Log and its batches hold; shared by log.cpp, log_open.cpp and log_batch.cpp only.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "eventstore/carried.hpp"
#include "eventstore/log.hpp"
#include "eventstore/prepared_wal.hpp"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
class Iterator;
struct ReadOptions;
class WriteBatch;
}  // namespace rocksdb

namespace almanac::eventstore {

struct Log::State {
    State();
    ~State();
    std::shared_ptr<rocksdb::Cache> cache;
    std::unique_ptr<PreparedWal> prepared;  // null: write-ahead files grow
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> families;  // by Space; then RocksDB's own "default"
    std::atomic<std::uint64_t> last_position = 0;
    kernel::Uuid log_id;
    std::atomic<bool> failed = false;
    Carried carried;
    std::shared_ptr<ManifestWatch> manifest;  // null where opened read-only

    rocksdb::ColumnFamilyHandle* family(Space space) const {
        return families[static_cast<std::size_t>(space)];
    }
    std::unique_ptr<rocksdb::Iterator> iterate(Space space,
                                               const rocksdb::ReadOptions& options) const;
    Result<std::uint64_t> find_last_position() const;
};

struct LogBatch::State {
    explicit State(const Log::State& of);
    ~State();
    void put_tags();  // sorted, which halves what they cost in the memtable
    void note(Space space);
    const Log::State& log;
    std::unique_ptr<rocksdb::WriteBatch> batch;
    std::string key;  // reused
    // Keys of the tag index: one after another, where each ends
    std::string tag_keys;
    std::vector<std::size_t> tag_ends;
    std::uint64_t last_position = 0;
    bool is_derived = true;  // also after a rollback of what is not: then synced once too often
    struct {
        std::size_t tag_bytes = 0, tags = 0;
        std::uint64_t last_position = 0;
    } savepoint;
};

}  // namespace almanac::eventstore
