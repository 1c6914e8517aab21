// The member of an event's schema that lists the field ids its personal data is sealed under
// (log.md, "Sealed values"): who opens a value has to name its field. Absent where there is none.
#pragma once
#include <string_view>

namespace almanac::kernel {

inline constexpr std::string_view sealed_field_ids = "x-sealed-field-ids";

}  // namespace almanac::kernel
