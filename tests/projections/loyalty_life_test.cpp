// A club lives through random facts, refunds, redemptions, expiries booked late or never, changed
// terms and jumps of the clock. A report asked at the end of a day is asked again at the end of all
// days with `as_of` of that day, and is the same to the byte: what a log replayed up to that day
// would tell. And on these and other days it is what an oracle says that knows only the records.
#include <map>
#include <tuple>

#include "tests/projections/happened.hpp"
#include "tests/projections/report_club.hpp"

namespace almanac::projections {
namespace {
using kernel::LocalDate;
using std::chrono::days;
using std::chrono::minutes;

std::string iso(LocalDate date) {
    return kernel::to_string(date);
}

struct Bucket {
    std::string earned_on, active_on, expires_on, inactivity_days;
    std::int64_t points = 0;
    auto dates() const { return std::tie(earned_on, active_on, expires_on, inactivity_days); }
};

struct Member {
    std::vector<Bucket> buckets;
    std::int64_t reserved = 0, debt = 0, earned = 0;

    void put(const Bucket& change) {
        for (auto& bucket : buckets) {
            if (bucket.dates() != change.dates()) continue;
            bucket.points += change.points;
            return;
        }
        buckets.push_back(change);
    }
    void be_active(const std::string& on) {
        for (auto& bucket : buckets) {
            if (bucket.inactivity_days.empty() || bucket.expires_on < on) continue;
            const auto later =
                iso(*kernel::parse_local_date(on) + days{std::stoi(bucket.inactivity_days)});
            bucket.expires_on = std::max(bucket.expires_on, later);
        }
    }
    std::int64_t balance(const std::string& over) const {
        auto points = reserved - debt;
        for (const auto& bucket : buckets) {
            if (bucket.expires_on.empty() || bucket.expires_on > over) points += bucket.points;
        }
        return points;
    }
};

// Everything since the beginning, at the end of a day.
struct Oracle {
    std::map<std::string, Member> members;
    std::map<std::string, std::int64_t> flows;  // by the report's names
    std::int64_t available = 0, pending = 0, reserved = 0, debt = 0, expired = 0;
    std::pair<std::int64_t, std::int64_t> rate{1, 0};  // points, and the cents they are worth
};

class LoyaltyLifeTest : public ReportClub {
  protected:
    struct Fact {
        LocalDate day;
        std::string what;
        Value data;
    };
    struct Remembered {
        LocalDate day;
        std::vector<Value> answers;
    };

    // ---- life ---------------------------------------------------------------------------------

