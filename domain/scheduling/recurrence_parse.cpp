// The grammar of rules. libical takes numbers as `atoi` and drops what does not fit (INTERVAL=65537
// is 1 to it, "BYHOUR=" midnight), so their shape is looked at first.
#include <fmt/format.h>
#include <libical/ical.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "domain/scheduling/recurrence.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;

struct Part {
    std::string_view name;
    enum class Shape { word, number, numbers, days, time } shape;
    int magnitude_max;
};
constexpr auto parts = std::to_array<Part>({
    {"FREQ", Part::Shape::word, 0},
    {"WKST", Part::Shape::word, 0},
    {"UNTIL", Part::Shape::time, 0},
    {"COUNT", Part::Shape::number, recurrence_count_max},
    {"INTERVAL", Part::Shape::number, recurrence_interval_max},
    {"BYSECOND", Part::Shape::numbers, 59},
    {"BYMINUTE", Part::Shape::numbers, 59},
    {"BYHOUR", Part::Shape::numbers, 23},
    {"BYDAY", Part::Shape::days, 53},
    {"BYMONTHDAY", Part::Shape::numbers, 31},
    {"BYYEARDAY", Part::Shape::numbers, 366},
    {"BYWEEKNO", Part::Shape::numbers, 53},
    {"BYMONTH", Part::Shape::numbers, 12},
    {"BYSETPOS", Part::Shape::numbers, 366},
});
constexpr std::size_t items_max = 366;

