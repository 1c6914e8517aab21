#include "domain/scheduling/recurrence.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "tests/fuzz/fuzz_targets.hpp"

namespace almanac::fuzz {
namespace {
using namespace scheduling;
using namespace std::chrono;
using kernel::LocalDate;
using kernel::LocalInstant;

constexpr UnrollLimits limits{.starts_max = 2'000, .steps_max = 20'000};

void check_list(const std::vector<int>& list, int least, int most, bool zero) {
    require(std::ranges::is_sorted(list) && std::ranges::adjacent_find(list) == list.end(),
            "a list is ascending, each once");
    for (const int item : list)
        require(item >= least && item <= most && (zero || item != 0), "an item is within bounds");
}

void check_rule(const RecurrenceRule& rule) {
    require(rule.interval >= 1 && rule.interval <= recurrence_interval_max, "interval");
    require(!rule.count || (*rule.count >= 1 && *rule.count <= recurrence_count_max), "count");
    require(!rule.count || !rule.until, "COUNT and UNTIL exclude each other");
    check_list(rule.seconds, 0, 59, true);
    check_list(rule.minutes, 0, 59, true);
    check_list(rule.hours, 0, 23, true);
    check_list(rule.month_days, -31, 31, false);
    check_list(rule.year_days, -366, 366, false);
    check_list(rule.weeks, -53, 53, false);
    check_list(rule.months, 1, 12, false);
    check_list(rule.positions, -366, 366, false);
    for (const auto& day : rule.days) require(std::abs(day.position) <= 53, "a numbered weekday");
}

constexpr auto weekdays =
    std::to_array<std::string_view>({"MO", "TU", "WE", "TH", "FR", "SA", "SU"});
std::string_view name(kernel::Weekday day) {
    return weekdays[static_cast<std::size_t>(day)];
}

std::string written(const Until& until) {
    const auto date = floor<days>(until.at);
    const year_month_day ymd{date};
    const hh_mm_ss clock{until.at - date};
    char text[32];
    std::snprintf(text, sizeof text, "%04d%02u%02uT%02d%02d%02d", static_cast<int>(ymd.year()),
                  static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    switch (until.kind) {
        case Until::Kind::date:
            return std::string(text, 8);
        case Until::Kind::local:
            return text;
        case Until::Kind::utc:
            return std::string(text) + 'Z';
    }
    return {};
}

std::string written(const RecurrenceRule& rule) {
    constexpr auto frequencies = std::to_array<std::string_view>(
        {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"});
    std::string out = "FREQ=";
    out += frequencies[static_cast<std::size_t>(rule.frequency)];
    out += ";INTERVAL=" + std::to_string(rule.interval);
    if (rule.count) out += ";COUNT=" + std::to_string(*rule.count);
    if (rule.until) out += ";UNTIL=" + written(*rule.until);
    out += ";WKST=";
    out += name(rule.week_start);
    const auto list = [&](std::string_view part, const std::vector<int>& items) {
        for (std::size_t i = 0; i < items.size(); ++i)
            (out += i == 0 ? ";" + std::string(part) + "=" : ",") += std::to_string(items[i]);
    };
    list("BYSECOND", rule.seconds);
    list("BYMINUTE", rule.minutes);
    list("BYHOUR", rule.hours);
    list("BYMONTHDAY", rule.month_days);
    list("BYYEARDAY", rule.year_days);
    list("BYWEEKNO", rule.weeks);
    list("BYMONTH", rule.months);
    list("BYSETPOS", rule.positions);
    for (std::size_t i = 0; i < rule.days.size(); ++i) {
        out += i == 0 ? ";BYDAY=" : ",";
        if (rule.days[i].position != 0) out += std::to_string(rule.days[i].position);
        out += name(rule.days[i].day);
    }
    return out;
}

void check_written(const RecurrenceRule& rule) {
    const auto text = written(rule);
    if (text.size() > recurrence_text_max) return;  // says more than the text that it came from
    const auto again = parse_rule(text);
    require(again && *again == rule, "a rule that is written is read as the same rule");
}

// Behind the rule: first day (u16, from 1970), hour, minute, days to the range, days in it.
struct Asked {
    LocalInstant first, from, to;
};
Asked asked(std::string_view bytes) {
    const auto byte = [&](std::size_t at, int otherwise) {
        return at < bytes.size() ? static_cast<int>(static_cast<unsigned char>(bytes[at]))
                                 : otherwise;
    };
    const auto day = LocalDate{days{(byte(0, 80) * 256 + byte(1, 30)) % 84'000}};
    const auto first = day + hours{byte(2, 9) % 24} + minutes{byte(3, 30) % 60};
    const auto from = LocalInstant{day} + days{byte(4, 0) * 5};
    return {first, from, from + days{1 + byte(5, 60)}};
}

void check_starts(const RecurrenceRule& rule, const Asked& in, const Unrolled& out) {
    require(out.starts.size() <= limits.starts_max, "no more starts than asked for");
    require(std::ranges::is_sorted(out.starts) &&
                std::ranges::adjacent_find(out.starts) == out.starts.end(),
            "starts are ascending, each once");
    std::map<LocalDate, std::int64_t> each_day;
    for (const auto start : out.starts) {
        require(start >= in.from && start >= in.first && start < in.to, "within the range");
        require(++each_day[floor<days>(start)] <= starts_a_day_max(rule),
                "no more a day than promised");
    }
}

void check_in_two(const RecurrenceRule& rule, const Asked& in, const Unrolled& out) {
    if (out.end != Unrolled::End::range) return;
    const auto middle = in.from + (in.to - in.from) / 3 + seconds{1};
    auto both = unroll(rule, in.first, in.from, middle, limits);
    const auto rest = unroll(rule, in.first, middle, in.to, limits);
    if (both.end != Unrolled::End::range || rest.end != Unrolled::End::range) return;
    both.starts.insert(both.starts.end(), rest.starts.begin(), rest.starts.end());
    require(both.starts == out.starts, "in two parts the same starts");
}
}  // namespace

void recurrence_rule(std::string_view input) {
    const auto end = std::min(input.find('\n'), input.size());
    const auto rule = parse_rule(input.substr(0, end));
    if (!rule) {
        require(rule.error().code == "rrule" && !rule.error().detail.empty(),
                "a refusal says what is wrong");
        return;
    }
    check_rule(*rule);
    check_written(*rule);
    const auto in = asked(input.substr(std::min(end + 1, input.size())));
    const auto out = unroll(*rule, in.first, in.from, in.to, limits);
    check_starts(*rule, in, out);
    check_in_two(*rule, in, out);
}

}  // namespace almanac::fuzz
