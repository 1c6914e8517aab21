// scheduling/birth_date.hpp — the day somebody was born, "1955-05-05". A type of its own: all other
// dates of the house are from 1970 to 2200 (domain page, "dates outside 1970–2200"), and people are
// older. From 1850 on. Pure values.
#pragma once
#include "domain/kernel/schema.hpp"

namespace almanac::scheduling {

struct BirthDate {
    kernel::LocalDate date;
    auto operator<=>(const BirthDate&) const = default;
};

std::optional<BirthDate> parse_birth_date(std::string_view text);

void read_value(kernel::Reader& in, const kernel::json::Value& value, const kernel::Place& at,
                BirthDate& out);
void write_value(kernel::Writer& to, const BirthDate& born);
kernel::json::Object custom_schema(kernel::Form form, const BirthDate*);

}  // namespace almanac::scheduling
