// Seed 000's view: staff with its events, rooms and places.
#include "tests/projections/report_salon.hpp"

namespace almanac::projections {
namespace {

class CalendarAvailabilitySummaryTest : public ReportSalon {
  protected:
    Value summary(Object more = {}) {
        more["from"] = "2026-12-02";
        more["to"] = "2026-12-03";
        return ask("calendar_availability_summary", more);
    }
    std::string text(const Value& value) {
        return value.is_string() ? std::string(value.get_string()) : "-";
    }
    // "who hour room status" of every row, sorted; who by name, as the test knows it.
    std::vector<std::string> lines(const Value& answer) {
        std::map<std::string, std::string> names{{eva, "eva"}, {ana, "ana"}, {room, "room"}};
        std::vector<std::string> all;
        for (const auto& row : answer.at("data").get_array()) {
            const auto start = text(row.at("start_time"));
            const auto in = text(row.at("room_id"));
            all.push_back(fmt::format("{} {} {} {}", names[text(row.at("staff_id"))],
                                      start == "-" ? "-" : start.substr(8, 5),
                                      in == "-" ? "-" : names[in], text(row.at("status"))));
        }
        std::ranges::sort(all);
        return all;
    }
    std::string room = house.make(tenant, "create_resource", "{'type':'room','name':'Blue'}");
};

TEST_F(CalendarAvailabilitySummaryTest, lists_staff_with_events_and_who_has_none) {
    EXPECT_EQ(lines(summary()), (std::vector<std::string>{"ana - - -", "eva - - -"}));
    const auto in_room = service("Massage", 60, 100,
                                 ",'requirements':[{'role':'room','candidates':['" + room +
                                     "']},{'role':'staff','candidates':['" + eva + "']}]");
    book(cut, lucia, "2026-12-02T11:00", eva);
    const auto massage = house.make(tenant, "book_appointment",
                                    "{'service_id':'" + in_room + "','client_id':'" + lucia +
                                        "','start':'2026-12-02T09:00:00Z'}");
    book(cut, marta, "2026-12-04T09:00", eva);  // after what is asked for
    const auto answer = summary();
    EXPECT_EQ(lines(answer), (std::vector<std::string>{"ana - - -", "eva 02T09 room confirmed",
                                                       "eva 02T11 - confirmed"}));
    const auto first = row(answer, "room_id", Value(room));
    EXPECT_EQ(first.at("event_type"), "booking");
    EXPECT_EQ(first.at("end_time"), "2026-12-02T10:00:00Z");
    EXPECT_NE(text(first.at("location_name")), "-");
    EXPECT_TRUE(first.at("staff_name").get_object().contains("sealed"));
    EXPECT_TRUE(first.at("room_name").get_object().contains("sealed"));
    house.make(tenant, "cancel_appointment", "{}", massage);
    EXPECT_EQ(lines(summary()).at(1), "eva 02T09 room cancelled");
    house.make(tenant, "change_resource", "{'active':false}", eva);
    EXPECT_EQ(lines(summary()), std::vector<std::string>{"ana - - -"});
    house.make(tenant, "delete_resource", "{}", ana);
    EXPECT_TRUE(lines(summary()).empty());
    expect_rebuilt();
}

TEST_F(CalendarAvailabilitySummaryTest, pages_put_together_are_the_whole) {
    for (const auto* start : {"2026-12-02T08:00", "2026-12-02T10:00", "2026-12-03T09:00"}) {
        book(cut, lucia, start, eva);
        book(cut, marta, start, ana);
    }
    const auto moved = book(cut, marta, "2026-12-02T12:00", ana);
    house.make(tenant, "reschedule_appointment", "{'start':'2026-12-03T12:00:00Z'}", moved);
    staff("Carla");  // without an event
    const auto whole = summary({{"limit", "200"}});
    ASSERT_EQ(whole.at("data").get_array().size(), 8U);
    for (const auto* limit : {"1", "2", "3", "7"}) {
        kernel::json::Array all;
        Object page{{"limit", limit}};
        for (int i = 0; i < 20; ++i) {
            const auto answer = summary(page);
            for (const auto& row : answer.at("data").get_array()) all.push_back(row);
            if (answer.at("next_cursor").is_null()) break;
            page["cursor"] = answer.at("next_cursor");
        }
        EXPECT_EQ(Value(all), whole.at("data")) << limit;
    }
    EXPECT_EQ(refused("calendar_availability_summary", {{"from", "2026-12-02"}}), "/to required");
    EXPECT_EQ(refused("calendar_availability_summary",
                      {{"from", "2026-12-02"}, {"to", "2026-12-02"}, {"cursor", "?"}}),
              "/cursor cursor");
    expect_rebuilt();
}

}  // namespace
}  // namespace almanac::projections
