#include "replay/sample_business.hpp"

#include <algorithm>

namespace almanac::replay {
namespace {
namespace json = kernel::json;

std::string_view text_of(std::string_view name) {
    if (name == "bella-hair-salon") return samples::bella_hair_salon;
    if (name == "tide-wellness") return samples::tide_wellness;
    if (name == "pg-closets") return samples::pg_closets;
    return samples::intellectif;
}

std::vector<json::Object> objects(const json::Object& from, std::string_view name) {
    std::vector<json::Object> list;
    const auto* array = from.if_contains(name);
    if (!array) return list;
    for (const auto& each : array->as_array()) list.push_back(each.as_object());
    return list;
}

std::vector<std::string> texts(const json::Object& from, std::string_view name) {
    std::vector<std::string> list;
    for (const auto& each : from.at(name).as_array()) list.emplace_back(each.as_string());
    return list;
}

int number(const json::Object& from, std::string_view name, int otherwise) {
    const auto* value = from.if_contains(name);
    return value ? value->to_number<int>() : otherwise;
}

SampleLoyaltyYear loyalty_of(const json::Object& from) {
    SampleLoyaltyYear year;
    const auto* given = from.if_contains("loyalty");
    if (!given) return year;
    const auto& loyalty = given->as_object();
    year.program = loyalty.at("program").as_object();
    year.since_days_ago = number(loyalty, "since_days_ago", 0);
    year.members = objects(loyalty, "members");
    year.visits = objects(loyalty, "visits");
    return year;
}
}  // namespace

json::Object schedule_of(const json::Array& hours) {
    json::Array windows;
    json::Array breaks;
    for (const auto& each : hours) {
        const auto& row = each.as_object();
        for (const auto& day : row.at("days").as_array()) {
            windows.push_back({{"day", day}, {"from", row.at("from")}, {"to", row.at("to")}});
            if (const auto* pause = row.if_contains("break")) {
                breaks.push_back(
                    {{"day", day}, {"from", pause->at("from")}, {"to", pause->at("to")}});
            }
        }
    }
    return {{"windows", std::move(windows)}, {"breaks", std::move(breaks)}};
}

const std::vector<std::string>& sample_names() {
    static const std::vector<std::string> names{"bella-hair-salon", "tide-wellness", "pg-closets",
                                                "intellectif"};
    return names;
}

std::optional<SampleBusiness> sample_business(std::string_view name) {
    if (std::ranges::find(sample_names(), name) == sample_names().end()) return std::nullopt;
    const auto text = json::parse_own(text_of(name));
    const auto& from = text.as_object();
    SampleBusiness business;
    business.tenant = from.at("tenant").as_object();
    business.slug = business.tenant.at("slug").as_string();
    business.time_zone = business.tenant.at("time_zone").as_string();
    business.about = from.at("about").as_string();
    business.categories = objects(from, "categories");
    business.locations = objects(from, "locations");
    for (auto& body : objects(from, "resources")) {
        SampleResource resource;
        if (const auto* hours = body.if_contains("hours"))
            resource.schedule = schedule_of(hours->as_array());
        body.erase("hours");
        resource.body = std::move(body);
        business.resources.push_back(std::move(resource));
    }
    business.services = objects(from, "services");
    business.blocks = objects(from, "blocks");
    business.overrides = objects(from, "overrides");
    business.clients = objects(from, "clients");
    business.loyalty = loyalty_of(from);
    business.client_notes = texts(from, "client_notes");
    business.cancel_reasons = texts(from, "cancel_reasons");
    business.seed = static_cast<std::uint64_t>(number(from, "seed", 1));
    business.days = number(from, "days", business.days);
    business.past_days = number(from, "past_days", business.past_days);
    business.bookings_a_day_min = number(from, "bookings_a_day_min", business.bookings_a_day_min);
    business.bookings_a_day_max = number(from, "bookings_a_day_max", business.bookings_a_day_max);
    return business;
}

}  // namespace almanac::replay
