// Calendar pages and free/busy time: the same working time and allocations as slots have.
#include <map>
#include <set>

#include "domain/scheduling/calendar_queries.hpp"
#include "tests/projections/report_salon.hpp"

namespace almanac::projections {
namespace {
using std::chrono::hours;
using std::chrono::minutes;

class CalendarTest : public ReportSalon {
  protected:
    std::vector<std::string> ids(const Value& day) {
        std::vector<std::string> all;
        for (const auto& each : day.at("appointments").get_array())
            all.emplace_back(each.at("id").get_string());
        return all;
    }
    // "type start end" of each interval, without the seconds.
    std::vector<std::string> busy(const Value& resource) {
        std::vector<std::string> all;
        for (const auto& each : resource.at("busy").get_array()) {
            all.push_back(fmt::format("{} {} {}", std::string(each.at("type").get_string()),
                                      std::string(each.at("start").get_string()).substr(5, 11),
                                      std::string(each.at("end").get_string()).substr(5, 11)));
        }
        return all;
    }
    // Makes the calendar's rows of an appointment what they never are.
    void damage(const std::string& appointment) {
        views.catch_up();
        const auto view = views.models.projection("calendar").view();
        const auto id = id_of(appointment);
        const auto rows = views.store->read(view, tenant);
        ViewBatch batch(*views.store);
        TenantViews written(batch, view);
        written.turn_to(tenant);
        auto walk = rows.walk("d");
        for (walk.seek_first(); walk.valid(); walk.next()) {
            if (walk.key().ends_with(id.view())) written.put(walk.key(), "x");
        }
        batch.write();
    }
    Value free_busy(const std::string& resources, const std::string& from, const std::string& to) {
        return ask("free_busy", {{"resource_ids", resources}, {"from", from}, {"to", to}});
    }
};

TEST_F(CalendarTest, a_day_has_appointments_by_start_and_who_works_when) {
    const auto late = book(cut, lucia, "2026-12-02T11:00", eva);
    const auto early = book(color, marta, "2026-12-02T08:00", ana);
    book(cut, marta, "2026-12-03T09:00", eva);
    const auto page = ask("calendar", {{"view", "day"}, {"date", "2026-12-02"}});
    EXPECT_EQ(page.at("from"), "2026-12-02");
    EXPECT_EQ(page.at("to"), "2026-12-02");
    EXPECT_EQ(page.at("time_zone"), "Europe/Madrid");
    ASSERT_EQ(page.at("days").get_array().size(), 1U);
    const auto& day = page.at("days").at(0);
    EXPECT_EQ(ids(day), (std::vector{early, late}));
    const auto& first = day.at("appointments").at(0);
    EXPECT_EQ(first.at("service_name"), "Color");
    EXPECT_EQ(first.at("end"), "2026-12-02T10:00:00Z");
    EXPECT_EQ(first.at("status"), "confirmed");
    EXPECT_EQ(first.at("resources").at(0).at("id"), Value(ana));
    EXPECT_TRUE(first.at("customer").at("first_name").get_object().contains("sealed"));
    ASSERT_EQ(day.at("working").get_array().size(), 2U);
    EXPECT_EQ(day.at("working").at(0).at("start"), "2026-12-02T08:00:00Z");
    EXPECT_EQ(day.at("working").at(0).at("end"), "2026-12-02T17:00:00Z");

    const auto of_eva = ask("calendar", {{"date", "2026-12-02"}, {"resource_id", eva}});
    EXPECT_EQ(ids(of_eva.at("days").at(0)), std::vector{late});
    EXPECT_EQ(of_eva.at("days").at(0).at("working").get_array().size(), 1U);
    expect_rebuilt();
}

TEST_F(CalendarTest, a_week_begins_on_monday_and_a_month_on_its_first) {
    const auto week = ask("calendar", {{"view", "week"}, {"date", "2026-12-06"}});  // a Sunday
    EXPECT_EQ(week.at("from"), "2026-11-30");
    EXPECT_EQ(week.at("to"), "2026-12-06");
    ASSERT_EQ(week.at("days").get_array().size(), 7U);
    EXPECT_EQ(week.at("days").at(6).at("date"), "2026-12-06");
    const auto month = ask("calendar", {{"view", "month"}, {"date", "2028-02-10"}});
    EXPECT_EQ(month.at("from"), "2028-02-01");
    EXPECT_EQ(month.at("to"), "2028-02-29");
    ASSERT_EQ(month.at("days").get_array().size(), 29U);
    for (const auto& day : month.at("days").get_array())
        EXPECT_EQ(day.at("working").get_array().size(), 2U);
}

TEST_F(CalendarTest, who_works_around_the_clock_does_so_on_every_day) {
    works(eva, "00:00", "24:00");
    works(ana, "22:00", "02:00");
    const auto page = ask("calendar", {{"view", "week"}, {"date", "2026-12-09"}});
    std::map<std::string, kernel::Micros> worked;
    for (const auto& day : page.at("days").get_array()) {
        for (const auto& each : day.at("working").get_array()) {
            const auto start = *kernel::parse_instant(each.at("start").get_string());
            const auto end = *kernel::parse_instant(each.at("end").get_string());
            EXPECT_EQ(kernel::to_string(kernel::Zone::find("Europe/Madrid")->local_date(start)),
                      std::string(day.at("date").get_string()));
            worked[std::string(each.at("resource_id").get_string())] += end - start;
        }
    }
    EXPECT_EQ(worked[eva], hours(7 * 24));
    EXPECT_EQ(worked[ana], hours(7 * 4));
}

TEST_F(CalendarTest, it_follows_what_happens_to_an_appointment) {
    const auto id = book(cut, lucia, "2026-12-02T09:00", eva);
    const auto on = [&](const char* date) {
        const auto page = ask("calendar", {{"date", date}});
        const auto& list = page.at("days").at(0).at("appointments").get_array();
        return list.empty() ? std::string("-") : std::string(list[0].at("status").get_string());
    };
    EXPECT_EQ(on("2026-12-02"), "confirmed");
    house.make(tenant, "reschedule_appointment", "{'start':'2026-12-04T09:00:00Z'}", id);
    EXPECT_EQ(on("2026-12-02"), "-");
    EXPECT_EQ(on("2026-12-04"), "confirmed");
    house.clock().set(at("2026-12-04T09:30"));
    house.make(tenant, "complete_appointment", "{}", id);
    EXPECT_EQ(on("2026-12-04"), "completed");
    const auto page = ask("calendar", {{"date", "2026-12-04"}});
    // As it was planned, though it ended early.
    EXPECT_EQ(page.at("days").at(0).at("appointments").at(0).at("end"), "2026-12-04T10:00:00Z");
    const auto other = book(cut, marta, "2026-12-05T09:00", eva);
    house.make(tenant, "cancel_appointment", "{}", other);
    EXPECT_EQ(on("2026-12-05"), "cancelled");
    expect_rebuilt();
}

TEST_F(CalendarTest, everything_stands_under_its_date_where_it_takes_place) {
    const auto tokyo =
        house.make(tenant, "create_location", "{'name':'Tokyo','time_zone':'Asia/Tokyo'}");
    const auto ken = house.make(tenant, "create_resource",
                                "{'type':'staff','name':'Ken','location_id':'" + tokyo + "'}");
    works(ken);
    const auto there = book(cut, lucia, "2026-12-02T00:00", ken);  // 09:00 in Tokyo
    const auto page = ask("calendar", {{"date", "2026-12-02"}, {"location_id", tokyo}});
    EXPECT_EQ(page.at("time_zone"), "Asia/Tokyo");
    EXPECT_EQ(ids(page.at("days").at(0)), std::vector{there});
    ASSERT_EQ(page.at("days").at(0).at("working").get_array().size(), 1U);
    EXPECT_EQ(page.at("days").at(0).at("working").at(0).at("start"), "2026-12-02T00:00:00Z");
    const auto all = ask("calendar", {{"date", "2026-12-02"}});
    EXPECT_EQ(all.at("days").at(0).at("working").get_array().size(), 3U);
    EXPECT_EQ(ids(all.at("days").at(0)), std::vector{there});
}

TEST_F(CalendarTest, what_cannot_be_shown_is_refused) {
    EXPECT_EQ(refused("calendar", {}), "/date required");
    EXPECT_EQ(refused("calendar", {{"date", "2026-12-02"}, {"view", "year"}}), "/view enum");
    EXPECT_EQ(refused("calendar", {{"date", "2026-13-02"}}), "/date format");
    EXPECT_EQ(refused("calendar", {{"date", "2026-12-02"}, {"resource_id", cut}}),
              "/resource_id not_found");
    EXPECT_EQ(refused("calendar", {{"date", "2026-12-02"}, {"location_id", cut}}),
              "/location_id not_found");
    const Object range{
        {"resource_ids", eva}, {"from", "2026-12-01T00:00:00Z"}, {"to", "2027-03-04T00:00:00Z"}};
    EXPECT_EQ(refused("free_busy", range), "");
    auto other = range;
    other["to"] = "2027-03-04T00:00:01Z";
    EXPECT_EQ(refused("free_busy", other), "/to range");
    other["to"] = range.at("from");
    EXPECT_EQ(refused("free_busy", other), "/to before_from");
    other = range;
    other["resource_ids"] = eva + "," + cut;
    EXPECT_EQ(refused("free_busy", other), "/resource_ids/1 not_found");
    other.erase("resource_ids");
    EXPECT_EQ(refused("free_busy", other), "/resource_ids required");
    other["resource_ids"] = "";
    EXPECT_NE(refused("free_busy", other), "");
    other["resource_ids"] = eva;
    other["from"] = "2026-12-01";
    EXPECT_EQ(refused("free_busy", other), "/from format");
}

TEST_F(CalendarTest, a_page_holds_five_thousand_appointments_and_is_never_silently_shorter) {
    const auto yoga = service("Yoga", 60, 1000, ",'capacity':200");
    const auto daily = [&](int count) {
        house.make(tenant, "book_series",
                   fmt::format("{{'service_id':'{}','client_id':'{}','resource_ids':['{}'],"
                               "'start':'2027-01-01T09:00:00Z','rrule':'FREQ=DAILY;COUNT={}'}}",
                               yoga, lucia, eva, count));
    };
    for (int i = 0; i < 161; ++i) daily(31);  // 4,991
    daily(9);
    const Object month{{"view", "month"}, {"date", "2027-01-15"}};
    const auto page = ask("calendar", month);
    std::size_t shown = 0;
    for (const auto& day : page.at("days").get_array())
        shown += day.at("appointments").get_array().size();
    EXPECT_EQ(shown, scheduling::calendar_appointments_max);
    daily(1);
    EXPECT_EQ(refused("calendar", month), "/view range");
    auto less = month;
    less["resource_id"] = ana;
    EXPECT_EQ(refused("calendar", less), "");
    less = month;
    less["view"] = "week";
    EXPECT_EQ(refused("calendar", less), "");
}

TEST_F(CalendarTest, a_page_shows_the_working_time_of_two_hundred_resources) {
    for (int i = 2; i < 200; ++i) staff(fmt::format("S{}", i));
    const Object day{{"date", "2026-12-02"}};
    EXPECT_EQ(ask("calendar", day).at("days").at(0).at("working").get_array().size(),
              scheduling::calendar_resources_max);
    const auto late = staff("Late");
    EXPECT_EQ(refused("calendar", day), "/location_id required");
    auto one = day;
    one["resource_id"] = late;
    EXPECT_EQ(ask("calendar", one).at("days").at(0).at("working").get_array().size(), 1U);
    // One without working time of its own is not counted.
    house.make(tenant, "create_resource", "{'type':'room','name':'R'}");
    house.make(tenant, "delete_resource", "{}", late);
    EXPECT_EQ(refused("calendar", day), "");
    // Nor is one who has left.
    const auto left = staff("Left");
    EXPECT_EQ(refused("calendar", day), "/location_id required");
    house.make(tenant, "change_resource", "{'active':false}", left);
    EXPECT_EQ(refused("calendar", day), "");
}

TEST_F(CalendarTest, free_busy_merges_what_is_occupied_with_its_buffers) {
    const auto buffered = service("Buffered", 60, 100,
                                  ",'buffer_before_minutes':10,'buffer_after_minutes':20,"
                                  "'slot_step_minutes':5");
    book(buffered, lucia, "2026-12-02T09:00", eva);
    book(buffered, marta, "2026-12-02T10:30", eva);  // touches: 10:20 to 11:50
    const auto none = house.make(tenant, "create_resource", "{'type':'staff','name':'None'}");
    const auto room = house.make(tenant, "create_resource", "{'type':'room','name':'R'}");
    const auto answer = free_busy(eva + "," + ana + "," + none + "," + room, "2026-12-02T06:00:00Z",
                                  "2026-12-02T22:00:00Z");
    ASSERT_EQ(answer.at("data").get_array().size(), 4U);
    EXPECT_EQ(answer.at("data").at(0).at("resource_id"), Value(eva));
    EXPECT_EQ(busy(answer.at("data").at(0)),
              (std::vector<std::string>{"busy_unavailable 12-02T06:00 12-02T08:00",
                                        "busy 12-02T08:50 12-02T11:50",
                                        "busy_unavailable 12-02T17:00 12-02T22:00"}));
    EXPECT_EQ(busy(answer.at("data").at(1)),
              (std::vector<std::string>{"busy_unavailable 12-02T06:00 12-02T08:00",
                                        "busy_unavailable 12-02T17:00 12-02T22:00"}));
    EXPECT_EQ(busy(answer.at("data").at(2)),  // staff without a schedule is never there
              (std::vector<std::string>{"busy_unavailable 12-02T06:00 12-02T22:00"}));
    EXPECT_TRUE(busy(answer.at("data").at(3)).empty());  // a room without one always
    // Cut to what is asked for.
    EXPECT_EQ(busy(free_busy(eva, "2026-12-02T09:15:00Z", "2026-12-02T09:30:00Z").at("data").at(0)),
              (std::vector<std::string>{"busy 12-02T09:15 12-02T09:30"}));
    house.make(tenant, "change_resource", "{'active':false}", ana);
    EXPECT_EQ(busy(free_busy(ana, "2026-12-02T09:00:00Z", "2026-12-02T10:00:00Z").at("data").at(0)),
              (std::vector<std::string>{"busy_unavailable 12-02T09:00 12-02T10:00"}));
}

TEST_F(CalendarTest, a_hold_is_tentative_until_it_expires_and_no_appointment) {
    house.make(tenant, "hold_slot",
               "{'service_id':'" + cut + "','start':'2026-12-02T09:00:00Z','resource_ids':['" +
                   eva + "'],'ttl_seconds':300}");
    const auto at_nine = [&] {
        const auto answer = free_busy(eva, "2026-12-02T08:30:00Z", "2026-12-02T11:00:00Z");
        return busy(answer.at("data").at(0));
    };
    EXPECT_EQ(at_nine(), std::vector<std::string>{"busy_tentative 12-02T09:00 12-02T10:00"});
    EXPECT_TRUE(ids(ask("calendar", {{"date", "2026-12-02"}}).at("days").at(0)).empty());
    const Object day{{"from", "2026-12-02"}, {"to", "2026-12-02"}};
    EXPECT_EQ(ask("appointment_stats", day).at("data").at(0).at("booked"), 0);
    house.clock().advance(minutes(5));
    EXPECT_TRUE(at_nine().empty());
    expect_rebuilt();
}

TEST_F(CalendarTest, an_override_of_a_date_is_seen_wherever_working_time_is) {
    [[maybe_unused]] const auto closed = must(house.run_at(
        tenant, "set_override", "{'closed':true}", {{{"id", eva}, {"date", "2026-12-02"}}}));
    [[maybe_unused]] const auto shorter =
        must(house.run_at(tenant, "set_override", "{'windows':[{'from':'10:00','to':'12:00'}]}",
                          {{{"id", ana}, {"date", "2026-12-02"}}}));
    const auto page = ask("calendar", {{"date", "2026-12-02"}});
    ASSERT_EQ(page.at("days").at(0).at("working").get_array().size(), 1U);
    EXPECT_EQ(page.at("days").at(0).at("working").at(0).at("start"), "2026-12-02T09:00:00Z");
    const auto times =
        free_busy(eva + "," + ana, "2026-12-02T08:00:00Z", "2026-12-02T12:00:00Z").at("data");
    EXPECT_EQ(busy(times.at(0)),
              std::vector<std::string>{"busy_unavailable 12-02T08:00 12-02T12:00"});
    EXPECT_EQ(busy(times.at(1)),
              (std::vector<std::string>{"busy_unavailable 12-02T08:00 12-02T09:00",
                                        "busy_unavailable 12-02T11:00 12-02T12:00"}));
    const auto week = ask("utilisation", {{"from", "2026-12-02"}, {"to", "2026-12-02"}});
    EXPECT_EQ(row(week, "resource_id", Value(eva)).at("scheduled_minutes"), 6 * 540);
    EXPECT_EQ(row(week, "resource_id", Value(ana)).at("scheduled_minutes"), 6 * 540 + 120);
}

TEST_F(CalendarTest, blocks_of_a_resource_and_of_all_are_seen_wherever_working_time_is) {
    house.make(tenant, "add_block",
               "{'scope':{'resource_id':'" + eva +
                   "'},'kind':'break','start':'2026-12-02T10:00:00Z','end':'2026-12-02T11:00:00Z',"
                   "'rrule':'FREQ=DAILY;COUNT=5'}");
    house.make(tenant, "add_block",
               "{'scope':{'everything':true},'kind':'other','start':'2026-12-03T12:00:00Z',"
               "'end':'2026-12-03T18:00:00Z'}");
    const auto times =
        free_busy(eva + "," + ana, "2026-12-03T08:00:00Z", "2026-12-03T17:00:00Z").at("data");
    EXPECT_EQ(busy(times.at(0)),
              (std::vector<std::string>{"busy_unavailable 12-03T10:00 12-03T11:00",
                                        "busy_unavailable 12-03T12:00 12-03T17:00"}));
    EXPECT_EQ(busy(times.at(1)),
              std::vector<std::string>{"busy_unavailable 12-03T12:00 12-03T17:00"});
    const auto page = ask("calendar", {{"date", "2026-12-03"}});
    EXPECT_EQ(page.at("days").at(0).at("working").get_array().size(), 3U);
}

TEST_F(CalendarTest, a_visit_that_begins_and_one_that_is_given_to_somebody_else_are_shown_so) {
    const auto id = book(cut, lucia, "2026-12-02T09:00", eva);
    house.make(tenant, "reassign_appointment", "{'resource_ids':['" + ana + "']}", id);
    const auto of = [&](const std::string& resource) {
        const auto page = ask("calendar", {{"date", "2026-12-02"}, {"resource_id", resource}});
        return page.at("days").at(0);
    };
    EXPECT_TRUE(ids(of(eva)).empty());
    EXPECT_EQ(ids(of(ana)), std::vector{id});
    house.clock().set(at("2026-12-02T09:00"));
    house.make(tenant, "check_in_appointment", "{}", id);
    EXPECT_EQ(of(ana).at("appointments").at(0).at("status"), "confirmed");
    house.make(tenant, "start_appointment", "{}", id);
    EXPECT_EQ(of(ana).at("appointments").at(0).at("status"), "in_progress");
    expect_rebuilt();
}

TEST_F(CalendarTest, a_page_of_the_past_shows_who_worked_then) {
    house.clock().set(at("2026-12-14T08:00"));
    works(eva, "09:00", "13:00");
    house.clock().set(at("2027-01-11T08:00"));
    works(eva, "09:00", "10:00");  // where slots are found the first one is forgotten now
    const auto end_on = [&](const char* date) {
        const auto page = ask("calendar", {{"date", date}, {"resource_id", eva}});
        const auto& working = page.at("days").at(0).at("working").get_array();
        return working.size() == 1 ? std::string(working[0].at("end").get_string()) : "none";
    };
    EXPECT_EQ(end_on("2026-12-09"), "2026-12-09T17:00:00Z");
    EXPECT_EQ(end_on("2026-12-16"), "2026-12-16T12:00:00Z");
    EXPECT_EQ(end_on("2027-01-13"), "2027-01-13T09:00:00Z");
}

TEST_F(CalendarTest, a_page_of_one_resource_reads_its_appointments_alone) {
    const auto hers = book(cut, lucia, "2026-12-02T09:00", eva);
    damage(book(cut, marta, "2026-12-02T09:00", ana));
    EXPECT_EQ(ids(ask("calendar", {{"date", "2026-12-02"}, {"resource_id", eva}}).at("days").at(0)),
              std::vector{hers});
    EXPECT_EQ(refused("calendar", {{"date", "2026-12-02"}}), "corrupt");
}

TEST_F(CalendarTest, an_appointment_is_found_by_place_wherever_it_moves) {
    const auto there =
        house.make(tenant, "create_location", "{'name':'There','time_zone':'Europe/Madrid'}");
    const auto pia = house.make(tenant, "create_resource",
                                "{'type':'staff','name':'Pia','location_id':'" + there + "'}");
    works(pia);
    const auto id = book(cut, lucia, "2026-12-02T09:00", eva);
    const auto found = [&](const char* date, const char* by, const std::string& what) {
        return ids(ask("calendar", {{"date", date}, {by, what}}).at("days").at(0)).size();
    };
    EXPECT_EQ(found("2026-12-02", "location_id", there), 0U);
    house.make(tenant, "reassign_appointment", "{'resource_ids':['" + pia + "']}", id);
    EXPECT_EQ(found("2026-12-02", "location_id", there), 1U);
    EXPECT_EQ(found("2026-12-02", "resource_id", pia), 1U);
    EXPECT_EQ(found("2026-12-02", "resource_id", eva), 0U);
    house.make(tenant, "reschedule_appointment",
               "{'start':'2026-12-03T09:00:00Z','resource_ids':['" + pia + "']}", id);
    EXPECT_EQ(found("2026-12-02", "location_id", there), 0U);
    EXPECT_EQ(found("2026-12-03", "location_id", there), 1U);
    EXPECT_EQ(found("2026-12-03", "resource_id", pia), 1U);
    expect_rebuilt();
}

TEST_F(CalendarTest, a_damaged_row_stops_one_view_of_one_tenant_alone) {
    const auto id = book(cut, marta, "2026-12-02T09:00", ana);
    damage(id);
    const auto before = house.log().last_position();
    house.make(tenant, "cancel_appointment", "{}", id);
    views.feed(before + 1, house.log().last_position());
    ASSERT_TRUE(applied(views.runtime, house.log().last_position()));
    EXPECT_EQ(views.runtime.status().failure, "");
    const auto parked = views.runtime.parked();
    ASSERT_EQ(parked.size(), 1U);
    EXPECT_EQ(parked[0].projection, "calendar");
    const auto day = must(
        views.ask(tenant, "appointment_stats", {{"from", "2026-12-02"}, {"to", "2026-12-02"}}));
    EXPECT_EQ(day.at("data").at(0).at("cancelled"), 1);
}

// What slots offer to one resource is free, and what is busy is not offered.
TEST_F(CalendarTest, free_busy_agrees_with_slots) {
    const auto quick = service("Quick", 15, 100, ",'slot_step_minutes':15");
    for (int i = 0; i < 25; ++i) {
        const auto start = at("2026-12-02") + minutes(15 * pick(4 * 24 * 3));
        [[maybe_unused]] const auto tried = house.run(
            tenant, "book_appointment",
            "{'service_id':'" + (pick(2) ? cut : quick) + "','client_id':'" + lucia +
                "','start':'" + kernel::to_string(start) + "','resource_ids':['" + eva + "']}");
    }
    const std::string from = "2026-12-02T00:00:00Z", to = "2026-12-05T00:00:00Z";
    std::set<std::string> offered, expected;
    const auto slots = ask(
        "find_slots", {{"service_id", quick}, {"resource_ids", eva}, {"from", from}, {"to", to}});
    for (const auto& slot : slots.at("data").get_array())
        offered.emplace(slot.at("start").get_string());
    const auto data = free_busy(eva, from, to).at("data");
    const auto& intervals = data.at(0).at("busy").get_array();
    for (auto start = at("2026-12-02"); start < at("2026-12-05"); start += minutes(15)) {
        const bool taken = std::ranges::any_of(intervals, [&](const Value& each) {
            const auto begins = *kernel::parse_instant(each.at("start").get_string());
            const auto ends = *kernel::parse_instant(each.at("end").get_string());
            return begins < start + minutes(15) && start < ends;
        });
        if (!taken) expected.insert(kernel::to_string(start));
    }
    EXPECT_EQ(offered, expected);
}

}  // namespace
}  // namespace almanac::projections
