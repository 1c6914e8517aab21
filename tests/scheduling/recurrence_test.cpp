// Recurrence rules against the examples of RFC 5545, libical's own tests and dateutil; what is
// refused, and that no rule takes longer than its range.
#include "domain/scheduling/recurrence.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "tests/scheduling/slots_world.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;
using kernel::LocalInstant;
using slot_tests::zone;

struct Vector {
    std::string rule;
    std::string start;
    std::string start_at;
    std::vector<std::string> instances;
    bool goes_on = false;
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> items;
    std::stringstream in(text);
    for (std::string item; std::getline(in, item, ',');) items.push_back(item);
    return items;
}

std::vector<Vector> vectors(const std::string& name) {
    std::ifstream in(std::string(ALMANAC_SOURCE_DIR "/tests/scheduling/vectors/") + name);
    std::vector<Vector> all;
    for (std::string line; std::getline(in, line);) {
        const auto colon = line.find(':');
        if (line.starts_with('#') || colon == std::string::npos) continue;
        const auto key = line.substr(0, colon);
        const auto value = line.substr(colon + 1);
        if (key == "RRULE") all.push_back({value, {}, {}, {}, false});
        if (key == "DTSTART") all.back().start = value;
        if (key == "START-AT") all.back().start_at = value;
        if (key != "INSTANCES") continue;
        all.back().instances = split(value);
        all.back().goes_on = all.back().instances.back() == "...";
        if (all.back().goes_on) all.back().instances.pop_back();
    }
    return all;
}

LocalInstant wall(const std::string& text) {  // 19970902T090000
    const auto part = [&](std::size_t at, std::size_t count) {
        return std::stoi(text.substr(at, count));
    };
    const year_month_day date{year{part(0, 4)}, month{static_cast<unsigned>(part(4, 2))},
                              day{static_cast<unsigned>(part(6, 2))}};
    return LocalInstant{local_days{date}} + hours{part(9, 2)} + minutes{part(11, 2)} +
           seconds{part(13, 2)};
}
std::string text(LocalInstant t) {
    const auto date = floor<days>(t);
    const year_month_day ymd{date};
    const hh_mm_ss clock{t - date};
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}", int(ymd.year()), unsigned(ymd.month()),
                       unsigned(ymd.day()), clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count());
}
std::vector<std::string> texts(const std::vector<LocalInstant>& times) {
    std::vector<std::string> all;
    for (const auto t : times) all.push_back(text(t));
    return all;
}

RecurrenceRule rule(std::string_view given) {
    auto parsed = parse_rule(given);
    if (!parsed) throw std::invalid_argument(std::string(given) + ": " + parsed.error().detail);
    return *parsed;
}

