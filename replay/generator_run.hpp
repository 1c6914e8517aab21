// What all parts of a generation share: the way to the target, with everything counted. `send` from
// one thread; replies are counted on any.
#pragma once
#include <atomic>
#include <mutex>

#include "replay/generate.hpp"

namespace almanac::replay {

class GeneratorRun {
  public:
    explicit GeneratorRun(CommandTarget& target) : target_(target) {}

    // Where the id of what is made goes; lives until the next `settle`. Null: nowhere.
    void send(CommandCall call, std::string* id, std::atomic<std::uint64_t>* accepted = nullptr);
    // Waits for all; the failure that ends it all, if there was one.
    Result<void> settle();

    CommandTarget& target() { return target_; }
    std::uint64_t events() const { return events_; }
    void fill(GenerateSummary& summary) const;

  private:
    void refused(const std::string& command, const kernel::Rejection& rejection);

    CommandTarget& target_;
    std::uint64_t commands_ = 0;
    std::atomic<std::uint64_t> events_ = 0;
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> rejected_;
    std::string first_rejection_;
    std::optional<kernel::Rejection> failure_;
};

}  // namespace almanac::replay
