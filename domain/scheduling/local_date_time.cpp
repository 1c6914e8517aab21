#include "domain/scheduling/local_date_time.hpp"

namespace almanac::scheduling {

std::string to_string(const LocalDateTime& local) {
    return kernel::to_string(local.date) + 'T' + kernel::to_string(local.time);
}

std::optional<LocalDateTime> parse_local_date_time(std::string_view text) {
    if (text.size() == 19 && text.ends_with(":00")) text.remove_suffix(3);
    if (text.size() != 16 || text[10] != 'T') return std::nullopt;
    const auto date = kernel::parse_local_date(text.substr(0, 10));
    const auto time = kernel::parse_local_time(text.substr(11));
    if (!date || !time) return std::nullopt;
    return LocalDateTime{*date, *time};
}

void read_value(kernel::Reader& in, const kernel::json::Value& value, const kernel::Place& at,
                LocalDateTime& out) {
    kernel::read_parsed<LocalDateTime>(
        in, value, at, out, parse_local_date_time,
        "a local date and time, e.g. 2026-12-01T09:30, from 1970 to 2200");
}
void write_value(kernel::Writer& to, const LocalDateTime& local) {
    to.out += '"';
    to.out += to_string(local);
    to.out += '"';
}
kernel::json::Object custom_schema(kernel::Form, const LocalDateTime*) {
    return {
        {"type", "string"},
        {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)(:00)?$"}};
}

}  // namespace almanac::scheduling
