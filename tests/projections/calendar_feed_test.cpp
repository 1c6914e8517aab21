// The rows behind secret calendar URLs.
#include "projections/calendar_feed/calendar_feed.hpp"

#include "tests/projections/report_salon.hpp"

namespace almanac::projections {
namespace {
using std::chrono::days;

class CalendarFeedTest : public ReportSalon {
  protected:
    std::string issue(const std::string& resource, const std::string& body = "{}") {
        const auto answer = must(house.run(tenant, "issue_calendar_feed", body, resource));
        for (const auto& [name, value] : answer.disclosed) {
            if (name != "url") continue;
            const auto slash = value.rfind('/') + 1;
            return value.substr(slash, value.size() - slash - 4);
        }
        return "";
    }
    std::optional<FeedContents> read(const std::string& token) {
        views.catch_up();
        return must(views.models.feed(tenant, token, house.clock().now()));
    }
};

TEST_F(CalendarFeedTest, shows_the_appointments_of_its_resource_alone) {
    const auto token = issue(eva);
    EXPECT_EQ(token.size(), 43U);
    EXPECT_TRUE(read(token)->appointments.empty());
    const auto late = book(cut, lucia, "2026-12-03T09:00", eva);
    const auto early = book(cut, marta, "2026-12-02T09:00", eva);
    book(cut, marta, "2026-12-02T09:00", ana);
    const auto feed = read(token);
    ASSERT_EQ(feed->appointments.size(), 2U);
    EXPECT_EQ(kernel::to_string(feed->appointments[0].id), early);
    EXPECT_EQ(kernel::to_string(feed->appointments[1].id), late);
    EXPECT_EQ(feed->calendar_name, "salon");
    EXPECT_FALSE(feed->with_names);
    EXPECT_EQ(feed->appointments[0].sequence, 0);
    EXPECT_EQ(feed->appointments[0].changed, feed->appointments[0].created);
    expect_rebuilt();
}

TEST_F(CalendarFeedTest, counts_every_change_and_keeps_what_is_cancelled) {
    const auto token = issue(eva);
    const auto id = book(cut, lucia, "2026-12-02T09:00", eva);
    house.clock().advance(std::chrono::minutes(5));
    house.make(tenant, "reschedule_appointment",
               "{'start':'2026-12-04T09:00:00Z','resource_ids':['" + eva + "']}", id);
    auto feed = read(token);
    ASSERT_EQ(feed->appointments.size(), 1U);
    EXPECT_EQ(feed->appointments[0].start, at("2026-12-04T09:00"));
    EXPECT_EQ(feed->appointments[0].sequence, 1);
    EXPECT_EQ(feed->appointments[0].changed - feed->appointments[0].created,
              std::chrono::minutes(5));
    house.make(tenant, "cancel_appointment", "{}", id);
    feed = read(token);
    ASSERT_EQ(feed->appointments.size(), 1U);  // so that a calendar takes it out
    EXPECT_EQ(feed->appointments[0].status, scheduling::AppointmentStatus::cancelled);
    EXPECT_EQ(feed->appointments[0].sequence, 2);
    const auto moves = book(cut, lucia, "2026-12-07T09:00", eva);
    house.make(tenant, "reschedule_appointment",
               "{'start':'2026-12-08T09:00:00Z','resource_ids':['" + ana + "']}", moves);
    EXPECT_EQ(read(token)->appointments.size(), 1U);  // it is another's now
    expect_rebuilt();
}

TEST_F(CalendarFeedTest, is_there_until_another_one_a_revocation_or_the_end_of_its_resource) {
    const auto first = issue(eva);
    const auto second = issue(eva, "{'with_names':true}");
    EXPECT_FALSE(read(first));
    EXPECT_TRUE(read(second)->with_names);
    EXPECT_FALSE(read("x"));
    house.make(tenant, "revoke_calendar_feed", "{}", eva);
    EXPECT_FALSE(read(second));
    const auto third = issue(eva);
    EXPECT_TRUE(read(third));
    const auto elsewhere = house.found("clinic");
    views.catch_up();
    EXPECT_FALSE(must(views.models.feed(elsewhere, third, house.clock().now())));
    house.make(tenant, "delete_resource", "{}", eva);
    EXPECT_FALSE(read(third));
    house.make(tenant, "restore_resource", "{}", eva);
    EXPECT_FALSE(read(third));  // what was given away is not given again
    expect_rebuilt();
}

TEST_F(CalendarFeedTest, holds_five_thousand_and_what_is_to_come_before_the_past) {
    works(eva, "00:00", "24:00");
    const auto token = issue(eva);
    for (int hour = 5; hour < 19; ++hour) {  // 14 a day, 5,110 in all
        house.make(tenant, "book_series",
                   fmt::format("{{'service_id':'{}','client_id':'{}','resource_ids':['{}'],"
                               "'start':'2026-12-02T{:02}:00:00Z','rrule':'FREQ=DAILY;COUNT=365'}}",
                               cut, lucia, eva, hour));
    }
    const auto by_start = [](const FeedContents& feed) {
        return std::ranges::is_sorted(feed.appointments, {}, &FeedAppointment::start);
    };
    auto feed = read(token);
    ASSERT_EQ(feed->appointments.size(), scheduling::calendar_appointments_max);
    EXPECT_EQ(feed->appointments.front().start, at("2026-12-02T05:00"));
    EXPECT_TRUE(by_start(*feed));
    house.clock().set(at("2027-03-01T00:00"));  // all 5,110 are in reach: the oldest 110 go
    feed = read(token);
    ASSERT_EQ(feed->appointments.size(), scheduling::calendar_appointments_max);
    EXPECT_EQ(feed->appointments.front().start, at("2026-12-09T17:00"));
    EXPECT_EQ(feed->appointments.back().start, at("2027-12-01T18:00"));
    EXPECT_TRUE(by_start(*feed));
}

TEST_F(CalendarFeedTest, shows_a_quarter_back_and_a_year_ahead) {
    const auto token = issue(eva);
    book(cut, lucia, "2026-12-02T09:00", eva);
    house.clock().set(at("2026-12-02T09:00") + days(92));
    EXPECT_EQ(read(token)->appointments.size(), 1U);
    house.clock().set(at("2026-12-03T00:00") + days(92));
    EXPECT_TRUE(read(token)->appointments.empty());
}

}  // namespace
}  // namespace almanac::projections
