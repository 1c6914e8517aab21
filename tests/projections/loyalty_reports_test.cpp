// The reports of the loyalty programme: small histories, and the figures worked out by hand.
#include "tests/projections/report_club.hpp"

namespace almanac::projections {
namespace {

// Points last 30 days; 100 of them are worth 5.00.
class LoyaltyReportsTest : public ReportClub {
  protected:
    // Enrolled on 1 December; what Lucia and Marta do up to Christmas.
    void december() {
        programme("Club",
                  ",'expiry':{'kind':'after_days','days':30},'points_for_signup':50,"
                  "'points_for_review':30,'transfers_allowed':true");
        hers = join(lucia);
        house.clock().set(at("2026-12-01T09:00"));
        theirs = join(marta);
        house.clock().set(at("2026-12-02T10:00"));
        adjust(hers, 100);
        adjust(theirs, -20);
        house.clock().set(at("2026-12-03T10:00"));
        house.make(tenant, "transfer_points", "{'to':'" + theirs + "','points':30}", hers);
        house.clock().set(at("2026-12-10T10:00"));
        house.make(tenant, "commit_redemption", "{}", redeem(hers, 100));
        house.clock().set(at("2026-12-20T10:00"));
        open = redeem(theirs, 40);
    }
    static Value december_row(const std::string& until, int expired, int available, int liability,
                              const std::string& breakage) {
        return parsed(fmt::format(
            "{{'month':'2026-12-01','until':'{}','outstanding_begin':0,"
            "'issued':{{'purchase':0,'signup':100,'review':0,'birthday':0,'referral':0,"
            "'referee':0,'adjust':100,'total':200}},'redeemed':100,'restored':0,'expired':{},"
            "'reversed':0,'adjusted':-20,'transferred_in':30,'transferred_out':30,"
            "'outstanding_end':{},'outstanding':{{'available':{},'pending':0,'reserved':40,"
            "'debt':0,'total':{}}},'liability':{{'amount':{},'currency':'EUR'}},"
            "'breakage_ppm':{},'breakage_to_date_ppm':{}}}",
            until, expired, available + 40, available, available + 40, liability, breakage,
            breakage));
    }
    std::string hers, theirs, open;
};

TEST_F(LoyaltyReportsTest, a_month_says_what_flowed_and_what_is_left_and_its_worth) {
    december();
    EXPECT_EQ(month("2026-12-01"), december_row("2026-12-20", 0, 40, 400, "0"));
    EXPECT_EQ(month("2026-12-01", "2026-12-20"), december_row("2026-12-20", 0, 40, 400, "0"));
    expect_rebuilt();
}

TEST_F(LoyaltyReportsTest, points_end_with_their_last_day_whenever_that_is_booked) {
    december();
    const auto signed_row = december_row("2026-12-31", 20, 20, 300, "100000");
    house.clock().set(at("2026-12-31T22:30"));  // 23:30 in Madrid: they can still be used
    EXPECT_EQ(month("2026-12-01"), december_row("2026-12-31", 0, 40, 400, "0"));
    EXPECT_EQ(month("2026-12-01", "2026-12-31"), signed_row);  // at the end of the day
    EXPECT_EQ(month("2026-12-01", "2026-12-30"), december_row("2026-12-30", 0, 40, 400, "0"));
    house.clock().set(at("2026-12-31T23:00"));  // 1 January in Madrid; nothing is booked
    EXPECT_EQ(month("2026-12-01"), signed_row);
    EXPECT_EQ(number(month("2027-01-01").at("outstanding_begin")), 60);
    EXPECT_EQ(number(month("2027-01-01").at("expired")), 0);
    house.clock().set(at("2027-01-05T10:00"));
    look_again(hers);
    look_again(theirs);
    EXPECT_EQ(month("2026-12-01"), signed_row);  // what the accountant has signed stays
    EXPECT_EQ(number(month("2027-01-01").at("expired")), 20);
    expect_rebuilt();
}

TEST_F(LoyaltyReportsTest, reserved_points_end_when_they_come_back_too_late) {
    december();
    house.clock().set(at("2027-01-05T10:00"));
    const auto before = month("2026-12-01");
    EXPECT_EQ(number(month("2027-01-01").at("outstanding").at("reserved")), 40);
    house.make(tenant, "cancel_redemption", "{}", open);
    EXPECT_EQ(month("2026-12-01"), before);
    const auto january = month("2027-01-01");
    EXPECT_EQ(number(january.at("outstanding_begin")), 60);
    EXPECT_EQ(number(january.at("expired")), 60);
    EXPECT_EQ(number(january.at("outstanding_end")), 0);
    EXPECT_EQ(january.at("liability"), eur(0));
    EXPECT_EQ(january.at("breakage_ppm"), nullptr);  // nothing was issued in it
    EXPECT_EQ(number(january.at("breakage_to_date_ppm")), 400'000);
    EXPECT_EQ(number(month("2027-01-01", "2027-01-04").at("expired")), 20);
    expect_rebuilt();
}

TEST_F(LoyaltyReportsTest, purchased_points_are_pending_reversed_and_owed) {
    programme("Club", ",'pending_days':10,'transfers_allowed':true");
    hers = join(lucia);
    const auto appointment = visit(lucia, "2026-12-02");
    EXPECT_EQ(number(month("2026-12-01").at("issued").at("purchase")), 35);
    // Active from 12 December on: at the end of the 11th.
    EXPECT_EQ(number(month("2026-12-01").at("outstanding").at("pending")), 35);
    house.clock().set(at("2026-12-11T10:00"));
    EXPECT_EQ(number(month("2026-12-01").at("outstanding").at("pending")), 35);
    EXPECT_EQ(number(month("2026-12-01", "2026-12-10").at("outstanding").at("pending")), 35);
    EXPECT_EQ(number(month("2026-12-01", "2026-12-11").at("outstanding").at("available")), 35);
    house.clock().set(at("2026-12-12T10:00"));
    EXPECT_EQ(number(month("2026-12-01").at("outstanding").at("available")), 35);
    EXPECT_EQ(number(month("2026-12-01").at("outstanding").at("pending")), 0);
    house.make(tenant, "commit_redemption", "{}", redeem(hers, 30));
    house.clock().set(at("2027-01-02T10:00"));
    ASSERT_TRUE(refund(appointment, 3500));
    ASSERT_TRUE(earn_from(appointment));
    EXPECT_EQ(number(month("2026-12-01").at("outstanding_end")), 5);
    const auto january = month("2027-01-01");
    EXPECT_EQ(number(january.at("reversed")), 35);
    EXPECT_EQ(january.at("outstanding"), parsed("{'available':0,'pending':0,'reserved':0,"
                                                "'debt':30,'total':-30}"));
    EXPECT_EQ(number(january.at("outstanding_end")), -30);
    EXPECT_EQ(january.at("liability"), eur(0));  // debt is not set off
    expect_rebuilt();
}

TEST_F(LoyaltyReportsTest, points_are_worth_what_they_were_at_the_end_of_the_month) {
    const auto club = programme("Club", "");
    adjust(join(lucia), 35);
    house.clock().set(at("2027-01-10T10:00"));
    house.make(tenant, "change_loyalty_program",
               "{'redemption':{'points':3,'value':{'amount':100,'currency':'EUR'}}}", club);
    EXPECT_EQ(month("2026-12-01").at("liability"), eur(175));
    EXPECT_EQ(month("2027-01-01").at("liability"), eur(1167));  // of 1166.67
    EXPECT_EQ(month("2027-01-01", "2027-01-09").at("liability"), eur(175));
    house.make(tenant, "stop_loyalty_program", "{}", club);
    EXPECT_EQ(month("2027-01-01").at("liability"), eur(1167));  // members still have them
    house.clock().set(at("2027-01-11T10:00"));
    programme("Next", ",'active_from':'2027-02-10'");
    house.clock().set(at("2027-02-20T10:00"));
    EXPECT_EQ(month("2027-01-01").at("liability"), eur(1167));
    EXPECT_EQ(month("2027-02-01", "2027-02-09").at("liability"), eur(1167));
    EXPECT_EQ(month("2027-02-01", "2027-02-10").at("liability"), eur(175));
    EXPECT_EQ(month("2027-02-01").at("liability"), eur(175));
    expect_rebuilt();
}

TEST_F(LoyaltyReportsTest, a_programme_that_was_put_off_is_worth_nothing_sooner) {
    const auto club = programme("Club", "");
    adjust(join(lucia), 100);
    house.make(tenant, "stop_loyalty_program", "{}", club);
    const auto next = programme("Next", ",'active_from':'2026-12-10'");
    house.make(tenant, "change_loyalty_program",
               "{'active_from':'2026-12-20','redemption':{'points':1,"
               "'value':{'amount':10,'currency':'EUR'}}}",
               next);
    house.clock().set(at("2026-12-25T10:00"));
    EXPECT_EQ(month("2026-12-01", "2026-12-10").at("liability"), eur(500));
    EXPECT_EQ(month("2026-12-01", "2026-12-19").at("liability"), eur(500));
    EXPECT_EQ(month("2026-12-01", "2026-12-20").at("liability"), eur(1000));
}

TEST_F(LoyaltyReportsTest, a_changed_zone_takes_no_day_back) {
    programme("Club", "");
    hers = join(lucia);
    adjust(hers, 1);
    house.clock().set(at("2027-01-01T00:30"));  // 01:30 in Madrid
    adjust(hers, 10);
    const auto signed_row = month("2026-12-01");
    EXPECT_EQ(number(signed_row.at("outstanding_end")), 1);
    house.make(tenant, "change_tenant", "{'time_zone':'America/New_York'}",
               kernel::to_string(tenant));  // where it is still December
    adjust(hers, 100);
    EXPECT_EQ(month("2026-12-01"), signed_row);
    EXPECT_EQ(number(month("2027-01-01").at("outstanding_end")), 111);
    expect_rebuilt();
}

TEST_F(LoyaltyReportsTest, a_tenant_without_a_programme_has_empty_months) {
    const auto answer = ask("loyalty_report");
    ASSERT_EQ(answer.at("data").get_array().size(), 12U);
    EXPECT_EQ(answer.at("as_of"), nullptr);
    EXPECT_EQ(answer.at("data").at(0).at("month"), Value("2026-01-01"));
    EXPECT_EQ(answer.at("data").at(11).at("month"), Value("2026-12-01"));
    EXPECT_EQ(answer.at("data").at(11).at("liability"), nullptr);
    EXPECT_EQ(answer.at("data").at(11).at("breakage_to_date_ppm"), nullptr);
    EXPECT_EQ(ask("loyalty_leaderboard").at("data").get_array().size(), 0U);
    EXPECT_EQ(ask("referral_funnel").at("data").get_array().size(), 12U);
}

TEST_F(LoyaltyReportsTest, the_leaderboard_ranks_by_what_was_earned_or_is_there) {
    december();
    const auto ranked = [&](const Object& asked) {
        std::vector<std::tuple<std::int64_t, std::string, std::int64_t>> rows;
        const auto board = ask("loyalty_leaderboard", asked);
        for (const auto& each : board.at("data").get_array()) {
            rows.emplace_back(number(each.at("rank")), text(each.at("account_id")),
                              number(each.at("points")));
        }
        return rows;
    };
    using Rows = std::vector<std::tuple<std::int64_t, std::string, std::int64_t>>;
    EXPECT_EQ(ranked({}), (Rows{{1, hers, 50}, {1, theirs, 50}}));  // adjusted is not earned
    EXPECT_EQ(ranked({{"by", "balance"}}), (Rows{{1, theirs, 60}, {2, hers, 20}}));
    house.clock().set(at("2027-01-01T10:00"));
    EXPECT_EQ(ranked({{"by", "balance"}}), (Rows{{1, theirs, 40}, {2, hers, 20}}));
    house.clock().set(at("2027-01-05T10:00"));
    house.make(tenant, "award_points",
               "{'member':" + member(marta) +
                   ",'reason':'review','source':{'kind':'review','id':'" + cut +
                   "'},'at':'2026-12-31T10:00:00Z'}");
    EXPECT_EQ(ranked({{"by", "balance"}}), (Rows{{1, theirs, 70}}));
    EXPECT_EQ(ranked({}), (Rows{{1, theirs, 80}, {2, hers, 50}}));
    // It counts in the month in which it was recorded.
    EXPECT_EQ(ranked({{"period", "month"}}), (Rows{{1, theirs, 30}}));
    EXPECT_EQ(ranked({{"period", "month"}, {"month", "2026-12-24"}}),
              (Rows{{1, hers, 50}, {1, theirs, 50}}));
    EXPECT_EQ(ranked({{"by", "balance"}, {"as_of", "2026-12-20"}}),
              (Rows{{1, theirs, 60}, {2, hers, 20}}));
    EXPECT_EQ(ranked({{"by", "balance"}, {"as_of", "2026-12-31"}}),
              (Rows{{1, theirs, 40}, {2, hers, 20}}));
    EXPECT_EQ(ranked({{"by", "balance"}, {"as_of", "2026-11-30"}}), Rows{});
    EXPECT_EQ(ask("loyalty_leaderboard").at("data").at(0).at("member"),
              parsed(member(marta)));  // no name
    expect_rebuilt();
}

TEST_F(LoyaltyReportsTest, the_leaderboard_goes_on_where_a_page_ended) {
    december();
    auto page = ask("loyalty_leaderboard", {{"limit", "1"}});
    ASSERT_EQ(page.at("data").get_array().size(), 1U);
    EXPECT_EQ(page.at("data").at(0).at("account_id"), Value(hers));
    const auto cursor = text(page.at("next_cursor"));
    page = ask("loyalty_leaderboard", {{"limit", "1"}, {"cursor", cursor}});
    ASSERT_EQ(page.at("data").get_array().size(), 1U);
    EXPECT_EQ(page.at("data").at(0).at("account_id"), Value(theirs));
    EXPECT_EQ(page.at("data").at(0).at("rank"), 1);
    EXPECT_EQ(page.at("next_cursor"), nullptr);
    EXPECT_EQ(refused("loyalty_leaderboard", {{"by", "balance"}, {"cursor", cursor}}),
              "/cursor cursor");
}

class ReferralFunnelTest : public ReportClub {
  protected:
    std::string code_of(const std::string& account) {
        const auto made =
            must(house.run(tenant, "create_referral_code", "{'account_id':'" + account + "'}"));
        return text(made.more.at("code"));
    }
    std::string refer(const std::string& code, const std::string& client) {
        return house.make(tenant, "register_referral",
                          "{'code':'" + code + "','referee':" + member(client) + "}");
    }
    void advance(const std::string& referral) {
        house.make(tenant, "advance_referral", "{}", referral);
    }
    std::string client(const std::string& name) {
        return house.make(tenant, "create_client", "{'first_name':'" + name + "'}");
    }
    static Value counts(const Value& row) {
        auto all = row;
        for (const auto* each : {"month", "referrer", "conversion_ppm", "reward_ppm"})
            all.get_object().erase(each);
        return all;
    }
    static Value funnel(int codes, int registered, int converted, int rewarded, int expired,
                        int reversed) {
        return Object{{"codes_created", codes}, {"registered", registered},
                      {"converted", converted}, {"rewarded", rewarded},
                      {"expired", expired},     {"reversed", reversed}};
    }
    // Of four newcomers of December: one is rewarded in January, one reversed, one expires, one
    // is still expected.
    void live() {
        programme("Club", ",'points_for_referral':100,'referral_expires_days':40");
        hers = join(lucia);
        house.clock().set(at("2026-12-01T09:00"));
        const auto code = code_of(hers);
        const auto paid = client("Nora"), unhappy = client("Olga"), late = client("Pia");
        const auto first = refer(code, paid);
        refer(code, unhappy);
        const auto third = refer(code, late);
        visit(paid, "2026-12-28");
        const auto regretted = visit(unhappy, "2026-12-29");
        house.clock().set(at("2026-12-30T10:00"));
        theirs = join(marta);
        refer(code_of(theirs), client("Rosa"));
        house.clock().set(at("2027-01-02T10:00"));
        ASSERT_TRUE(refund(regretted, 3500));
        ASSERT_TRUE(earn_from(regretted));
        house.clock().set(at("2027-01-15T10:00"));
        advance(first);
        advance(third);
    }
    std::string hers, theirs;
};

TEST_F(ReferralFunnelTest, follows_newcomers_of_a_month_to_their_end) {
    live();
    const auto answer = ask("referral_funnel", {{"from", "2026-12-01"}});
    const auto december = row(answer, "month", "2026-12-01");
    EXPECT_EQ(counts(december), funnel(2, 4, 2, 1, 1, 1));
    EXPECT_EQ(december.at("conversion_ppm"), 500'000);
    EXPECT_EQ(december.at("reward_ppm"), 500'000);
    EXPECT_EQ(counts(row(answer, "month", "2027-01-01")), funnel(0, 0, 0, 0, 0, 0));
    EXPECT_EQ(row(answer, "month", "2027-01-01").at("conversion_ppm"), nullptr);
    const auto by_hers = ask("referral_funnel", {{"from", "2026-12-01"}, {"referrer", hers}});
    EXPECT_EQ(counts(row(by_hers, "month", "2026-12-01")), funnel(1, 3, 2, 1, 1, 1));
    EXPECT_EQ(row(by_hers, "month", "2026-12-01").at("referrer"), Value(hers));
    expect_rebuilt();
}

TEST_F(ReferralFunnelTest, is_as_it_was_at_the_end_of_any_day) {
    live();
    const auto then = [&](const char* day) {
        const auto answer = ask("referral_funnel", {{"from", "2026-12-01"}, {"as_of", day}});
        return counts(row(answer, "month", "2026-12-01"));
    };
    EXPECT_EQ(then("2026-12-01"), funnel(1, 3, 0, 0, 0, 0));
    EXPECT_EQ(then("2026-12-28"), funnel(1, 3, 1, 0, 0, 0));
    EXPECT_EQ(then("2026-12-31"), funnel(2, 4, 2, 0, 0, 0));
    EXPECT_EQ(then("2027-01-02"), funnel(2, 4, 2, 0, 0, 1));
    EXPECT_EQ(then("2027-01-14"), funnel(2, 4, 2, 0, 0, 1));
    EXPECT_EQ(then("2027-01-15"), funnel(2, 4, 2, 1, 1, 1));
}

TEST_F(ReferralFunnelTest, counts_for_each_referrer) {
    live();
    auto page = ask("referral_funnel", {{"group_by", "referrer"}, {"limit", "1"}});
    ASSERT_EQ(page.at("data").get_array().size(), 1U);
    EXPECT_EQ(page.at("data").at(0).at("referrer"), Value(hers));
    EXPECT_EQ(page.at("data").at(0).at("month"), nullptr);
    EXPECT_EQ(counts(page.at("data").at(0)), funnel(1, 3, 2, 1, 1, 1));
    const auto cursor = text(page.at("next_cursor"));
    page = ask("referral_funnel", {{"group_by", "referrer"}, {"limit", "1"}, {"cursor", cursor}});
    ASSERT_EQ(page.at("data").get_array().size(), 1U);
    EXPECT_EQ(page.at("data").at(0).at("referrer"), Value(theirs));
    EXPECT_EQ(counts(page.at("data").at(0)), funnel(1, 1, 0, 0, 0, 0));
    EXPECT_EQ(page.at("next_cursor"), nullptr);
    const auto then = ask("referral_funnel", {{"group_by", "referrer"}, {"as_of", "2026-12-29"}});
    ASSERT_EQ(then.at("data").get_array().size(), 1U);
    EXPECT_EQ(counts(then.at("data").at(0)), funnel(1, 3, 2, 0, 0, 0));
}

TEST_F(LoyaltyReportsTest, bad_questions_are_told_what_is_wrong) {
    for (const auto* query : {"loyalty_report", "referral_funnel"}) {
        EXPECT_EQ(refused(query, {{"from", "2026-12-02"}, {"to", "2026-12-01"}}),
                  "/to before_from");
        EXPECT_EQ(refused(query, {{"from", "2016-12-31"}, {"to", "2026-11-30"}}), "");
        EXPECT_EQ(refused(query, {{"from", "2016-12-31"}, {"to", "2026-12-01"}}), "/to range");
        EXPECT_EQ(refused(query, {{"from", "2016-12-31"}}), "/from range");
        EXPECT_EQ(refused(query, {{"from", "yesterday"}}), "/from format");
    }
    for (const auto* query : {"loyalty_report", "referral_funnel", "loyalty_leaderboard"}) {
        EXPECT_EQ(refused(query, {{"as_of", "2026-12-02"}}), "/as_of future");
        EXPECT_EQ(refused(query, {{"as_of", "2026-12-01"}}), "");
        EXPECT_EQ(refused(query, {{"as_of", "2026-13-01"}}), "/as_of format");
        EXPECT_EQ(refused(query, {{"colour", "red"}}), "/colour unknown_field");
    }
    EXPECT_EQ(refused("loyalty_report", {{"period", "week"}}), "/period enum");
    EXPECT_EQ(refused("loyalty_leaderboard", {{"month", "2026-12-01"}}), "/month not_together");
    EXPECT_EQ(refused("loyalty_leaderboard", {{"by", "balance"}, {"period", "month"}}),
              "/period not_together");
    EXPECT_EQ(refused("loyalty_leaderboard", {{"limit", "201"}}), "/limit max");
    EXPECT_EQ(refused("loyalty_leaderboard", {{"cursor", "x"}}), "/cursor cursor");
    EXPECT_EQ(refused("referral_funnel", {{"cursor", "x"}}), "/cursor not_together");
    EXPECT_EQ(refused("referral_funnel", {{"group_by", "referrer"}, {"from", "2026-12-01"}}),
              "/from not_together");
}

}  // namespace
}  // namespace almanac::projections
