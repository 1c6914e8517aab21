// When a block holds: ranges, rules and exceptions as people give them, and the ranges that follow.
#include "domain/scheduling/block_time.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/scheduling/slots_world.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;
using kernel::Instant;
using slot_tests::at;
using slot_tests::zone;

GivenTime instants(std::string_view start, std::string_view end, std::string_view rrule = "",
                   std::vector<std::string> exdates = {}) {
    GivenTime given;
    given.start = at(start);
    given.end = at(end);
    if (!rrule.empty()) given.rrule = rrule;
    given.exdates = std::move(exdates);
    return given;
}
GivenTime local(std::string_view start, std::string_view end, std::string_view rrule = "",
                std::vector<std::string> exdates = {}) {
    GivenTime given;
    given.local_start = slot_tests::given(parse_local_date_time(start));
    given.local_end = slot_tests::given(parse_local_date_time(end));
    if (!rrule.empty()) given.rrule = rrule;
    given.exdates = std::move(exdates);
    return given;
}
BlockTime made(const GivenTime& given, std::string_view zone_name = "UTC") {
    auto time = block_time(given, zone(zone_name));
    if (!time) throw std::invalid_argument(time.error()[0].pointer + " " + time.error()[0].detail);
    return *time;
}
// "pointer code", one behind the other.
std::string faults(const GivenTime& given, std::string_view zone_name = "UTC") {
    const auto time = block_time(given, zone(zone_name));
    std::string line;
    if (time) return line;
    for (const auto& e : time.error())
        line += (line.empty() ? "" : ", ") + e.pointer + " " + e.code;
    return line;
}
std::string ranges(const BlockTime& time, std::string_view from, std::string_view to) {
    std::string line;
    for (const auto& range : occurrences(time, at(from), at(to))) {
        line += (line.empty() ? "" : " ") + kernel::to_string(range.start).substr(0, 16) + "+" +
                std::to_string(duration_cast<minutes>(range.end - range.start).count());
    }
    return line;
}

TEST(BlockTime, one_range_meets_what_it_shares_time_with) {
    const auto time = made(instants("2026-06-01T10:00", "2026-06-01T12:00"));
    EXPECT_TRUE(time.one_off());
    EXPECT_EQ(ranges(time, "2026-06-01T00:00", "2026-06-02T00:00"), "2026-06-01T10:00+120");
    EXPECT_EQ(ranges(time, "2026-06-01T11:59", "2026-06-01T12:00"), "2026-06-01T10:00+120");
    EXPECT_EQ(ranges(time, "2026-06-01T12:00", "2026-06-01T13:00"), "");
    EXPECT_EQ(ranges(time, "2026-06-01T09:00", "2026-06-01T10:00"), "");
    EXPECT_EQ(time.ends_at, at("2026-06-01T12:00"));
}

TEST(BlockTime, over_twelve_months_it_counts_as_recurring) {
    EXPECT_TRUE(made(instants("2026-01-01T00:00", "2027-01-02T00:00")).one_off());
    EXPECT_FALSE(made(instants("2026-01-01T00:00", "2027-01-02T00:01")).one_off());
    EXPECT_FALSE(made(instants("2026-01-01T00:00", "2026-01-01T01:00", "FREQ=DAILY")).one_off());
}

TEST(BlockTime, a_rule_in_instants_keeps_its_time_of_the_day_in_utc) {
    const auto time = made(instants("2026-06-01T10:00", "2026-06-01T10:30", "FREQ=DAILY;COUNT=4",
                                    {"2026-06-02T10:00:00Z"}));
    EXPECT_EQ(ranges(time, "2026-05-01T00:00", "2026-07-01T00:00"),
              "2026-06-01T10:00+30 2026-06-03T10:00+30 2026-06-04T10:00+30");
    EXPECT_EQ(time.ends_at, at("2026-06-04T10:30"));
}

TEST(BlockTime, fractions_of_a_second_are_those_of_the_start) {
    auto given = instants("2026-06-01T10:00", "2026-06-01T10:30", "FREQ=DAILY;COUNT=2",
                          {"2026-06-01T10:00:00.250000Z"});
    *given.start += milliseconds{250};
    const auto found = occurrences(made(given), at("2026-06-01T00:00"), at("2026-06-09T00:00"));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].start, at("2026-06-02T10:00") + milliseconds{250});
    EXPECT_EQ(found[0].end, at("2026-06-02T10:30"));
}

TEST(BlockTime, a_local_rule_keeps_its_local_time_over_clock_changes) {
    const auto time =
        made(local("2026-03-27T13:00", "2026-03-27T14:00", "FREQ=DAILY"), "Europe/Madrid");
    EXPECT_EQ(ranges(time, "2026-03-28T00:00", "2026-03-31T00:00"),
              "2026-03-28T12:00+60 2026-03-29T11:00+60 2026-03-30T11:00+60");
    EXPECT_FALSE(time.ends_at);
}

