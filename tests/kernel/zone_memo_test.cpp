// Zones remember stretches without a change of the clocks. Whatever was asked before, the answers
// are those of the zone's own rules.
#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include "domain/kernel/time.hpp"

namespace almanac::kernel {
namespace {
using namespace std::chrono;

// Summer time, half an hour of it, none, dates that were skipped, Ramadan, midnight changes.
constexpr std::array<const char*, 12> names = {
    "Europe/Madrid",       "America/New_York",  "Pacific/Apia",
    "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu",
    "America/Asuncion",    "Pacific/Kwajalein", "UTC",
    "Pacific/Kiritimati",  "Africa/Monrovia",   "Antarctica/Troll"};

absl::CivilSecond civil(LocalDate date, int minutes_of_day) {
    const year_month_day day{date};
    return absl::CivilSecond(int(day.year()), static_cast<int>(unsigned(day.month())),
                             static_cast<int>(unsigned(day.day())), 0, minutes_of_day, 0);
}

struct Compared {
    explicit Compared(const char* name) : zone(*Zone::find(name)) {
        EXPECT_TRUE(absl::LoadTimeZone(name, &rules)) << name;
    }

    void at(Instant t) {
        const auto info = rules.At(absl::FromUnixMicros(micros(t)));
        const auto whole = floor<seconds>(t.time_since_epoch());
        ASSERT_EQ(zone.to_local(t).time_since_epoch(), whole + seconds{info.offset})
            << zone.name() << " at " << micros(t);
    }
    void at(LocalDate date, int minutes_of_day) {
        const auto info = rules.At(civil(date, minutes_of_day));
        ASSERT_EQ(micros(zone.to_instant(date, LocalTime{minutes_of_day})),
                  absl::ToUnixMicros(info.pre))
            << zone.name() << ' ' << to_string(date) << ' ' << minutes_of_day;
    }
    void on(LocalDate date) {
        using Kind = absl::TimeZone::TimeInfo::CivilKind;
        const auto start = rules.At(civil(date, 0));
        const bool exists = rules.At(civil(date, 720)).kind != Kind::SKIPPED;
        ASSERT_EQ(zone.date_exists(date), exists) << zone.name() << ' ' << to_string(date);
        const auto first = start.kind == Kind::SKIPPED ? start.trans : start.pre;
        ASSERT_EQ(micros(zone.day(date).first), absl::ToUnixMicros(first))
            << zone.name() << ' ' << to_string(date);
    }
    // Two days on both sides of an instant, to the quarter of an hour.
    void around(Instant t) {
        for (auto near = t - hours{50}; near < t + hours{50}; near += minutes{15}) at(near);
        for (const auto edge : {-1, 0, 1, 500'000, 1'000'001}) at(t + microseconds{edge});
        const auto day = zone.local_date(t);
        for (auto date = day - days{2}; date <= day + days{2}; date += days{1}) {
            on(date);
            for (int minute = 0; minute <= 1440; minute += 15) at(date, minute);
        }
    }

    Zone zone;
    absl::TimeZone rules;
};

TEST(ZoneMemo, every_change_of_the_clocks_is_as_the_zone_has_it) {
    const auto last = absl::FromCivil(absl::CivilYear(2200), absl::UTCTimeZone());
    for (const auto* name : names) {
        Compared compared(name);
        auto t = absl::FromCivil(absl::CivilYear(1970), absl::UTCTimeZone());
        absl::TimeZone::CivilTransition change;
        int changes = 0;
        while (t < last && compared.rules.NextTransition(t, &change)) {
            t = compared.rules.At(change.to).trans;
            // The first hundred, then every seventh: the rules repeat themselves.
            if (++changes > 100 && changes % 7 != 0) continue;
            compared.around(Instant{microseconds{absl::ToUnixMicros(t)}});
            ASSERT_FALSE(testing::Test::HasFatalFailure());
        }
    }
}

TEST(ZoneMemo, zones_that_take_turns_do_not_answer_for_each_other) {
    const auto seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937_64 random(seed);
    std::vector<Compared> zones(names.begin(), names.end());
    const Instant from{local_days{year{1970} / 1 / 3}.time_since_epoch()};
    const Instant to{local_days{year{2199} / 12 / 29}.time_since_epoch()};
    for (int i = 0; i < 200'000; ++i) {
        auto& zone = zones[random() % zones.size()];
        const auto span = static_cast<std::uint64_t>((to - from).count());
        const auto t = from + microseconds{static_cast<std::int64_t>(random() % span)};
        zone.at(t);
        zone.on(zone.zone.local_date(t));
        zone.at(zone.zone.local_date(t), static_cast<int>(random() % 1441));
        ASSERT_FALSE(testing::Test::HasFatalFailure());
    }
}

}  // namespace
}  // namespace almanac::kernel
