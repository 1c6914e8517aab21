#include "domain/scheduling/reports.hpp"

#include <algorithm>

namespace almanac::scheduling {

bool read_well(const Reader& in, const Place& at, std::initializer_list<std::string_view> fields) {
    return std::ranges::none_of(fields, [&](std::string_view field) {
        const auto pointer = Place{&at, field}.pointer();
        return std::ranges::find(in.errors, pointer, &FieldError::pointer) != in.errors.end();
    });
}

void check_dates(LocalDate from, LocalDate to, int days_max, Reader& in, const Place& at) {
    if (!read_well(in, at, {"from", "to"})) return;
    const Place here{&at, "to"};
    if (to < from) return in.fail(here, "before_from", "It ends before it begins.");
    if (to - from >= std::chrono::days{days_max})
        in.fail(here, "range", fmt::format("Expected at most {} days.", days_max));
}

LocalDate week_of(LocalDate date) {
    return date - std::chrono::days{static_cast<int>(weekday(date))};
}

LocalDate month_of(LocalDate date) {
    const std::chrono::year_month_day day{date};
    return LocalDate{std::chrono::local_days{day.year() / day.month() / 1}};
}

// The week of a year's first Thursday is its first.
std::string iso_week(LocalDate date) {
    using namespace std::chrono;
    const auto thursday = week_of(date) + days{3};
    const auto year = year_month_day{thursday}.year();
    const auto week = (thursday - LocalDate{year / January / 1}).count() / 7 + 1;
    return fmt::format("{:04}-W{:02}", int(year), week);
}

}  // namespace almanac::scheduling
