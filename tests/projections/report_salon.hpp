// A salon in Madrid with two stylists and two services, for tests of the reports.
#pragma once
#include "tests/projections/house.hpp"

namespace almanac::projections {

using kernel::json::Object;
using kernel::json::Value;

class ReportSalon : public testing::Test {
  protected:
    std::size_t pick(std::size_t count) { return random() % count; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[pick(list.size())];
    }
    std::string works(const std::string& resource, const std::string& from = "09:00",
                      const std::string& to = "18:00") {
        std::string windows;
        for (const auto* day :
             {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}) {
            windows += std::string(windows.empty() ? "" : ",") + "{'day':'" + day + "','from':'" +
                       from + "','to':'" + to + "'}";
        }
        return house.make(tenant, "set_schedule", "{'windows':[" + windows + "]}", resource);
    }
    std::string staff(const std::string& name) {
        const auto id =
            house.make(tenant, "create_resource",
                       "{'type':'staff','name':'" + name + "','specialties':['" + name + "']}");
        works(id);
        return id;
    }
    std::string service(const std::string& name, int minutes, int cents,
                        const std::string& more = "") {
        return house.make(tenant, "create_service",
                          fmt::format("{{'name':'{}','duration_minutes':{},'price':{{'amount':{},"
                                      "'currency':'EUR'}}{}}}",
                                      name, minutes, cents, more));
    }
    std::string book(const std::string& service_id, const std::string& who, std::string_view start,
                     const std::string& with, const std::string& more = "") {
        const auto by =
            who.empty() ? std::string("'method':'walk_in'") : "'client_id':'" + who + "'";
        return house.make(tenant, "book_appointment",
                          "{'service_id':'" + service_id + "'," + by + ",'start':'" +
                              kernel::to_string(at(start)) + "','resource_ids':['" + with + "']" +
                              more + "}");
    }
    // What a query answers now; fails the test where it is refused.
    Value ask(std::string_view query, const Object& parameters = {}, const std::string& id = {}) {
        views.catch_up();
        auto answer = views.ask(tenant, query, parameters, id);
        if (!answer) {
            ADD_FAILURE() << query << ": " << answer.error().code << " "
                          << (answer.error().errors.empty() ? answer.error().detail
                                                            : answer.error().errors[0].pointer);
            return nullptr;
        }
        return std::move(*answer);
    }
    // "pointer code" of each bad field, or the code of the refusal.
    std::string refused(std::string_view query, const Object& parameters,
                        const std::string& id = {}) {
        views.catch_up();
        const auto answer = views.ask(tenant, query, parameters, id);
        if (answer) return "";
        std::string all;
        for (const auto& e : answer.error().errors)
            all += (all.empty() ? "" : ", ") + e.pointer + " " + e.code;
        return all.empty() ? answer.error().code : all;
    }
    static Value parsed(std::string text) {
        std::ranges::replace(text, '\'', '"');
        return kernel::json::parse_own(text);
    }
    static Value eur(std::int64_t amount) {
        return Object{{"amount", amount}, {"currency", "EUR"}};
    }
    // The row of an answer whose member has this value.
    static Value row(const Value& answer, std::string_view member, const Value& value) {
        for (const auto& each : answer.at("data").get_array()) {
            if (each.at(member) == value) return each;
        }
        return nullptr;
    }
    // Everything built again from the log is byte for byte what it is live.
    void expect_rebuilt() {
        views.catch_up();
        Views again(house, house.path("again"));
        again.catch_up();
        for (const auto* projection : views.all()) {
            EXPECT_EQ(again.store->digest(projection->view()),
                      views.store->digest(projection->view()))
                << projection->name();
        }
    }

    std::mt19937_64 random{seed_of_test()};
    House house;
    TenantId tenant = house.found("salon", "Europe/Madrid");
    std::string eva = staff("Eva");
    std::string ana = staff("Ana");
    std::string cut = service("Cut", 60, 3500);
    std::string color = service("Color", 120, 8000);
    std::string lucia = house.make(tenant, "create_client", "{'first_name':'Lucia'}");
    std::string marta = house.make(tenant, "create_client", "{'first_name':'Marta'}");
    Views views{house, house.path("views"), {.batch_events_max = 7}};
};

}  // namespace almanac::projections
