// What a check of a stopped directory found wrong, sentence by sentence. One thread.
// Limits: the first `listed_max` sentences are kept, all are counted.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace almanac::replay {

class Findings {
  public:
    static constexpr std::size_t listed_max = 100;

    void add(std::string sentence) {
        if (++count_ <= listed_max) first_.push_back(std::move(sentence));
    }
    // Nothing is damaged, but what was to be compared is not there.
    void add_missing(std::string sentence) {
        ++missing_;
        add(std::move(sentence));
    }
    std::uint64_t count() const { return count_; }
    std::uint64_t damages() const { return count_ - missing_; }
    const std::vector<std::string>& first() const { return first_; }

  private:
    std::uint64_t count_ = 0;
    std::uint64_t missing_ = 0;  // of them
    std::vector<std::string> first_;
};

}  // namespace almanac::replay
