// The small parts of `almanac`: event streams, problems, marked changes, progress, free quarters.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "replay/failure.hpp"
#include "replay/http_client.hpp"
#include "replay/json_changes.hpp"
#include "replay/progress.hpp"
#include "replay/work_calendar.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

TEST(EventStream, is_the_same_in_whatever_pieces_it_comes) {
    const std::string text =
        ": almanac events\n\nid: 7\nevent: a.b\ndata: {\"x\":1}\n\n: heartbeat\n\r\n"
        "event: caught_up\r\ndata: {}\r\n\r\nid: 8\ndata: one\ndata: two\n\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        for (std::size_t second : {cut, (cut + text.size()) / 2}) {
            std::vector<ServerEvent> events;
            const auto take = [&](const ServerEvent& event) {
                events.push_back(event);
                return true;
            };
            EventStreamParser parser;
            EXPECT_TRUE(parser.feed(text.substr(0, cut), take));
            EXPECT_TRUE(parser.feed(text.substr(cut, second - cut), take));
            EXPECT_TRUE(parser.feed(text.substr(second), take));
            ASSERT_EQ(events.size(), 3U);
            EXPECT_EQ(events[0].id, "7");
            EXPECT_EQ(events[0].type, "a.b");
            EXPECT_EQ(events[0].data, "{\"x\":1}");
            EXPECT_EQ(events[1].type, "caught_up");
            EXPECT_EQ(events[2].data, "one\ntwo");
        }
    }
}

TEST(EventStream, ends_when_enough_was_heard) {
    EventStreamParser parser;
    int heard = 0;
    EXPECT_FALSE(parser.feed("data: 1\n\ndata: 2\n\ndata: 3\n\n",
                             [&](const ServerEvent&) { return ++heard < 2; }));
    EXPECT_EQ(heard, 2);
}

TEST(Problem, keeps_every_bad_field_and_gives_the_exit_code) {
    HttpAnswer answer;
    answer.status = 422;
    answer.body = R"({"code":"validation_failed","detail":"Some fields are not valid.","errors":[)"
                  R"({"pointer":"/start","code":"required","detail":"Missing."},)"
                  R"({"pointer":"/party_size","code":"min","detail":"At least 1."}]})";
    const auto rejection = rejection_of(answer);
    ASSERT_EQ(rejection.errors.size(), 2U);
    EXPECT_EQ(exit_code_of(rejection), exit_refused);
    EXPECT_EQ(explain(rejection),
              "Some fields are not valid. (validation_failed)\n  /start: Missing. (required)\n"
              "  /party_size: At least 1. (min)");
    const std::vector<std::pair<long, int>> codes{{400, 23}, {401, 21}, {403, 21},
                                                  {404, 22}, {409, 23}, {412, 23},
                                                  {429, 24}, {503, 24}, {500, 25}};
    for (const auto& [status, exit_code] : codes) {
        answer.status = status;
        answer.body = R"({"code":"some_code","detail":"Why."})";
        EXPECT_EQ(exit_code_of(rejection_of(answer)), exit_code) << status;
    }
    answer.body = "<html>";
    EXPECT_EQ(exit_code_of(rejection_of(answer)), exit_server);
}

TEST(Query, is_encoded) {
    EXPECT_EQ(query_text({}), "");
    EXPECT_EQ(query_text({{"from", "2026-12-01T09:30:00Z"}, {"q", "Mar\u00eda & co"}}),
              "?from=2026-12-01T09%3A30%3A00Z&q=Mar%C3%ADa%20%26%20co");
}

TEST(Changes, are_named_by_pointer_and_marked_in_text) {
    const auto before = json::parse_own(R"({"a":1,"b":{"c":2,"d":3},"list":[1,2],"gone":"x"})");
    const auto after = json::parse_own(R"({"a":1,"b":{"c":5,"d":3},"list":[2,3],"new":true})");
    EXPECT_EQ(changed_members(before, after),
              (std::vector<std::string>{"/b/c", "/list", "/new", "/gone"}));
    EXPECT_EQ(marked_text(before, after, false),
              "~ {\n"
              "    \"a\": 1\n"
              "~   \"b\": {\n"
              "~     \"c\": 5\n"
              "      \"d\": 3\n"
              "    }\n"
              "~   \"list\": [\n"
              "-     1\n"
              "      2\n"
              "+     3\n"
              "    ]\n"
              "+   \"new\": true\n"
              "-   \"gone\": \"x\"\n"
              "  }\n");
    EXPECT_TRUE(changed_members(after, after).empty());
    EXPECT_EQ(without_nulls(json::parse_own(R"({"a":null,"b":{"c":null},"d":[{"e":null}]})")),
              json::parse_own(R"({"b":{},"d":[{}]})"));
}

