#include "domain/scheduling/block_time.hpp"

#include <algorithm>

#include "domain/scheduling/recurrence_clock.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;
using kernel::FieldError;
using kernel::Instant;
using kernel::LocalInstant;
using kernel::Micros;
using kernel::Zone;

constexpr std::size_t starts_looked_at = 400;
const Instant for_ever = kernel::instant_from_micros(kernel::instant_us_max);

Zone zone_of(const BlockTime& time) {
    return time.time_zone ? Zone::find(*time.time_zone).value_or(Zone::utc()) : Zone::utc();
}
RecurrenceClock clock_of(const BlockTime& time, const Zone& zone) {
    return time.local_start ? RecurrenceClock(time.local_start->wall(), zone)
                            : RecurrenceClock(time.start);
}

bool left_out(const BlockTime& time, LocalInstant wall, Instant start) {
    if (time.exdates.empty()) return false;
    const auto has = [&](const std::string& text) {
        return std::ranges::binary_search(time.exdates, text);
    };
    if (!time.local_start) return has(kernel::to_string(start));
    const auto date = floor<days>(wall);
    const auto minute = floor<minutes>(wall - date);
    return has(kernel::to_string(date)) ||
           has(to_string(LocalDateTime{date, {static_cast<int>(minute.count())}}));
}

class BlockTimeReader {
  public:
    BlockTimeReader(const GivenTime& given, const Zone& zone) : given_(given), zone_(zone) {}

    std::expected<BlockTime, std::vector<FieldError>> read() && {
        if (which_range()) read_range();
        if (!given_.rrule && !given_.exdates.empty())
            fail("/exdates", "not_together", "Exceptions need a rule that they are taken from.");
        for (std::size_t i = 0; i < given_.exdates.size(); ++i) read_exdate(i);
        if (errors_.empty() && given_.rrule) read_rule();
        if (!errors_.empty()) return std::unexpected(std::move(errors_));
        if (!given_.rrule) time_.ends_at = time_.end;
        return std::move(time_);
    }

  private:
    void fail(std::string pointer, std::string_view code, std::string detail) {
        errors_.push_back({std::move(pointer), std::string(code), std::move(detail)});
    }
    bool local() const { return given_.local_start || given_.local_end; }

    bool which_range() {
        if (local() && (given_.start || given_.end)) {
            fail("/local_start", "not_together",
                 "Give start and end, or local_start and local_end, not both.");
            return false;
        }
        const auto need = [&](bool there, const char* pointer) {
            if (!there) fail(pointer, "required", "This field is required.");
        };
        if (local()) {
            need(given_.local_start.has_value(), "/local_start");
            need(given_.local_end.has_value(), "/local_end");
        } else {
            need(given_.start.has_value(), "/start");
            need(given_.end.has_value(), "/end");
        }
        return errors_.empty();
    }

    void read_range() {
        if (local()) {
            time_.local_start = given_.local_start;
            time_.local_end = given_.local_end;
            time_.time_zone = zone_.name();
            time_.start = local_instant("/local_start", *given_.local_start);
            time_.end = local_instant("/local_end", *given_.local_end);
        } else {
            time_.start = *given_.start;
            time_.end = *given_.end;
        }
        if (errors_.empty() && time_.end <= time_.start)
            fail(local() ? "/local_end" : "/end", "before_start", "It ends before it begins.");
    }
    Instant local_instant(const char* pointer, const LocalDateTime& at) {
        if (!zone_.date_exists(at.date))
            fail(pointer, "no_such_date", "That date does not exist in " + zone_.name() + ".");
        const auto instant = zone_.to_instant(at.date, at.time);
        if (instant < Instant{} || instant > for_ever)
            fail(pointer, "range", "Expected a time from 1970 to 2200.");
        return instant;
    }

    void read_exdate(std::size_t i) {
        const auto& text = given_.exdates[i];
        std::optional<std::string> normal;
        if (local()) {
            if (const auto at = parse_local_date_time(text)) normal = to_string(*at);
            if (const auto date = kernel::parse_local_date(text)) normal = kernel::to_string(*date);
        } else if (const auto at = kernel::parse_instant(text)) {
            normal = kernel::to_string(*at);
        }
        if (!normal) {
            return fail(kernel::json::pointer("/exdates", i), "kind",
                        local() ? "Expected a local time or date, like local_start: "
                                  "2026-12-01T09:30 or 2026-12-01."
                                : "Expected a time, like start: 2026-12-01T09:30:00Z.");
        }
        const auto at = std::ranges::lower_bound(time_.exdates, *normal);
        if (at == time_.exdates.end() || *at != *normal) time_.exdates.insert(at, *normal);
    }

    void read_rule() {
        const auto rule = parse_rule(*given_.rrule);
        if (!rule) return fail("/rrule", rule.error().code, rule.error().detail);
        time_.rrule = given_.rrule;
        if (time_.length() > recurring_block_max)
            return fail(local() ? "/local_end" : "/end", "range",
                        "One range of a recurring block is at most 366 days long.");
        if (starts_a_day_max(*rule) > block_starts_a_day_max)
            return fail("/rrule", "explosive",
                        fmt::format("It may start {} times on one day, at most {} are allowed.",
                                    starts_a_day_max(*rule), block_starts_a_day_max));
        const auto clock = clock_of(time_, zone_);
        const auto found = first_starts(*rule, clock, time_.start, starts_looked_at);
        if (!found) return fail("/rrule", found.error().code, found.error().detail);
        bool any_left = false;
        for (std::size_t i = 0; i < found->starts.size() && !any_left; ++i)
            any_left = !left_out(time_, found->walls[i], found->starts[i]);
        if (!any_left) return fail("/exdates", "never", "Nothing is left of the rule.");
        const auto too_early = [&](Instant a, Instant b) { return b - a < time_.length(); };
        if (std::ranges::adjacent_find(found->starts, too_early) != found->starts.end())
            return fail("/rrule", "overlap", "One begins before the one before it has ended.");
        if (rule->endless()) return;
        const auto latest = found->all ? found->starts.back() : *clock.until(*rule->until);
        time_.ends_at = latest + time_.length();
    }

    const GivenTime& given_;
    const Zone& zone_;
    BlockTime time_;
    std::vector<FieldError> errors_;
};
}  // namespace

std::expected<BlockTime, std::vector<FieldError>> block_time(const GivenTime& given,
                                                             const Zone& zone) {
    return BlockTimeReader(given, zone).read();
}

std::vector<Interval> occurrences(const BlockTime& time, Instant from, Instant to) {
    std::vector<Interval> found;
    const auto rule = time.rrule ? parse_rule(*time.rrule) : std::unexpected(RuleFault{});
    if (!rule) {
        const Interval once{time.start, time.end};
        if (once.overlaps({from, to})) found.push_back(once);
        return found;
    }
    const auto earliest = std::max(time.start, from - time.length() + Micros{1});
    auto latest = to - Micros{1};
    if (time.ends_at) latest = std::min(latest, *time.ends_at - time.length());
    if (latest < earliest) return found;
    const auto clock = clock_of(time, zone_of(time));
    for (const auto wall :
         unroll(*rule, clock.first(), clock.before(earliest), clock.after(latest)).starts) {
        const auto start = clock.at(wall);
        if (!start || *start < earliest || *start > latest) continue;
        if (!left_out(time, wall, *start)) found.push_back({*start, *start + time.length()});
    }
    std::ranges::sort(found);  // a gap in the clocks may turn two around
    return found;
}

}  // namespace almanac::scheduling
