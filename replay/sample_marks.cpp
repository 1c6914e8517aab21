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

BlockMark mark_of_block(const json::Object& block) {
    const json::Value value(block);
    const auto* scope = member(value, "scope");
    BlockMark mark{text_at(value, "kind"), {}, text_at(value, "rrule")};
    if (!scope) return mark;
    mark.owner = text_at(*scope, "resource_id");
    if (mark.owner.empty()) mark.owner = text_at(*scope, "location_id");
    return mark;
}

std::string sample_of_settings(const json::Value& settings) {
    const auto* sample = member(settings, "sample");
    return sample ? text_at(*sample, "name") : std::string();
}

}  // namespace almanac::replay
