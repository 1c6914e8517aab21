// Allocated and scheduled time by resource and ISO week, worked out by hand and, for random
// histories, from the allocations that slots are judged by.
#include <set>

#include "domain/scheduling/reports.hpp"
#include "projections/utilisation/roster.hpp"
#include "projections/utilisation/utilisation.hpp"
#include "tests/projections/report_salon.hpp"

namespace almanac::projections {
namespace {
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class UtilisationTest : public ReportSalon {
  protected:
    Value week_of(const std::string& resource, const std::string& date = "2026-12-02") {
        const auto answer =
            ask("utilisation", {{"from", date}, {"to", date}, {"resource_id", resource}});
        return answer.at("data").at(0);
    }
    std::int64_t allocated(const std::string& resource) {
        return week_of(resource).at("allocated_minutes").to_number<std::int64_t>();
    }
    void expect_covered(const std::string& resource) {
        views.catch_up();
        kernel::Micros expected{};
        views.slots.with_source(
            tenant, house.clock().now(), [&](scheduling::SnapshotSource& source) {
                std::vector<scheduling::Interval> all;
                for (const auto& a : source.allocations(scheduling::ResourceId{id_of(resource)},
                                                        at("2026-11-01"), at("2027-06-01"))) {
                    all.push_back({a.start - minutes(a.buffer_before_minutes),
                                   a.end + minutes(a.buffer_after_minutes)});
                }
                expected = scheduling::length(scheduling::merge(std::move(all)));
            });
        const auto answer =
            ask("utilisation",
                {{"from", "2026-11-30"}, {"to", "2027-05-31"}, {"resource_id", resource}});
        std::int64_t minutes_told = 0;
        for (const auto& row : answer.at("data").get_array())
            minutes_told += row.at("allocated_minutes").to_number<std::int64_t>();
        // Each week is rounded to a minute.
        EXPECT_NEAR(double(minutes_told), double(expected.count()) / 60e6, 15) << resource;
    }
};

TEST_F(UtilisationTest, a_week_counts_what_is_allocated_and_what_is_scheduled) {
    book(cut, lucia, "2026-12-02T09:00", eva);
    book(color, lucia, "2026-12-05T10:00", eva);
    book(cut, lucia, "2026-12-07T09:00", eva);  // the next week
    EXPECT_EQ(week_of(eva),
              parsed("{'resource_id':'" + eva +
                     "','type':'staff','week':'2026-11-30','iso_week':'2026-W49',"
                     "'allocated_minutes':180,'scheduled_minutes':3780,"
                     "'utilisation_ppm':47619}"));  // 180 / (7 × 540)
    EXPECT_EQ(week_of(ana).at("utilisation_ppm"), 0);
    const auto both = ask("utilisation", {{"from", "2026-12-06"}, {"to", "2026-12-07"}});
    EXPECT_EQ(both.at("data").get_array().size(), 4U);  // two people, two weeks
    expect_rebuilt();
}

TEST_F(UtilisationTest, buffers_are_allocated_and_a_shared_session_once) {
    const auto buffered =
        service("Buffered", 60, 100, ",'buffer_before_minutes':10,'buffer_after_minutes':20");
    const auto room =
        house.make(tenant, "create_resource", "{'type':'room','name':'R','capacity':3}");
    const auto group =
        service("Class", 60, 100,
                ",'capacity':3,'requirements':[{'role':'room','candidates':['" + room + "']}]");
    book(buffered, lucia, "2026-12-02T09:00", eva);
    EXPECT_EQ(allocated(eva), 90);
    const auto one = book(group, lucia, "2026-12-02T09:00", room);
    const auto two = book(group, marta, "2026-12-02T09:00", room);
    EXPECT_EQ(allocated(room), 60);
    EXPECT_EQ(week_of(room).at("scheduled_minutes"), 7 * 24 * 60);
    house.make(tenant, "cancel_appointment", "{}", one);
    EXPECT_EQ(allocated(room), 60);
    house.clock().set(at("2026-12-02T09:30"));
    house.make(tenant, "complete_appointment", "{}", two);  // early: it keeps half an hour
    EXPECT_EQ(allocated(room), 30);
    expect_rebuilt();
}

TEST_F(UtilisationTest, schedules_that_have_ended_still_count_for_their_time) {
    house.clock().set(at("2026-12-14T08:00"));  // a Monday
    works(eva, "09:00", "13:00");               // from today on: half of it
    house.clock().set(at("2027-01-11T08:00"));
    works(eva, "09:00", "10:00");  // the first one is long forgotten where slots are found
    EXPECT_EQ(week_of(eva, "2026-12-09").at("scheduled_minutes"), 3780);
    EXPECT_EQ(week_of(eva, "2026-12-16").at("scheduled_minutes"), 7 * 240);
    EXPECT_EQ(week_of(eva, "2027-01-13").at("scheduled_minutes"), 7 * 60);
    EXPECT_EQ(week_of(eva, "2026-12-30").at("iso_week"), "2026-W53");
    expect_rebuilt();
}

TEST_F(UtilisationTest, blocks_are_not_scheduled_also_when_they_are_long_over) {
    // An hour on three Mondays for Eva, one day for all.
    house.make(tenant, "add_block",
               "{'scope':{'resource_id':'" + eva +
                   "'},'kind':'training','local_start':'2026-12-07T10:00','local_end':"
                   "'2026-12-07T11:00','rrule':'FREQ=WEEKLY;COUNT=3'}");
    house.make(tenant, "add_block",
               "{'scope':{'everything':true},'kind':'holiday','local_start':'2026-12-08T00:00',"
               "'local_end':'2026-12-09T00:00'}");
    const auto expect_weeks = [&] {
        EXPECT_EQ(week_of(eva, "2026-12-09").at("scheduled_minutes"), 6 * 540 - 60);
        EXPECT_EQ(week_of(ana, "2026-12-09").at("scheduled_minutes"), 6 * 540);
        EXPECT_EQ(week_of(eva, "2026-12-16").at("scheduled_minutes"), 7 * 540 - 60);
        EXPECT_EQ(week_of(eva, "2026-12-30").at("scheduled_minutes"), 7 * 540);
    };
    expect_weeks();
    house.clock().set(at("2027-06-01T08:00"));
    house.make(tenant, "add_block",  // where slots are found the first one is forgotten now
               "{'scope':{'resource_id':'" + eva +
                   "'},'kind':'training','local_start':'2027-06-07T10:00','local_end':"
                   "'2027-06-07T11:00','rrule':'FREQ=WEEKLY;COUNT=2'}");
    expect_weeks();
    expect_rebuilt();
}

// A session is of one day, though its people booked it on two dates of a place that changed zone.
TEST_F(UtilisationTest, a_changed_zone_moves_no_time_from_week_to_week) {
    const auto hall = house.make(tenant, "create_location", "{'name':'Hall','time_zone':'UTC'}");
    const auto room =
        house.make(tenant, "create_resource",
                   "{'type':'room','name':'R','capacity':3,'location_id':'" + hall + "'}");
    const auto group =
        service("Class", 60, 100,
                ",'capacity':3,'requirements':[{'role':'room','candidates':['" + room + "']}]");
    const auto weeks = [&] {  // of Sunday the 6th and of Monday the 7th
        return std::pair{
            week_of(room, "2026-12-06").at("allocated_minutes").to_number<std::int64_t>(),
            week_of(room, "2026-12-07").at("allocated_minutes").to_number<std::int64_t>()};
    };
    const auto one = book(group, lucia, "2026-12-06T20:00", room);
    house.make(tenant, "change_location", "{'time_zone':'Asia/Tokyo'}", hall);
    const auto two = book(group, marta, "2026-12-06T20:00", room);  // a Monday there
    EXPECT_EQ(weeks(), (std::pair<std::int64_t, std::int64_t>{60, 0}));
    house.make(tenant, "cancel_appointment", "{}", one);
    EXPECT_EQ(weeks(), (std::pair<std::int64_t, std::int64_t>{60, 0}));
    house.make(tenant, "cancel_appointment", "{}", two);
    EXPECT_EQ(weeks(), (std::pair<std::int64_t, std::int64_t>{0, 0}));
    expect_rebuilt();
}

TEST_F(UtilisationTest, what_is_out_of_order_now_was_used_then) {
    const auto hall =
        house.make(tenant, "create_location", "{'name':'Hall','time_zone':'Europe/Madrid'}");
    const auto room = house.make(tenant, "create_resource",
                                 "{'type':'room','name':'R','location_id':'" + hall + "'}");
    const auto in_room = service("Massage", 60, 100,
                                 ",'requirements':[{'role':'room','candidates':['" + room + "']}]");
    book(cut, lucia, "2026-12-02T09:00", eva);
    book(in_room, marta, "2026-12-02T09:00", room);
    const auto of_eva = week_of(eva);
    const auto of_room = week_of(room);
    EXPECT_EQ(of_room.at("allocated_minutes"), 60);
    EXPECT_EQ(of_room.at("scheduled_minutes"), 7 * 24 * 60);
    house.clock().set(at("2026-12-14T08:00"));
    house.make(tenant, "change_resource", "{'status':'under_maintenance'}", eva);
    house.make(tenant, "change_location", "{'status':'under_maintenance'}", hall);
    EXPECT_EQ(week_of(eva), of_eva);
    EXPECT_EQ(week_of(room), of_room);
}

TEST_F(UtilisationTest, working_time_is_told_without_a_look_at_what_is_booked) {
    struct Unasked : RosterSource {
        using RosterSource::RosterSource;
        scheduling::Allocations allocations(const scheduling::ResourceId&, Instant,
                                            Instant) override {
            ADD_FAILURE() << "it reads what is booked";
            return {};
        }
    };
    book(cut, lucia, "2026-12-02T09:00", eva);
    views.catch_up();
    const auto rows = views.store->read(UtilisationProjection{}.view(), tenant);
    const auto day = *kernel::parse_local_date("2026-12-02");
    const auto with = [&](scheduling::SnapshotSource& source) {
        Unasked unasked(source, rows, day, day, RosterSource::Locations::active);
        const auto* entry = unasked.resources().find(scheduling::ResourceId{id_of(eva)});
        ASSERT_NE(entry, nullptr);
        const auto time = time_of(rows, unasked, *entry, day, day);
        ASSERT_EQ(time.size(), 1U);
        EXPECT_EQ(time.at(day).allocated, hours(1));
        EXPECT_EQ(time.at(day).scheduled, hours(9));
    };
    views.slots.with_source(tenant, house.clock().now(), with);
}

TEST_F(UtilisationTest, is_paged_by_resource_and_says_what_is_wrong) {
    Object page{{"from", "2026-12-02"}, {"to", "2026-12-02"}, {"limit", "1"}};
    const auto first = ask("utilisation", page);
    ASSERT_EQ(first.at("data").get_array().size(), 1U);
    page["cursor"] = first.at("next_cursor");
    const auto second = ask("utilisation", page);
    ASSERT_EQ(second.at("data").get_array().size(), 1U);
    const std::set<std::string> seen{
        std::string(first.at("data").at(0).at("resource_id").get_string()),
        std::string(second.at("data").at(0).at("resource_id").get_string())};
    EXPECT_EQ(seen, (std::set<std::string>{eva, ana}));
    EXPECT_EQ(second.at("next_cursor"), nullptr);
    page["from"] = "2026-11-25";
    EXPECT_EQ(refused("utilisation", page), "/cursor cursor");
    EXPECT_EQ(refused("utilisation",
                      {{"from", "2026-12-02"}, {"to", "2026-12-02"}, {"resource_id", cut}}),
              "/resource_id not_found");
    EXPECT_EQ(refused("utilisation", {{"from", "2026-12-02"}, {"to", "2026-12-01"}}),
              "/to before_from");
}

// The sum of the counters is the length of what the allocations cover, after any history.
TEST_F(UtilisationTest, counters_are_what_the_allocations_cover) {
    const auto room =
        house.make(tenant, "create_resource", "{'type':'room','name':'R','capacity':3}");
    const auto group = service("Class", 90, 100,
                               ",'capacity':3,'buffer_before_minutes':7,'buffer_after_minutes':5,"
                               "'slot_step_minutes':30,'requirements':[{'role':'room',"
                               "'candidates':['" +
                                   room + "']}]");
    std::vector<std::string> made;
    for (int step = 0; step < 250; ++step) {
        house.clock().advance(minutes(pick(40)));
        const auto start = std::chrono::floor<hours>(house.clock().now()) + minutes(30 * pick(60));
        const auto which = made.empty() ? eva : one_of(made);
        const auto text = kernel::to_string(start);
        const auto may = [&](std::string_view command, const std::string& body) {
            [[maybe_unused]] const auto done = house.run(tenant, command, body, which);
        };
        switch (pick(7)) {
            case 0:
                may("cancel_appointment", "{}");
                break;
            case 1:
                may("complete_appointment", "{}");
                break;
            case 2:
                may("mark_no_show", "{}");
                break;
            case 3:
                may("reschedule_appointment", "{'start':'" + text + "'}");
                break;
            default:
                const auto done =
                    house.run(tenant, "book_appointment",
                              "{'service_id':'" + (pick(4) ? group : cut) + "','client_id':'" +
                                  lucia + "','start':'" + text + "'}");
                if (done) made.push_back(done->id);
        }
    }
    for (const auto& resource : {eva, ana, room}) expect_covered(resource);
    expect_rebuilt();
}

}  // namespace
}  // namespace almanac::projections
