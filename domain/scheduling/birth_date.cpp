#include "domain/scheduling/birth_date.hpp"

#include <absl/strings/string_view.h>
#include <absl/time/civil_time.h>

namespace almanac::scheduling {

std::optional<BirthDate> parse_birth_date(std::string_view text) {
    constexpr int first_year = 1850;
    constexpr int last_year = 2200;
    absl::CivilDay day;
    if (!absl::ParseCivilTime(absl::string_view(text.data(), text.size()), &day)) return {};
    if (day.year() < first_year || day.year() >= last_year) return {};
    const BirthDate born{kernel::LocalDate{std::chrono::days{day - absl::CivilDay(1970, 1, 1)}}};
    // Abseil also reads what nobody writes so: " +1955-5-5".
    if (kernel::to_string(born.date) != text) return {};
    return born;
}

void read_value(kernel::Reader& in, const kernel::json::Value& value, const kernel::Place& at,
                BirthDate& out) {
    kernel::read_parsed<BirthDate>(in, value, at, out, parse_birth_date,
                                   "a date, e.g. 1955-05-05, from 1850 to 2199");
}
void write_value(kernel::Writer& to, const BirthDate& born) {
    to.out += '"';
    to.out += kernel::to_string(born.date);
    to.out += '"';
}
kernel::json::Object custom_schema(kernel::Form, const BirthDate*) {
    return {{"type", "string"}, {"format", "date"}};
}

}  // namespace almanac::scheduling
