// Local times of one zone over a run of dates, each conversion done once: a hundred resources that
// open at 09:00 on ninety days ask the zone ninety times. Belongs to one computation on one
// thread. Memory: 8 bytes per date and distinct time of day.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "domain/kernel/time.hpp"

namespace almanac::scheduling {

class LocalClock {
  public:
    // Covers every date whose windows can touch [from, to), and the day after each.
    LocalClock(kernel::Zone zone, kernel::Instant from, kernel::Instant to);

    const kernel::Zone& zone() const { return zone_; }
    std::size_t days() const { return exists_.size(); }
    kernel::LocalDate date(std::size_t day) const {
        return first_ + std::chrono::days{static_cast<int>(day)};
    }
    kernel::Weekday weekday(std::size_t day) const {
        return static_cast<kernel::Weekday>((first_weekday_ + day) % 7);
    }
    // Whether one of its days is such a weekday.
    bool meets(kernel::Weekday day) const {
        return (static_cast<std::size_t>(day) + 7 - first_weekday_) % 7 < days();
    }
    bool exists(std::size_t day) const { return exists_[day]; }
    // The day's place in the run; days() or more if it is not in it.
    std::size_t place(kernel::LocalDate date) const;
    // `minutes` 0..1440 on each day of the run and the day after it; on a day that does not exist
    // as if it did. Stays where it is until the clock goes.
    std::span<const kernel::Instant> times(int minutes);

  private:
    kernel::Zone zone_;
    kernel::LocalDate first_;
    std::size_t first_weekday_;
    std::vector<bool> exists_;
    std::array<std::int16_t, 1440> column_of_{};         // minute -> 1 + index into columns_
    std::vector<std::vector<kernel::Instant>> columns_;  // moved when it grows, their data is not
};

}  // namespace almanac::scheduling
