// A loyalty account as people read it: today's balance, buckets and tier, its ledger, what ends
// soon and who has which tier; before midnight and after, booked or not.
#include "domain/loyalty/account.hpp"
#include "tests/projections/loyalty_salon.hpp"

namespace almanac::projections {
namespace {

class LoyaltyAccountTest : public LoyaltySalon {
  protected:
    // Points that end today at midnight.
    std::string with_points_until_today(int points) {
        expire_after(club(), 1);
        const auto id = join(lucia);
        adjust(id, points);
        house.clock().set(at("2026-12-02T08:00"));
        return id;
    }
    // The ledger, a row a page.
    void expect_pages(
        const std::string& id, const Rows& all,
        const std::function<void(std::size_t page)>& after = [](std::size_t) {}) {
        Rows paged;
        Object asked{{"limit", "1"}};
        for (std::size_t page = 0; page < all.size(); ++page) {
            const auto answer = ask("loyalty_ledger", asked, id);
            ASSERT_EQ(answer.at("data").get_array().size(), 1U);
            paged.push_back(said(answer.at("data").at(0)));
            ASSERT_EQ(answer.at("next_cursor").is_null(), page + 1 == all.size());
            asked["cursor"] = answer.at("next_cursor");
            after(page);
        }
        EXPECT_EQ(paged, all);
    }
};

TEST_F(LoyaltyAccountTest, what_expires_first_is_spent_first_and_nothing_is_lost) {
    const auto bella = club();
    const auto id = join(lucia);
    expire_after(bella, 61);  // 31 January
    adjust(id, 100);
    expire_after(bella, 211);  // 30 June
    adjust(id, 50);
    EXPECT_EQ(account(id).at("balance"), balance(150));
    EXPECT_EQ(account(id).at("buckets"),
              parsed("[{'earned_on':'2026-12-01','remaining':100,'state':'active',"
                     "'expires_on':'2027-01-31'},"
                     "{'earned_on':'2026-12-01','remaining':50,'state':'active',"
                     "'expires_on':'2027-06-30'}]"));
    house.clock().set(at("2027-01-15T10:00"));
    const auto redemption = redeem(id, 120);
    EXPECT_EQ(account(id).at("balance"), balance(30, 0, 120));
    EXPECT_EQ(ledger(id), (Rows{"adjust 50 150", "adjust 100 100"}));  // reserved is not spent
    house.make(tenant, "commit_redemption", "{}", redemption);
    house.clock().set(at("2027-02-01T10:00"));
    EXPECT_EQ(account(id).at("balance"), balance(30));
    EXPECT_EQ(account(id).at("buckets"),
              parsed("[{'earned_on':'2026-12-01','remaining':30,'state':'active',"
                     "'expires_on':'2027-06-30'}]"));
    EXPECT_EQ(ledger(id), (Rows{"redeem -120 30", "adjust 50 150", "adjust 100 100"}));
    EXPECT_EQ(ask("loyalty_ledger", {}, id).at("data").at(0).at("source"),
              parsed("{'kind':'redemption','id':'" + redemption + "'}"));
    expect_rebuilt();
}

TEST_F(LoyaltyAccountTest, the_account_has_exactly_the_members_that_are_documented) {
    club();
    const auto row = account(join(lucia));
    std::vector<std::string> names;
    for (const auto& [name, unused] : row.get_object()) names.emplace_back(name);
    EXPECT_EQ(names,
              (Rows{"id", "member", "status", "enrolled_at", "balance", "tier", "tier_is_set",
                    "tier_until", "next_tier", "points_to_next_tier", "lifetime_points", "buckets",
                    "last_activity_on", "revision", "created_at", "updated_at"}));
    EXPECT_EQ(row.at("member"), parsed("{'kind':'client','id':'" + lucia + "'}"));
    EXPECT_EQ(row.at("status"), "active");
    EXPECT_EQ(row.at("enrolled_at"), "2026-12-01T08:00:00Z");
    EXPECT_EQ(row.at("revision"), 1);
    auto documented = catalogue().collection("loyalty_accounts")->schema();
    for (const auto& name : names)
        EXPECT_TRUE(documented.at("properties").get_object().contains(name)) << name;
    EXPECT_EQ(documented.at("properties").get_object().size(), names.size());
}

TEST_F(LoyaltyAccountTest, a_bucket_is_over_at_midnight_whether_or_not_that_is_booked) {
    const auto id = with_points_until_today(80);
    house.clock().set(at("2026-12-02T22:59:59Z"));  // one second to midnight in Madrid
    EXPECT_EQ(account(id).at("balance"), balance(80));
    EXPECT_EQ(ledger(id), (Rows{"adjust 80 80"}));
    house.clock().set(at("2026-12-02T23:00"));
    const auto due = account(id);
    EXPECT_EQ(due.at("balance"), balance(0));
    EXPECT_EQ(due.at("buckets"), parsed("[]"));
    const auto computed = ask("loyalty_ledger", {}, id);
    EXPECT_EQ(computed.at("data").at(0),
              parsed("{'time':'2026-12-02T23:00:00Z','kind':'expire','points':-80,"
                     "'balance_after':0,'reason':null,'source':null}"));
    house.clock().set(at("2026-12-05T12:00"));  // the timer was late
    look_again(id);
    EXPECT_EQ(ask("loyalty_ledger", {}, id), computed);
    EXPECT_EQ(account(id).at("balance"), due.at("balance"));
    EXPECT_EQ(account(id).at("buckets"), due.at("buckets"));
    expect_rebuilt();
}

TEST_F(LoyaltyAccountTest, midnight_is_that_of_the_business) {
    const auto id = with_points_until_today(80);
    for (const auto& [name, last] : {std::pair("America/New_York", "2026-12-03T04:59:59.999999"),
                                     std::pair("Asia/Kathmandu", "2026-12-02T18:14:59.999999"),
                                     std::pair("Pacific/Auckland", "2026-12-02T10:59:59.999999")}) {
        house.make(tenant, "change_tenant", fmt::format("{{'time_zone':'{}'}}", name),
                   to_string(tenant));
        const auto before = *kernel::parse_instant(std::string(last) + "Z");
        const auto after = before + std::chrono::microseconds{1};
        // The zone counts that the business has now, also for a moment to come.
        views.catch_up();
        EXPECT_EQ(account_as_of(id, before).at("balance"), balance(80)) << name;
        EXPECT_EQ(account_as_of(id, after).at("balance"), balance(0)) << name;
    }
}

TEST_F(LoyaltyAccountTest, the_past_is_shown_as_it_was_on_its_day) {
    const auto bella = club(",'pending_days':7,'tiers':[{'name':'silver','threshold':50}]");
    const auto id = join(lucia);
    visit(lucia, "2026-12-02T10:00", color, 8000, std::chrono::hours{3});
    const auto earned = house.log().last_position();
    house.clock().set(at("2026-12-20T10:00"));
    spend(id, 30);
    house.make(tenant, "stop_loyalty_program", "{}", bella);
    EXPECT_EQ(account(id).at("balance"), balance(50));
    EXPECT_EQ(account(id).at("next_tier"), nullptr);
    const auto before = account_as_of(id, at("2026-12-02T08:00"));
    EXPECT_EQ(before.at("balance"), balance(0));
    EXPECT_EQ(before.at("next_tier"), "silver");
    EXPECT_EQ(before.at("points_to_next_tier"), 50);
    const auto then = account_as_of(id, earned);
    EXPECT_EQ(then.at("balance"), balance(0, 80));
    EXPECT_EQ(then.at("buckets").at(0).at("state"), "pending");
    EXPECT_EQ(then.at("tier"), "silver");
    EXPECT_EQ(account_as_of(id, at("2026-12-08T12:00")).at("balance"), balance(0, 80));
    EXPECT_EQ(account_as_of(id, at("2026-12-09T12:00")).at("balance"), balance(80));
}

TEST_F(LoyaltyAccountTest, what_is_missing_for_the_next_tier) {
    club(",'tiers':[{'name':'silver','threshold':50},{'name':'gold','threshold':200}]");
    const auto id = join(lucia);
    EXPECT_EQ(account(id).at("tier"), nullptr);
    EXPECT_EQ(account(id).at("next_tier"), "silver");
    EXPECT_EQ(account(id).at("points_to_next_tier"), 50);
    adjust(id, 1'000);  // given, not earned
    EXPECT_EQ(account(id).at("points_to_next_tier"), 50);
    visit(lucia, "2026-12-02T10:00", color, 8000, std::chrono::hours{3});
    EXPECT_EQ(account(id).at("tier"), "silver");
    EXPECT_EQ(account(id).at("next_tier"), "gold");
    EXPECT_EQ(account(id).at("points_to_next_tier"), 120);
    EXPECT_EQ(account(id).at("lifetime_points"), 80);
    house.make(tenant, "set_loyalty_tier", "{'tier':'gold'}", id);
    EXPECT_EQ(account(id).at("next_tier"), nullptr);  // there is none above
    EXPECT_EQ(account(id).at("points_to_next_tier"), nullptr);
    EXPECT_EQ(account(id).at("tier_is_set"), true);
}

TEST_F(LoyaltyAccountTest, a_tier_that_is_set_is_over_after_its_last_day_booked_or_not) {
    club(",'tiers':[{'name':'silver','threshold':50},{'name':'gold','threshold':200}]");
    const auto id = join(lucia);
    house.make(tenant, "set_loyalty_tier", "{'tier':'gold','until':'2026-12-02'}", id);
    house.clock().set(at("2026-12-02T22:59:59Z"));
    EXPECT_EQ(account(id).at("tier"), "gold");
    EXPECT_EQ(account(id).at("tier_until"), "2026-12-02");
    house.clock().set(at("2026-12-02T23:00"));
    const auto due = account(id);
    EXPECT_EQ(due.at("tier"), nullptr);
    EXPECT_EQ(due.at("tier_is_set"), false);
    EXPECT_EQ(due.at("tier_until"), nullptr);
    EXPECT_EQ(due.at("next_tier"), "silver");
    look_again(id);
    const auto booked = account(id);
    for (const auto* name : {"tier", "tier_is_set", "tier_until", "next_tier"})
        EXPECT_EQ(booked.at(name), due.at(name)) << name;
}

TEST_F(LoyaltyAccountTest, a_refund_of_what_was_spent_is_a_debt_that_the_next_points_clear) {
    club();
    const auto id = join(lucia);
    const auto paid = visit(lucia, "2026-12-02T09:00", cut, 3500, std::chrono::hours{3});
    spend(id, 30);
    take_back(paid, 3500);
    EXPECT_EQ(account(id).at("balance"), balance(-30));
    EXPECT_EQ(account(id).at("buckets"), parsed("[]"));
    visit(lucia, "2026-12-03T10:00", color, 8000, std::chrono::hours{3});
    EXPECT_EQ(account(id).at("balance"), balance(50));
    EXPECT_EQ(ledger(id), (Rows{"earn 80 50", "reverse -35 -30", "redeem -30 5", "earn 35 35"}));
    const auto rows = ask("loyalty_ledger", {}, id).at("data");
    EXPECT_EQ(rows.at(1).at("reason"), "purchase");
    EXPECT_EQ(rows.at(1).at("source"), parsed("{'kind':'appointment','id':'" + paid + "'}"));
    expect_rebuilt();
}

TEST_F(LoyaltyAccountTest, a_transfer_names_the_other_account_on_both_sides) {
    club(",'transfers_allowed':true,'points_for_signup':10");
    const auto from = join(lucia);
    const auto to = join(marta);
    house.make(tenant, "transfer_points", "{'to':'" + to + "','points':4}", from);
    EXPECT_EQ(ledger(from), (Rows{"transfer_out -4 6", "earn 10 10"}));
    EXPECT_EQ(ledger(to), (Rows{"transfer_in 4 14", "earn 10 10"}));
    const auto out = ask("loyalty_ledger", {}, from).at("data");
    EXPECT_EQ(out.at(0).at("source"), parsed("{'kind':'loyalty_account','id':'" + to + "'}"));
    EXPECT_EQ(out.at(1).at("reason"), "signup");
    const auto in = ask("loyalty_ledger", {}, to).at("data");
    EXPECT_EQ(in.at(0).at("source"), parsed("{'kind':'loyalty_account','id':'" + from + "'}"));
}

TEST_F(LoyaltyAccountTest, why_points_were_adjusted_is_kept_sealed_and_of_the_member) {
    club();
    const auto id = join(lucia);
    adjust(id, 5, "she waited an hour");
    const auto reason = ask("loyalty_ledger", {}, id).at("data").at(0).at("reason");
    EXPECT_EQ(reason.at("of"), Value("client:" + lucia));
    const auto opened =
        must(house.keyring().open(tenant, std::string(reason.at("sealed").get_string()),
                                  "client:" + lucia, "loyalty_account.adjust_reason"));
    ASSERT_TRUE(opened);
    EXPECT_EQ(kernel::json::parse_own(*opened), "she waited an hour");
    const auto& queries = catalogue().queries();
    const auto& query = **std::ranges::find(queries, std::string("loyalty_ledger"),
                                            [](const auto& each) { return each->name; });
    ASSERT_EQ(query.personal.size(), 1U);  // what the edge opens, for whom
    EXPECT_EQ(query.personal[0].path, "data.reason");
    EXPECT_EQ(query.personal[0].field_id, "loyalty_account.adjust_reason");
    EXPECT_EQ(query.personal_permission, "loyalty.loyalty_account:read_personal");
}

TEST_F(LoyaltyAccountTest, the_ledger_is_paged_and_cut_by_time) {
    const auto id = with_points_until_today(80);
    adjust(id, 5);
    adjust(id, 6);
    house.clock().set(at("2026-12-05T12:00"));
    const Rows all{"expire -11 0", "expire -80 11", "adjust 6 91", "adjust 5 85", "adjust 80 80"};
    EXPECT_EQ(ledger(id), all);
    // The cursor goes on where it was, once they are booked.
    expect_pages(id, all, [&](std::size_t page) {
        if (page == 1) look_again(id);
    });
    EXPECT_EQ(ledger(id, {{"to", "2026-12-02T00:00:00Z"}}), (Rows{"adjust 80 80"}));
    EXPECT_EQ(ledger(id, {{"from", "2026-12-02T23:00:00Z"}}),
              (Rows{"expire -11 0", "expire -80 11"}));
    EXPECT_EQ(ledger(id, {{"from", "2026-12-02T00:00:00Z"}, {"to", "2026-12-02T23:00:00Z"}}),
              (Rows{"adjust 6 91", "adjust 5 85"}));
    EXPECT_EQ(refused("loyalty_ledger", {{"cursor", "x"}}, id), "/cursor cursor");
    EXPECT_EQ(refused("loyalty_ledger", {{"limit", "201"}}, id), "/limit max");
    EXPECT_EQ(refused("loyalty_ledger",
                      {{"from", "2026-12-02T00:00:00Z"}, {"to", "2026-12-01T00:00:00Z"}}, id),
              "/to before_from");
    EXPECT_EQ(refused("loyalty_ledger", {}, lucia), "not_found");
}

TEST_F(LoyaltyAccountTest, a_changed_zone_hides_no_row_between_two_pages) {
    const auto id = with_points_until_today(80);
    house.clock().set(at("2026-12-02T12:00"));
    adjust(id, 5);  // until tomorrow
    house.make(tenant, "change_tenant", "{'time_zone':'Pacific/Auckland'}", to_string(tenant));
    // Today was over there an hour before that adjustment.
    const Rows all{"expire -80 5", "adjust 5 85", "adjust 80 80"};
    EXPECT_EQ(ledger(id), all);
    expect_pages(id, all);
    const auto computed = ask("loyalty_ledger", {}, id);
    look_again(id);
    EXPECT_EQ(ask("loyalty_ledger", {}, id), computed);
    expect_rebuilt();
}

TEST_F(LoyaltyAccountTest, many_entries_make_no_row_longer) {
    club();
    const auto id = join(lucia);
    const auto& view = views.models.projection("loyalty_account");
    const auto bytes = [&] {
        views.catch_up();
        std::string value;
        const auto key = "a" + std::string(id_of(id).view());
        EXPECT_TRUE(views.store->read(view.view(), tenant).get(key, value));
        return value.size();
    };
    adjust(id, 100);
    const auto few = bytes();
    for (int i = 0; i < 300; ++i) adjust(id, 3);
    EXPECT_LE(bytes(), few + 8);  // longer numbers, no more of them
    EXPECT_EQ(ledger(id, {{"limit", "1"}}), (Rows{"adjust 3 1000"}));
}

TEST_F(LoyaltyAccountTest, who_loses_how_many_points_by_when) {
    const auto bella = club();
    const auto id = join(lucia);
    const auto other = join(marta);
    expire_after(bella, 10);  // 11 December
    adjust(id, 100);
    adjust(other, 7);
    expire_after(bella, 40);  // 10 January
    adjust(id, 50);
    const auto all = ask("points_expiring", {{"days", "41"}});
    EXPECT_EQ(all.at("as_of"), "2026-12-01");
    EXPECT_EQ(all.at("from"), "2026-12-01");
    EXPECT_EQ(all.at("to"), "2027-01-10");
    EXPECT_EQ(all.at("points"), 157);
    ASSERT_EQ(all.at("data").get_array().size(), 3U);
    EXPECT_EQ(row(all, "account_id", Value(other)),
              parsed("{'account_id':'" + other + "','member':{'kind':'client','id':'" + marta +
                     "'},'expires_on':'2026-12-11','points':7}"));
    EXPECT_EQ(all.at("data").at(2).at("points"), 50);
    EXPECT_EQ(ask("points_expiring", {{"days", "40"}}).at("points"), 107);
    EXPECT_EQ(ask("points_expiring").at("to"), "2026-12-30");
    EXPECT_EQ(ask("points_expiring", {{"from", "2026-12-12"}, {"to", "2027-02-01"}}).at("points"),
              50);
    const auto redemption = redeem(id, 90);  // reserved points do not expire
    EXPECT_EQ(ask("points_expiring").at("points"), 17);
    house.make(tenant, "cancel_redemption", "{}", redemption);
    EXPECT_EQ(ask("points_expiring").at("points"), 107);
    house.clock().set(at("2026-12-11T22:59:59Z"));
    EXPECT_EQ(ask("points_expiring", {{"from", "2026-12-01"}}).at("points"), 107);
    house.clock().set(at("2026-12-11T23:00"));  // gone, booked or not
    EXPECT_EQ(ask("points_expiring", {{"from", "2026-12-01"}, {"days", "30"}}).at("points"), 0);
    look_again(id);
    EXPECT_EQ(ask("points_expiring", {{"from", "2026-12-01"}, {"days", "60"}}).at("points"), 50);
    expect_rebuilt();
}

TEST_F(LoyaltyAccountTest, who_lost_how_many_points_by_when_as_of_a_day) {
    const auto bella = club();
    const auto id = join(lucia);
    const auto other = join(marta);
    expire_after(bella, 10);  // 11 December
    adjust(id, 100);
    adjust(other, 7);
    house.clock().set(at("2026-12-05T10:00"));
    expire_after(bella, 40);  // 14 January
    adjust(id, 50);
    spend(id, 30);  // of those that end first
    house.clock().set(at("2026-12-12T10:00"));
    look_again(id);  // that of the other is not booked
    const auto points = [&](const std::string& day) {
        return ask("points_expiring", {{"as_of", day}, {"days", "60"}}).at("points");
    };
    EXPECT_EQ(points("2026-11-30"), 0);
    EXPECT_EQ(points("2026-12-04"), 107);
    EXPECT_EQ(points("2026-12-05"), 127);
    EXPECT_EQ(points("2026-12-10"), 127);
    EXPECT_EQ(points("2026-12-11"), 50);  // at its end
    EXPECT_EQ(points("2026-12-12"), 50);
    const auto whole = ask("points_expiring", {{"as_of", "2026-12-10"}});
    EXPECT_EQ(whole.at("as_of"), "2026-12-10");
    EXPECT_EQ(whole.at("from"), "2026-12-11");
    EXPECT_EQ(whole.at("to"), "2027-01-09");
    EXPECT_EQ(whole.at("next_cursor"), nullptr);
    EXPECT_EQ(row(whole, "account_id", Value(id)),
              parsed("{'account_id':'" + id + "','member':{'kind':'client','id':'" + lucia +
                     "'},'expires_on':'2026-12-11','points':70}"));
    kernel::json::Array paged;
    Object asked{{"as_of", "2026-12-10"}, {"limit", "1"}};
    for (int page = 0; page < 2; ++page) {
        const auto answer = ask("points_expiring", asked);
        EXPECT_EQ(answer.at("points"), 77);
        ASSERT_EQ(answer.at("data").get_array().size(), 1U);
        paged.push_back(answer.at("data").at(0));
        ASSERT_EQ(answer.at("next_cursor").is_null(), page == 1);
        if (page == 0) asked["cursor"] = answer.at("next_cursor");
    }
    EXPECT_EQ(Value(paged), whole.at("data"));
    asked["as_of"] = "2026-12-09";
    EXPECT_EQ(refused("points_expiring", asked), "/cursor cursor");
    EXPECT_EQ(refused("points_expiring", {{"as_of", "2026-12-13"}}), "/as_of future");
    expect_rebuilt();
}

TEST_F(LoyaltyAccountTest, points_that_expire_are_paged_and_bad_questions_told) {
    expire_after(club(), 10);
    adjust(join(lucia), 1);
    adjust(join(marta), 2);
    const auto first = ask("points_expiring", {{"limit", "1"}});
    const auto second =
        ask("points_expiring", {{"limit", "1"}, {"cursor", first.at("next_cursor")}});
    EXPECT_EQ(second.at("next_cursor"), nullptr);
    EXPECT_EQ(first.at("points"), 3);
    EXPECT_EQ(second.at("points"), 3);
    EXPECT_EQ(first.at("data").at(0).at("points").to_number<int>() +
                  second.at("data").at(0).at("points").to_number<int>(),
              3);
    EXPECT_EQ(refused("points_expiring", {{"cursor", "x"}}), "/cursor cursor");
    EXPECT_EQ(refused("points_expiring", {{"days", "367"}}), "/days max");
    EXPECT_EQ(refused("points_expiring", {{"days", "3"}, {"to", "2026-12-31"}}),
              "/days not_together");
    EXPECT_EQ(refused("points_expiring", {{"to", "2026-11-30"}}), "/to before_from");
    EXPECT_EQ(refused("points_expiring", {{"to", "2027-12-02"}}), "/to range");
}

TEST_F(LoyaltyAccountTest, members_by_tier_now_and_on_a_day_before) {
    const auto bella =
        club(",'tiers':[{'name':'silver','threshold':50},{'name':'gold','threshold':200}]");
    const auto id = join(lucia);
    house.clock().set(at("2026-12-01T22:59"));
    join(marta);
    visit(lucia, "2026-12-02T10:00", color, 8000, std::chrono::hours{3});
    EXPECT_EQ(ask("loyalty_tiers"), parsed("{'as_of':'2026-12-02','members':2,'data':["
                                           "{'tier':null,'members':1,'share_ppm':500000},"
                                           "{'tier':'silver','members':1,'share_ppm':500000},"
                                           "{'tier':'gold','members':0,'share_ppm':0}]}"));
    house.clock().set(at("2026-12-04T10:00"));
    house.make(tenant, "set_loyalty_tier", "{'tier':'gold'}", id);
    const auto members = [&](const Object& asked, const Value& tier) {
        return row(ask("loyalty_tiers", asked), "tier", tier).at("members");
    };
    EXPECT_EQ(members({}, "gold"), 1);
    EXPECT_EQ(members({{"as_of", "2026-12-03"}}, "gold"), 0);
    EXPECT_EQ(members({{"as_of", "2026-12-03"}}, "silver"), 1);
    EXPECT_EQ(members({{"as_of", "2026-12-01"}}, nullptr), 2);
    EXPECT_EQ(ask("loyalty_tiers", {{"as_of", "2026-11-30"}}).at("members"), 0);
    house.make(tenant, "stop_loyalty_program", "{}", bella);  // those who have it keep it
    EXPECT_EQ(ask("loyalty_tiers").at("data"),
              parsed("[{'tier':null,'members':1,'share_ppm':500000},"
                     "{'tier':'gold','members':1,'share_ppm':500000}]"));
    // What a day said stays: it had these tiers.
    EXPECT_EQ(ask("loyalty_tiers", {{"as_of", "2026-12-03"}}).at("data"),
              parsed("[{'tier':null,'members':1,'share_ppm':500000},"
                     "{'tier':'silver','members':1,'share_ppm':500000},"
                     "{'tier':'gold','members':0,'share_ppm':0}]"));
    EXPECT_EQ(ask("loyalty_tiers", {{"as_of", "2026-11-30"}}).at("data"),
              parsed("[{'tier':null,'members':0,'share_ppm':0}]"));
    EXPECT_EQ(refused("loyalty_tiers", {{"as_of", "soon"}}), "/as_of format");
    EXPECT_EQ(refused("loyalty_tiers", {{"as_of", "2026-12-05"}}), "/as_of future");
    expect_rebuilt();
}

}  // namespace
}  // namespace almanac::projections