// RFC 5545, 3.8.5.3: the same exact duration; 3.3.5: the offset before the gap, the first of two.
TEST(BlockTime, a_recurrence_keeps_its_exact_length_over_a_gap) {
    const auto night =
        made(local("2026-03-07T22:00", "2026-03-08T06:00", "FREQ=DAILY"), "America/New_York");
    EXPECT_EQ(night.length(), hours{7});  // the first one is over the gap itself
    EXPECT_EQ(ranges(night, "2026-03-09T12:00", "2026-03-10T12:00"), "2026-03-10T02:00+420");
    const auto before =
        made(local("2026-03-06T22:00", "2026-03-07T06:00", "FREQ=DAILY"), "America/New_York");
    EXPECT_EQ(ranges(before, "2026-03-08T00:00", "2026-03-09T00:00"), "2026-03-08T03:00+480");
    const auto in_gap =
        made(local("2026-03-07T02:30", "2026-03-07T03:00", "FREQ=DAILY"), "America/New_York");
    EXPECT_EQ(ranges(in_gap, "2026-03-08T00:00", "2026-03-09T00:00"), "2026-03-08T07:30+30");
    const auto twice =
        made(local("2026-10-31T01:30", "2026-10-31T02:00", "FREQ=DAILY"), "America/New_York");
    EXPECT_EQ(ranges(twice, "2026-11-01T00:00", "2026-11-02T00:00"), "2026-11-01T05:30+30");
}

TEST(BlockTime, a_local_date_that_does_not_exist_has_none_and_is_not_counted) {
    const auto time =
        made(local("2011-12-29T10:00", "2011-12-29T11:00", "FREQ=DAILY;COUNT=3"), "Pacific/Apia");
    EXPECT_EQ(ranges(time, "2011-12-28T00:00", "2012-01-05T00:00"),
              "2011-12-29T20:00+60 2011-12-30T20:00+60 2011-12-31T20:00+60");
    EXPECT_EQ(faults(local("2011-12-30T10:00", "2011-12-30T11:00"), "Pacific/Apia"),
              "/local_start no_such_date, /local_end no_such_date");
}

TEST(BlockTime, until_is_included_whatever_its_kind) {
    const auto madrid = [](std::string_view until) {
        return ranges(made(local("2026-06-01T09:00", "2026-06-01T10:00",
                                 "FREQ=DAILY;UNTIL=" + std::string(until)),
                           "Europe/Madrid"),
                      "2026-05-01T00:00", "2026-07-01T00:00")
            .size();
    };
    constexpr std::size_t one = 19, two = 2 * one + 1;
    EXPECT_EQ(madrid("20260602"), two);
    EXPECT_EQ(madrid("20260602T090000"), two);
    EXPECT_EQ(madrid("20260602T085959"), one);
    EXPECT_EQ(madrid("20260602T070000Z"), two);
    EXPECT_EQ(madrid("20260602T065959Z"), one);
    EXPECT_EQ(faults(instants("2026-06-01T09:00", "2026-06-01T10:00",
                              "FREQ=DAILY;UNTIL=20260602T090000")),
              "/rrule kind");
    const auto dated =
        made(instants("2026-06-01T09:00", "2026-06-01T10:00", "FREQ=DAILY;UNTIL=20260602"));
    EXPECT_EQ(dated.ends_at, at("2026-06-02T10:00"));
}

TEST(BlockTime, a_local_date_or_time_takes_occurrences_out) {
    const auto time =
        made(local("2026-06-01T09:00", "2026-06-01T10:00", "FREQ=DAILY;COUNT=3;BYHOUR=9,15",
                   {"2026-06-02", "2026-06-01T15:00"}),
             "Europe/Madrid");
    EXPECT_EQ(ranges(time, "2026-05-01T00:00", "2026-07-01T00:00"), "2026-06-01T07:00+60");
}

TEST(BlockTime, what_is_wrong_is_said_field_by_field) {
    EXPECT_EQ(faults({}), "/start required, /end required");
    auto given = instants("2026-06-01T10:00", "2026-06-01T11:00");
    given.end.reset();
    EXPECT_EQ(faults(given), "/end required");
    given = local("2026-06-01T10:00", "2026-06-01T11:00");
    given.local_start.reset();
    EXPECT_EQ(faults(given), "/local_start required");
    given.start = at("2026-06-01T10:00");
    EXPECT_EQ(faults(given), "/local_start not_together");
    EXPECT_EQ(faults(instants("2026-06-01T10:00", "2026-06-01T10:00")), "/end before_start");
    EXPECT_EQ(faults(local("2026-06-01T10:00", "2026-06-01T09:00")), "/local_end before_start");
    EXPECT_EQ(faults(instants("2026-06-01T10:00", "2026-06-01T11:00", "",
                              {"2026-06-01T10:00:00Z", "2026-06-01"})),
              "/exdates not_together, /exdates/1 kind");
    EXPECT_EQ(faults(local("2026-06-01T10:00", "2026-06-01T11:00", "FREQ=DAILY",
                           {"2026-06-01T10:00", "2026-06-02", "2026-06-01T10:00:00Z", "x"})),
              "/exdates/2 kind, /exdates/3 kind");
    EXPECT_EQ(faults(local("1970-01-01T00:00", "1970-01-01T11:00"), "Asia/Tokyo"),
              "/local_start range");
    EXPECT_EQ(faults(local("2199-12-31T00:00", "2200-01-01T10:00"), "America/New_York"),
              "/local_end range");
    EXPECT_FALSE(parse_local_date_time("2200-01-02T00:00"));
    EXPECT_FALSE(parse_local_date_time("1969-12-31T00:00"));
    EXPECT_FALSE(parse_local_date_time("2026-06-01T10:00:30"));
    EXPECT_FALSE(parse_local_date_time("2026-06-01T10:00Z"));
}

