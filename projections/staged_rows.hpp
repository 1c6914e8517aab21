// What a batch of views writes, in the order it came, laid down in the order of its keys: RocksDB's
// memtable then finds each place beside the one before. Of one key the last word counts.
// Memory: two flat buffers, reused, and 16 bytes a row while they are laid down. Not thread-safe.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class Status;
}

namespace almanac::projections {

class StagedRows {
  public:
    using Number = std::uint32_t;  // of a row, in the order they came
    Number put(std::string_view key, std::string_view value) { return add(key, value, false); }
    Number erase(std::string_view key) { return add(key, {}, true); }
    std::size_t bytes() const { return bytes_.size(); }

    // These live until the next row comes.
    std::string_view key(Number number) const { return key(rows_[number]); }
    std::string_view value(Number number) const { return value(rows_[number]); }
    bool is_erased(Number number) const { return rows_[number].erased; }

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
        std::uint64_t piece = 0;  // the eight bytes of the key that are looked at now
        Number number = 0;
    };
    std::size_t shared_bytes() const;
    std::uint64_t piece(Number number, std::size_t depth) const;
    void fetch(std::span<const Ordered> rows, std::size_t turn) const;
    void order(std::span<Ordered> rows, std::size_t depth) const;
    void order_by_keys(std::span<Ordered> rows) const;
    std::vector<Ordered> ordered() const;
    Number add(std::string_view key, std::string_view value, bool erased);
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
