// Birthday points: on the 1st of the month, once a year, in the tenant's zone (log.md, "Keyring and
// claims": the log must not tell the day).
#include "domain/loyalty/birthday.hpp"

#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

RecordCreated<LoyaltyProgram> giving_100() {
    auto program = a_program();
    program.points_for_birthday = 100;
    return program;
}
RecordChanged<Client> born_on(std::string_view day, const MemberRef& member = lucia_member) {
    RecordChanged<Client> e;
    e.id = ClientId{member.id};
    e.changes.names = {"birth_date"};
    e.changes.value.birth_date = scheduling::BirthDate{date(day)};
    return e;
}
Given born(std::string_view day, std::string zone = "UTC") {
    auto club = a_club(giving_100(), std::move(zone));
    club.and_given(born_on(day));
    return club;
}
Decided look(Given& club, std::string_view when) {
    return club.at(when).after(AwardBirthday{lucia_account, at(when)});
}

TEST(Birthday, points_come_on_the_first_of_its_month) {
    auto club = born("1990-03-15");
    look(club, "2026-02-01T00:00:00Z").then_nothing();
    const auto decided = look(club, "2026-03-01T00:00:00Z");
    const auto& e = decided.event<PointsEarned>();
    EXPECT_EQ(e.points, 100);
    EXPECT_EQ(e.reason, EarnReason::birthday);
    EXPECT_EQ(e.on, date("2026-03-01"));
    EXPECT_EQ(e.source, (ThingRef{"birthday_2026", lucia_account}));
    look(club, "2026-04-01T00:00:00Z").then_nothing();
    EXPECT_EQ(balance(club, "2026-04-01"), (Balance{100, 0, 0}));
}

TEST(Birthday, points_come_once_a_year_however_often_it_is_looked_and_moved) {
    auto club = born("1990-03-15");
    look(club, "2026-03-01T00:00:00Z").event<PointsEarned>();
    look(club, "2026-03-01T00:00:00Z").then_nothing();
    look(club, "2026-03-01T12:00:00Z").then_nothing();
    club.and_given(born_on("1990-05-15"));
    look(club, "2026-05-01T00:00:00Z").then_nothing();
    look(club, "2027-05-01T00:00:00Z").event<PointsEarned>();
}

TEST(Birthday, on_29_february_is_in_february_of_every_year) {
    auto club = born("1992-02-29");
    look(club, "2026-02-01T00:00:00Z").event<PointsEarned>();
    look(club, "2026-03-01T00:00:00Z").then_nothing();
    look(club, "2027-02-01T00:00:00Z").event<PointsEarned>();
    look(club, "2028-02-01T00:00:00Z").event<PointsEarned>();
}

TEST(Birthday, of_who_enrolled_in_that_month_comes_a_year_later) {
    auto club = born("1990-01-31");  // enrolled on 1 January 2026, in the morning
    look(club, "2026-01-01T12:00:00Z").then_nothing();
    look(club, "2027-01-01T00:00:00Z").event<PointsEarned>();
}

TEST(Birthday, is_looked_for_while_it_is_the_first_in_the_zone_of_the_business) {
    struct Case {
        const char* zone;
        const char* early;
        const char* on_the_first;
    };
    for (const auto& [zone, early, on_the_first] :
         {Case{"America/New_York", "2026-03-01T00:00:00Z", "2026-03-01T12:00:00Z"},
          Case{"Etc/GMT+12", "2026-03-01T00:00:00Z", "2026-03-01T12:00:00Z"},
          Case{"Europe/Madrid", "2026-02-28T22:59:59Z", "2026-03-01T00:00:00Z"},
          Case{"Pacific/Kiritimati", "2026-02-28T09:59:59Z", "2026-03-01T00:00:00Z"}}) {
        auto club = born("1990-03-15", zone);
        look(club, early).then_nothing();
        const auto decided = look(club, on_the_first);
        EXPECT_EQ(decided.event<PointsEarned>().on, date("2026-03-01")) << zone;
    }
}

TEST(Birthday, that_was_missed_while_nobody_looked_counts_as_of_its_first) {
    auto club = born("1990-03-15");
    club.at("2026-04-20T09:00:00Z");
    const auto decided = club.after(AwardBirthday{lucia_account, at("2026-03-01T00:00:00Z")});
    EXPECT_EQ(decided.event<PointsEarned>().effective_at, at("2026-03-01T00:00:00Z"));
    EXPECT_EQ(decided.event<PointsEarned>().lots[0].earned_on, date("2026-03-01"));
}

TEST(Birthday, gives_nothing_where_there_is_none_or_no_programme_gives) {
    const auto first = "2026-03-01T00:00:00Z";
    auto unknown = a_club(giving_100());
    look(unknown, first).then_nothing();
    auto club = a_club();
    club.and_given(born_on("1990-03-15"));
    look(club, first).then_nothing();
    auto stopped = born("1990-03-15");
    stopped.and_given(ProgramStopped{club_program});
    look(stopped, first).then_nothing();
    auto gone = born("1990-03-15");
    gone.and_given(RecordDeleted<Client>{ClientId{lucia_member.id}, {}});
    look(gone, first).then_nothing();
    auto unborn = born("2030-03-15");
    look(unborn, first).then_nothing();
    gone.at(first).when(AwardBirthday{id_of<AccountId>(9), at(first)}).then_nothing();
}

TEST(Birthday, is_looked_for_twice_on_the_first_of_each_month) {
    for (const auto& [after, next] : {std::pair{"2026-01-01T08:00:00Z", "2026-01-01T12:00:00Z"},
                                      {"2026-01-01T12:00:00Z", "2026-02-01T00:00:00Z"},
                                      {"2026-02-01T00:00:00Z", "2026-02-01T12:00:00Z"},
                                      {"2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z"},
                                      {"2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"}}) {
        EXPECT_EQ(next_look(at(after)), at(next)) << after;
    }
    Happened happened;
    happened.time = at("2026-01-10T08:00:00Z");
    const auto waits = wait_for_first(opened(lucia_account, lucia_member), happened);
    ASSERT_EQ(waits.timers().size(), 1U);
    EXPECT_EQ(waits.timers()[0].due, at("2026-02-01T00:00:00Z"));
    const auto fired = first_of_month(
        {lucia_account}, {to_string(lucia_account), at("2026-02-01T12:00:00Z"), TenantId{}});
    ASSERT_EQ(fired.effects().size(), 1U);
    EXPECT_EQ(static_cast<const AwardBirthday*>(fired.effects()[0].wish.get())->at,
              at("2026-02-01T12:00:00Z"));
    EXPECT_EQ(fired.timers()[0].due, at("2026-03-01T00:00:00Z"));
}

}  // namespace
}  // namespace almanac::testing
