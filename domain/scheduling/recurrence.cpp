#include "domain/scheduling/recurrence.hpp"

#include <algorithm>

namespace almanac::scheduling {
namespace {
using namespace std::chrono;
using kernel::LocalDate;
using kernel::LocalInstant;

bool has(const std::vector<int>& list, int value) {
    return std::ranges::binary_search(list, value);
}
// `place` counts from 1 to `length`; a negative member counts from the end.
bool has_place(const std::vector<int>& list, int place, int length) {
    return has(list, place) || has(list, place - length - 1);
}

LocalDate week_start(LocalDate date, kernel::Weekday first) {
    const int past = static_cast<int>(kernel::weekday(date)) - static_cast<int>(first);
    return date - days{(past + 7) % 7};
}
int day_of_year(LocalDate date) {
    const year_month_day ymd{date};
    return static_cast<int>((date - local_days{ymd.year() / January / 1}).count()) + 1;
}
int year_length(year y) {
    return y.is_leap() ? 366 : 365;
}
// Week 1 is the first with four days in the year; a day may belong to a week of another year.
struct Week {
    year of;
    int number;
};
Week week_of(LocalDate date, kernel::Weekday first) {
    const auto fourth = week_start(date, first) + days{3};
    return {year_month_day{fourth}.year(), (day_of_year(fourth) - 1) / 7 + 1};
}
int weeks_in(year y, kernel::Weekday first) {
    return week_of(local_days{y / December / 28}, first).number;
}

// Whether the rule's day parts let a date through.
class DayFilter {
  public:
    DayFilter(const RecurrenceRule& rule, LocalDate first) : rule_(rule), by_month_(false) {
        by_month_ = rule.frequency == Frequency::monthly || !rule.months.empty();
        take_what_is_open(first);
    }
    // Months without any start; whole ones are passed over.
    bool month_matches(unsigned month) const {
        return rule_.months.empty() || has(rule_.months, static_cast<int>(month));
    }
    bool matches(LocalDate date) const {
        const year_month_day ymd{date};
        if (!month_matches(unsigned(ymd.month()))) return false;
        return week_matches(date) && year_day_matches(date, ymd) && month_day_matches(ymd) &&
               weekday_matches(date, ymd);
    }

  private:
    // RFC 5545: "information not contained in the rule is derived from the start".
    void take_what_is_open(LocalDate first) {
        const year_month_day ymd{first};
        const bool open = rule_.days.empty() && rule_.month_days.empty() && rule_.year_days.empty();
        if (!open) return;
        const auto month_day = static_cast<int>(unsigned(ymd.day()));
        const NthDay weekday{0, kernel::weekday(first)};
        if (rule_.frequency == Frequency::weekly || !rule_.weeks.empty()) {
            rule_.days = {weekday};
        } else if (rule_.frequency == Frequency::monthly) {
            rule_.month_days = {month_day};
        } else if (rule_.frequency == Frequency::yearly) {
            if (rule_.months.empty()) rule_.months = {static_cast<int>(unsigned(ymd.month()))};
            rule_.month_days = {month_day};
        }
    }
    bool week_matches(LocalDate date) const {
        if (rule_.weeks.empty()) return true;
        const auto week = week_of(date, rule_.week_start);
        return has_place(rule_.weeks, week.number, weeks_in(week.of, rule_.week_start));
    }
    bool year_day_matches(LocalDate date, const year_month_day& ymd) const {
        return rule_.year_days.empty() ||
               has_place(rule_.year_days, day_of_year(date), year_length(ymd.year()));
    }
    bool month_day_matches(const year_month_day& ymd) const {
        return rule_.month_days.empty() ||
               has_place(rule_.month_days, static_cast<int>(unsigned(ymd.day())), length(ymd));
    }
    static int length(const year_month_day& ymd) {
        return static_cast<int>(unsigned((ymd.year() / ymd.month() / last).day()));
    }
    bool weekday_matches(LocalDate date, const year_month_day& ymd) const {
        if (rule_.days.empty()) return true;
        const auto weekday = kernel::weekday(date);
        return std::ranges::any_of(rule_.days, [&](const NthDay& day) {
            return day.day == weekday && position_matches(day.position, date, ymd);
        });
    }
    bool position_matches(int position, LocalDate date, const year_month_day& ymd) const {
        if (position == 0) return true;
        const int place = by_month_ ? static_cast<int>(unsigned(ymd.day())) : day_of_year(date);
        const int all = by_month_ ? length(ymd) : year_length(ymd.year());
        const int nth = position > 0 ? (place - 1) / 7 + 1 : -((all - place) / 7 + 1);
        return nth == position;
    }