TEST(ProgressText, says_how_far_how_fast_and_how_long) {
    EXPECT_EQ(progress_text({50, 200, 4'000, 2.0}, "appointments", true),
              "[######..................]  25%  50/200 appointments  2,000 events/s  6 s left");
    EXPECT_EQ(progress_text({10, 1'000'000, 100, 1.0}, "x", false),
              "  0%  10/1,000,000 x  100 events/s  1666 min 39 s left");
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
}

TEST(ProgressOfPieces, ends_each_piece_with_its_last_state) {
    std::ostringstream out;
    {
        ProgressOfPieces progress(out, false, std::chrono::milliseconds{0});
        progress.update("events", 1, 3);
        progress.update("events", 3, 3);
        progress.update("results", 1, 2);
        progress.update("events", 1, 4);  // of the next partition
    }
    std::vector<std::string> pieces;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);)
        pieces.push_back(line.substr(0, line.find(' ', line.find('/'))));
    pieces.erase(std::ranges::unique(pieces).begin(), pieces.end());
    EXPECT_EQ(pieces,
              (std::vector<std::string>{" 33%  1/3", "100%  3/3", " 50%  1/2", " 25%  1/4"}));
}

TEST(ProgressOfPieces, is_silent_where_all_is_done_soon) {
    std::ostringstream out;
    {
        ProgressOfPieces progress(out, true, std::chrono::hours{1});
        progress.update("events", 1, 3);
        progress.update("results", 1, 2);
    }
    EXPECT_EQ(out.str(), "");
}

TEST(WorkCalendar, never_gives_a_quarter_twice) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Dice dice(seed);
    const auto zone = *kernel::Zone::find("Europe/Madrid");
    WorkCalendar calendar(zone, 9 * 60, 3);
    const auto monday = *kernel::parse_local_date("2026-03-23");  // the clocks change on Sunday
    std::vector<QuarterRange> taken;
    for (int i = 0; i < 2'000; ++i) {
        const auto date = monday + std::chrono::days{dice.between(0, 13)};
        const auto person = dice.below(3);
        const auto range =
            calendar.find(date, person, dice.between(1, 8), dice.between(0, 1), Instant{}, dice);
        if (!range) continue;
        const auto from = range->first;
        const auto until = range->first + range->service;
        EXPECT_NE(kernel::weekday(date), kernel::Weekday::sunday);
        EXPECT_LE(until, kernel::weekday(date) == kernel::Weekday::saturday ? 16 : 36);
        EXPECT_TRUE(until <= 16 || from >= 20 ||
                    kernel::weekday(date) == kernel::Weekday::saturday);
        for (const auto& other : taken) {
            if (other.date != date || other.person != person) continue;
            EXPECT_TRUE(until + range->buffer <= other.first ||
                        other.first + other.service + other.buffer <= from);
        }
        EXPECT_EQ(zone.to_local(calendar.start_of(*range)) - date,
                  std::chrono::minutes{9 * 60 + from * 15});
        if (dice.chance(10) && !taken.empty()) {
            calendar.release(taken.back());
            taken.pop_back();
        }
        calendar.take(*range);
        taken.push_back(*range);
    }
    EXPECT_GT(taken.size(), 100U);
}

TEST(Dice, throw_the_same_on_every_machine) {
    Dice dice(42);
    EXPECT_EQ(dice.next(), 13679457532755275413ULL);
    EXPECT_EQ(dice.next(), 2949826092126892291ULL);
    EXPECT_NE(Dice(42).branch(1).next(), Dice(42).branch(2).next());
}

}  // namespace
}  // namespace almanac::replay
