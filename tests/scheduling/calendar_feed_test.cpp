// Secret calendar URLs: who may make one, what is kept of it, and the iCalendar object it shows.
#include "domain/scheduling/calendar_feed.hpp"

#include "domain/kernel/digest.hpp"
#include "domain/scheduling/icalendar.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;

TEST(CalendarFeed, keeps_only_the_hash_of_what_it_tells_once) {
    auto salon = a_salon();
    const auto decided = salon.when(IssueCalendarFeed{maria});
    const auto& issued = decided.event<CalendarFeedIssued>();
    EXPECT_EQ(issued.resource_id, maria);
    EXPECT_FALSE(issued.with_names);
    const auto& url = salon.disclosed.at("url");
    ASSERT_TRUE(url.starts_with("/calendars/" + to_string(TenantId{id_number(1)}) + "/")) << url;
    ASSERT_TRUE(url.ends_with(".ics")) << url;
    const auto slash = url.rfind('/') + 1;
    const auto token = url.substr(slash, url.size() - slash - 4);
    EXPECT_EQ(issued.hash, sha256_hex(token));
    EXPECT_EQ(to_json(issued).find(token), std::string::npos);
}

TEST(CalendarFeed, names_need_the_permission_to_read_them) {
    auto salon = a_salon();
    salon.permitted([](std::string_view permission) {
        return permission != "scheduling.appointment:read_personal";
    });
    salon.when(IssueCalendarFeed{maria, true}).then_rejected("denied");
    EXPECT_FALSE(
        salon.when(IssueCalendarFeed{maria, false}).event<CalendarFeedIssued>().with_names);
    salon.permitted([](std::string_view) { return true; });
    EXPECT_TRUE(salon.when(IssueCalendarFeed{maria, true}).event<CalendarFeedIssued>().with_names);
}

TEST(CalendarFeed, a_resource_that_is_not_there_has_none) {
    auto salon = a_salon();
    salon.when(IssueCalendarFeed{id_of<ResourceId>(99)}).then_rejected("not_found");
    salon.when(RevokeCalendarFeed{maria}).then_rejected("not_found");
}

TEST(CalendarFeed, a_new_one_takes_the_place_of_the_old_and_revoking_twice_changes_nothing) {
    auto salon = a_salon();
    const auto first = salon.after(IssueCalendarFeed{maria}).event<CalendarFeedIssued>().hash;
    const auto second = salon.after(IssueCalendarFeed{maria}).event<CalendarFeedIssued>().hash;
    EXPECT_NE(first, second);
    EXPECT_EQ(salon.fold<CalendarFeed>(maria).hash, second);
    salon.after(RevokeCalendarFeed{maria}).then(CalendarFeedRevoked{maria});
    EXPECT_EQ(salon.fold<CalendarFeed>(maria).status, CalendarFeedStatus::revoked);
    EXPECT_EQ(salon.fold<CalendarFeed>(maria).hash, "");
    salon.when(RevokeCalendarFeed{maria}).then_nothing();
}

CalendarEvent an_event() {
    return {"1@almanac",
            "Haircut",
            "BK-20260608-0001",
            monday_noon,
            monday_noon + 1h,
            monday_noon - 48h,
            monday_noon - 24h,
            2,
            AppointmentStatus::confirmed};
}

bool has_line(const std::string& text, std::string_view line) {
    return text.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

TEST(ICalendar, says_everything_a_calendar_program_asks_for_in_utc) {
    const auto text = write_icalendar("Bella, Hair", {an_event()});
    EXPECT_TRUE(text.starts_with("BEGIN:VCALENDAR\r\n"));
    EXPECT_TRUE(text.ends_with("END:VCALENDAR\r\n"));
    for (const auto* line :
         {"VERSION:2.0", "NAME:Bella\\, Hair", "X-WR-CALNAME:Bella, Hair",
          "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "BEGIN:VEVENT", "UID:1@almanac",
          "DTSTAMP:20260607T120000Z", "LAST-MODIFIED:20260607T120000Z", "CREATED:20260606T120000Z",
          "SEQUENCE:2", "DTSTART:20260608T120000Z", "DTEND:20260608T130000Z", "SUMMARY:Haircut",
          "DESCRIPTION:BK-20260608-0001", "STATUS:CONFIRMED", "TRANSP:OPAQUE", "END:VEVENT"}) {
        EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
    }
    EXPECT_TRUE(write_icalendar("Empty", {}).ends_with("END:VCALENDAR\r\n"));
    // A snapshot: DTSTAMP is when the appointment last changed only where there is no METHOD.
    EXPECT_EQ(text.find("METHOD"), std::string::npos);
}

TEST(ICalendar, status_is_that_of_the_appointment) {
    const auto status = [](AppointmentStatus of) {
        auto event = an_event();
        event.status = of;
        const auto text = write_icalendar("B", {event});
        const auto at = text.find("STATUS:") + 7;
        return text.substr(at, text.find('\r', at) - at);
    };
    EXPECT_EQ(status(AppointmentStatus::pending), "TENTATIVE");
    EXPECT_EQ(status(AppointmentStatus::confirmed), "CONFIRMED");
    EXPECT_EQ(status(AppointmentStatus::in_progress), "CONFIRMED");
    EXPECT_EQ(status(AppointmentStatus::completed), "CONFIRMED");
    EXPECT_EQ(status(AppointmentStatus::cancelled), "CANCELLED");
    EXPECT_EQ(status(AppointmentStatus::no_show), "CANCELLED");
}

TEST(ICalendar, text_is_escaped_and_lines_are_folded_between_characters) {
    auto event = an_event();
    event.summary = "Cut; colour, \\ and\nmore\x01";
    for (int i = 0; i < 40; ++i) event.description += "Lucía Pérez – ñandú ";
    const auto text = write_icalendar("B", {event});
    EXPECT_TRUE(has_line(text, R"(SUMMARY:Cut\; colour\, \\ and\nmore)")) << text;
    std::string unfolded;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find("\r\n", at);
        ASSERT_NE(end, std::string::npos);
        const auto line = text.substr(at, end - at);
        EXPECT_LE(line.size(), 75U) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos);
        // No character is cut in two: a line never begins with the rest of one.
        const auto first = static_cast<unsigned char>(line.size() > 1 && line[0] == ' ' ? line[1]
                                                      : line.empty()                    ? 'x'
                                                                                        : line[0]);
        EXPECT_NE(first & 0xC0, 0x80) << line;
        if (!line.empty() && line[0] == ' ')
            unfolded += line.substr(1);
        else
            unfolded += "\n" + line;
        at = end + 2;
    }
    EXPECT_NE(unfolded.find("DESCRIPTION:" + event.description), std::string::npos) << unfolded;
}

}  // namespace
}  // namespace almanac::testing
