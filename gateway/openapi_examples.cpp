#include "gateway/openapi_examples.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace almanac::gateway {
namespace {

namespace json = kernel::json;
using json::Array;
using json::Object;
using json::Value;

constexpr std::array<std::pair<std::string_view, std::string_view>, 21> written{{
    {"create_tenant", R"({"slug": "bella-hair-salon", "name": "Bella Hair Salon",
      "business_type": "salon", "time_zone": "Europe/Madrid", "currency": "EUR", "locale": "es"})"},
    {"change_tenant", R"({"website_url": "https://bella.example"})"},
    {"move_clock", R"({"now": "2026-12-01T08:00:00Z"})"},
    {"issue_api_key", R"({"name": "booking website",
      "scopes": ["scheduling.slot:read", "scheduling.appointment:*"]})"},
    {"create_location", R"({"name": "Bella Centro", "time_zone": "Europe/Madrid",
      "address": {"line1": "Calle Mayor 1", "city": "Madrid", "country": "ES"}})"},
    {"change_location", R"({"phone": "+34910000000"})"},
    {"create_service_category", R"({"name": "Hair"})"},
    {"create_service", R"({"name": "Haircut", "duration_minutes": 45, "buffer_after_minutes": 15,
      "slot_step_minutes": 15, "price": {"amount": 3500, "currency": "EUR"},
      "requirements": [{"role": "stylist", "match": {"type": "staff", "specialties": ["hair"]}},
        {"role": "chair", "match": {"type": "equipment", "specialties": ["chair"]}}]})"},
    {"change_service", R"({"price": {"amount": 3900, "currency": "EUR"}})"},
    {"create_resource", R"({"type": "staff", "name": "María García", "specialties": ["hair"]})"},
    {"change_resource", R"({"specialties": ["hair", "color"]})"},
    {"create_client", R"({"first_name": "Lucía", "last_name": "Pérez",
      "email": "lucia@example.com", "phone": "+34612345678", "language": "es"})"},
    {"change_client", R"({"notes": "Prefers mornings."})"},
    {"set_schedule", R"({"windows": [
      {"day": "tuesday", "from": "09:00", "to": "14:00"},
      {"day": "tuesday", "from": "16:00", "to": "20:00"}]})"},
    {"book_appointment", R"({"service_id": "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908",
      "client_id": "019b0c5e-8b20-7d4f-9a32-6e5d4c3b2a19", "start": "2026-12-01T09:30:00Z"})"},
    {"add_block", R"({"scope": {"resource_id": "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908"},
      "local_start": "2026-12-07T14:00", "local_end": "2026-12-07T15:00",
      "rrule": "FREQ=WEEKLY;BYDAY=MO", "exdates": ["2026-12-21"], "kind": "training"})"},
    {"book_series", R"({"service_id": "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908",
      "client_id": "019b0c5e-8b20-7d4f-9a32-6e5d4c3b2a19", "start": "2026-12-01T09:30:00Z",
      "rrule": "FREQ=WEEKLY;COUNT=10", "on_conflict": "skip"})"},
    {"cancel_series", R"({"by": "client", "reason": "Moved away."})"},
    {"reschedule_appointment", R"({"start": "2026-12-01T11:00:00Z"})"},
    {"cancel_appointment", R"({"by": "client", "reason": "Fell ill."})"},
    {"complete_appointment", R"({"final_price": {"amount": 3500, "currency": "EUR"}})"},
}};

Value sample_of(const Object& schema);

bool is_required(const Object& schema, std::string_view name) {
    const auto* required = schema.if_contains("required");
    return required != nullptr && std::ranges::any_of(required->get_array(), [&](const Value& v) {
               return v.is_string() && std::string_view(v.get_string()) == name;
           });
}

Value sample_text(const Object& schema) {
    const auto* format = schema.if_contains("format");
    const auto name =
        format == nullptr ? std::string_view() : std::string_view(format->get_string());
    static constexpr std::array<std::pair<std::string_view, const char*>, 13> by_format{{
        {"uuid", "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908"},
        {"date-time", "2026-12-01T09:30:00Z"},
        {"date", "2026-12-01"},
        {"email", "maria@example.com"},
        {"e164", "+34612345678"},
        {"uri", "https://example.com"},
        {"slug", "an-example"},
        {"color", "#3366FF"},
        {"bcp47", "es"},
        {"iso4217", "EUR"},
        {"iana-time-zone", "Europe/Madrid"},
        {"iso3166-1-alpha-2", "ES"},
        {"uri-reference", "/"},
    }};
    for (const auto& [known, sample] : by_format) {
        if (name == known) return sample;
    }
    // Local times, and dates with them, are the only ones without a format.
    if (const auto* pattern = schema.if_contains("pattern")) {
        const bool dated = std::string_view(pattern->get_string()).find('T') != std::string::npos;
        return dated ? "2026-12-01T09:30" : "09:30";
    }
    const auto* least = schema.if_contains("minLength");
    std::string text = "example";
    while (least != nullptr && text.size() < least->to_number<std::size_t>()) text += " example";
    const auto* most = schema.if_contains("maxLength");
    if (most != nullptr) text.resize(std::min(text.size(), most->to_number<std::size_t>()));
    return Value(text);
}

Value sample_object(const Object& schema) {
    Object out;
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr) return out;
    for (const auto& [name, property] : properties->get_object()) {
        if (is_required(schema, name)) out[name] = sample_of(property.get_object());
    }
    return out;
}

Value sample_of(const Object& schema) {
    if (const auto* names = schema.if_contains("enum")) return names->get_array().front();
    const auto* type = schema.if_contains("type");
    if (type == nullptr) return nullptr;
    const auto& one = type->is_array() ? type->get_array().front() : *type;
    const std::string_view kind = one.get_string();
    if (kind == "object") return sample_object(schema);
    if (kind == "boolean") return true;
    if (kind == "string") return sample_text(schema);
    if (kind == "integer") {
        const auto* least = schema.if_contains("minimum");
        return least == nullptr ? Value(1) : *least;
    }
    if (kind == "array") {
        Array items;
        const auto* least = schema.if_contains("minItems");
        const auto count = least == nullptr ? 0 : least->to_number<std::size_t>();
        while (items.size() < count) items.push_back(sample_of(schema.at("items").get_object()));
        return items;
    }
    return nullptr;
}

}  // namespace

json::Value example_value(const json::Object& schema) {
    return sample_of(schema);
}

json::Value example_body(std::string_view command, const json::Object& schema) {
    for (const auto& [name, text] : written) {
        if (name == command) return json::parse_own(text);
    }
    return sample_object(schema);
}

}  // namespace almanac::gateway
