// A day of a salon with everything that can happen on it, and the figures of each report, worked
// out by hand.
#include <set>

#include "domain/tenancy/tenant.hpp"
#include "tests/projections/report_salon.hpp"

namespace almanac::projections {
namespace {

// Madrid is one hour ahead of UTC in December; 2026-12-02 is a Wednesday.
class ReportsTest : public ReportSalon {
  protected:
    void happen() {
        first = book(cut, lucia, "2026-12-02T09:00", eva, ",'metadata':{'lead_score':80}");
        second = book(color, lucia, "2026-12-02T10:00", ana, ",'metadata':{'lead_score':41}");
        const auto third = book(cut, marta, "2026-12-02T13:00", eva);
        const auto fourth = book(cut, marta, "2026-12-02T14:00", eva);
        moved = book(cut, marta, "2026-12-02T15:00", eva);
        house.make(tenant, "cancel_appointment", "{'by':'client'}", third);
        house.make(tenant, "reschedule_appointment", "{'start':'2026-12-03T09:00:00Z'}", moved);
        house.clock().set(at("2026-12-02T10:00"));
        house.make(tenant, "complete_appointment",
                   "{'final_price':{'amount':3000,'currency':'EUR'}}", first);
        house.clock().set(at("2026-12-02T16:00"));
        house.make(tenant, "complete_appointment", "{}", second);
        house.make(tenant, "mark_no_show", "{}", fourth);
        const auto walk_in = book(cut, "", "2026-12-02T16:00", eva);
        house.clock().set(at("2026-12-02T17:30"));
        house.make(tenant, "complete_appointment", "{}", walk_in);
    }
    Value stats(const std::string& from, const std::string& to, const std::string& by) {
        return ask("appointment_stats", {{"from", from}, {"to", to}, {"group_by", by}});
    }
    std::string first, second, moved;
};

TEST_F(ReportsTest, appointment_stats_by_day_week_and_month) {
    happen();
    const auto days = stats("2026-12-01", "2026-12-04", "day");
    ASSERT_EQ(days.at("data").get_array().size(), 4U);  // none is left out
    EXPECT_EQ(days.at("data").at(1),
              parsed("{'date':'2026-12-02','service_id':null,'resource_id':null,'booked':5,"
                     "'completed':3,'cancelled':1,'no_show':1,"
                     "'revenue':{'amount':14500,'currency':'EUR'},"
                     "'average':{'amount':4833,'currency':'EUR'},'other_currencies':[]}"));
    EXPECT_EQ(days.at("data").at(2).at("booked"), 1);
    EXPECT_EQ(days.at("data").at(2).at("average"), eur(0));
    EXPECT_EQ(days.at("data").at(0).at("booked"), 0);
    const auto weeks = stats("2026-12-01", "2026-12-07", "week");
    ASSERT_EQ(weeks.at("data").get_array().size(), 2U);
    EXPECT_EQ(row(weeks, "date", "2026-11-30").at("booked"), 6);  // its Monday
    EXPECT_EQ(row(weeks, "date", "2026-11-30").at("revenue"), eur(14500));
    EXPECT_EQ(row(weeks, "date", "2026-12-07").at("booked"), 0);
    const auto months = stats("2026-11-30", "2026-12-31", "month");
    EXPECT_EQ(row(months, "date", "2026-12-01").at("completed"), 3);
    EXPECT_EQ(row(months, "date", "2026-11-01").at("booked"), 0);
    // Only what lies in the days asked for counts, also of a week.
    EXPECT_EQ(row(stats("2026-12-03", "2026-12-06", "week"), "date", "2026-11-30").at("booked"), 1);
    expect_rebuilt();
}

TEST_F(ReportsTest, appointment_stats_by_service_and_resource) {
    happen();
    const auto services = stats("2026-12-01", "2026-12-31", "service");
    ASSERT_EQ(services.at("data").get_array().size(), 2U);
    const auto of_cut = row(services, "service_id", Value(cut));
    EXPECT_EQ(of_cut.at("booked"), 5);
    EXPECT_EQ(of_cut.at("completed"), 2);
    EXPECT_EQ(of_cut.at("revenue"), eur(6500));
    EXPECT_EQ(of_cut.at("average"), eur(3250));
    EXPECT_EQ(of_cut.at("date"), nullptr);
    EXPECT_EQ(row(services, "service_id", Value(color)).at("revenue"), eur(8000));
    const auto resources = stats("2026-12-02", "2026-12-02", "resource");
    EXPECT_EQ(row(resources, "resource_id", Value(eva)).at("booked"), 4);
    EXPECT_EQ(row(resources, "resource_id", Value(ana)).at("booked"), 1);
    EXPECT_EQ(row(resources, "resource_id", Value(ana)).at("completed"), 1);
}

TEST_F(ReportsTest, client_summary_counts_spends_and_knows_the_next_visit) {
    happen();
    EXPECT_EQ(ask("client_summary", {{"client_id", lucia}}),
              parsed("{'client_id':'" + lucia +
                     "','booked':2,'completed':2,'cancelled':0,'no_show':0,"
                     "'total_spent':{'amount':11000,'currency':'EUR'},'other_currencies':[],"
                     "'last_visit':'2026-12-02T10:00:00Z','next_visit':null}"));
    EXPECT_EQ(ask("client_summary", {{"client_id", marta}}),
              parsed("{'client_id':'" + marta +
                     "','booked':3,'completed':0,'cancelled':1,'no_show':1,"
                     "'total_spent':{'amount':0,'currency':'EUR'},'other_currencies':[],"
                     "'last_visit':null,'next_visit':'2026-12-03T09:00:00Z'}"));
    house.make(tenant, "delete_client", "{}", marta);
    EXPECT_EQ(refused("client_summary", {{"client_id", marta}}), "not_found");
    house.make(tenant, "restore_client", "{}", marta);
    EXPECT_EQ(ask("client_summary", {{"client_id", marta}}).at("booked"), 3);
    EXPECT_EQ(refused("client_summary", {{"client_id", cut}}), "not_found");
    EXPECT_EQ(refused("client_summary", {}), "/client_id required");
    expect_rebuilt();
}

TEST_F(ReportsTest, dashboard_shows_what_there_is_today_and_next) {
    happen();
    house.make(tenant, "create_resource", "{'type':'room','name':'R1','active':false}");
    house.make(tenant, "delete_service", "{}", color);
    house.make(tenant, "change_client", "{'status':'inactive'}", lucia);
    const auto answer = ask("dashboard");
    EXPECT_EQ(answer.at("services"), parsed("{'total':1,'active':1}"));
    EXPECT_EQ(answer.at("resources"),
              parsed("{'total':3,'active':2,'staff':2,'room':1,'equipment':0,'vehicle':0,"
                     "'other':0}"));
    EXPECT_EQ(answer.at("clients"), parsed("{'total':2,'active':1}"));
    EXPECT_EQ(answer.at("today"),
              parsed("{'date':'2026-12-02','booked':5,'open':0,'completed':3,'cancelled':1,"
                     "'no_show':1,'revenue':{'amount':14500,'currency':'EUR'},"
                     "'other_currencies':[]}"));
    EXPECT_EQ(answer.at("upcoming").at("next_7_days"), 1);
    ASSERT_EQ(answer.at("upcoming").at("appointments").get_array().size(), 1U);
    const auto& next = answer.at("upcoming").at("appointments").at(0);
    EXPECT_EQ(next.at("id"), Value(moved));
    EXPECT_EQ(next.at("start"), "2026-12-03T09:00:00Z");
    EXPECT_EQ(next.at("status"), "confirmed");
    EXPECT_EQ(next.at("service_name"), "Cut");
    house.clock().set(at("2026-12-03T09:00") + std::chrono::seconds{1});  // it has begun
    EXPECT_EQ(ask("dashboard").at("upcoming").at("appointments"), parsed("[]"));
    EXPECT_EQ(ask("dashboard").at("today").at("open"), 1);
    expect_rebuilt();
}

TEST_F(ReportsTest, a_pending_one_that_is_confirmed_shows_it_on_the_dashboard) {
    const auto asks = service("Asks", 60, 1000, ",'requires_confirmation':true");
    const auto id = book(asks, lucia, "2026-12-02T09:00", eva);
    EXPECT_EQ(ask("dashboard").at("upcoming").at("appointments").at(0).at("status"), "pending");
    house.make(tenant, "confirm_appointment", "{}", id);
    EXPECT_EQ(ask("dashboard").at("upcoming").at("appointments").at(0).at("status"), "confirmed");
    house.make(tenant, "cancel_appointment", "{}", id);
    EXPECT_EQ(ask("dashboard").at("upcoming").at("appointments"), parsed("[]"));
    expect_rebuilt();
}

TEST_F(ReportsTest, business_metrics_by_the_zone_of_the_tenant) {
    happen();
    const auto days = ask("business_metrics", {{"from", "2026-12-01"}, {"to", "2026-12-03"}});
    ASSERT_EQ(days.at("data").get_array().size(), 3U);
    EXPECT_EQ(days.at("data").at(1),
              parsed("{'metric_date':'2026-12-02','metric_type':'daily',"
                     "'appointments_scheduled':5,'appointments_completed':3,"
                     "'appointments_cancelled':1,'appointments_no_show':1,"
                     "'revenue_total':{'amount':14500,'currency':'EUR'},"
                     "'revenue_average_per_appointment':{'amount':4833,'currency':'EUR'},"
                     "'other_currencies':[],'new_clients':1,'returning_clients':0,"
                     "'staff_utilization_ppm':277778,'room_utilization_ppm':null}"));
    const auto weeks =
        ask("business_metrics", {{"period", "week"}, {"from", "2026-12-03"}, {"to", "2026-12-03"}});
    ASSERT_EQ(weeks.at("data").get_array().size(), 1U);
    EXPECT_EQ(weeks.at("data").at(0).at("metric_date"), "2026-11-30");
    EXPECT_EQ(weeks.at("data").at(0).at("metric_type"), "weekly");
    EXPECT_EQ(weeks.at("data").at(0).at("appointments_scheduled"), 6);
    // A changed zone moves nothing that is booked; what is booked from now on counts by it.
    house.make(tenant, "change_tenant", "{'time_zone':'Pacific/Auckland'}", to_string(tenant));
    book(cut, marta, "2026-12-04T15:00", eva);  // the 5th in Auckland
    const auto later = ask("business_metrics", {{"from", "2026-12-02"}, {"to", "2026-12-05"}});
    EXPECT_EQ(later.at("data").at(0).at("appointments_scheduled"), 5);
    EXPECT_EQ(later.at("data").at(2).at("appointments_scheduled"), 0);
    EXPECT_EQ(later.at("data").at(3).at("appointments_scheduled"), 1);
    expect_rebuilt();
}

TEST_F(ReportsTest, an_appointment_given_to_somebody_else_stays_on_its_date) {
    const auto id = book(cut, marta, "2026-12-04T15:00", eva);
    house.make(tenant, "change_tenant", "{'time_zone':'Pacific/Auckland'}", to_string(tenant));
    house.make(tenant, "reassign_appointment", "{'resource_ids':['" + ana + "']}", id);
    const auto days = ask("business_metrics", {{"from", "2026-12-04"}, {"to", "2026-12-05"}});
    EXPECT_EQ(days.at("data").at(0).at("appointments_scheduled"), 1);
    EXPECT_EQ(days.at("data").at(1).at("appointments_scheduled"), 0);
    expect_rebuilt();
}

TEST_F(ReportsTest, an_earlier_visit_told_later_is_the_first_one_from_then) {
    const auto early = book(cut, lucia, "2026-12-02T09:00", eva);
    const auto late = book(cut, lucia, "2026-12-09T09:00", eva);
    house.clock().set(at("2026-12-10T00:00"));
    house.make(tenant, "complete_appointment", "{}", late);
    const auto clients = [&](const char* period, int at_row) {
        const auto answer = ask("business_metrics",
                                {{"period", period}, {"from", "2026-12-02"}, {"to", "2026-12-09"}});
        const auto& data = answer.at("data").get_array();
        const auto& found =
            data.at(at_row < 0 ? data.size() - 1 : static_cast<std::size_t>(at_row));
        return fmt::format("{}/{}", found.at("new_clients").to_number<int>(),
                           found.at("returning_clients").to_number<int>());
    };
    EXPECT_EQ(clients("day", 0), "0/0");
    EXPECT_EQ(clients("day", -1), "1/0");
    house.make(tenant, "complete_appointment", "{}", early);
    EXPECT_EQ(clients("day", 0), "1/0");
    EXPECT_EQ(clients("day", -1), "0/1");
    EXPECT_EQ(clients("week", 0), "1/0");
    EXPECT_EQ(clients("week", -1), "0/1");
    EXPECT_EQ(clients("month", 0), "1/0");  // one client, new in this month
    expect_rebuilt();
}

TEST_F(ReportsTest, monthly_booking_stats_go_by_when_the_booking_was_made) {
    happen();
    house.clock().set(at("2026-12-31T23:30"));  // January in Madrid
    book(cut, marta, "2027-02-03T09:00", eva, ",'metadata':{'lead_score':'high'}");
    const auto answer = ask("monthly_booking_stats");
    ASSERT_EQ(answer.at("data").get_array().size(), 2U);
    EXPECT_EQ(answer.at("data").at(0),
              parsed("{'month':'2026-12-01','total_bookings':6,'completed_bookings':3,"
                     "'total_revenue':{'amount':14500,'currency':'EUR'},'other_currencies':[],"
                     "'avg_lead_score':61}"));
    EXPECT_EQ(answer.at("data").at(1).at("month"), "2027-01-01");
    EXPECT_EQ(answer.at("data").at(1).at("avg_lead_score"), nullptr);
    EXPECT_EQ(ask("monthly_booking_stats", {{"from", "2027-01-15"}}).at("data").get_array().size(),
              1U);
    EXPECT_EQ(ask("monthly_booking_stats", {{"to", "2026-12-15"}}).at("data").get_array().size(),
              1U);
    EXPECT_EQ(refused("monthly_booking_stats", {{"from", "2026-12-02"}, {"to", "2026-12-01"}}),
              "/to before_from");
    expect_rebuilt();
}

TEST_F(ReportsTest, service_performance_is_paged_and_knows_services_without_bookings) {
    happen();
    const auto unused = service("Unused", 30, 100);
    house.make(tenant, "change_service",
               "{'name':'Haircut','price':{'amount':3900,'currency':'EUR'}}", cut);
    house.make(tenant, "delete_service", "{}", color);
    const auto all = ask("service_performance");
    ASSERT_EQ(all.at("data").get_array().size(), 3U);
    EXPECT_EQ(all.at("next_cursor"), nullptr);
    EXPECT_EQ(row(all, "service_id", Value(cut)),
              parsed("{'service_id':'" + cut +
                     "','name':'Haircut','price':{'amount':3900,'currency':'EUR'},"
                     "'deleted':false,'total_bookings':5,'completed_bookings':2,"
                     "'avg_lead_score':80,'total_revenue':{'amount':6500,'currency':'EUR'},"
                     "'other_currencies':[]}"));
    EXPECT_EQ(row(all, "service_id", Value(color)).at("deleted"), true);
    EXPECT_EQ(row(all, "service_id", Value(unused)).at("total_bookings"), 0);
    Object page{{"limit", "2"}};
    const auto one = ask("service_performance", page);
    ASSERT_EQ(one.at("data").get_array().size(), 2U);
    page["cursor"] = one.at("next_cursor");
    const auto two = ask("service_performance", page);
    ASSERT_EQ(two.at("data").get_array().size(), 1U);
    EXPECT_EQ(two.at("data").at(0), all.at("data").at(2));
    EXPECT_EQ(refused("service_performance", {{"cursor", "x"}}), "/cursor cursor");
    EXPECT_EQ(refused("service_performance", {{"limit", "0"}}), "/limit min");
    expect_rebuilt();
}

TEST_F(ReportsTest, money_of_another_currency_stands_beside_and_is_not_added_up) {
    const auto dollars = house.make(tenant, "create_service",
                                    "{'name':'Tour','duration_minutes':60,"
                                    "'price':{'amount':9000,'currency':'USD'}}");
    const auto one = book(dollars, lucia, "2026-12-02T09:00", eva);
    const auto two = book(cut, lucia, "2026-12-02T10:00", eva);
    house.clock().set(at("2026-12-02T12:00"));
    house.make(tenant, "complete_appointment", "{}", one);
    house.make(tenant, "complete_appointment", "{}", two);
    const auto day = stats("2026-12-02", "2026-12-02", "day").at("data").at(0);
    EXPECT_EQ(day.at("completed"), 2);
    EXPECT_EQ(day.at("revenue"), eur(3500));
    EXPECT_EQ(day.at("average"), eur(3500));
    EXPECT_EQ(day.at("other_currencies"), parsed("[{'amount':9000,'currency':'USD'}]"));
    EXPECT_EQ(ask("client_summary", {{"client_id", lucia}}).at("other_currencies"),
              parsed("[{'amount':9000,'currency':'USD'}]"));
}

TEST_F(ReportsTest, who_keeps_the_tenant_is_built_again_when_its_shape_changes) {
    views.catch_up();
    std::set<std::string> keep_it;
    std::string value;
    for (const auto* projection : views.models.projections()) {
        if (!views.store->read(projection->view(), tenant).get("tenant", value)) continue;
        keep_it.emplace(projection->name());
        EXPECT_EQ(projection->version() % 1'000, tenancy::Tenant::version) << projection->name();
    }
    EXPECT_EQ(keep_it,
              (std::set<std::string>{"appointment_stats", "business_metrics", "calendar_feed",
                                     "client_summary", "dashboard", "loyalty", "loyalty_account",
                                     "loyalty_tiers", "monthly_booking_stats", "referral_funnel",
                                     "service_performance"}));
}

TEST_F(ReportsTest, bad_questions_are_told_what_is_wrong) {
    for (const auto* query : {"appointment_stats", "business_metrics"}) {
        EXPECT_EQ(refused(query, {}), "/from required, /to required") << query;
        EXPECT_EQ(refused(query, {{"from", "2026-12-02"}, {"to", "2026-12-01"}}),
                  "/to before_from");
        EXPECT_EQ(refused(query, {{"from", "2026-01-01"}, {"to", "2027-01-02"}}), "/to range");
        EXPECT_EQ(refused(query, {{"from", "2026-01-01"}, {"to", "2027-01-01"}}), "");
        EXPECT_EQ(refused(query, {{"from", "1969-12-31"}, {"to", "2026-01-01"}}), "/from format");
        EXPECT_EQ(refused(query, {{"from", "2026-02-30"}, {"to", "2026-03-01"}}), "/from format");
        EXPECT_EQ(refused(query, {{"from", "2199-12-01"}, {"to", "2199-12-31"}}), "");
    }
    EXPECT_EQ(refused("appointment_stats",
                      {{"from", "2026-12-01"}, {"to", "2026-12-02"}, {"group_by", "year"}}),
              "/group_by enum");
    EXPECT_EQ(refused("business_metrics",
                      {{"from", "2026-12-01"}, {"to", "2026-12-02"}, {"period", "year"}}),
              "/period enum");
    EXPECT_EQ(refused("dashboard", {{"colour", "red"}}), "/colour unknown_field");
}

}  // namespace
}  // namespace almanac::projections