    RecurrenceRule rule_;
    bool by_month_;  // numbered weekdays count within the month
};

// Times of a day or of a unit, in seconds from its begin, ascending.
std::vector<seconds> times_of(const std::vector<int>& hour, const std::vector<int>& minute,
                              const std::vector<int>& second) {
    std::vector<seconds> times;
    times.reserve(hour.size() * minute.size() * second.size());
    for (const int h : hour) {
        for (const int m : minute) {
            for (const int s : second) times.push_back(hours{h} + minutes{m} + seconds{s});
        }
    }
    return times;
}
std::vector<int> or_own(const std::vector<int>& list, int own) {
    return list.empty() ? std::vector{own} : list;
}

class Unroll {
  public:
    Unroll(const RecurrenceRule& rule, LocalInstant first, LocalInstant from, LocalInstant to,
           const UnrollLimits& limits)
        : rule_(rule),
          first_(first),
          first_day_(floor<days>(first)),
          from_(std::max(from, first)),
          to_(to),
          limits_(limits),
          days_(rule, first_day_) {}

    Unrolled run() && {
        if (from_ < to_) {
            if (rule_.frequency >= Frequency::daily)
                by_days();
            else
                by_units();
        }
        return std::move(out_);
    }

  private:
    bool step() {
        if (--limits_.steps_max < 0) out_.end = Unrolled::End::steps_max;
        return going();
    }
    bool going() const { return out_.end == Unrolled::End::range; }

    // A period of days, and its times, or those of them that BYSETPOS picks.
    struct Period {
        LocalDate begin;
        LocalDate end;
    };
    Period period(std::int64_t nth) const {
        const year_month_day ymd{first_day_};
        const auto n = static_cast<int>(nth * rule_.interval);
        if (rule_.frequency == Frequency::yearly) {
            const auto y = ymd.year() + years{n};
            return {local_days{y / January / 1}, local_days{(y + years{1}) / January / 1}};
        }
        if (rule_.frequency == Frequency::monthly) {
            const auto m = ymd.year() / ymd.month() + months{n};
            return {local_days{m / 1}, local_days{(m + months{1}) / 1}};
        }
        if (rule_.frequency == Frequency::weekly) {
            const auto begin = week_start(first_day_, rule_.week_start) + days{7 * n};
            return {begin, begin + days{7}};
        }
        return {first_day_ + days{n}, first_day_ + days{n + 1}};
    }
    // The last period that begins at or before `from`.
    std::int64_t first_period() const {
        const year_month_day a{first_day_};
        const year_month_day b{floor<days>(from_)};
        std::int64_t units = 0;
        if (rule_.frequency == Frequency::yearly) {
            units = (b.year() - a.year()).count();
        } else if (rule_.frequency == Frequency::monthly) {
            units = (b.year() / b.month() - a.year() / a.month()).count();
        } else {
            units = (floor<days>(from_) - period(0).begin).count();
            if (rule_.frequency == Frequency::weekly) units /= 7;
        }
        return std::max<std::int64_t>(0, units / rule_.interval);
    }
    void by_days() {
        const hh_mm_ss clock{first_ - first_day_};
        times_ = times_of(or_own(rule_.hours, static_cast<int>(clock.hours().count())),
                          or_own(rule_.minutes, static_cast<int>(clock.minutes().count())),
                          or_own(rule_.seconds, static_cast<int>(clock.seconds().count())));
        const auto last_day = floor<days>(to_ - seconds{1});
        for (auto n = first_period(); step(); ++n) {
            auto span = period(n);
            if (span.begin > last_day) return;
            if (rule_.positions.empty()) {  // days outside the range need not be looked at
                span.begin = std::max(span.begin, LocalDate{floor<days>(from_)});
                span.end = std::min(span.end, last_day + days{1});
            }
            collect(span);
            if (rule_.positions.empty())
                each_time();
            else
                picked_times();
        }
    }
    void collect(const Period& span) {
        matching_.clear();
        for (auto day = span.begin; day < span.end;) {
            if (!step()) return;
            const year_month_day ymd{day};
            if (!days_.month_matches(unsigned(ymd.month()))) {
                day = local_days{(ymd.year() / ymd.month() + months{1}) / 1};
                continue;
            }
            if (days_.matches(day)) matching_.push_back(day);
            day += days{1};
        }
    }
    void each_time() {
        for (const auto day : matching_) {
            for (const auto time : times_) {
                if (!take(day + time)) return;
            }
        }
    }
    void picked_times() {
        pick(matching_.size() * times_.size(), [&](std::size_t nth) {
            return matching_[nth / times_.size()] + times_[nth % times_.size()];
        });
    }
    template <class At>
    void pick(std::size_t count, At at) {
        std::vector<std::size_t> places;
        for (const int position : rule_.positions) {
            const auto place = position > 0 ? position - 1 : static_cast<int>(count) + position;
            if (place >= 0 && place < static_cast<int>(count))
                places.push_back(static_cast<std::size_t>(place));
        }
        std::ranges::sort(places);
        places.erase(std::ranges::unique(places).begin(), places.end());
        for (const auto place : places) {
            if (!take(at(place))) return;
        }
    }