    std::string a_date_ago(std::size_t days_max) {
        const auto now = house.clock().now();
        return kernel::to_string(now - std::chrono::hours(24 * pick(days_max) + pick(24)));
    }
    std::string terms() {
        static const std::vector<std::string> expiries{
            "'none','days':null,'years':null", "'after_days','days':20,'years':null",
            "'after_days','days':2,'years':null", "'inactivity','days':15,'years':null",
            "'end_of_year','days':null,'years':0"};
        static const std::vector<std::string> tiers{
            "", "{'name':'silver','threshold':40}",
            "{'name':'bronze','threshold':20},{'name':'gold','threshold':90}"};
        return fmt::format(
            "'expiry':{{'kind':{}}},'pending_days':{},'points_for_review':{},'tiers':[{}],"
            "'redemption':{{'points':{},'value':{{'amount':{},'currency':'EUR'}}}}",
            one_of(expiries), pick(3) * 4, 10 + pick(90), one_of(tiers), 1 + pick(120),
            1 + pick(900));
    }
    Answered run(std::string_view command, const std::string& body, const std::string& id = {}) {
        return house.run(tenant, command, body, id);
    }
    void use_points() {
        const auto done = run("redeem_points", fmt::format("{{'account_id':'{}','points':{}}}",
                                                           one_of(accounts), 1 + pick(60)));
        if (!done) return;
        redemptions.push_back(done->id);
        if (visits.empty() || pick(2)) return;
        // Paid with: the value is in the redemption, the first of the two events.
        const auto first = kernel::json::parse_own(
            must(house.log().record(done->position - done->events.size() + 1)).data);
        const auto amount = number(first.at("value").at("amount"));
        const auto body = fmt::format(
            "'amount':{{'amount':{},'currency':'EUR'}},'method':'points','reference':'{}'", amount,
            done->id);
        const auto which = one_of(visits);
        if (run("record_payment", "{" + body + "}", which))
            paid_with_points.emplace_back(which, body);
    }
    void visit_somebody() {
        const auto now = house.clock().now();
        const auto start =
            std::chrono::floor<days>(now) + days{1 + pick(3)} + std::chrono::hours{9 + pick(8)};
        const auto done =
            run("book_appointment", "{'service_id':'" + (pick(2) ? cut : color) +
                                        "','client_id':'" + one_of(clients) + "','start':'" +
                                        kernel::to_string(start) + "'}");
        if (done) visits.push_back(done->id);
    }
    void finish(const std::string& which) {
        if (!run("complete_appointment",
                 pick(2) ? "{}" : "{'completed_at':'" + a_date_ago(3) + "'}", which)) {
            return;
        }
        [[maybe_unused]] const auto paid = pay(which, static_cast<int>(1000 + pick(7000)));
        [[maybe_unused]] const auto earned = earn_from(which);
    }
    void give_back(const std::string& which) {
        if (!paid_with_points.empty() && pick(2)) {
            const auto& [appointment, body] = one_of(paid_with_points);
            [[maybe_unused]] const auto done =
                run("refund_payment", "{" + body + ",'reason':'r'}", appointment);
        } else {
            [[maybe_unused]] const auto done = refund(which, static_cast<int>(1 + pick(3000)));
        }
        [[maybe_unused]] const auto earned = earn_from(which);
    }
    void refer_somebody() {
        if (codes.size() < 5) {
            const auto made =
                must(run("create_referral_code", "{'account_id':'" + one_of(accounts) + "'}"));
            codes.push_back(text(made.more.at("code")));
        }
        const auto newcomer = house.make(tenant, "create_client", "{'first_name':'N'}");
        const auto done = run("register_referral", "{'code':'" + one_of(codes) +
                                                       "','referee':" + member(newcomer) + "}");
        if (!done) return;
        referrals.push_back(done->id);
        clients.push_back(newcomer);
    }
    void happen_something() {
        const auto account = one_of(accounts);
        const auto redemption = redemptions.empty() ? account : one_of(redemptions);
        const auto visit = visits.empty() ? account : one_of(visits);
        const auto may = [&](std::string_view command, const std::string& body,
                             const std::string& id) {
            [[maybe_unused]] const auto done = run(command, body, id);
        };
        switch (pick(17)) {
            case 0:
                return may(
                    "adjust_points",
                    fmt::format("{{'points':{},'reason':'r'}}", static_cast<int>(pick(120)) - 40),
                    account);
            case 1:
                return may("transfer_points",
                           fmt::format("{{'to':'{}','points':{}}}", one_of(accounts), 1 + pick(40)),
                           account);
            case 2:
            case 3:
                return use_points();
            case 4:
                return may("commit_redemption", "{}", redemption);
            case 5:
                return may("cancel_redemption", "{}", redemption);
            case 6:
                return may("expire_redemption", "{}", redemption);
            case 7:
                return may("award_points",
                           "{'member':" + member(one_of(clients)) +
                               ",'reason':'review','source':{'kind':'review','id':'" +
                               to_string(random_id(random)) + "'},'at':'" + a_date_ago(60) + "'}",
                           "");
            case 8:
            case 9:
                return visit_somebody();
            case 10:
            case 11:
                return finish(visit);
            case 12:
                return give_back(visit);
            case 13:
                return may("review_loyalty_account", "{}", account);
            case 14:
                if (pick(4) == 0) may("change_loyalty_program", "{" + terms() + "}", club);
                return;
            case 15:
                if (!referrals.empty()) may("advance_referral", "{}", one_of(referrals));
                return;
            default:
                return refer_somebody();
        }
    }
    // The clock goes on; what a day that ends then tells is remembered.
    void pass(std::chrono::minutes time) {
        const auto day = today();
        if (zone.local_date(house.clock().now() + time) != day) remember(day);
        house.clock().advance(time);
    }
    std::vector<Value> asked(LocalDate day) {
        const auto as_of = iso(day);
        return {ask("loyalty_report", {{"from", "2026-12-01"}, {"as_of", as_of}}),
                ask("loyalty_leaderboard", {{"as_of", as_of}}),
                ask("loyalty_leaderboard", {{"by", "balance"}, {"as_of", as_of}}),
                ask("loyalty_leaderboard", {{"period", "month"}, {"as_of", as_of}}),
                ask("referral_funnel", {{"from", "2026-12-01"}, {"as_of", as_of}}),
                ask("referral_funnel", {{"group_by", "referrer"}, {"as_of", as_of}}),
                ask("loyalty_tiers", {{"as_of", as_of}}),
                ask("points_expiring", {{"days", "366"}, {"limit", "200"}, {"as_of", as_of}})};
    }
    void remember(LocalDate day) { remembered.push_back({day, asked(day)}); }

