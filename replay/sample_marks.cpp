#include "replay/sample_marks.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

const json::Value* member(const json::Value& value, std::string_view name) {
    return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

std::string text_at(const json::Value& value, std::string_view name) {
    const auto* found = member(value, name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}
}  // namespace

std::optional<FoundAppointment> sample_appointment(const json::Value& metadata,
                                                   const std::string& sample) {
    const auto* number = member(metadata, "sample_number");
    if (text_at(metadata, "sample") != sample || !number || !number->is_number()) {
        return std::nullopt;
    }
    FoundAppointment found;
    found.number = number->to_number<std::int64_t>();
    found.first_date = text_at(metadata, "sample_from");
    return found;
}

std::string sample_of_settings(const json::Value& settings) {
    const auto* sample = member(settings, "sample");
    return sample ? text_at(*sample, "name") : std::string();
}

}  // namespace almanac::replay
