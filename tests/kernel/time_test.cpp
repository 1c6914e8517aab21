#include "domain/kernel/time.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>

namespace almanac::kernel {
namespace {
Instant at(std::string_view text) {
    return parse_instant(text).value();
}
LocalDate day(std::string_view text) {
    return parse_local_date(text).value();
}
LocalTime clock(std::string_view text) {
    return parse_local_time(text).value();
}
Zone zone(std::string_view name) {
    return Zone::find(name).value();
}

TEST(Instant, rfc_3339_table) {
    struct Case {
        const char* text;
        std::int64_t us;
        const char* written;
    };
    const Case table[] = {
        {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
        {"2026-12-01T09:30:00Z", 1796117400000000, "2026-12-01T09:30:00Z"},
        {"2026-12-01T10:30:00+01:00", 1796117400000000, "2026-12-01T09:30:00Z"},
        {"2026-12-01T04:00:00-05:30", 1796117400000000, "2026-12-01T09:30:00Z"},
        {"2026-12-01t09:30:00z", 1796117400000000, "2026-12-01T09:30:00Z"},
        {"2026-12-01T09:30:00-00:00", 1796117400000000, "2026-12-01T09:30:00Z"},
        {"2026-12-01T09:30:00.5Z", 1796117400500000, "2026-12-01T09:30:00.500000Z"},
        {"2026-12-01T09:30:00.000001Z", 1796117400000001, "2026-12-01T09:30:00.000001Z"},
        {"2026-12-01T09:30:00.123456+00:00", 1796117400123456, "2026-12-01T09:30:00.123456Z"},
        {"2026-12-01T09:30:00.000000Z", 1796117400000000, "2026-12-01T09:30:00Z"},
        {"2024-02-29T23:59:59.999999Z", 1709251199999999, "2024-02-29T23:59:59.999999Z"},
        {"2000-02-29T00:00:00Z", 951782400000000, "2000-02-29T00:00:00Z"},
        {"1970-01-01T01:00:00+01:00", 0, "1970-01-01T00:00:00Z"},
        {"2026-12-01T00:15:00+14:00", 1796033700000000, "2026-11-30T10:15:00Z"},
        {"2026-12-01T23:59:00-23:59", 1796255880000000, "2026-12-02T23:58:00Z"},
        {"1969-12-31T23:00:00-01:00", 0, "1970-01-01T00:00:00Z"},
        {"2200-01-01T14:00:00+14:00", instant_us_max, "2200-01-01T00:00:00Z"},
        {"2200-01-01T00:00:00Z", instant_us_max, "2200-01-01T00:00:00Z"},
        {"2199-12-31T23:59:59.999999Z", instant_us_max - 1, "2199-12-31T23:59:59.999999Z"},
    };
    for (const auto& [text, us, written] : table) {
        const auto parsed = parse_instant(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(micros(*parsed), us) << text;
        EXPECT_EQ(to_string(*parsed), written);
        EXPECT_EQ(parse_instant(written), parsed);
    }
}

TEST(Instant, refuses_what_is_no_rfc_3339_time_or_out_of_range) {
    for (const std::string text : {"",
                                   "2026-12-01",
                                   "2026-12-01T09:30:00",
                                   "2026-12-01T09:30Z",
                                   "2026-12-01 09:30:00Z",
                                   "2026-12-01T9:30:00Z",
                                   "2026-12-01T24:00:00Z",
                                   "2026-12-01T23:60:00Z",
                                   "2026-12-01T23:59:60Z",
                                   "2026-13-01T00:00:00Z",
                                   "2026-00-01T00:00:00Z",
                                   "2026-12-32T00:00:00Z",
                                   "2026-12-00T00:00:00Z",
                                   "2026-02-29T00:00:00Z",
                                   "2100-02-29T00:00:00Z",
                                   "2026-04-31T00:00:00Z",
                                   "26-12-01T00:00:00Z",
                                   "2026-12-01T09:30:00.Z",
                                   "2026-12-01T09:30:00.1234567Z",
                                   "2026-12-01T09:30:00,5Z",
                                   "2026-12-01T09:30:00+1:00",
                                   "2026-12-01T09:30:00+0100",
                                   "2026-12-01T09:30:00+01",
                                   "2026-12-01T09:30:00+24:00",
                                   "2026-12-01T09:30:00+01:60",
                                   "2026-12-01T09:30:00 Z",
                                   "2026-12-01T09:30:00ZZ",
                                   "2026-12-01T09:30:00Z ",
                                   " 2026-12-01T09:30:00Z",
                                   "2026-12-01T09:30:00+01:00Z",
                                   "2026/12/01T09:30:00Z",
                                   "2026-12-01T09.30.00Z",
                                   "1969-12-31T23:59:59Z",
                                   "1970-01-01T00:00:00+00:01",
                                   "2200-01-01T00:00:00.000001Z",
                                   "2200-01-01T00:00:00-00:01",
                                   "9999-12-31T23:59:59Z",
                                   "0000-01-01T00:00:00Z",
                                   "-026-12-01T09:30:00Z",
                                   "2026-12-01T09:30:00\u2212"
                                   "01:00",
                                   "２026-12-01T09:30:00Z",
                                   "2026-12-01T-9:30:00Z",
                                   "2026-12-01T+9:30:00Z",
                                   "2026-W49-2T09:30:00Z"}) {
        EXPECT_FALSE(parse_instant(text)) << text;
    }
    EXPECT_FALSE(parse_instant(std::string("2026-12-01T09:30:00Z\0", 21)));
}

TEST(Instant, any_microsecond_of_the_range_comes_back) {
    const auto seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        auto us = static_cast<std::int64_t>(random() % (instant_us_max + 1));
        if (round % 3 == 0) us -= us % 1'000'000;
        const auto text = to_string(instant_from_micros(us));
        const auto parsed = parse_instant(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(micros(*parsed), us) << text;
    }
}

TEST(LocalDate, reads_and_writes_and_knows_its_weekday) {
    EXPECT_EQ(to_string(day("2026-12-01")), "2026-12-01");
    EXPECT_EQ(weekday(day("2026-12-01")), Weekday::tuesday);
    EXPECT_EQ(weekday(day("1970-01-01")), Weekday::thursday);
    EXPECT_EQ(weekday(day("2024-02-29")), Weekday::thursday);
    EXPECT_EQ(weekday(day("2026-12-06")), Weekday::sunday);
    EXPECT_EQ(weekday(day("2026-12-07")), Weekday::monday);
    EXPECT_TRUE(parse_local_date("2200-01-01"));
    for (const auto* text : {"", "2026-12-1", "2026-12-011", "2026-02-29", "2026-13-01",
                             "2026-00-10", "2026-12-00", "1969-12-31", "2201-01-01", "20261201",
                             "2026-12-01Z", "2026-12-0a", "2200-01-02", "2200-12-31"}) {
        EXPECT_FALSE(parse_local_date(text)) << text;
    }
}

TEST(LocalTime, reads_and_writes_up_to_24_00) {
    EXPECT_EQ(clock("00:00").minutes, 0);
    EXPECT_EQ(clock("09:30").minutes, 570);
    EXPECT_EQ(clock("24:00").minutes, 1440);
    for (int minutes = 0; minutes <= 1440; ++minutes) {
        EXPECT_EQ(clock(to_string(LocalTime{minutes})).minutes, minutes);
    }
    for (const auto* text : {"", "9:30", "09:60", "24:01", "25:00", "09:30:00", "0930", "09-30",
                             " 9:30", "-1:00", "09:3", "99:99"}) {
        EXPECT_FALSE(parse_local_time(text)) << text;
    }
}

TEST(UtcMonth, is_that_of_utc) {
    EXPECT_EQ(utc_month(at("2026-12-31T23:59:59.999999Z")), "2026-12");
    EXPECT_EQ(utc_month(at("2027-01-01T00:00:00Z")), "2027-01");
    EXPECT_EQ(utc_month(at("2027-01-01T00:30:00+01:00")), "2026-12");
}

TEST(Zone, is_found_by_its_iana_name_and_nothing_else) {
    for (const auto* name : {"UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires",
                             "Australia/Lord_Howe", "Etc/GMT+5", "Asia/Kathmandu"}) {
        const auto found = Zone::find(name);
        ASSERT_TRUE(found) << name;
        EXPECT_EQ(found->name(), name);
    }
    for (const std::string name :
         {"", "Europe/Nowhere", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "localtime",
          "posixrules", "posix/UTC", "right/UTC", "Europe/Madrid ", " UTC", "Europe//Madrid/", ".",
          "Europe", "Europe/../UTC", "UTC+25", "GMT+25:00", "file:/etc/localtime",
          "Fixed/UTC+25:00:00"}) {
        EXPECT_FALSE(Zone::find(name)) << name;
    }
    EXPECT_FALSE(Zone::find(std::string("UTC\0", 4)));
    EXPECT_FALSE(Zone::find(std::string(65, 'a')));
    EXPECT_EQ(Zone::utc().name(), "UTC");
    EXPECT_EQ(&zone("Europe/Madrid").name(), &zone("Europe/Madrid").name());
}

struct LocalCase {
    const char* zone;
    const char* date;
    const char* time;
    const char* instant;
};

TEST(Zone, local_times_in_gaps_and_overlaps) {
    const LocalCase table[] = {
        // Plain days.
        {"Europe/Madrid", "2026-06-05", "22:30", "2026-06-05T20:30:00Z"},
        {"Europe/Madrid", "2026-12-01", "09:00", "2026-12-01T08:00:00Z"},
        {"America/New_York", "2026-03-08", "13:00", "2026-03-08T17:00:00Z"},
        {"America/New_York", "2026-03-07", "13:00", "2026-03-07T18:00:00Z"},
        // Gaps: the offset before.
        {"Europe/Madrid", "2026-03-29", "01:59", "2026-03-29T00:59:00Z"},
        {"Europe/Madrid", "2026-03-29", "02:00", "2026-03-29T01:00:00Z"},
        {"Europe/Madrid", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"},
        {"Europe/Madrid", "2026-03-29", "03:00", "2026-03-29T01:00:00Z"},
        {"America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"},
        {"America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00:00Z"},
        {"Australia/Lord_Howe", "2026-10-04", "02:00", "2026-10-03T15:30:00Z"},
        {"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"},
        {"Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03T15:30:00Z"},
        // Overlaps: the first.
        {"Europe/Madrid", "2026-10-25", "02:00", "2026-10-25T00:00:00Z"},
        {"Europe/Madrid", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"},
        {"Europe/Madrid", "2026-10-25", "03:00", "2026-10-25T02:00:00Z"},
        {"America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"},
        {"America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", "01:30", "2026-04-04T14:30:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", "02:00", "2026-04-04T15:30:00Z"},
        // Morocco: an hour back for Ramadan, forward after it (2026: 15 February, 22 March).
        {"Africa/Casablanca", "2026-02-14", "12:00", "2026-02-14T11:00:00Z"},
        {"Africa/Casablanca", "2026-02-15", "02:30", "2026-02-15T01:30:00Z"},
        {"Africa/Casablanca", "2026-02-16", "12:00", "2026-02-16T12:00:00Z"},
        {"Africa/Casablanca", "2026-03-22", "02:30", "2026-03-22T02:30:00Z"},
        {"Africa/Casablanca", "2026-03-23", "12:00", "2026-03-23T11:00:00Z"},
        // Around the day that Samoa left out.
        {"Pacific/Apia", "2011-12-29", "23:59", "2011-12-30T09:59:00Z"},
        {"Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00:00Z"},
        // After 2037, where many zone tables end.
        {"Europe/Madrid", "2038-07-01", "12:00", "2038-07-01T10:00:00Z"},
        {"Europe/Madrid", "2199-07-01", "12:00", "2199-07-01T10:00:00Z"},
        {"America/New_York", "2150-01-15", "12:00", "2150-01-15T17:00:00Z"},
        {"America/New_York", "2150-07-15", "12:00", "2150-07-15T16:00:00Z"},
        // The end of a day, and odd offsets.
        {"Europe/Madrid", "2026-12-01", "24:00", "2026-12-01T23:00:00Z"},
        {"Asia/Kathmandu", "2026-01-01", "00:00", "2025-12-31T18:15:00Z"},
        {"UTC", "2026-02-28", "24:00", "2026-03-01T00:00:00Z"},
    };
    for (const auto& [name, date, time, instant] : table) {
        EXPECT_EQ(to_string(zone(name).to_instant(day(date), clock(time))), instant)
            << name << " " << date << " " << time;
    }
}

TEST(Zone, a_day_is_as_long_as_its_clock_changes_make_it) {
    struct Case {
        const char* zone;
        const char* date;
        const char* start;
        const char* end;
    };
    const Case table[] = {
        {"Europe/Madrid", "2026-12-01", "2026-11-30T23:00:00Z", "2026-12-01T23:00:00Z"},
        {"Europe/Madrid", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
        {"Europe/Madrid", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
        {"Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"},
        // Midnight itself is skipped: the day begins at 01:00 (Santiago) or at the change.
        {"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
        {"America/Santiago", "2026-04-04", "2026-04-04T03:00:00Z", "2026-04-05T04:00:00Z"},
        {"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"},
        {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
        {"UTC", "2026-12-31", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"},
    };
    for (const auto& [name, date, start, end] : table) {
        const auto [from, to] = zone(name).day(day(date));
        EXPECT_EQ(to_string(from), start) << name << " " << date;
        EXPECT_EQ(to_string(to), end) << name << " " << date;
    }
}

TEST(Zone, a_skipped_day_does_not_exist_and_holds_no_instant) {
    const auto apia = zone("Pacific/Apia");
    EXPECT_TRUE(apia.date_exists(day("2011-12-29")));
    EXPECT_FALSE(apia.date_exists(day("2011-12-30")));
    EXPECT_TRUE(apia.date_exists(day("2011-12-31")));
    const auto [from, to] = apia.day(day("2011-12-30"));
    EXPECT_EQ(from, to);
    EXPECT_EQ(to_string(from), "2011-12-30T10:00:00Z");
    EXPECT_TRUE(zone("Europe/Madrid").date_exists(day("2026-03-29")));
    EXPECT_TRUE(zone("America/Santiago").date_exists(day("2026-09-06")));
}

TEST(Zone, days_follow_each_other_without_gap_and_hold_their_own_instants) {
    for (const auto* name : {"Europe/Madrid", "America/New_York", "Australia/Lord_Howe",
                             "Pacific/Apia", "Africa/Casablanca", "America/Santiago", "UTC",
                             "Asia/Kathmandu", "Africa/Cairo", "Asia/Gaza"}) {
        const auto here = zone(name);
        auto expected = here.day(day("2010-12-31")).second;
        for (auto date = day("2011-01-01"); date < day("2032-01-01");
             date += std::chrono::days{1}) {
            const auto [from, to] = here.day(date);
            ASSERT_EQ(from, expected) << name << " " << to_string(date);
            expected = to;
            if (from == to) {
                EXPECT_FALSE(here.date_exists(date));
                continue;
            }
            ASSERT_EQ(here.local_date(from), date) << name;
            ASSERT_EQ(here.local_date(to - Micros{1}), date) << name;
        }
    }
}

TEST(Zone, local_to_instant_to_local_comes_back_except_in_a_gap) {
    const auto seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937 random(seed);
    for (const auto* name : {"Europe/Madrid", "America/New_York", "Australia/Lord_Howe",
                             "Africa/Casablanca", "Pacific/Apia"}) {
        const auto here = zone(name);
        for (int round = 0; round < 5000; ++round) {
            const auto date = day("1990-01-01") + std::chrono::days{random() % 70'000};
            const LocalTime time{static_cast<std::int32_t>(random() % 1440)};
            const LocalInstant wanted = date + std::chrono::minutes{time.minutes};
            const auto instant = here.to_instant(date, time);
            const auto back = here.to_local(instant);
            // In a gap the clock stands later by the length of the gap, never earlier.
            EXPECT_GE(back, wanted) << name << " " << to_string(date) << " " << to_string(time);
            if (back == wanted) {
                // The first of an overlap: the same local time earlier would be another instant.
                for (const auto earlier : {std::chrono::minutes{30}, std::chrono::minutes{60}}) {
                    EXPECT_NE(here.to_local(instant - earlier), wanted);
                }
            }
        }
    }
}

TEST(Zone, gives_local_dates_and_times_of_instants) {
    const auto madrid = zone("Europe/Madrid");
    EXPECT_EQ(madrid.local_date(at("2026-06-05T21:59:59.999999Z")), day("2026-06-05"));
    EXPECT_EQ(madrid.local_date(at("2026-06-05T22:00:00Z")), day("2026-06-06"));
    EXPECT_EQ(madrid.to_local(at("2026-10-25T00:30:00Z")),
              madrid.to_local(at("2026-10-25T01:30:00Z")));
    EXPECT_EQ(
        madrid.to_local(at("2026-03-29T01:00:00Z")) - madrid.to_local(at("2026-03-29T00:59:59Z")),
        std::chrono::seconds{3601});
}

TEST(Zone, works_at_the_ends_of_the_range) {
    const auto apia = zone("Pacific/Apia");
    EXPECT_EQ(to_string(apia.local_date(at("1970-01-01T00:00:00Z"))), "1969-12-31");
    EXPECT_EQ(to_string(zone("Pacific/Kiritimati").local_date(at("2200-01-01T00:00:00Z"))),
              "2200-01-01");
    const auto [from, to] = zone("Europe/Madrid").day(day("2200-01-01"));
    EXPECT_EQ(to - from, std::chrono::hours{24});
}
}  // namespace
}  // namespace almanac::kernel
