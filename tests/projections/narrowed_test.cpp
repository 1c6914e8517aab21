// A calendar of one service and slots of one location: nothing else is shown or counted.
#include "domain/scheduling/queries.hpp"
#include "tests/projections/report_salon.hpp"

namespace almanac::projections {
namespace {

class NarrowedTest : public ReportSalon {
  protected:
    // Of every day of a page, in its order.
    std::vector<std::string> shown(const std::string& view, const std::string& service_id) {
        const auto page =
            ask("calendar", {{"view", view}, {"date", "2026-12-02"}, {"service_id", service_id}});
        std::vector<std::string> ids;
        for (const auto& day : page.at("days").get_array()) {
            EXPECT_EQ(day.at("working").get_array().size(), 2U);  // who works stays
            for (const auto& each : day.at("appointments").get_array())
                ids.emplace_back(each.at("id").get_string());
        }
        return ids;
    }
};

TEST_F(NarrowedTest, a_calendar_of_one_service_shows_its_appointments_alone) {
    const auto first = book(cut, lucia, "2026-12-02T09:00", eva);
    const auto other = book(color, marta, "2026-12-02T10:00", ana);
    const auto friday = book(cut, marta, "2026-12-04T09:00", ana);
    const auto later = book(cut, marta, "2026-12-14T09:00", ana);
    EXPECT_EQ(shown("day", cut), std::vector{first});
    EXPECT_EQ(shown("day", color), std::vector{other});
    EXPECT_EQ(shown("week", cut), (std::vector{first, friday}));
    EXPECT_EQ(shown("month", cut), (std::vector{first, friday, later}));
    house.make(tenant, "delete_service", "{}", cut);  // what was booked stays
    EXPECT_EQ(shown("day", cut), std::vector{first});
    EXPECT_EQ(refused("calendar", {{"date", "2026-12-02"}, {"service_id", "cut"}}),
              "/service_id format");
}

TEST_F(NarrowedTest, slots_of_one_location_count_its_candidates_alone) {
    const auto annexe =
        house.make(tenant, "create_location", "{'name':'Annexe','time_zone':'Europe/Madrid'}");
    const auto there = house.make(tenant, "create_resource",
                                  "{'type':'staff','name':'There','location_id':'" + annexe + "'}");
    works(there);
    for (int i = 0; i < scheduling::role_candidates_max; ++i)
        house.make(tenant, "create_resource", "{'type':'staff','name':'S'}");
    views.catch_up();
    scheduling::FindSlots query;
    query.service_id = scheduling::ServiceId{id_of(cut)};
    query.from = at("2026-12-02");
    query.to = at("2026-12-03");
    const auto everywhere = views.slots.find_slots(tenant, query, house.clock().now());
    ASSERT_FALSE(everywhere);
    EXPECT_EQ(everywhere.error().code, "scheduling.too_many_candidates");
    query.location_id = scheduling::LocationId{id_of(annexe)};
    const auto answer = must(views.slots.find_slots(tenant, query, house.clock().now()));
    EXPECT_EQ(answer.list.slots.size(), 9U);
    for (const auto& slot : answer.list.slots) EXPECT_EQ(slot.resources[0].id, id_of(there));
}

}  // namespace
}  // namespace almanac::projections