    // ---- the oracle ---------------------------------------------------------------------------

    static std::string optional_text(const Value& object, const char* name) {
        const auto* value = object.get_object().if_contains(name);
        if (value == nullptr || value->is_null()) return "";
        return value->is_string() ? text(*value) : std::to_string(number(*value));
    }
    static std::int64_t amount(const Value& object, const char* name) {
        const auto* value = object.get_object().if_contains(name);
        return value == nullptr ? 0 : number(*value);
    }
    std::vector<Fact> facts() {
        std::vector<Fact> all;
        for (std::uint64_t position = 1; position <= house.log().last_position(); ++position) {
            const auto record = must(house.log().record(position));
            if (!record.type.starts_with("loyalty.")) continue;
            all.push_back({zone.local_date(record.time), record.type.substr(8),
                           kernel::json::parse_own(record.data)});
        }
        return all;
    }
    static void set_rate(Oracle& oracle, const Value& of) {
        const auto* rate = of.get_object().if_contains("redemption");
        if (rate == nullptr) return;
        oracle.rate = {number(rate->at("points")), number(rate->at("value").at("amount"))};
    }
    static void book(Oracle& oracle, const Fact& fact) {
        const auto& e = fact.data;
        auto& whose = oracle.members[text(e.at("id"))];
        whose.reserved += amount(e, "reserved");
        whose.debt += amount(e, "debt");
        if (const auto* lots = e.get_object().if_contains("lots")) {
            for (const auto& lot : lots->get_array()) {
                whose.put({text(lot.at("earned_on")), text(lot.at("active_on")),
                           optional_text(lot, "expires_on"), optional_text(lot, "inactivity_days"),
                           number(lot.at("points"))});
            }
        }
        const auto points = amount(e, "points");
        const auto& what = fact.what;
        if (what == "points_earned" || what == "points_reversed") whose.earned += points;
        if (what == "points_earned" || what == "points_redeemed") whose.be_active(text(e.at("on")));
        if (what == "points_earned") oracle.flows[text(e.at("reason"))] += points;
        if (what == "points_reversed") oracle.flows["reversed"] -= points;
        if (what == "points_redeemed") oracle.flows["redeemed"] -= points;
        if (what == "points_restored") oracle.flows["restored"] += points;
        if (what == "points_adjusted") oracle.flows[points > 0 ? "adjust" : "adjusted"] += points;
        if (what == "points_transferred_out") oracle.flows["transferred_out"] -= points;
        if (what == "points_transferred_in") oracle.flows["transferred_in"] += points;
        if (what == "points_expired") oracle.expired -= points;
    }
    static Oracle oracle_of(const std::vector<Fact>& all, LocalDate day) {
        Oracle oracle;
        for (const auto& fact : all) {
            if (fact.day > day) continue;
            if (fact.what.starts_with("points_")) book(oracle, fact);
            if (fact.what == "loyalty_program_created") set_rate(oracle, fact.data);
            if (fact.what == "loyalty_program_changed") set_rate(oracle, fact.data.at("changes"));
        }
        const auto over = iso(day);
        const auto next = iso(day + days{1});
        for (const auto& [id, whose] : oracle.members) {
            oracle.reserved += whose.reserved;
            oracle.debt += whose.debt;
            for (const auto& bucket : whose.buckets) {
                if (!bucket.expires_on.empty() && bucket.expires_on <= over) {
                    oracle.expired += bucket.points;  // nobody has booked it by then
                } else {
                    (bucket.active_on > next ? oracle.pending : oracle.available) += bucket.points;
                }
            }
        }
        return oracle;
    }
    static std::int64_t issued(const Oracle& oracle) {
        std::int64_t points = 0;
        for (const auto* reason :
             {"purchase", "signup", "review", "birthday", "referral", "referee", "adjust"}) {
            const auto at = oracle.flows.find(reason);
            if (at != oracle.flows.end()) points += at->second;
        }
        return points;
    }
    void expect_month(const Value& row, const Oracle& begin, const Oracle& end) {
        const auto flow = [&](const char* name) {
            const auto of = [&](const Oracle& oracle) {
                const auto at = oracle.flows.find(name);
                return at == oracle.flows.end() ? 0 : at->second;
            };
            return of(end) - of(begin);
        };
        for (const auto* name : {"redeemed", "restored", "reversed", "adjusted", "transferred_in",
                                 "transferred_out"}) {
            EXPECT_EQ(number(row.at(name)), flow(name)) << name;
        }
        for (const auto* name :
             {"purchase", "signup", "review", "birthday", "referral", "referee", "adjust"}) {
            EXPECT_EQ(number(row.at("issued").at(name)), flow(name)) << name;
        }
        EXPECT_EQ(number(row.at("issued").at("total")), issued(end) - issued(begin));
        EXPECT_EQ(number(row.at("expired")), end.expired - begin.expired);
        const auto& left = row.at("outstanding");
        EXPECT_EQ(number(left.at("available")), end.available);
        EXPECT_EQ(number(left.at("pending")), end.pending);
        EXPECT_EQ(number(left.at("reserved")), end.reserved);
        EXPECT_EQ(number(left.at("debt")), end.debt);
        EXPECT_EQ(number(left.at("total")), number(row.at("outstanding_end")));
        EXPECT_EQ(number(row.at("transferred_in")), number(row.at("transferred_out")));
        const auto field = [&](const char* name) { return number(row.at(name)); };
        EXPECT_EQ(field("outstanding_end"),
                  field("outstanding_begin") + number(row.at("issued").at("total")) +
                      field("restored") - field("redeemed") - field("expired") - field("reversed") +
                      field("adjusted"));
        const auto worth = (end.available + end.pending + end.reserved) * end.rate.second;
        EXPECT_EQ(row.at("liability"), eur((2 * worth + end.rate.first) / (2 * end.rate.first)));
    }
    void expect_report(const Value& report, const std::vector<Fact>& all, LocalDate day) {
        auto begin = oracle_of(all, *kernel::parse_local_date("2026-11-30"));
        std::int64_t left = 0;
        for (const auto& row : report.at("data").get_array()) {
            const auto until = *kernel::parse_local_date(text(row.at("until")));
            SCOPED_TRACE(iso(until));
            auto end = oracle_of(all, until);
            expect_month(row, begin, end);
            EXPECT_EQ(number(row.at("outstanding_begin")), left);
            left = number(row.at("outstanding_end"));
            begin = std::move(end);
        }
        EXPECT_EQ(text(report.at("data").get_array().back().at("until")), iso(day));
    }
    // Points by account, as a page of up to 50 shows them: there are fewer members.
    static std::map<std::string, std::int64_t> ranked(const Value& board) {
        std::map<std::string, std::int64_t> points;
        for (const auto& row : board.at("data").get_array())
            points[text(row.at("account_id"))] = number(row.at("points"));
        return points;
    }
    static void expect_boards(const std::vector<Value>& answers, const std::vector<Fact>& all,
                              LocalDate day) {
        const auto end = oracle_of(all, day);
        const std::chrono::year_month_day date{day};
        const auto before =
            oracle_of(all, day - days{static_cast<int>(static_cast<unsigned>(date.day()))});
        std::map<std::string, std::int64_t> life, balance, month;
        for (const auto& [id, whose] : end.members) {
            const auto at = before.members.find(id);
            life[id] = whose.earned;
            balance[id] = whose.balance(iso(day));
            month[id] = whose.earned - (at == before.members.end() ? 0 : at->second.earned);
        }
        for (auto* points : {&life, &balance, &month})
            std::erase_if(*points, [](const auto& each) { return each.second <= 0; });
        EXPECT_EQ(ranked(answers.at(1)), life);
        EXPECT_EQ(ranked(answers.at(2)), balance);
        EXPECT_EQ(ranked(answers.at(3)), month);
    }
    static void expect_expiring(const Value& answer, const std::vector<Fact>& all, LocalDate day) {
        const auto end = oracle_of(all, day);
        std::map<std::pair<std::string, std::string>, std::int64_t> expected, found;
        for (const auto& [id, whose] : end.members) {
            for (const auto& bucket : whose.buckets) {
                if (bucket.expires_on > iso(day))
                    expected[{bucket.expires_on, id}] += bucket.points;
            }
        }
        std::erase_if(expected, [](const auto& each) { return each.second == 0; });
        std::int64_t points = 0;
        for (const auto& row : answer.at("data").get_array()) {
            found[{text(row.at("expires_on")), text(row.at("account_id"))}] =
                number(row.at("points"));
            points += number(row.at("points"));
        }
        EXPECT_EQ(found, expected);
        EXPECT_EQ(number(answer.at("points")), points);
    }
    static void expect_funnel(const Value& funnel, const std::vector<Fact>& all, LocalDate day) {
        std::map<std::string, std::int64_t> expected, found;
        for (const auto& fact : all) {
            if (fact.day <= day && fact.what.starts_with("referral_")) ++expected[fact.what];
        }
        for (const auto& row : funnel.at("data").get_array()) {
            const auto add = [&](const char* what, const char* name) {
                const auto count = number(row.at(name));
                if (count != 0) found[what] += count;
            };
            add("referral_code_created", "codes_created");
            add("referral_registered", "registered");
            add("referral_converted", "converted");
            add("referral_rewarded", "rewarded");
            add("referral_expired", "expired");
            add("referral_reversed", "reversed");
        }
        EXPECT_EQ(found, expected);
    }

