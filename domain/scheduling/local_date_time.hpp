// scheduling/local_date_time.hpp — a local date with a local time, "2026-12-01T09:30", of a zone
// that is known otherwise. To the minute; 24:00 is the end of its date. Pure values.
#pragma once
#include "domain/kernel/schema.hpp"

namespace almanac::scheduling {

struct LocalDateTime {
    kernel::LocalDate date;
    kernel::LocalTime time;
    auto operator<=>(const LocalDateTime&) const = default;
    kernel::LocalInstant wall() const { return date + std::chrono::minutes{time.minutes}; }
};

using kernel::to_string;  // beside this one
std::string to_string(const LocalDateTime& local);
// ":00" behind the minutes is understood.
std::optional<LocalDateTime> parse_local_date_time(std::string_view text);

void read_value(kernel::Reader& in, const kernel::json::Value& value, const kernel::Place& at,
                LocalDateTime& out);
void write_value(kernel::Writer& to, const LocalDateTime& local);
kernel::json::Object custom_schema(kernel::Form form, const LocalDateTime*);

}  // namespace almanac::scheduling
