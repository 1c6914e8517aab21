// 64-bit words as sets of bits are made of: a fixed number, zero at first. Few of them lie inside,
// so that a decision about one start asks for no memory.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace almanac::scheduling {

class Words {
  public:
    Words() = default;
    explicit Words(std::size_t size) : size_(size), many_(size > few_max ? size : 0) {}

    std::size_t size() const { return size_; }
    std::uint64_t* data() { return size_ > few_max ? many_.data() : few_.data(); }
    const std::uint64_t* data() const { return size_ > few_max ? many_.data() : few_.data(); }
    std::uint64_t& operator[](std::size_t i) { return data()[i]; }
    const std::uint64_t& operator[](std::size_t i) const { return data()[i]; }
    const std::uint64_t* begin() const { return data(); }
    const std::uint64_t* end() const { return data() + size_; }
    bool operator==(const Words& other) const { return std::ranges::equal(*this, other); }

  private:
    static constexpr std::size_t few_max = 4;
    std::size_t size_ = 0;
    std::array<std::uint64_t, few_max> few_{};
    std::vector<std::uint64_t> many_;
};

}  // namespace almanac::scheduling