    std::string club;
    std::vector<std::string> clients{lucia, marta}, accounts, visits, redemptions, codes, referrals;
    std::vector<std::pair<std::string, std::string>> paid_with_points;
    std::vector<Remembered> remembered;
};

TEST_F(LoyaltyLifeTest, a_report_as_of_a_day_is_the_report_of_that_day) {
    club = programme("Club",
                     ",'transfers_allowed':true,'points_for_signup':20,'points_for_referral':50,"
                     "'points_for_referee':25,'referral_return_days':3,"
                     "'referral_expires_days':20");
    for (const auto* name : {"Nora", "Olga", "Pia"})
        clients.push_back(
            house.make(tenant, "create_client", fmt::format("{{'first_name':'{}'}}", name)));
    for (const auto& client : clients) accounts.push_back(join(client));
    ASSERT_TRUE(run("change_loyalty_program", "{" + terms() + "}", club));
    for (int step = 0; step < 700; ++step) {
        pass(minutes(pick(900)));
        if (pick(30) == 0) pass(minutes(60 * 24 * pick(40)));  // nothing happens, much ends
        happen_something();
    }
    remember(today());
    const auto all = facts();
    ASSERT_GT(all.size(), 200U);
    ASSERT_GT(remembered.size(), 50U);
    for (const auto& then : remembered) {
        SCOPED_TRACE(iso(then.day));
        ASSERT_EQ(asked(then.day), then.answers);
    }
    // Some of them, and days on which nothing at all happened.
    for (int i = 0; i < 25 && !HasFailure(); ++i) {
        const auto first = *kernel::parse_local_date("2026-12-01");
        const auto span = static_cast<std::size_t>((today() - first).count()) + 1;
        const auto day = first + days{pick(span)};
        SCOPED_TRACE(iso(day));
        const auto answers = asked(day);
        expect_report(answers.at(0), all, day);
        expect_boards(answers, all, day);
        expect_funnel(answers.at(4), all, day);
        expect_expiring(answers.at(7), all, day);
    }
    expect_rebuilt();
}

}  // namespace
}  // namespace almanac::projections
