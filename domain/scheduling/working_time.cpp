#include "domain/scheduling/working_time.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace almanac::scheduling {
namespace {
using kernel::Instant;

// A window or break of every day of a clock; `to` at or before `from` is a time of the next day.
struct Daily {
    Daily(LocalClock& clock, kernel::LocalTime from, kernel::LocalTime to)
        : start(clock.times(from.minutes)), end(clock.times(to.minutes)) {
        if (to <= from) end = end.subspan(1);
    }
    Interval on(std::size_t day) const { return {start[day], end[day]}; }
    std::span<const Instant> start;
    std::span<const Instant> end;
};
struct Weekly {
    kernel::Weekday day;
    Daily times;
    std::optional<int> max_bookings;
};

// By weekday, so that a day finds its own at once.
class Week {
  public:
    explicit Week(std::vector<Weekly> list) : list_(std::move(list)) {
        std::ranges::sort(list_, {},
                          [](const Weekly& w) { return std::pair{w.day, w.times.start[0]}; });
        for (const auto& weekly : list_) ++first_[static_cast<std::size_t>(weekly.day) + 1];
        for (std::size_t day = 0; day < 7; ++day) first_[day + 1] += first_[day];
    }
    std::span<const Weekly> on(kernel::Weekday day) const {
        const auto d = static_cast<std::size_t>(day);
        return std::span(list_).subspan(first_[d], first_[d + 1] - first_[d]);
    }

  private:
    std::vector<Weekly> list_;
    std::array<std::size_t, 8> first_{};
};

class Collector {
  public:
    Collector(LocalClock& clock, std::span<const Override> overrides, Instant from, Instant to)
        : clock_(clock), range_{from, to}, replaced_(overrides.empty() ? 0 : clock.days(), false) {
        windows_.reserve(clock.days());
        for (const auto& override : overrides) {
            const auto day = clock_.place(override.date);
            if (day >= clock_.days()) continue;
            replaced_[day] = true;
            if (override.closed || !clock_.exists(day)) continue;
            for (const auto& window : override.windows) {
                keep(Daily(clock_, window.from, window.to).on(day), day, window.max_bookings,
                     open_);
            }
        }
    }

    void add(const Schedule& schedule) {
        std::vector<Weekly> windows;
        windows.reserve(schedule.windows.size());
        for (const auto& w : schedule.windows) {
            if (!clock_.meets(w.day)) continue;
            windows.push_back({w.day, Daily(clock_, w.from, w.to), w.max_bookings});
        }
        const Week week(std::move(windows));
        IntervalSet open;
        open.reserve(clock_.days());
        for (std::size_t day = 0; day < clock_.days(); ++day) {
            if (!clock_.exists(day) || replaced(day) || !in_force(schedule, day)) continue;
            for (const auto& window : week.on(clock_.weekday(day))) {
                keep(window.times.on(day), day, window.max_bookings, open);
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
        const Daily whole(clock_, kernel::LocalTime{0}, kernel::LocalTime{1440});
        for (std::size_t day = 0; day < clock_.days(); ++day) {
            if (!clock_.exists(day) || replaced(day)) continue;
            keep(whole.on(day), day, std::nullopt, open_);
        }
    }

    WorkingTime result() && {
        const auto by_start = [](const WorkingWindow& a, const WorkingWindow& b) {
            if (a.start != b.start) return a.start < b.start;
            return std::tie(a.end, a.date, a.max_bookings) <
                   std::tie(b.end, b.date, b.max_bookings);
        };
        if (!std::is_sorted(windows_.begin(), windows_.end(), by_start)) {
            std::sort(windows_.begin(), windows_.end(), by_start);
        }
        return {std::move(windows_), merge(std::move(open_))};
    }

  private:
    bool replaced(std::size_t day) const { return !replaced_.empty() && replaced_[day]; }
    bool in_force(const Schedule& schedule, std::size_t day) const {
        const auto date = clock_.date(day);
        return (!schedule.effective_from || *schedule.effective_from <= date) &&
               (!schedule.effective_until || date <= *schedule.effective_until);
    }

    // A break of the day after the schedule's last date still cuts that date's night window.
    IntervalSet breaks_of(const Schedule& schedule) {
        if (schedule.breaks.empty()) return {};
        std::vector<Weekly> list;
        for (const auto& b : schedule.breaks) {
            if (!clock_.meets(b.day)) continue;
            list.push_back({b.day, Daily(clock_, b.from, b.to), std::nullopt});
        }
        const Week week(std::move(list));
        IntervalSet breaks;
        breaks.reserve(clock_.days());
        for (std::size_t day = 0; day < clock_.days(); ++day) {
            if (!clock_.exists(day)) continue;
            for (const auto& pause : week.on(clock_.weekday(day))) {
                breaks.push_back(pause.times.on(day));
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
    std::vector<bool> replaced_;  // by an override; empty: none is
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