    // An hour, minute or second, and the times within it.
    void by_units() {
        const auto f = rule_.frequency;
        unit_ = f == Frequency::hourly     ? seconds{3600}
                : f == Frequency::minutely ? seconds{60}
                                           : seconds{1};
        stride_ = unit_ * rule_.interval;
        origin_ = LocalInstant{first_.time_since_epoch() / unit_ * unit_};
        const hh_mm_ss clock{first_ - first_day_};
        const auto minute = f == Frequency::hourly
                                ? or_own(rule_.minutes, static_cast<int>(clock.minutes().count()))
                                : std::vector{0};
        const auto second = f == Frequency::secondly
                                ? std::vector{0}
                                : or_own(rule_.seconds, static_cast<int>(clock.seconds().count()));
        times_ = times_of({0}, minute, second);
        auto unit = origin_ + (from_ - origin_) / stride_ * stride_;
        while (step() && unit < to_) {
            const auto next = next_unit(unit);
            if (next == unit) {
                in_unit(unit);
                unit += stride_;
            } else {
                unit = next;
            }
        }
    }
    // This one where the rule lets it through, else the first that may be.
    LocalInstant next_unit(LocalInstant unit) {
        const auto day = floor<days>(unit);
        if (day != judged_) {
            judged_ = day;
            lets_through_ = days_.matches(day);
        }
        if (!lets_through_) return aligned(LocalInstant{day + days{1}});
        const hh_mm_ss clock{unit - day};
        if (!rule_.hours.empty() && !has(rule_.hours, static_cast<int>(clock.hours().count())))
            return aligned(floor<hours>(unit) + hours{1});
        const bool has_minute = rule_.frequency < Frequency::hourly;
        if (has_minute && !rule_.minutes.empty() &&
            !has(rule_.minutes, static_cast<int>(clock.minutes().count())))
            return aligned(floor<minutes>(unit) + minutes{1});
        const bool has_second = rule_.frequency == Frequency::secondly;
        if (has_second && !rule_.seconds.empty() &&
            !has(rule_.seconds, static_cast<int>(clock.seconds().count())))
            return unit + stride_;
        return unit;
    }
    LocalInstant aligned(LocalInstant at_or_after) const {
        return origin_ + (at_or_after - origin_ + stride_ - seconds{1}) / stride_ * stride_;
    }
    void in_unit(LocalInstant unit) {
        if (rule_.positions.empty()) {
            for (const auto time : times_) {
                if (!take(unit + time)) return;
            }
        } else {
            pick(times_.size(), [&](std::size_t nth) { return unit + times_[nth]; });
        }
    }

    bool take(LocalInstant start) {
        if (start < from_) return true;
        if (start >= to_ || !step()) return false;
        out_.starts.push_back(start);
        if (out_.starts.size() == limits_.starts_max) out_.end = Unrolled::End::starts_max;
        return going();
    }

    const RecurrenceRule& rule_;
    LocalInstant first_;
    LocalDate first_day_;
    LocalInstant from_;
    LocalInstant to_;
    UnrollLimits limits_;
    DayFilter days_;
    Unrolled out_;
    std::vector<seconds> times_;
    std::vector<LocalDate> matching_;
    seconds unit_{};
    seconds stride_{};
    LocalInstant origin_;
    LocalDate judged_ = LocalDate::min();
    bool lets_through_ = false;
};

std::int64_t count_or(const std::vector<int>& list, std::int64_t otherwise) {
    return list.empty() ? otherwise : static_cast<std::int64_t>(list.size());
}
}  // namespace

std::int64_t starts_a_day_max(const RecurrenceRule& rule) {
    const auto seconds_each =
        count_or(rule.seconds, rule.frequency == Frequency::secondly ? 60 : 1);
    const auto minutes_each =
        count_or(rule.minutes, rule.frequency <= Frequency::minutely ? 60 : 1);
    const auto hours_each = count_or(rule.hours, rule.frequency <= Frequency::hourly ? 24 : 1);
    const auto all = hours_each * minutes_each * seconds_each;
    const auto strides = [&](std::int64_t units, std::int64_t within) {
        return std::min(all, (units + rule.interval - 1) / rule.interval * within);
    };
    switch (rule.frequency) {
        case Frequency::secondly:
            return strides(86'400, 1);
        case Frequency::minutely:
            return strides(1'440, seconds_each);
        case Frequency::hourly:
            return strides(24, minutes_each * seconds_each);
        case Frequency::daily:
        case Frequency::weekly:
        case Frequency::monthly:
        case Frequency::yearly:
            return all;
    }
    return all;
}

Unrolled unroll(const RecurrenceRule& rule, LocalInstant first, LocalInstant from, LocalInstant to,
                const UnrollLimits& limits) {
    return Unroll(rule, first, from, to, limits).run();
}

}  // namespace almanac::scheduling
