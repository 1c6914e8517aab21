// Which schedules and overrides are refused (domain rules: scheduling, "Working time of a
// resource": "Invalid"). Everything is judged in local minutes; clock changes are never a fault.
#include <fmt/format.h>

#include <algorithm>

#include "domain/scheduling/working_time.hpp"

namespace almanac::scheduling {
namespace {
using kernel::FieldError;
using kernel::LocalDate;
using kernel::LocalTime;
using std::chrono::days;

constexpr int day_minutes = 1440;

struct Dates {
    std::optional<LocalDate> first;
    std::optional<LocalDate> last;
};

int length_minutes(LocalTime from, LocalTime to) {
    return to.minutes - from.minutes + (to <= from ? day_minutes : 0);
}

// Whether the two can happen so that they share a minute.
bool meet(const auto& a, const Dates& a_dates, const auto& b, const Dates& b_dates) {
    const int apart = static_cast<int>(b.day) - static_cast<int>(a.day);
    for (const int later : {-1, 0, 1}) {  // b's date is so many days after a's
        const int b_from = b.from.minutes + later * day_minutes;
        const bool shared = b_from < a.from.minutes + length_minutes(a.from, a.to) &&
                            a.from.minutes < b_from + length_minutes(b.from, b.to);
        if (!shared || (apart - later) % 7 != 0) continue;
        auto first = a_dates.first;
        auto last = a_dates.last;
        if (b_dates.first)
            first = std::max(first.value_or(LocalDate::min()), *b_dates.first - days{later});
        if (b_dates.last)
            last = std::min(last.value_or(LocalDate::max()), *b_dates.last - days{later});
        if (!first || !last) return true;
        const int wait =
            (static_cast<int>(a.day) - static_cast<int>(kernel::weekday(*first)) + 7) % 7;
        if (*first + days{wait} <= *last) return true;
    }
    return false;
}

// 24:00 ends a day and begins none; equal times are a whole day only from midnight to midnight.
bool check_times(LocalTime from, LocalTime to, const std::string& at,
                 std::vector<FieldError>& errors) {
    if (from.minutes < 0 || from.minutes >= day_minutes) {
        errors.push_back({at + "/from", "out_of_range", "A window starts from 00:00 to 23:59."});
        return false;
    }
    if (to.minutes < 0 || to.minutes > day_minutes) {
        errors.push_back({at + "/to", "out_of_range", "A window ends from 00:00 to 24:00."});
        return false;
    }
    if (from == to && from.minutes != 0) {
        errors.push_back({at + "/to", "zero_length",
                          "Start and end are the same; only 00:00 to 00:00 means the whole day."});
        return false;
    }
    return true;
}

// Those of `windows` whose own times are in order; the others are reported and left out.
template <class W>
std::vector<std::size_t> sound(const std::vector<W>& windows, std::string_view list,
                               std::vector<FieldError>& errors) {
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const auto at = fmt::format("/{}/{}", list, i);
        if (check_times(windows[i].from, windows[i].to, at, errors)) good.push_back(i);
    }
    return good;
}

void check_overlaps(const Schedule& schedule, const std::vector<std::size_t>& windows,
                    std::span<const Schedule> others, std::vector<FieldError>& errors) {
    const Dates own{schedule.effective_from, schedule.effective_until};
    for (const auto i : windows) {
        const auto& window = schedule.windows[i];
        const auto at = fmt::format("/windows/{}", i);
        const auto earlier = std::ranges::find_if(windows, [&](std::size_t j) {
            return j < i && meet(schedule.windows[j], {}, window, {});
        });
        if (earlier != windows.end()) {
            errors.push_back({at, "overlap", fmt::format("It overlaps /windows/{}.", *earlier)});
        }
        const bool elsewhere = std::ranges::any_of(others, [&](const Schedule& other) {
            return std::ranges::any_of(other.windows, [&](const Window& taken) {
                return meet(taken, {other.effective_from, other.effective_until}, window, own);
            });
        });
        if (elsewhere) {
            errors.push_back({at, "overlap", "It overlaps a window of another schedule."});
        }
    }
}
}  // namespace

std::vector<FieldError> validate(const Schedule& schedule, std::span<const Schedule> others) {
    std::vector<FieldError> errors;
    const bool backwards = schedule.effective_from && schedule.effective_until &&
                           *schedule.effective_until < *schedule.effective_from;
    if (backwards) {
        errors.push_back(
            {"/effective_until", "before_effective_from", "The last date lies before the first."});
    }
    const auto windows = sound(schedule.windows, "windows", errors);
    for (std::size_t i = 0; i < schedule.windows.size(); ++i) {
        if (schedule.windows[i].max_bookings.value_or(1) >= 1) continue;
        errors.push_back({fmt::format("/windows/{}/max_bookings", i), "min", "At least 1."});
    }
    check_overlaps(schedule, windows, backwards ? std::span<const Schedule>{} : others, errors);
    for (const auto i : sound(schedule.breaks, "breaks", errors)) {
        const bool inside = std::ranges::any_of(windows, [&](std::size_t w) {
            return meet(schedule.windows[w], {}, schedule.breaks[i], {});
        });
        if (inside) continue;
        errors.push_back({fmt::format("/breaks/{}", i), "outside_windows",
                          "There is no window that this break interrupts."});
    }
    return errors;
}

std::vector<FieldError> validate(const Override& override) {
    std::vector<FieldError> errors;
    if (override.closed && !override.windows.empty()) {
        errors.push_back({"/windows", "not_with_closed", "A closed date has no windows."});
    }
    if (!override.closed && override.windows.empty()) {
        errors.push_back({"/windows", "required", "Give windows, or closed: true."});
    }
    const auto good = sound(override.windows, "windows", errors);
    for (const auto i : good) {
        const auto& window = override.windows[i];
        const auto earlier = std::ranges::find_if(good, [&](std::size_t j) {
            const auto& other = override.windows[j];
            return j < i &&
                   window.from.minutes <
                       other.from.minutes + length_minutes(other.from, other.to) &&
                   other.from.minutes <
                       window.from.minutes + length_minutes(window.from, window.to);
        });
        if (earlier == good.end()) continue;
        errors.push_back({fmt::format("/windows/{}", i), "overlap",
                          fmt::format("It overlaps /windows/{}.", *earlier)});
    }
    return errors;
}

}  // namespace almanac::scheduling
