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

std::span<const kernel::Instant> LocalClock::times(int minutes) {
    if (minutes == 1440) return times(0).subspan(1);
    auto& known = column_of_[static_cast<std::size_t>(minutes)];
    if (known == 0) {
        std::vector<kernel::Instant> column;
        column.reserve(days() + 2);
        for (std::size_t day = 0; day < days() + 2; ++day) {
            column.push_back(zone_.to_instant(date(day), kernel::LocalTime{minutes}));
        }
        columns_.push_back(std::move(column));
        known = static_cast<std::int16_t>(columns_.size());
    }
    return columns_[static_cast<std::size_t>(known - 1)];
}

}  // namespace almanac::scheduling
