#include "replay/generated_business.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "eventstore/normalize.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using Texts = std::vector<std::string>;

struct Offer {
    const char* name;
    int minutes;
    int buffer_minutes;
    int price;  // major units
    bool waits;
    const char* specialty;
};
struct Trade {
    const char* business_type;
    Texts names;
    const char* room;
    std::vector<Offer> offers;
};
struct Town {
    const char* name;
    const char* zone;
    const char* currency;
    const char* locale;
    const char* phone;  // prefix of a mobile number
    int digits;         // after it
};

const std::vector<Trade>& trades() {
    static const std::vector<Trade> list{
        {"salon",
         {"Salon Azul", "Studio Nove", "Scissors & Co", "Haarwerk"},
         "Chair",
         {{"Haircut", 45, 0, 28, false, "cuts"},
          {"Full Color", 120, 15, 75, true, "color"},
          {"Blow-dry", 30, 0, 20, false, "cuts"}}},
        {"spa",
         {"Aguas Claras", "Stillwater Spa", "Moos & Stein"},
         "Treatment room",
         {{"Relaxing massage", 60, 15, 65, false, "massage"},
          {"Deep tissue massage", 90, 15, 90, false, "massage"},
          {"Facial", 60, 0, 55, false, "skin"}}},
        {"dental",
         {"Dental Norte", "Bright Smile", "Zahnraum"},
         "Surgery",
         {{"Check-up", 30, 15, 45, false, "dentistry"},
          {"Cleaning", 45, 0, 70, false, "hygiene"},
          {"Filling", 60, 15, 110, true, "dentistry"}}},
        {"clinic",
         {"Physio Puerto", "Moving Well", "Praxis am Park"},
         "Room",
         {{"First assessment", 60, 0, 60, true, "physiotherapy"},
          {"Physiotherapy", 45, 15, 48, false, "physiotherapy"}}},
        {"consultancy",
         {"Clarity Advisers", "Ledger Partners", "Asesores Plaza"},
         "Meeting room",
         {{"Initial consultation", 30, 0, 0, true, "advice"},
          {"Consultation", 60, 15, 120, false, "advice"}}},
    };
    return list;
}

const std::vector<Town>& towns() {
    static const std::vector<Town> list{
        {"Madrid", "Europe/Madrid", "EUR", "es", "+346", 8},
        {"Berlin", "Europe/Berlin", "EUR", "de", "+4915", 9},
        {"London", "Europe/London", "GBP", "en", "+447", 9},
        {"Lisbon", "Europe/Lisbon", "EUR", "pt", "+3519", 8},
        {"New York", "America/New_York", "USD", "en", "+1917", 7},
    };
    return list;
}

const Texts& first_names() {
    static const Texts list{"Lucía",  "Hugo",  "Sofía",  "Martín", "Paula", "Daniel", "Julia",
                            "Leo",    "Emma",  "Mateo",  "Anna",   "Jonas", "Mia",    "Felix",
                            "Olivia", "Harry", "Amelia", "Jack",   "Inês",  "Tomás",  "Beatriz",
                            "João",   "Grace", "Noah",   "Chloe",  "Ethan", "Renée",  "Björn"};
    return list;
}
const Texts& last_names() {
    static const Texts list{"García",  "Fernández", "López",   "Martínez", "Ruiz",   "Müller",
                            "Schmidt", "Weber",     "Fischer", "Wagner",   "Smith",  "Jones",
                            "Taylor",  "Brown",     "Wilson",  "Silva",    "Santos", "Ferreira",
                            "Pereira", "Costa",     "Johnson", "Miller",   "Davis",  "Nguyen"};
    return list;
}

const Town& town_of(const Dice& dice) {
    return towns()[dice.branch(1).below(towns().size())];
}

Dice dice_of(std::uint64_t seed, std::size_t number) {
    return Dice(seed).branch(number + 1);
}

json::Object person_of(Dice& dice, const std::string& specialty) {
    return {{"type", "staff"},
            {"name", dice.pick(first_names()) + ' ' + dice.pick(last_names())},
            {"specialties", json::Array{json::Value(specialty)}},
            {"years_experience", dice.between(1, 30)}};
}

