// What policies were told (timers, checkpoints) and no sync has covered yet. Write-ahead files that
// were prepared are written over zeros, whose pages reach the disk in any order: a power cut can
// take one write and leave the next, which a reader then finds behind a hole (ops/adr/019). So each
// write carries what is carried before its own, until one is synced. Of the commit thread.
#pragma once
#include <memory>
#include <vector>

namespace rocksdb {
class ColumnFamilyHandle;
class WriteBatch;
}  // namespace rocksdb

namespace almanac::eventstore {

class Carried {
  public:
    Carried();
    ~Carried();
    Carried(const Carried&) = delete;
    Carried& operator=(const Carried&) = delete;

    // What is to be written in place of `next`; `next` itself where nothing is carried.
    // `families`: all that `next` writes to; `policies` is one of them.
    rocksdb::WriteBatch& before(rocksdb::WriteBatch& next,
                                const std::vector<rocksdb::ColumnFamilyHandle*>& families);
    // `next` has been written, with what was carried.
    void written(const rocksdb::WriteBatch& next, bool synced,
                 rocksdb::ColumnFamilyHandle* policies);
    // So much that a sync costs less than to write it again and again.
    bool is_much(const rocksdb::WriteBatch& next) const;

  private:
    const std::unique_ptr<rocksdb::WriteBatch> unsynced_;
    const std::unique_ptr<rocksdb::WriteBatch> both_;
};

}  // namespace almanac::eventstore
