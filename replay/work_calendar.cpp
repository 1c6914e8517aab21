#include "replay/work_calendar.hpp"

#include <array>

namespace almanac::replay {
namespace {
using std::chrono::minutes;
namespace json = kernel::json;

constexpr int quarter_minutes = 15;
constexpr int weekday_quarters = 36;   // nine hours, the break included
constexpr int saturday_quarters = 16;  // four
constexpr int break_first = 16;
constexpr int break_quarters = 4;

std::uint64_t bits(int first, int count) {
    return ((std::uint64_t{1} << count) - 1) << first;
}

std::uint64_t working_bits(LocalDate date) {
    switch (kernel::weekday(date)) {
        case kernel::Weekday::sunday:
            return 0;
        case kernel::Weekday::saturday:
            return bits(0, saturday_quarters);
        case kernel::Weekday::monday:
        case kernel::Weekday::tuesday:
        case kernel::Weekday::wednesday:
        case kernel::Weekday::thursday:
        case kernel::Weekday::friday:
            break;
    }
    return bits(0, weekday_quarters) & ~bits(break_first, break_quarters);
}
}  // namespace

WorkCalendar::WorkCalendar(kernel::Zone zone, int opens_minutes, std::size_t people)
    : zone_(std::move(zone)), opens_minutes_(opens_minutes), people_(people) {}

json::Object WorkCalendar::schedule() const {
    const auto at = [&](int quarter) {
        return kernel::to_string(kernel::LocalTime{opens_minutes_ + quarter * quarter_minutes});
    };
    json::Array windows;
    json::Array breaks;
    for (const auto* day : {"monday", "tuesday", "wednesday", "thursday", "friday"}) {
        windows.push_back({{"day", day}, {"from", at(0)}, {"to", at(weekday_quarters)}});
        breaks.push_back(
            {{"day", day}, {"from", at(break_first)}, {"to", at(break_first + break_quarters)}});
    }
    windows.push_back({{"day", "saturday"}, {"from", at(0)}, {"to", at(saturday_quarters)}});
    return {{"windows", std::move(windows)}, {"breaks", std::move(breaks)}};
}

Instant WorkCalendar::start_of(const QuarterRange& range) const {
    const auto opening = zone_.to_instant(range.date, kernel::LocalTime{opens_minutes_});
    return opening + minutes{range.first * quarter_minutes};
}

Instant WorkCalendar::end_of(const QuarterRange& range) const {
    return start_of(range) + minutes{range.service * quarter_minutes};
}

std::optional<QuarterRange> WorkCalendar::find(LocalDate date, std::size_t person, int service,
                                               int buffer, Instant earliest, Dice& dice) const {
    const auto working = working_bits(date);
    if (working == 0) return std::nullopt;
    const auto known = busy_.find(date);
    const auto busy = known == busy_.end() ? 0 : known->second[person];
    std::array<int, weekday_quarters> free{};
    std::size_t count = 0;
    QuarterRange range{date, person, 0, service, buffer};
    const auto opening = start_of(range);
    for (int first = 0; first + service <= weekday_quarters; ++first) {
        const auto wanted = bits(first, service);
        if ((wanted & working) != wanted || (bits(first, service + buffer) & busy) != 0) continue;
        if (opening + minutes{first * quarter_minutes} < earliest) continue;
        free[count++] = first;
    }
    if (count == 0) return std::nullopt;
    range.first = free[dice.below(count)];
    return range;
}

void WorkCalendar::take(const QuarterRange& range) {
    auto& day = busy_[range.date];
    if (day.empty()) day.resize(people_);
    day[range.person] |= bits(range.first, range.service + range.buffer);
}

void WorkCalendar::release(const QuarterRange& range) {
    const auto day = busy_.find(range.date);
    if (day == busy_.end()) return;
    day->second[range.person] &= ~bits(range.first, range.service + range.buffer);
}

void WorkCalendar::forget_before(LocalDate date) {
    busy_.erase(busy_.begin(), busy_.lower_bound(date));
}

}  // namespace almanac::replay
