#include "domain/kernel/time.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <mutex>

namespace almanac::kernel {
namespace {
using namespace std::chrono;

bool digits(std::string_view text, std::size_t at, std::size_t count, int& value) {
    if (at + count > text.size()) return false;
    value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (text[i] - '0');
    }
    return true;
}

// YYYY-MM-DD that exists in the calendar, of any year.
std::optional<local_days> parse_date(std::string_view text) {
    int y = 0;
    int m = 0;
    int d = 0;
    const bool shape = text.size() == 10 && digits(text, 0, 4, y) && text[4] == '-' &&
                       digits(text, 5, 2, m) && text[7] == '-' && digits(text, 8, 2, d);
    if (!shape) return std::nullopt;
    const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                              day{static_cast<unsigned>(d)}};
    return date.ok() ? std::optional(local_days{date}) : std::nullopt;
}

// The fraction of a second as microseconds; nothing where it has no or more than six digits.
std::optional<Micros> parse_fraction(std::string_view text, std::size_t& at) {
    std::int64_t us = 0;
    int count = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
        us = us * 10 + (text[at] - '0');
    }
    if (count == 0 || count > 6) return std::nullopt;
    for (; count < 6; ++count) us *= 10;
    return Micros{us};
}

// The mark, then so many digits of a number that has no more. By hand: every event is full of
// times, and a format of six numbers costs a microsecond.
template <std::size_t count>
void append_padded(std::string& out, char mark, std::int64_t number) {
    std::array<char, count + 1> text;
    text[0] = mark;
    for (std::size_t i = count; i > 0; --i, number /= 10) {
        text[i] = static_cast<char>('0' + number % 10);
    }
    out.append(text.data(), text.size());
}

void append_month(std::string& out, const year_month_day& date) {
    const int year = int(date.year());
    if (year < 0 || year > 9999) {
        fmt::format_to(std::back_inserter(out), "{:04}", year);
    } else {
        append_padded<2>(out, static_cast<char>('0' + year / 1000), year / 10 % 100);
        out += static_cast<char>('0' + year % 10);
    }
    append_padded<2>(out, '-', unsigned(date.month()));
}

void append_date(std::string& out, const year_month_day& date) {
    append_month(out, date);
    append_padded<2>(out, '-', unsigned(date.day()));
}

std::optional<minutes> parse_offset(std::string_view rest) {
    if (rest == "Z" || rest == "z") return minutes{0};
    int h = 0;
    int m = 0;
    const bool shape = rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':';
    if (!shape || !digits(rest, 1, 2, h) || !digits(rest, 4, 2, m) || h > 23 || m > 59) {
        return std::nullopt;
    }
    return minutes{(rest[0] == '-' ? -1 : 1) * (h * 60 + m)};
}
}  // namespace

void append(std::string& out, Instant t) {
    const auto day_start = floor<days>(t);
    const hh_mm_ss clock{t - day_start};
    append_date(out, year_month_day{day_start});
    append_padded<2>(out, 'T', clock.hours().count());
    append_padded<2>(out, ':', clock.minutes().count());
    append_padded<2>(out, ':', clock.seconds().count());
    if (clock.subseconds().count() != 0) append_padded<6>(out, '.', clock.subseconds().count());
    out += 'Z';
}

std::string to_string(Instant t) {
    std::string text;
    append(text, t);
    return text;
}

std::optional<Instant> parse_instant(std::string_view text) {
    int h = 0;
    int m = 0;
    int s = 0;
    if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
    const auto date = parse_date(text.substr(0, 10));
    const bool shape = date && digits(text, 11, 2, h) && text[13] == ':' &&
                       digits(text, 14, 2, m) && text[16] == ':' && digits(text, 17, 2, s) &&
                       h < 24 && m < 60 && s < 60;
    if (!shape) return std::nullopt;
    std::size_t at = 19;
    Micros fraction{0};
    if (text[at] == '.') {
        const auto parsed = parse_fraction(text, at);
        if (!parsed) return std::nullopt;
        fraction = *parsed;
    }
    const auto offset = parse_offset(text.substr(at));
    if (!offset) return std::nullopt;
    const Instant t = sys_days{date->time_since_epoch()} + hours{h} + minutes{m} + seconds{s} +
                      fraction - *offset;
    if (micros(t) < 0 || micros(t) > instant_us_max) return std::nullopt;
    return t;
}

void append(std::string& out, LocalDate date) {
    append_date(out, year_month_day{date});
}

std::string to_string(LocalDate date) {
    std::string text;
    append(text, date);
    return text;
}

std::optional<LocalDate> parse_local_date(std::string_view text) {
    const auto date = parse_date(text);
    constexpr local_days first{year{1970} / January / 1};
    constexpr local_days last{year{2200} / January / 1};
    return date && *date >= first && *date <= last ? date : std::nullopt;
}

std::string to_string(LocalTime time) {
    return fmt::format(FMT_COMPILE("{:02}:{:02}"), time.minutes / 60, time.minutes % 60);
}

void append(std::string& out, LocalTime time) {
    out += to_string(time);
}

std::optional<LocalTime> parse_local_time(std::string_view text) {
    int h = 0;
    int m = 0;
    const bool shape =
        text.size() == 5 && digits(text, 0, 2, h) && text[2] == ':' && digits(text, 3, 2, m);
    if (!shape || m > 59 || h * 60 + m > 1440) return std::nullopt;
    return LocalTime{h * 60 + m};
}

Weekday weekday(LocalDate date) {
    return static_cast<Weekday>(std::chrono::weekday{date}.iso_encoding() - 1);
}

void append_utc_month(std::string& out, Instant t) {
    append_month(out, year_month_day{floor<days>(t)});
}