json::Object service_body(const Offer& offer, const Town& town, const Trade& trade) {
    const json::Array staff{json::Value(offer.specialty)};
    const json::Array room{json::Value(trade.room)};
    return {
        {"name", offer.name},
        {"duration_minutes", offer.minutes},
        {"buffer_after_minutes", offer.buffer_minutes},
        {"slot_step_minutes", 15},
        {"price", {{"amount", offer.price * 100}, {"currency", town.currency}}},
        {"min_notice_minutes", 60},
        {"requires_confirmation", offer.waits},
        {"cancellation_notice_minutes", 1'440},
        {"late_cancel_fee", {{"kind", "rate"}, {"rate_ppm", 300'000}}},
        {"requirements",
         json::Array{{{"role", "staff"}, {"match", {{"type", "staff"}, {"specialties", staff}}}},
                     {{"role", "room"}, {"match", {{"type", "room"}, {"specialties", room}}}}}}};
}

json::Object tenant_body(const std::string& slug, const std::string& name, const Trade& trade,
                         const Town& town) {
    return {{"slug", slug},
            {"name", fmt::format("{} {}", name, town.name)},
            {"business_type", trade.business_type},
            {"time_zone", town.zone},
            {"currency", town.currency},
            {"locale", town.locale}};
}

void add_people(GeneratedBusiness& business, const Trade& trade, Dice& dice) {
    std::vector<std::string> specialties;
    for (const auto& offer : trade.offers) specialties.emplace_back(offer.specialty);
    const auto& room = trade.room;
    for (std::size_t person = 0; person < business.calendar.people(); ++person) {
        // The first ones between them give everything.
        const auto& specialty =
            person < specialties.size() ? specialties[person] : dice.pick(specialties);
        business.people.push_back(person_of(dice, specialty));
        business.rooms.push_back({{"type", "room"},
                                  {"name", fmt::format("{} {}", room, person + 1)},
                                  {"specialties", json::Array{json::Value(room)}}});
        for (std::size_t i = 0; i < trade.offers.size(); ++i) {
            if (specialty == trade.offers[i].specialty)
                business.services[i].people.push_back(person);
        }
    }
}
}  // namespace

json::Object GeneratedBusiness::client(std::size_t index) const {
    auto of_client = dice.branch(index + 1'000);
    const auto first = of_client.pick(first_names());
    const auto last = of_client.pick(last_names());
    const auto& town = *std::ranges::find_if(towns(), [&](const auto& each) {
        return tenant.at("time_zone") == json::Value(each.zone);
    });
    json::Object body{
        {"first_name", first},
        {"last_name", last},
        {"email", fmt::format("{}.{}{}@example.com", eventstore::fold_for_search(first),
                              eventstore::fold_for_search(last), index)},
        {"phone", fmt::format("{}{:0{}}", town.phone, index + 1'000'000, town.digits)},
        {"language", town.locale},
        {"marketing_consent", of_client.chance(40)},
        {"source", of_client.chance(50) ? "website" : "recommendation"}};
    if (of_client.chance(60)) {
        body["birth_date"] = fmt::format("{}-{:02}-{:02}", of_client.between(1970, 2007),
                                         of_client.between(1, 12), of_client.between(1, 28));
    }
    if (of_client.chance(12)) body["allergies"] = of_client.chance(50) ? "Latex" : "Nuts";
    if (of_client.chance(25)) body["notes"] = "Prefers to be called in the afternoon";
    return body;
}

GeneratedBusiness generate_business(std::uint64_t seed, std::size_t number,
                                    std::size_t people_min) {
    auto dice = dice_of(seed, number);
    const auto& town = town_of(dice);
    const auto& trade = dice.pick(trades());
    const auto people = std::max(people_min, static_cast<std::size_t>(dice.between(3, 6)));
    const auto opens_minutes = 60 * dice.between(8, 10);
    GeneratedBusiness business{
        .slug = fmt::format("generated-{}-{}", seed, number + 1),
        .tenant = {},
        .people = {},
        .rooms = {},
        .services = {},
        .calendar = WorkCalendar(kernel::Zone::find(town.zone).value_or(kernel::Zone::utc()),
                                 opens_minutes, people),
        .number = number,
        .dice = dice.branch(2),
        .id = {},
        .person_ids = std::vector<std::string>(people),
        .room_ids = std::vector<std::string>(people),
        .service_ids = std::vector<std::string>(trade.offers.size()),
        .client_ids = {}};
    business.tenant = tenant_body(business.slug, dice.pick(trade.names), trade, town);
    for (const auto& offer : trade.offers) {
        business.services.push_back({service_body(offer, town, trade),
                                     offer.minutes / 15,
                                     offer.buffer_minutes / 15,
                                     offer.waits,
                                     {}});
    }
    add_people(business, trade, dice);
    return business;
}

}  // namespace almanac::replay
