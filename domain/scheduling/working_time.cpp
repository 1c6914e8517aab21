#include "domain/scheduling/working_time.hpp"

#include <algorithm>

namespace almanac::scheduling {
namespace {
using kernel::Instant;

// [from, to) on the day at this place; `to` at or before `from` is a time of the next day.
Interval on_day(LocalClock& clock, std::size_t day, kernel::LocalTime from, kernel::LocalTime to) {
    const auto start = clock.at(day, from.minutes);
    const bool next_day = to <= from;
    return {start, clock.at(next_day ? day + 1 : day, to.minutes)};
}

class Collector {
  public:
    Collector(LocalClock& clock, std::span<const Override> overrides, Instant from, Instant to)
        : clock_(clock), range_{from, to}, replaced_(clock.days(), false) {
        for (const auto& override : overrides) {
            const auto day = clock_.place(override.date);
            if (day >= clock_.days()) continue;
            replaced_[day] = true;
            if (override.closed || !clock_.exists(day)) continue;
            for (const auto& window : override.windows) {
                keep(on_day(clock_, day, window.from, window.to), day, std::nullopt, open_);
            }
        }
    }

    void add(const Schedule& schedule) {
        IntervalSet open;
        for (std::size_t day = 0; day < clock_.days(); ++day) {
            if (!clock_.exists(day) || replaced_[day] || !in_force(schedule, day)) continue;
            for (const auto& window : schedule.windows) {
                if (window.day != clock_.weekday(day)) continue;
                keep(on_day(clock_, day, window.from, window.to), day, window.max_bookings, open);
            }
        }
        const auto breaks = breaks_of(schedule);
        if (!breaks.empty()) open = subtract(merge(std::move(open)), breaks);
        if (open_.empty()) {
            open_ = std::move(open);
        } else {
            open_.insert(open_.end(), open.begin(), open.end());
        }
    }

    void add_every_day() {
        for (std::size_t day = 0; day < clock_.days(); ++day) {
            if (!clock_.exists(day) || replaced_[day]) continue;
            keep({clock_.at(day, 0), clock_.at(day, 1440)}, day, std::nullopt, open_);
        }
    }

    WorkingTime result() && {
        const auto by_start = [](const WorkingWindow& a, const WorkingWindow& b) {
            return std::tie(a.start, a.end, a.date, a.max_bookings) <
                   std::tie(b.start, b.end, b.date, b.max_bookings);
        };
        if (!std::is_sorted(windows_.begin(), windows_.end(), by_start)) {
            std::sort(windows_.begin(), windows_.end(), by_start);
        }
        return {std::move(windows_), merge(std::move(open_))};
    }

  private:
    bool in_force(const Schedule& schedule, std::size_t day) const {
        const auto date = clock_.date(day);
        return (!schedule.effective_from || *schedule.effective_from <= date) &&
               (!schedule.effective_until || date <= *schedule.effective_until);
    }

    // A break of the day after the schedule's last date still cuts that date's night window.
    IntervalSet breaks_of(const Schedule& schedule) {
        IntervalSet breaks;
        for (std::size_t day = 0; !schedule.breaks.empty() && day < clock_.days(); ++day) {
            if (!clock_.exists(day)) continue;
            for (const auto& pause : schedule.breaks) {
                if (pause.day != clock_.weekday(day)) continue;
                breaks.push_back(on_day(clock_, day, pause.from, pause.to));
            }
        }
        return merge(std::move(breaks));
    }

    void keep(const Interval& window, std::size_t day, std::optional<int> max_bookings,
              IntervalSet& open) {
        if (window.empty() || !window.overlaps(range_)) return;
        windows_.push_back({window.start, window.end, clock_.date(day), max_bookings});
        open.push_back(window);
    }

    LocalClock& clock_;
    Interval range_;
    std::vector<bool> replaced_;  // by an override
    std::vector<WorkingWindow> windows_;
    IntervalSet open_;
};
}  // namespace

Block block_of_dates(kernel::LocalDate first, kernel::LocalDate last, const kernel::Zone& zone) {
    return {{}, zone.day(first).first, zone.day(last + std::chrono::days{1}).first};
}

WorkingTime working_intervals(std::span<const Schedule> schedules,
                              std::span<const Override> overrides, LocalClock& clock, Instant from,
                              Instant to) {
    Collector collector(clock, overrides, from, to);
    for (const auto& schedule : schedules) collector.add(schedule);
    return std::move(collector).result();
}

WorkingTime working_intervals(std::span<const Schedule> schedules,
                              std::span<const Override> overrides, const kernel::Zone& zone,
                              Instant from, Instant to) {
    LocalClock clock(zone, from, to);
    return working_intervals(schedules, overrides, clock, from, to);
}

WorkingTime always_working(std::span<const Override> overrides, LocalClock& clock, Instant from,
                           Instant to) {
    Collector collector(clock, overrides, from, to);
    collector.add_every_day();
    return std::move(collector).result();
}

}  // namespace almanac::scheduling
