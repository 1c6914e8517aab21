// RocksDB alone, as the store's measurements compare with it: synced batches of the same keys and
// values, and its iterator over the same records. Throws std::runtime_error on any failure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace almanac::benchmarks {

struct RocksShape {
    std::size_t record_bytes = 0;
    std::size_t tags = 0;
};

class RocksReference {
  public:
    explicit RocksReference(const std::filesystem::path& directory);  // a new one
    ~RocksReference();
    // One synced batch of this many records, each with its tags and its tenant's sequence.
    void append(unsigned records, const RocksShape& shape);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Bytes of all values of the column family `log`, read once through.
class RocksScan {
  public:
    explicit RocksScan(const std::filesystem::path& directory);  // read-only, of an event log
    ~RocksScan();
    std::uint64_t count() const;  // of records

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::benchmarks