std::string utc_month(Instant t) {
    std::string text;
    append_utc_month(text, t);
    return text;
}

namespace {
// Zones live for ever at fixed addresses; the table only grows, bounded by the zones of tzdata.
struct ZoneTable {
    std::mutex mutex;
    std::map<std::string, absl::TimeZone, std::less<>> zones;
};
ZoneTable& zone_table() {
    static ZoneTable table;
    return table;
}
const absl::TimeZone& tz(const void* rep) {
    return *static_cast<const absl::TimeZone*>(rep);
}
Instant from_absl(absl::Time t) {
    return Instant{Micros{absl::ToUnixMicros(t)}};
}
absl::Time to_absl(Instant t) {
    return absl::FromUnixMicros(micros(t));
}
absl::CivilSecond civil(LocalDate date, LocalTime time) {
    const year_month_day ymd{date};
    return absl::CivilSecond{int(ymd.year()),
                             static_cast<int>(unsigned(ymd.month())),
                             static_cast<int>(unsigned(ymd.day())),
                             time.minutes / 60,
                             time.minutes % 60,
                             0};
}
// A stretch of time without a change of the clocks, where local time is a sum. Questions come in
// runs about days close to each other, and asking the zone for each costs more than all the rest.
struct SteadySpan {
    const void* zone = nullptr;
    Instant begin;  // a change, or since ever
    Instant end;    // the next change, or for ever
    seconds offset{};
    bool holds(Instant t) const { return begin <= t && t < end; }
};
SteadySpan make_span(const void* zone, Instant t) {
    const auto& rules = tz(zone);
    SteadySpan span{zone, Instant::min() + days{2}, Instant::max() - days{2},
                    seconds{rules.At(to_absl(t)).offset}};
    // Changes come at whole seconds; the one before `t` may be at `t` itself.
    const auto second = to_absl(floor<seconds>(t));
    absl::TimeZone::CivilTransition change;
    if (rules.PrevTransition(second + absl::Seconds(1), &change))
        span.begin = from_absl(rules.At(change.to).trans);
    if (rules.NextTransition(second, &change)) span.end = from_absl(rules.At(change.to).trans);
    return span;
}
// The span that holds `t`, remembered by each thread for a few zones.
const SteadySpan& span_at(const void* zone, Instant t) {
    thread_local std::array<SteadySpan, 8> known;
    constexpr std::uintptr_t apart = 64;  // bytes between two zones in their table, about
    auto& span = known[reinterpret_cast<std::uintptr_t>(zone) / apart % known.size()];
    if (span.zone != zone || !span.holds(t)) span = make_span(zone, t);
    return span;
}
// The instant of a local time that lies far enough from any change to be the only one.
std::optional<Instant> steady_instant(const void* zone, LocalDate date, LocalTime time) {
    constexpr hours largest_offset{26};
    const Instant as_utc{date.time_since_epoch() + minutes{time.minutes}};
    const auto& span = span_at(zone, as_utc);
    const auto t = as_utc - span.offset;
    const bool alone = span.holds(t - largest_offset) && span.holds(t + largest_offset);
    return alone ? std::optional(t) : std::nullopt;
}
// A name that could leave the zone directory or is no canonical IANA spelling is never looked up.
bool plausible_zone_name(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.front() == '/' || name.front() == '.')
        return false;
    for (const char c : name) {
        const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+';
        if (!allowed) return false;
    }
    return name != "localtime" && name != "posixrules" && !name.starts_with("posix/") &&
           !name.starts_with("right/");
}
}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
    if (!plausible_zone_name(name)) return std::nullopt;
    auto& table = zone_table();
    const std::lock_guard lock(table.mutex);
    auto it = table.zones.find(name);
    if (it == table.zones.end()) {
        absl::TimeZone zone;
        if (!absl::LoadTimeZone(std::string(name), &zone)) return std::nullopt;
        it = table.zones.emplace(std::string(name), zone).first;
    }
    return Zone{&it->first, &it->second};
}

Zone Zone::utc() {
    return *find("UTC");
}

LocalInstant Zone::to_local(Instant t) const {
    return LocalInstant{floor<seconds>(t.time_since_epoch()) + span_at(rep_, t).offset};
}

LocalDate Zone::local_date(Instant t) const {
    return floor<days>(to_local(t));
}

Instant Zone::to_instant(LocalDate date, LocalTime time) const {
    if (const auto t = steady_instant(rep_, date, time)) return *t;
    // `pre`: in a gap the offset before it, in an overlap the first of the two.
    return from_absl(tz(rep_).At(civil(date, time)).pre);
}

// The first instant of a date; of one that does not exist that of the next.
static Instant first_of(const void* rep, LocalDate date) {
    if (const auto t = steady_instant(rep, date, LocalTime{0})) return *t;
    const auto info = tz(rep).At(civil(date, LocalTime{0}));
    const bool gap = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    return from_absl(gap ? info.trans : info.pre);
}

bool Zone::date_exists(LocalDate date) const {
    if (steady_instant(rep_, date, LocalTime{720})) return true;
    const auto info = tz(rep_).At(civil(date, LocalTime{720}));
    if (info.kind != absl::TimeZone::TimeInfo::SKIPPED) return true;
    // A gap at noon need not be the whole day: Juba, 2000-01-15.
    return first_of(rep_, date) < first_of(rep_, date + days{1});
}

std::pair<Instant, Instant> Zone::day(LocalDate date) const {
    const auto start = first_of(rep_, date);
    if (!date_exists(date)) return {start, start};
    return {start, first_of(rep_, date + days{1})};
}

}  // namespace almanac::kernel
