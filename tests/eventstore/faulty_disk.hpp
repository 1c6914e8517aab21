// A file system under RocksDB that fails when told to. Owned by the test; thread-safe.
#pragma once
#include <cstdint>
#include <memory>

namespace almanac::eventstore {

class FaultyDisk {
  public:
    FaultyDisk();
    ~FaultyDisk();
    void* env() const;  // for LogOptions
    void fail_log_syncs(bool fail);
    void fill_up(bool full);          // appends to the write-ahead log: no space left
    std::uint64_t log_syncs() const;  // tried, failed ones included

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