// All starts of a vector's rule, as a reader of its text would list them.
std::vector<LocalInstant> all_of(const Vector& vector, const kernel::Zone* zone_of_it) {
    const auto parsed = rule(vector.rule);
    auto to = wall("21990101T000000");
    if (parsed.until) {
        to = parsed.until->at + seconds{1};
        if (zone_of_it && parsed.until->kind == Until::Kind::utc)
            to = zone_of_it->to_local(kernel::Instant{parsed.until->at.time_since_epoch()}) +
                 seconds{1};
    }
    UnrollLimits limits;
    limits.starts_max = vector.goes_on ? vector.instances.size()
                                       : static_cast<std::size_t>(parsed.count.value_or(5'000));
    return unroll(parsed, wall(vector.start), wall(vector.start), to, limits).starts;
}

TEST(Recurrence, every_example_of_rfc_5545) {
    const auto new_york = zone("America/New_York");
    const auto all = vectors("rfc5545.txt");
    EXPECT_EQ(all.size(), 42U);
    for (const auto& v : all) EXPECT_EQ(texts(all_of(v, &new_york)), v.instances) << v.rule;
}

TEST(Recurrence, the_vectors_of_libical) {
    const auto all = vectors("libical.txt");
    EXPECT_EQ(all.size(), 70U);
    for (auto v : all) {
        for (auto& instance : v.instances) {
            if (instance.ends_with('Z')) instance.pop_back();
        }
        auto found = all_of(v, nullptr);
        if (!v.start_at.empty()) {
            const auto from = wall(v.start_at);
            std::erase_if(found, [&](LocalInstant t) { return t < from; });
            // The same by asking for the range alone.
            EXPECT_EQ(texts(found), texts(unroll(rule(v.rule), wall(v.start), from,
                                                 rule(v.rule).until->at + seconds{1})
                                              .starts));
        }
        EXPECT_EQ(texts(found), v.instances) << v.rule << " from " << v.start;
    }
}

TEST(Recurrence, what_dateutil_makes_of_random_rules) {
    const auto all = vectors("dateutil.txt");
    EXPECT_EQ(all.size(), 500U);
    for (const auto& v : all)
        EXPECT_EQ(texts(all_of(v, nullptr)), v.instances) << v.rule << " from " << v.start;
}

// Any part of the whole, asked for by itself, is that part.
TEST(Recurrence, a_range_is_the_part_of_the_whole) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    for (const auto* name : {"rfc5545.txt", "libical.txt", "dateutil.txt"}) {
        for (const auto& v : vectors(name)) {
            const auto parsed = rule(v.rule);
            const auto first = wall(v.start);
            const auto whole = unroll(parsed, first, first, first + days{900}, {200, 5'000'000});
            if (whole.starts.empty()) continue;
            for (int i = 0; i < 4; ++i) {
                const auto pick = [&] { return whole.starts[random() % whole.starts.size()]; };
                auto from = pick() + seconds{static_cast<int>(random() % 3) - 1};
                auto to = pick() + seconds{static_cast<int>(random() % 3) - 1};
                if (to < from) std::swap(from, to);
                std::vector<LocalInstant> expected;
                for (const auto t : whole.starts) {
                    if (from <= t && t < to) expected.push_back(t);
                }
                EXPECT_EQ(texts(unroll(parsed, first, from, to).starts), texts(expected))
                    << v.rule << " from " << v.start;
            }
        }
    }
}

TEST(Recurrence, the_work_is_that_of_the_range_whenever_it_began) {
    const auto from = wall("20261122T000000");
    const auto to = from + days{7};
    const auto first = wall("19900101T090000");
    for (const auto* given :
         {"FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;BYMONTH=11", "FREQ=WEEKLY;BYDAY=MO,WE",
          "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=11",
          "FREQ=HOURLY;INTERVAL=5", "FREQ=MINUTELY;INTERVAL=50;BYHOUR=8",
          "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=SU;BYSETPOS=6"}) {
        const auto found = unroll(rule(given), first, from, to, {1'000'000, 500});
        EXPECT_EQ(found.end, Unrolled::End::range) << given;
    }
}

TEST(Recurrence, a_rule_that_never_comes_ends_at_its_limit) {
    const auto first = wall("20260101T090000");
    const auto to = wall("21990101T000000");
    for (const auto* given :
         {"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
          "FREQ=MONTHLY;BYDAY=SU;BYSETPOS=6", "FREQ=MONTHLY;INTERVAL=12;BYDAY=2MO;BYMONTHDAY=1",
          "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;INTERVAL=24;BYHOUR=3"}) {
        const auto all = unroll(rule(given), first, first, to, {10, 200'000});
        EXPECT_TRUE(all.starts.empty()) << given;
        EXPECT_EQ(all.end, Unrolled::End::range) << given;
    }
    const auto cut =
        unroll(rule("FREQ=SECONDLY;BYSECOND=5;INTERVAL=60"), first, first, to, {10, 1'000});
    EXPECT_EQ(cut.end, Unrolled::End::steps_max);
}

TEST(Recurrence, starts_a_day_are_never_more_than_said) {
    for (const auto* name : {"rfc5545.txt", "libical.txt", "dateutil.txt"}) {
        for (const auto& v : vectors(name)) {
            const auto most = starts_a_day_max(rule(v.rule));
            std::map<LocalInstant, std::int64_t> of_day;
            for (const auto t : all_of(v, nullptr)) {
                EXPECT_LE(++of_day[floor<days>(t)], most) << v.rule;
            }
        }
    }
    EXPECT_EQ(starts_a_day_max(rule("FREQ=MINUTELY;INTERVAL=15")), 96);
    EXPECT_EQ(starts_a_day_max(rule("FREQ=SECONDLY")), 86'400);
    EXPECT_EQ(starts_a_day_max(rule("FREQ=YEARLY;BYHOUR=1,2;BYMINUTE=0,30")), 4);
}

std::string refused(std::string_view given) {
    const auto parsed = parse_rule(given);
    return parsed ? "" : std::string(parsed.error().code);
}

constexpr auto no_rules = std::to_array<const char*>({"",
                                                      ";",
                                                      "FREQ",
                                                      "FREQ=",
                                                      "FREQ=DAYLY",
                                                      "freq=daily",
                                                      "RRULE:FREQ=DAILY",
                                                      "INTERVAL=2",
                                                      "FREQ=DAILY;FREQ=DAILY",
                                                      "FREQ=DAILY;COUNT=0",
                                                      "FREQ=DAILY;COUNT=-1",
                                                      "FREQ=DAILY;COUNT=3x",
                                                      "FREQ=DAILY;COUNT=4001",
                                                      "FREQ=DAILY;COUNT=99999999999999999999",
                                                      "FREQ=DAILY;COUNT=2;UNTIL=20270101",
                                                      "FREQ=DAILY;INTERVAL=0",
                                                      "FREQ=DAILY;INTERVAL=1001",
                                                      "FREQ=DAILY;INTERVAL=65537",
                                                      "FREQ=DAILY;INTERVAL=2;INTERVAL=2",
                                                      "FREQ=DAILY;UNTIL=x",
                                                      "FREQ=DAILY;UNTIL=20270230",
                                                      "FREQ=DAILY;UNTIL=20270101T",
                                                      "FREQ=DAILY;UNTIL=99991231",
                                                      "FREQ=DAILY;UNTIL=20270101T250000Z",
                                                      "FREQ=DAILY;BYHOUR=",
                                                      "FREQ=DAILY;BYHOUR=24",
                                                      "FREQ=DAILY;BYHOUR=1,,2",
                                                      "FREQ=DAILY;BYHOUR=-1",
                                                      "FREQ=DAILY;BYMINUTE=60",
                                                      "FREQ=DAILY;BYSECOND=60",
                                                      "FREQ=MONTHLY;BYMONTHDAY=0",
                                                      "FREQ=MONTHLY;BYMONTHDAY=32",
                                                      "FREQ=YEARLY;BYMONTH=13",
                                                      "FREQ=YEARLY;BYMONTH=2L",
                                                      "FREQ=YEARLY;BYWEEKNO=54",
                                                      "FREQ=YEARLY;BYYEARDAY=367",
                                                      "FREQ=YEARLY;BYDAY=54MO",
                                                      "FREQ=MONTHLY;BYDAY=6MO",
                                                      "FREQ=YEARLY;BYMONTH=2;BYDAY=6MO",
                                                      "FREQ=YEARLY;BYDAY=300MO",
                                                      "FREQ=MONTHLY;BYDAY=XX",
                                                      "FREQ=MONTHLY;BYDAY=0MO",
                                                      "FREQ=WEEKLY;BYDAY=2MO",
                                                      "FREQ=WEEKLY;BYMONTHDAY=3",
                                                      "FREQ=MONTHLY;BYYEARDAY=3",
                                                      "FREQ=DAILY;BYWEEKNO=3",
                                                      "FREQ=YEARLY;BYWEEKNO=3;BYDAY=2MO",
                                                      "FREQ=DAILY;BYSETPOS=1",
                                                      "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
                                                      "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367",
                                                      "RSCALE=GREGORIAN;FREQ=DAILY",
                                                      "FREQ=DAILY;X-A=1",
                                                      "FREQ=DAILY;SKIP=OMIT",
                                                      "FREQ=WEEKLY;WKST=XX",
                                                      "FREQ=DAILY; INTERVAL=2",
                                                      "FREQ=DAILY;INTERVAL=2\n"});

TEST(Recurrence, what_is_no_rule_is_refused) {
    for (const auto* given : no_rules) {
        EXPECT_EQ(refused(given), "rrule") << given;
    }
    EXPECT_EQ(refused("FREQ=DAILY;BYHOUR=" + std::string(500, '1')), "rrule");
    EXPECT_EQ(refused(std::string("FREQ=DAILY\0;COUNT=1", 19)), "rrule");
    EXPECT_EQ(refused("FREQ=WEEKLY;BYDAY=MO;"), "");
}

TEST(Recurrence, random_text_is_a_rule_or_refused) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto all = vectors("dateutil.txt");
    constexpr std::string_view letters = "FREQ=DAILY;BYMONTH,+-0123456789TZ \n\xff";
    for (int i = 0; i < 20'000; ++i) {
        auto given = all[random() % all.size()].rule;
        for (auto n = random() % 4; n > 0; --n) {
            const auto at = random() % given.size();
            const auto letter = letters[random() % letters.size()];
            if (random() % 2)
                given[at] = letter;
            else
                given.insert(at, 1, letter);
        }
        const auto parsed = parse_rule(given);
        if (!parsed) continue;
        const auto first = wall("20260101T093000");
        unroll(*parsed, first, first, first + days{30}, {100, 10'000});
    }
}

}  // namespace
}  // namespace almanac::scheduling
