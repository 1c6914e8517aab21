// Our answers about local time, for a judge of another make: reads questions from standard input, a
// line each, and writes a line of answers for every one of them.
//   zone NAME            `known` or `unknown`; the others ask about the last known zone
//   local MICROSECONDS…  the local time of instants, as seconds since 1970-01-01 of that clock
//   instant MINUTES…     the instant of local times (minutes of that clock), as seconds
//   day DAYS…            a local date's first instant and the next one's, or `none` where the date
//                        does not exist: FIRST:LAST, as seconds
#include <charconv>
#include <cstdio>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/kernel/time.hpp"

namespace {
using namespace almanac::kernel;

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw std::runtime_error("not a number: " + std::string(text));
    return value;
}

std::int64_t seconds_of(Instant t) {
    return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

std::string answer(const Zone& zone, std::string_view question, std::int64_t asked) {
    if (question == "local")
        return std::to_string(zone.to_local(instant_from_micros(asked)).time_since_epoch().count());
    if (question == "instant") {
        const std::chrono::local_time<std::chrono::minutes> time{std::chrono::minutes{asked}};
        const auto date = std::chrono::floor<std::chrono::days>(time);
        const LocalTime clock{static_cast<std::int32_t>((time - date).count())};
        return std::to_string(seconds_of(zone.to_instant(date, clock)));
    }
    if (question != "day") throw std::runtime_error("no such question");
    const LocalDate date{std::chrono::days{asked}};
    if (!zone.date_exists(date)) return "none";
    const auto [first, last] = zone.day(date);
    return std::to_string(seconds_of(first)) + ':' + std::to_string(seconds_of(last));
}

std::string answers(const Zone& zone, std::string_view line) {
    std::string out;
    auto at = std::min(line.find(' '), line.size());
    const auto question = line.substr(0, at);
    while (at < line.size()) {
        const auto end = std::min(line.find(' ', at + 1), line.size());
        if (!out.empty()) out += ' ';
        out += answer(zone, question, number(line.substr(at + 1, end - at - 1)));
        at = end;
    }
    return out;
}
}  // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::optional<Zone> zone;
    try {
        for (std::string line; std::getline(std::cin, line);) {
            if (line.starts_with("zone ")) {
                zone = Zone::find(line.substr(5));
                std::cout << (zone ? "known\n" : "unknown\n");
            } else if (zone) {
                std::cout << answers(*zone, line) << '\n';
            } else {
                throw std::runtime_error("no zone yet");
            }
        }
        return 0;
    } catch (const std::exception& fault) {
        std::cerr << "zone_answers: " << fault.what() << '\n';
        return 1;
    }
}
