// Working time of a resource: windows over midnight and clock changes, breaks, overrides, and
// which schedules are refused.
#include "domain/scheduling/working_time.hpp"

#include <gtest/gtest.h>

#include "domain/scheduling/snapshot_source.hpp"
#include "tests/scheduling/slots_world.hpp"

namespace almanac::scheduling::slot_tests {
namespace {
using enum kernel::Weekday;

Schedule weekly(std::vector<Window> windows, std::vector<Break> breaks = {}) {
    return {id("s"), std::nullopt, std::nullopt, std::move(windows), std::move(breaks)};
}
Window window(kernel::Weekday day, std::string_view from, std::string_view to) {
    return {day, local(from), local(to), std::nullopt};
}
Break pause(kernel::Weekday day, std::string_view from, std::string_view to) {
    return {day, local(from), local(to)};
}
// "date start–end" per window, times in UTC.
std::string drawn(const std::vector<WorkingWindow>& windows) {
    std::string line;
    for (const auto& w : windows) {
        line += (line.empty() ? "" : " | ") + kernel::to_string(w.date).substr(5) + " " +
                kernel::to_string(w.start).substr(5, 11) + "-" +
                kernel::to_string(w.end).substr(5, 11);
    }
    return line;
}
std::string drawn(const IntervalSet& open) {
    std::string line;
    for (const auto& i : open) {
        line += (line.empty() ? "" : " | ") + kernel::to_string(i.start).substr(5, 11) + "-" +
                kernel::to_string(i.end).substr(5, 11);
    }
    return line;
}
WorkingTime in(std::string_view zone_name, const std::vector<Schedule>& schedules,
               std::string_view from, std::string_view to,
               const std::vector<Override>& overrides = {}) {
    return working_intervals(schedules, overrides, zone(zone_name), at(from), at(to));
}
// "pointer code" per fault.
std::string faults(const std::vector<kernel::FieldError>& errors) {
    std::string line;
    for (const auto& e : errors) line += (line.empty() ? "" : " | ") + e.pointer + " " + e.code;
    return line;
}

TEST(WorkingTime, WindowsThatTouchTheRangeComeWhole) {
    const auto friday = weekly({window(kernel::Weekday::friday, "22:00", "02:00")});
    EXPECT_EQ(drawn(in("UTC", {friday}, "2026-06-06T01:00", "2026-06-06T01:30").windows),
              "06-05 06-05T22:00-06-06T02:00");
    EXPECT_EQ(drawn(in("UTC", {friday}, "2026-06-06T02:00", "2026-06-12T22:00").windows), "");
}

TEST(WorkingTime, MidnightCanBeWrittenBothWays) {
    const auto both =
        weekly({window(friday, "20:00", "24:00"), window(saturday, "20:00", "00:00")});
    EXPECT_EQ(drawn(in("UTC", {both}, "2026-06-05T00:00", "2026-06-07T12:00").windows),
              "06-05 06-05T20:00-06-06T00:00 | 06-06 06-06T20:00-06-07T00:00");
}

TEST(WorkingTime, MidnightToMidnightIsTheWholeDayHoweverLong) {
    const auto sunday_only = weekly({window(sunday, "00:00", "00:00")});
    const auto spring = in("Europe/Madrid", {sunday_only}, "2026-03-29T00:00", "2026-03-29T01:00");
    EXPECT_EQ(length(spring.open), std::chrono::hours{23});
    const auto autumn = in("Europe/Madrid", {sunday_only}, "2026-10-25T00:00", "2026-10-25T01:00");
    EXPECT_EQ(length(autumn.open), std::chrono::hours{25});
}

TEST(WorkingTime, GapTakesTheOffsetBeforeIt) {
    // 02:00–03:00 is skipped: 02:30 is 03:30 by the new clock, 01:30 UTC.
    const auto gap = weekly({window(sunday, "02:30", "05:00")});
    EXPECT_EQ(drawn(in("Europe/Madrid", {gap}, "2026-03-29T00:00", "2026-03-30T00:00").windows),
              "03-29 03-29T01:30-03-29T03:00");
}

TEST(WorkingTime, WindowThatAGapSwallowsYieldsNothing) {
    const auto gap = weekly({window(sunday, "02:30", "03:15")});
    EXPECT_EQ(drawn(in("Europe/Madrid", {gap}, "2026-03-29T00:00", "2026-03-30T00:00").windows),
              "");
}

TEST(WorkingTime, OverlapTakesTheFirst) {
    // 02:00–03:00 happens twice: 02:30 is 00:30 UTC first.
    const auto twice = weekly({window(sunday, "02:30", "03:30")});
    const auto time = in("Europe/Madrid", {twice}, "2026-10-25T00:00", "2026-10-26T00:00");
    EXPECT_EQ(drawn(time.windows), "10-25 10-25T00:30-10-25T02:30");
}

TEST(WorkingTime, DateThatDoesNotExistYieldsNothing) {
    std::vector<Window> windows;
    for (const auto day : {thursday, friday, saturday})
        windows.push_back(window(day, "10:00", "12:00"));
    EXPECT_EQ(
        drawn(
            in("Pacific/Apia", {weekly(windows)}, "2011-12-29T00:00", "2012-01-01T00:00").windows),
        "12-29 12-29T20:00-12-29T22:00 | 12-31 12-30T20:00-12-30T22:00");
}

TEST(WorkingTime, BreaksCutWithoutSplittingWindows) {
    const auto schedule =
        weekly({window(friday, "09:00", "17:00")},
               {pause(friday, "12:00", "12:30"), pause(friday, "16:30", "18:00")});
    const auto time = in("UTC", {schedule}, "2026-06-05T00:00", "2026-06-06T00:00");
    EXPECT_EQ(drawn(time.windows), "06-05 06-05T09:00-06-05T17:00");
    EXPECT_EQ(drawn(time.open), "06-05T09:00-06-05T12:00 | 06-05T12:30-06-05T16:30");
}

TEST(WorkingTime, BreakAfterMidnightIsOfItsOwnDate) {
    auto schedule = weekly({window(friday, "22:00", "02:00")}, {pause(saturday, "00:30", "01:00")});
    schedule.effective_until = date("2026-06-05");  // the break is cut from the last night too
    const auto time = in("UTC", {schedule}, "2026-06-05T00:00", "2026-06-07T00:00");
    EXPECT_EQ(drawn(time.open), "06-05T22:00-06-06T00:30 | 06-06T01:00-06-06T02:00");
}

TEST(WorkingTime, EffectiveDatesAreIncluded) {
    auto schedule = daily("09:00", "10:00");
    schedule.effective_from = date("2026-06-02");
    schedule.effective_until = date("2026-06-03");
    EXPECT_EQ(drawn(in("UTC", {schedule}, "2026-06-01T00:00", "2026-06-05T00:00").windows),
              "06-02 06-02T09:00-06-02T10:00 | 06-03 06-03T09:00-06-03T10:00");
}

TEST(WorkingTime, OverrideReplacesTheWindowsThatStartOnItsDate) {
    const auto nights = daily("22:00", "02:00");
    const std::vector<Override> overrides{
        {date("2026-06-05"), true, {}},
        {date("2026-06-06"), false, {{local("23:00"), local("01:00")}}}};
    EXPECT_EQ(drawn(in("UTC", {nights}, "2026-06-05T00:00", "2026-06-07T00:00", overrides).windows),
              "06-04 06-04T22:00-06-05T02:00 | 06-06 06-06T23:00-06-07T01:00");
}

TEST(WorkingTime, BreaksDoNotCutOverrides) {
    auto schedule = daily("09:00", "17:00");
    schedule.breaks = {pause(friday, "12:00", "13:00")};
    const std::vector<Override> overrides{
        {date("2026-06-05"), false, {{local("11:00"), local("14:00")}}}};
    EXPECT_EQ(drawn(in("UTC", {schedule}, "2026-06-05T00:00", "2026-06-06T00:00", overrides).open),
              "06-05T11:00-06-05T14:00");
}

TEST(WorkingTime, BlockOfDatesCoversThemWhole) {
    const auto block =
        block_of_dates(date("2026-03-28"), date("2026-03-29"), zone("Europe/Madrid"));
    EXPECT_EQ(block.start, at("2026-03-27T23:00"));
    EXPECT_EQ(block.end, at("2026-03-29T22:00"));
}

TEST(ScheduleRules, WellFormedSchedulesPass) {
    auto schedule = weekly({window(monday, "09:00", "13:00"), window(monday, "13:00", "17:00"),
                            window(saturday, "22:00", "02:00"), window(sunday, "02:00", "24:00"),
                            window(tuesday, "00:00", "00:00")},
                           {pause(monday, "12:00", "14:00"), pause(sunday, "00:30", "01:00")});
    schedule.effective_from = schedule.effective_until = date("2026-06-01");
    EXPECT_EQ(faults(validate(schedule)), "");
    EXPECT_EQ(faults(validate(without_windows())), "");
}

TEST(ScheduleRules, OverlapsAreFoundOnTheDayOverMidnightAndOverTheWeek) {
    EXPECT_EQ(faults(validate(
                  weekly({window(monday, "09:00", "12:00"), window(monday, "11:59", "13:00")}))),
              "/windows/1 overlap");
    EXPECT_EQ(faults(validate(
                  weekly({window(tuesday, "01:00", "03:00"), window(monday, "22:00", "02:00")}))),
              "/windows/1 overlap");
    EXPECT_EQ(faults(validate(
                  weekly({window(monday, "00:00", "05:00"), window(sunday, "23:00", "01:00")}))),
              "/windows/1 overlap");
    EXPECT_EQ(faults(validate(
                  weekly({window(monday, "00:00", "00:00"), window(monday, "10:00", "11:00")}))),
              "/windows/1 overlap");
    EXPECT_EQ(faults(validate(
                  weekly({window(monday, "22:00", "02:00"), window(tuesday, "02:00", "03:00")}))),
              "");
}

TEST(ScheduleRules, ZeroLengthIsOnlyMidnightToMidnight) {
    EXPECT_EQ(faults(validate(weekly({window(monday, "10:00", "10:00")}))),
              "/windows/0/to zero_length");
    EXPECT_EQ(faults(validate(weekly({window(monday, "24:00", "02:00")}))),
              "/windows/0/from out_of_range");
    EXPECT_EQ(faults(validate(
                  weekly({window(monday, "09:00", "17:00")}, {pause(monday, "12:00", "12:00")}))),
              "/breaks/0/to zero_length");
}

TEST(ScheduleRules, BreakHasToInterruptSomeWindow) {
    const auto schedule =
        weekly({window(friday, "22:00", "02:00")},
               {pause(saturday, "01:00", "01:30"), pause(friday, "01:00", "01:30"),
                pause(saturday, "02:00", "03:00")});
    EXPECT_EQ(faults(validate(schedule)), "/breaks/1 outside_windows | /breaks/2 outside_windows");
}

TEST(ScheduleRules, EveryFaultIsReportedAtOnce) {
    auto schedule = weekly({window(monday, "10:00", "10:00"), window(tuesday, "09:00", "12:00"),
                            window(tuesday, "10:00", "11:00")});
    schedule.effective_from = date("2026-06-02");
    schedule.effective_until = date("2026-06-01");
    schedule.windows[1].max_bookings = 0;
    EXPECT_EQ(faults(validate(schedule)),
              "/effective_until before_effective_from | /windows/0/to zero_length | "
              "/windows/1/max_bookings min | /windows/2 overlap");
}

TEST(ScheduleRules, SchedulesOfOneResourceMayNotMeetInForce) {
    auto before = weekly({window(friday, "22:00", "02:00")});
    auto after = weekly({window(saturday, "01:00", "05:00")});
    EXPECT_EQ(faults(validate(after, std::vector{before})), "/windows/0 overlap");
    before.effective_until = date("2026-06-05");  // a Friday
    after.effective_from = date("2026-06-06");
    EXPECT_EQ(faults(validate(after, std::vector{before})), "/windows/0 overlap");
    after.effective_from = date("2026-06-07");
    EXPECT_EQ(faults(validate(after, std::vector{before})), "");
    before.effective_until = date("2026-06-04");
    after.effective_from = date("2026-06-05");
    EXPECT_EQ(faults(validate(after, std::vector{before})), "");
}

// St. John's set its clocks back at 00:01: the last hour of the 6th came again on the 7th.
TEST(WorkingTimeByDate, WhatComesAgainIsOfTheDayThatHadBegun) {
    ResourceSnapshot there;
    there.location.zone = *kernel::Zone::find("America/St_Johns");
    there.resource.needs_schedule = false;
    there.blocks = {{id("b"), at("2010-11-05T00:00"), at("2010-11-07T03:00")}};  // 23:30 again
    const auto open = there.open_by_date(date("2010-11-06"), date("2010-11-07"));
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].date, date("2010-11-07"));
    EXPECT_EQ(open[0].time.start, at("2010-11-07T03:00"));
    EXPECT_EQ(open[0].time.end, at("2010-11-08T03:30"));
}

TEST(ScheduleRules, OverridesAreJudgedAlike) {
    const auto on = date("2026-06-05");
    EXPECT_EQ(faults(validate(Override{on, true, {}})), "");
    EXPECT_EQ(faults(validate(Override{on, false, {}})), "/windows required");
    EXPECT_EQ(faults(validate(Override{on, true, {{local("09:00"), local("10:00")}}})),
              "/windows not_with_closed");
    EXPECT_EQ(faults(validate(Override{on,
                                       false,
                                       {{local("22:00"), local("02:00")},
                                        {local("23:00"), local("24:00")},
                                        {local("01:00"), local("01:00")}}})),
              "/windows/2/to zero_length | /windows/1 overlap");
}

}  // namespace
}  // namespace almanac::scheduling::slot_tests
