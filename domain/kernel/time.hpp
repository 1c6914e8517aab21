// Time as the house uses it: instants are UTC with microseconds, local times carry an IANA zone.
// std::chrono gives the calendar; Abseil's civil time (with the system's tzdata) gives the zones,
// right to 2199. Range of every instant and date accepted from outside: 1970-01-01 .. 2200-01-01.
// A local time in a DST gap takes the offset before the gap, in an overlap the first (RFC 5545
// 3.3.5); a local date that does not exist in its zone (a skipped day) has no instants.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace almanac::kernel {

using Micros = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Micros>;
using LocalDate = std::chrono::local_days;
using LocalInstant = std::chrono::local_time<std::chrono::seconds>;

// Minutes since midnight, 0..1440 (24:00 is the end of a day).
struct LocalTime {
    std::int32_t minutes = 0;
    auto operator<=>(const LocalTime&) const = default;
};
enum class Weekday { monday, tuesday, wednesday, thursday, friday, saturday, sunday };

inline Instant instant_from_micros(std::int64_t us) {
    return Instant{Micros{us}};
}
inline std::int64_t micros(Instant t) {
    return t.time_since_epoch().count();
}
inline constexpr std::int64_t instant_us_max = 7'258'118'400'000'000;  // 2200-01-01T00:00:00Z

// RFC 3339, always `Z`; the fraction only where there is one (then 6 digits).
std::string to_string(Instant t);
std::optional<Instant> parse_instant(std::string_view text);  // any offset; ≤ 6 digits of fraction
std::string to_string(LocalDate date);                        // 2026-12-01
std::optional<LocalDate> parse_local_date(std::string_view text);
std::string to_string(LocalTime time);  // 09:30
std::optional<LocalTime> parse_local_time(std::string_view text);
void append(std::string& out, Instant t);  // the same texts, at the end of `out`
void append(std::string& out, LocalDate date);
void append(std::string& out, LocalTime time);
void append_utc_month(std::string& out, Instant t);
Weekday weekday(LocalDate date);
std::string utc_month(Instant t);  // "2026-12", as in tags and trace subjects

// An IANA zone. Cheap to copy; equal names are equal zones. Thread-safe.
class Zone {
  public:
    static std::optional<Zone> find(std::string_view name);
    static Zone utc();
    const std::string& name() const { return *name_; }
    LocalInstant to_local(Instant t) const;
    LocalDate local_date(Instant t) const;
    Instant to_instant(LocalDate date, LocalTime time) const;  // gaps and overlaps as above
    bool date_exists(LocalDate date) const;                    // false for a skipped day
    // [first instant, first instant of the next existing date); empty (equal) for a skipped day.
    std::pair<Instant, Instant> day(LocalDate date) const;

  private:
    Zone(const std::string* name, const void* rep) : name_(name), rep_(rep) {}
    const std::string* name_;
    const void* rep_;
};

}  // namespace almanac::kernel