std::unexpected<RuleFault> fault(std::string detail) {
    return std::unexpected(RuleFault{"rrule", std::move(detail)});
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<int> number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string_view> split(std::string_view text, char by) {
    std::vector<std::string_view> items;
    while (true) {
        const auto end = text.find(by);
        items.push_back(text.substr(0, end));
        if (end == text.npos) return items;
        text.remove_prefix(end + 1);
    }
}

bool has_shape(std::string_view item, const Part& part) {
    const auto fits = [&](std::string_view digits) {
        const auto value = number(digits);
        return value && std::abs(*value) <= part.magnitude_max;
    };
    switch (part.shape) {
        case Part::Shape::word:
            return std::ranges::all_of(item, [](char c) { return c >= 'A' && c <= 'Z'; });
        case Part::Shape::number:
            return fits(item) && is_digit(item.front());
        case Part::Shape::numbers:
            return fits(item);
        case Part::Shape::days:
            return item.size() == 2 || (item.size() > 2 && fits(item.substr(0, item.size() - 2)) &&
                                        number(item.substr(0, item.size() - 2)) != 0);
        case Part::Shape::time:
            return std::ranges::all_of(item,
                                       [](char c) { return is_digit(c) || c == 'T' || c == 'Z'; });
    }
    return false;
}

// The text of every part, or what is wrong with its shape.
std::optional<RuleFault> check_shape(std::string_view text) {
    if (text.empty() || text.size() > recurrence_text_max) {
        return RuleFault{"rrule", fmt::format("Expected 1 to {} characters.", recurrence_text_max)};
    }
    std::vector<std::string_view> seen;
    for (const auto clause : split(text, ';')) {
        const auto equals = clause.find('=');
        const auto name = clause.substr(0, equals);
        const auto part = std::ranges::find(parts, name, &Part::name);
        if (equals == clause.npos || part == parts.end()) {
            return RuleFault{"rrule",
                             "Expected parts of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO, "
                             "in capitals, without RRULE: before them."};
        }
        if (std::ranges::find(seen, name) != seen.end()) {
            return RuleFault{"rrule", fmt::format("{} is there twice.", name)};
        }
        seen.push_back(name);
        const bool list = part->shape == Part::Shape::numbers || part->shape == Part::Shape::days;
        const auto items = split(clause.substr(equals + 1), list ? ',' : ';');
        const bool good = items.size() <= items_max && std::ranges::all_of(items, [&](auto item) {
                              return !item.empty() && has_shape(item, *part);
                          });
        if (good) continue;
        if (part->magnitude_max == 0) return RuleFault{"rrule", fmt::format("{} is wrong.", name)};
        return RuleFault{"rrule", fmt::format("{} takes no more than {}{}.", name,
                                              part->magnitude_max, list ? " each" : "")};
    }
    return std::nullopt;
}

std::vector<int> list_of(std::span<const short> values) {
    std::vector<int> list;
    for (const auto value : values) {
        if (value == ICAL_RECURRENCE_ARRAY_MAX) break;
        list.push_back(value);
    }
    std::ranges::sort(list);
    list.erase(std::ranges::unique(list).begin(), list.end());
    return list;
}

kernel::Weekday weekday_of(icalrecurrencetype_weekday day) {  // Sunday is its first
    return static_cast<kernel::Weekday>((static_cast<int>(day) + 5) % 7);
}

std::optional<Frequency> frequency_of(icalrecurrencetype_frequency frequency) {
    switch (frequency) {
        case ICAL_SECONDLY_RECURRENCE:
            return Frequency::secondly;
        case ICAL_MINUTELY_RECURRENCE:
            return Frequency::minutely;
        case ICAL_HOURLY_RECURRENCE:
            return Frequency::hourly;
        case ICAL_DAILY_RECURRENCE:
            return Frequency::daily;
        case ICAL_WEEKLY_RECURRENCE:
            return Frequency::weekly;
        case ICAL_MONTHLY_RECURRENCE:
            return Frequency::monthly;
        case ICAL_YEARLY_RECURRENCE:
            return Frequency::yearly;
        case ICAL_NO_RECURRENCE:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Until> until_of(const icaltimetype& time) {
    const year_month_day date{year{time.year}, month{static_cast<unsigned>(time.month)},
                              day{static_cast<unsigned>(time.day)}};
    const bool good = date.ok() && time.year >= 1970 && time.year <= 2200 && time.hour < 24 &&
                      time.minute < 60 && time.second < 60;
    if (!good) return std::nullopt;
    const kernel::LocalInstant midnight{local_days{date}};
    if (time.is_date) return Until{Until::Kind::date, midnight + days{1} - seconds{1}};
    const auto at = midnight + hours{time.hour} + minutes{time.minute} + seconds{time.second};
    return Until{icaltime_is_utc(time) ? Until::Kind::utc : Until::Kind::local, at};
}

// What RFC 5545 forbids and libical lets through, or only refuses when it unrolls.
std::optional<RuleFault> check_together(const RecurrenceRule& rule) {
    const auto f = rule.frequency;
    const auto no = [](std::string detail) { return RuleFault{"rrule", std::move(detail)}; };
    const bool monthly = f == Frequency::monthly;
    const bool yearly = f == Frequency::yearly;
    const bool numbered =
        std::ranges::any_of(rule.days, [](const NthDay& day) { return day.position != 0; });
    if (numbered && !monthly && !yearly)
        return no("A numbered BYDAY such as 2MO needs FREQ=MONTHLY or YEARLY.");
    if (numbered && !rule.weeks.empty()) return no("A numbered BYDAY does not go with BYWEEKNO.");
    const int most = monthly || !rule.months.empty() ? 5 : 53;
    for (const auto& day : rule.days) {
        if (std::abs(day.position) > most)
            return no(fmt::format("There is no day {} of its kind.", day.position));
    }
    if (!rule.month_days.empty() && f == Frequency::weekly)
        return no("BYMONTHDAY does not go with FREQ=WEEKLY.");
    if (!rule.year_days.empty() && (f == Frequency::daily || f == Frequency::weekly || monthly))
        return no("BYYEARDAY does not go with FREQ=DAILY, WEEKLY or MONTHLY.");
    if (!rule.weeks.empty() && !yearly) return no("BYWEEKNO needs FREQ=YEARLY.");
    const bool any = !rule.seconds.empty() || !rule.minutes.empty() || !rule.hours.empty() ||
                     !rule.days.empty() || !rule.month_days.empty() || !rule.year_days.empty() ||
                     !rule.weeks.empty() || !rule.months.empty();
    if (!rule.positions.empty() && !any) return no("BYSETPOS needs another BY part.");
    return std::nullopt;
}
}  // namespace

std::expected<RecurrenceRule, RuleFault> parse_rule(std::string_view text) {
    if (text.ends_with(';')) text.remove_suffix(1);  // as some calendars write it
    if (auto wrong = check_shape(text)) return std::unexpected(std::move(*wrong));
    auto read = icalrecurrencetype_from_string(std::string(text).c_str());
    const auto frequency = frequency_of(read.freq);
    if (!frequency) return fault("It is not a recurrence rule of RFC 5545.");
    RecurrenceRule rule;
    rule.frequency = *frequency;
    rule.interval = read.interval;
    if (read.count > 0) rule.count = read.count;
    if (!icaltime_is_null_time(read.until)) {
        rule.until = until_of(read.until);
        if (!rule.until) return fault("UNTIL is no date or time from 1970 to 2200.");
    }
    rule.week_start = weekday_of(read.week_start);
    rule.seconds = list_of(read.by_second);
    rule.minutes = list_of(read.by_minute);
    rule.hours = list_of(read.by_hour);
    rule.month_days = list_of(read.by_month_day);
    rule.year_days = list_of(read.by_year_day);
    rule.weeks = list_of(read.by_week_no);
    rule.months = list_of(read.by_month);
    rule.positions = list_of(read.by_set_pos);
    for (const auto day : list_of(read.by_day)) {
        rule.days.push_back(
            {icalrecurrencetype_day_position(static_cast<short>(day)),
             weekday_of(icalrecurrencetype_day_day_of_week(static_cast<short>(day)))});
    }
    if (auto wrong = check_together(rule)) return std::unexpected(std::move(*wrong));
    return rule;
}

}  // namespace almanac::scheduling
