// The starts under examination, sorted, with quick ways from a time to its place among them, and
// one bit per start in rows. Parts of slot_board; one thread, microseconds since the epoch.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "domain/scheduling/words.hpp"
#include "domain/scheduling/working_time.hpp"

namespace almanac::scheduling {

// Collects grids (every `step` from `origin`, below `end`) into one sorted list without repeats.
// Grids of one step that share a start share all of their starts, so they merge as ranges.
class GridCollector {
  public:
    GridCollector(std::int64_t from_us, std::int64_t to_us, std::int64_t step_us)
        : from_us_(from_us), to_us_(to_us), step_us_(step_us) {}
    void add(std::span<const WorkingWindow> windows);
    std::vector<std::int64_t> starts() const;

  private:
    using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;  // [first, last) multiples
    std::int64_t from_us_;
    std::int64_t to_us_;
    std::int64_t step_us_;
    std::map<std::int64_t, Ranges> by_residue_;  // ranges sorted and disjoint
};

class Starts {
  public:
    Starts() = default;
    Starts(std::vector<std::int64_t> sorted, std::int64_t step_us);
    std::size_t size() const { return times_.size(); }
    std::int64_t operator[](std::size_t i) const { return times_[i]; }
    // The first start at or after `t`; size() if there is none.
    std::size_t at_or_after(std::int64_t t) const;
    // Where all starts share one grid a window's own starts are simply those inside it.
    bool one_grid() const { return one_grid_; }

  private:
    std::vector<std::int64_t> times_;
    bool one_grid_ = true;
    std::int64_t bucket_us_ = 1;
    std::vector<std::uint32_t> first_in_bucket_;
};

// Rows of one bit per start.
class StartRows {
  public:
    StartRows() = default;
    StartRows(std::size_t rows, std::size_t starts)
        : words_((starts + 63) / 64), bits_(rows * words_) {}
    std::span<std::uint64_t> row(std::size_t r) { return {bits_.data() + r * words_, words_}; }
    std::span<const std::uint64_t> row(std::size_t r) const {
        return {bits_.data() + r * words_, words_};
    }
    bool get(std::size_t r, std::size_t start) const {
        return (bits_[r * words_ + start / 64] >> (start % 64) & 1U) != 0;
    }
    void set(std::size_t r, std::size_t start) {
        bits_[r * words_ + start / 64] |= std::uint64_t{1} << (start % 64);
    }
    void copy(std::size_t from, std::size_t to) { std::ranges::copy(row(from), row(to).begin()); }
    void fill(std::size_t r, std::size_t first, std::size_t last, bool value);

  private:
    std::size_t words_ = 0;
    Words bits_;
};

}  // namespace almanac::scheduling
