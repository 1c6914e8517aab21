// What the sample writes into metadata and settings to know its own things again. Pure.
#pragma once
#include <optional>
#include <string>

#include "replay/command_target.hpp"

namespace almanac::replay {

// Of an appointment's metadata: number and first date, where it is of this sample.
std::optional<FoundAppointment> sample_appointment(const kernel::json::Value& metadata,
                                                   const std::string& sample);
// Of a block's row or event.
BlockMark mark_of_block(const kernel::json::Object& block);
// Of a tenant's settings: which sample was loaded to its end; "" where none was.
std::string sample_of_settings(const kernel::json::Value& settings);

}  // namespace almanac::replay
