// What a batch of views writes, in the order it came, laid down in the order of its keys: RocksDB's
// memtable then finds each place beside the one before. Of one key the last word counts.
// Memory: two flat buffers, reused. Not thread-safe.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class Status;
}

namespace almanac::projections {

class StagedRows {
  public:
    void put(std::string_view key, std::string_view value) { add(key, value, false); }
    void erase(std::string_view key) { add(key, {}, true); }
    std::size_t bytes() const { return bytes_.size(); }

    struct Mark {
        std::size_t rows = 0, bytes = 0;
    };
    Mark mark() const { return {rows_.size(), bytes_.size()}; }
    void take_back_to(const Mark& mark);  // forgets what came since
    void clear() { take_back_to({}); }

    // Calls write(key, value) in key order, with null for an erased row. Throws ViewFailure where
    // it answers no.
    using Write = std::function<rocksdb::Status(std::string_view, const std::string_view*)>;
    void lay_down(const Write& write) const;

  private:
    struct Row {
        std::size_t at = 0;  // of the key in bytes_; the value follows it
        std::uint32_t key_size = 0, value_size = 0;
        bool erased = false;
    };
    struct Ordered {
        std::uint64_t first = 0, second = 0;  // 16 bytes of the key, behind what all share
        const Row* row = nullptr;
    };
    std::vector<Ordered> ordered() const;
    void add(std::string_view key, std::string_view value, bool erased);
    std::string_view key(const Row& row) const {
        return std::string_view(bytes_).substr(row.at, row.key_size);
    }
    std::string_view value(const Row& row) const {
        return std::string_view(bytes_).substr(row.at + row.key_size, row.value_size);
    }

    std::string bytes_;
    std::vector<Row> rows_;
};

}  // namespace almanac::projections
