#include "replay/bella_hair_salon.hpp"

namespace almanac::replay {
namespace {
using kernel::json::Array;
using kernel::json::Object;

Object euros(int cents) {
    return {{"amount", cents}, {"currency", "EUR"}};
}

// Staff that has the specialty.
Object role_by_specialty(const char* role, const char* specialty) {
    return {{"role", role}, {"match", {{"type", "staff"}, {"specialties", Array{specialty}}}}};
}

std::vector<Object> categories() {
    return {{{"slug", "haircuts"}, {"name", "Haircuts"}, {"sort_order", 1}},
            {{"slug", "color"}, {"name", "Color"}, {"sort_order", 2}},
            {{"slug", "nails"}, {"name", "Nails"}, {"sort_order", 3}}};
}

// Monday to Friday 10:00–20:00 with a lunch break, Saturday 09:00–14:00.
Object opening_hours() {
    Array windows;
    Array breaks;
    for (const auto* day : {"monday", "tuesday", "wednesday", "thursday", "friday"}) {
        windows.push_back({{"day", day}, {"from", "10:00"}, {"to", "20:00"}});
        breaks.push_back({{"day", day}, {"from", "14:00"}, {"to", "15:00"}});
    }
    windows.push_back({{"day", "saturday"}, {"from", "09:00"}, {"to", "14:00"}});
    return {{"windows", std::move(windows)}, {"breaks", std::move(breaks)}};
}

std::vector<SampleResource> resources() {
    return {{{{"slug", "maria-garcia"},
              {"type", "staff"},
              {"name", "María García"},
              {"description", "Senior stylist specialized in cuts and color"},
              {"specialties", Array{"cuts", "color", "nails"}},
              {"years_experience", 12}},
             opening_hours()},
            {{{"slug", "main-chair"},
              {"type", "room"},
              {"name", "Main Chair"},
              {"description", "Primary workstation with mirror and wash unit"}},
             {}},
            {{{"slug", "manicure-table"},
              {"type", "equipment"},
              {"name", "Manicure Table"},
              {"description", "Specialized table for manicure services"}},
             {}}};
}

std::vector<SampleService> services() {
    return {{{{"slug", "haircut"},
              {"name", "Haircut"},
              {"description", "Custom cut with wash"},
              {"duration_minutes", 45},
              {"slot_step_minutes", 15},
              {"price", euros(2'500)},
              {"cancellation_notice_minutes", 1'440},
              {"requirements", Array{role_by_specialty("stylist", "cuts")}}},
             "haircuts",
             {"main-chair"},
             "chair"},
            {{{"slug", "full-color"},
              {"name", "Full Color"},
              {"description", "Full color from roots to ends"},
              {"duration_minutes", 120},
              {"buffer_after_minutes", 15},
              {"slot_step_minutes", 15},
              {"price", euros(6'500)},
              {"requires_confirmation", true},
              {"cancellation_notice_minutes", 1'440},
              {"late_cancel_fee", {{"kind", "rate"}, {"rate_ppm", 500'000}}},
              {"no_show_fee", {{"kind", "rate"}, {"rate_ppm", 500'000}}},
              {"requirements", Array{role_by_specialty("stylist", "color")}}},
             "color",
             {"main-chair"},
             "chair"},
            {{{"slug", "manicure"},
              {"name", "Manicure"},
              {"description", "Complete manicure with polish"},
              {"duration_minutes", 60},
              {"slot_step_minutes", 15},
              {"price", euros(2'000)},
              {"requirements", Array{role_by_specialty("nail_technician", "nails")}}},
             "nails",
             {"manicure-table"},
             "table"}};
}

Object person(const char* first, const char* last, const char* email, const char* phone) {
    return {{"first_name", first},
            {"last_name", last},
            {"email", email},
            {"phone", phone},
            {"language", "es"}};
}
Object with(Object person, const char* field, kernel::json::Value value) {
    person[field] = std::move(value);
    return person;
}

std::vector<Object> clients() {
    return {
        with(with(person("Lucía", "Fernández", "lucia.fernandez@example.com", "+34600100101"),
                  "notes", "Prefers the first appointment of the day"),
             "marketing_consent", true),
        with(person("Carmen", "Ruiz", "carmen.ruiz@example.com", "+34600100102"), "allergies",
             "Ammonia in hair dyes"),
        with(person("Sofía", "Navarro", "sofia.navarro@example.com", "+34600100103"), "source",
             "instagram"),
        with(with(person("Elena", "Castro", "elena.castro@example.com", "+34600100104"),
                  "allergies", "Acrylates in nail polish"),
             "tags", Array{"vip"}),
        with(person("Marta", "Iglesias", "marta.iglesias@example.com", "+34600100105"), "notes",
             "Comes with a pram"),
        with(person("Javier", "Molina", "javier.molina@example.com", "+34600100106"), "source",
             "walk-in"),
        with(person("Pablo", "Serrano", "pablo.serrano@example.com", "+34600100107"), "birth_date",
             "1988-05-14"),
        with(with(person("Isabel", "Ortega", "isabel.ortega@example.com", "+34600100108"),
                  "medical_conditions", "Sensitive scalp"),
             "marketing_consent", true),
        with(person("Ana", "Domínguez", "ana.dominguez@example.com", "+34600100109"), "tags",
             Array{"color-club"}),
        with(person("Rosa", "Vidal", "rosa.vidal@example.com", "+34600100110"), "notes",
             "Speaks Catalan"),
    };
}
}  // namespace

SampleBusiness bella_hair_salon() {
    SampleBusiness salon;
    salon.slug = "bella-hair-salon";
    salon.time_zone = "Europe/Madrid";
    salon.tenant = {{"slug", salon.slug},       {"name", "Bella Hair Salon"},
                    {"business_type", "salon"}, {"email", "info@bellahair.com"},
                    {"phone", "+34612345678"},  {"time_zone", salon.time_zone},
                    {"currency", "EUR"},        {"locale", "es"}};
    salon.categories = categories();
    salon.resources = resources();
    salon.services = services();
    salon.clients = clients();
    salon.client_notes = {"Only the tips, please", "I may be five minutes late",
                          "Something for a wedding", "The same as last time"};
    salon.cancel_reasons = {"Feeling ill", "A meeting came up", "Found another day"};
    return salon;
}

}  // namespace almanac::replay
