#include "domain/scheduling/recurrence_clock.hpp"

#include <algorithm>

namespace almanac::scheduling {
namespace {
using namespace std::chrono;
using kernel::Instant;
using kernel::LocalInstant;
using kernel::Micros;

constexpr std::int64_t steps_max = 500'000;
const Instant for_ever = kernel::instant_from_micros(kernel::instant_us_max);

LocalInstant utc_wall(Instant t) {
    return LocalInstant{floor<seconds>(t.time_since_epoch())};
}
}  // namespace

RecurrenceClock::RecurrenceClock(Instant start)
    : fraction_(start - floor<seconds>(start)), first_(utc_wall(start)) {}
RecurrenceClock::RecurrenceClock(LocalInstant first, kernel::Zone zone)
    : zone_(std::move(zone)), first_(first) {}

LocalInstant RecurrenceClock::wall(Instant t) const {
    return zone_ ? zone_->to_local(t) : utc_wall(t);
}
LocalInstant RecurrenceClock::before(Instant t) const {
    return wall(t) - (zone_ ? days{2} : days{0});
}
LocalInstant RecurrenceClock::after(Instant t) const {
    return wall(t) + seconds{1} + (zone_ ? days{2} : days{0});
}

std::optional<Instant> RecurrenceClock::at(LocalInstant start) const {
    if (!zone_) return Instant{start.time_since_epoch()} + fraction_;
    const auto date = floor<days>(start);
    if (!zone_->date_exists(date)) return std::nullopt;
    const auto minute = floor<minutes>(start - date);
    return zone_->to_instant(date, kernel::LocalTime{static_cast<int>(minute.count())}) +
           (start - date - minute);
}

std::optional<Instant> RecurrenceClock::until(const Until& given) const {
    const auto included = seconds{1} - Micros{1};
    const Instant as_utc{given.at.time_since_epoch()};
    switch (given.kind) {
        case Until::Kind::utc:
            return as_utc + included;
        case Until::Kind::date:
            if (!zone_) return as_utc + included;
            return zone_->day(floor<days>(given.at) + days{1}).first - Micros{1};
        case Until::Kind::local:
            if (!zone_) return std::nullopt;
            return at(given.at).value_or(zone_->day(floor<days>(given.at)).first) + included;
    }
    return std::nullopt;
}

std::expected<FirstStarts, RuleFault> first_starts(const RecurrenceRule& rule,
                                                   const RecurrenceClock& clock, Instant start,
                                                   std::size_t looked_at) {
    auto limit = for_ever;
    if (rule.until) {
        const auto until = clock.until(*rule.until);
        if (!until)
            return std::unexpected(
                RuleFault{"kind", "UNTIL needs a Z here, as start is an instant."});
        if (*until < start)
            return std::unexpected(RuleFault{"never", "UNTIL lies before the first start."});
        limit = std::min(limit, *until);
    }
    // A zone leaves out a date or two in all its history.
    const auto count = static_cast<std::size_t>(rule.count.value_or(0)) + 2;
    const auto found = unroll(rule, clock.first(), clock.first(), clock.after(limit),
                              {std::max(looked_at, count), steps_max});
    if (found.end == Unrolled::End::steps_max)
        return std::unexpected(RuleFault{"explosive", "It takes too much work to find its dates."});
    FirstStarts first;
    first.all = rule.count || found.end == Unrolled::End::range;
    for (const auto wall : found.starts) {
        const auto at = clock.at(wall);
        if (!at || *at > limit) continue;
        if (rule.count && first.starts.size() == static_cast<std::size_t>(*rule.count)) break;
        first.walls.push_back(wall);
        first.starts.push_back(*at);
    }
    if (first.starts.empty()) return std::unexpected(RuleFault{"never", "It has no date at all."});
    if (first.starts.front() != start)
        return std::unexpected(
            RuleFault{"not_at_start",
                      "What is given first has to be one of the rule's; its first "
                      "is at " +
                          kernel::to_string(first.starts.front()) + "."});
    return first;
}

}  // namespace almanac::scheduling
