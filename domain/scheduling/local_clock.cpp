#include "domain/scheduling/local_clock.hpp"

namespace almanac::scheduling {

LocalClock::LocalClock(kernel::Zone zone, kernel::Instant from, kernel::Instant to)
    : zone_(std::move(zone)),
      // A window may end the day after its date, and a skipped date may lie between them.
      first_(zone_.local_date(from) - std::chrono::days{2}),
      first_weekday_(static_cast<std::size_t>(kernel::weekday(first_))) {
    const auto last = zone_.local_date(to) + std::chrono::days{1};
    for (auto date = first_; date <= last; date += std::chrono::days{1}) {
        exists_.push_back(zone_.date_exists(date));
    }
}

std::size_t LocalClock::place(kernel::LocalDate date) const {
    return date < first_ ? days() : static_cast<std::size_t>((date - first_).count());
}

kernel::Instant LocalClock::at(std::size_t day, int minutes) {
    if (minutes == 1440) return at(day + 1, 0);
    auto& known = column_of_[static_cast<std::size_t>(minutes)];
    if (known == 0) {
        std::vector<kernel::Instant> column;
        column.reserve(days() + 2);
        for (std::size_t i = 0; i < days() + 2; ++i) {
            column.push_back(zone_.to_instant(date(i), kernel::LocalTime{minutes}));
        }
        columns_.push_back(std::move(column));
        known = static_cast<std::int16_t>(columns_.size());
    }
    return columns_[static_cast<std::size_t>(known - 1)][day];
}

}  // namespace almanac::scheduling