std::string rule_fault(std::string_view rrule, std::string_view end = "2026-06-01T10:30") {
    return faults(instants("2026-06-01T10:00", end, rrule));
}

TEST(BlockTime, rules_that_are_no_good_are_refused) {
    EXPECT_EQ(rule_fault("FREQ=DAYLY"), "/rrule rrule");
    EXPECT_EQ(rule_fault("FREQ=DAILY;COUNT=0"), "/rrule rrule");
    EXPECT_EQ(rule_fault("FREQ=SECONDLY"), "/rrule explosive");
    EXPECT_EQ(rule_fault("FREQ=MINUTELY;INTERVAL=29"), "/rrule explosive");
    EXPECT_EQ(rule_fault("FREQ=MINUTELY;INTERVAL=30"), "");
    EXPECT_EQ(
        rule_fault("FREQ=YEARLY;BYMONTH=6;BYHOUR=0,1,2,3,4,5,6,7,8,9,10;BYMINUTE=0,9,18,27,36"),
        "/rrule explosive");
    EXPECT_EQ(rule_fault("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "/rrule never");
    EXPECT_EQ(rule_fault("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=300"), "/rrule never");
    EXPECT_EQ(rule_fault("FREQ=DAILY;UNTIL=20260531T235959Z"), "/rrule never");
    EXPECT_EQ(rule_fault("FREQ=HOURLY;INTERVAL=1000;BYHOUR=23;BYMONTH=2;BYMONTHDAY=30"),
              "/rrule never");
    EXPECT_EQ(rule_fault("FREQ=WEEKLY;BYDAY=TU"), "/rrule not_at_start");  // it is a Monday
    EXPECT_EQ(rule_fault("FREQ=DAILY", "2026-06-02T10:00"), "");
    EXPECT_EQ(rule_fault("FREQ=DAILY", "2026-06-02T10:01"), "/rrule overlap");
    EXPECT_EQ(rule_fault("FREQ=YEARLY", "2027-06-02T10:00"), "/rrule overlap");
    EXPECT_EQ(rule_fault("FREQ=YEARLY;INTERVAL=4", "2027-06-02T10:01"), "/end range");
    EXPECT_EQ(faults(instants("2026-06-01T10:00", "2026-06-01T10:30", "FREQ=DAILY;COUNT=1",
                              {"2026-06-01T10:00:00Z"})),
              "/exdates never");
}

// What any range is told is what the whole history has there.
TEST(BlockTime, ranges_asked_for_one_by_one_are_those_of_the_whole) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (const auto* rrule : {"FREQ=DAILY", "FREQ=HOURLY;INTERVAL=7", "FREQ=WEEKLY;BYDAY=FR,SU",
                              "FREQ=DAILY;COUNT=40", "FREQ=MONTHLY;BYMONTHDAY=-1"}) {
        for (const auto* name : {"Europe/Madrid", "Pacific/Apia", "America/New_York"}) {
            const auto first = slot_tests::date("2011-09-30") + days{0};
            const LocalDateTime start{first, {60 * pick(24)}};
            GivenTime given;
            given.local_start = start;
            given.local_end = LocalDateTime{first + days{start.time.minutes >= 1200}, {1200 + 60}};
            if (given.local_end->date > first) given.local_end->time = {60};
            given.rrule = rrule;
            const auto time = block_time(given, zone(name));
            if (!time) continue;  // begins before the one before it has ended
            const auto from = at("2011-09-01T00:00");
            const auto whole = occurrences(*time, from, from + days{300});
            ASSERT_FALSE(whole.empty());
            for (int i = 0; i < 200; ++i) {
                const Interval asked{from + minutes{pick(300 * 1440)}, {}};
                const auto to = std::min(asked.start + minutes{1 + pick(20'000)}, from + days{300});
                std::vector<Interval> expected;
                for (const auto& range : whole) {
                    if (range.overlaps({asked.start, to})) expected.push_back(range);
                }
                EXPECT_EQ(occurrences(*time, asked.start, to), expected) << rrule << " " << name;
            }
        }
    }
}

}  // namespace
}  // namespace almanac::scheduling
