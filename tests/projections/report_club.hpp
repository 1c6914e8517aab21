// The salon of report_salon.hpp with a loyalty programme. No policy runs here: what a timer or a
// payment would have set going is asked for, so a test says when that is booked.
#pragma once
#include "tests/projections/report_salon.hpp"

namespace almanac::projections {

class ReportClub : public ReportSalon {
  protected:
    using Answered = Result<eventstore::CommandAnswer>;

    std::string programme(const std::string& name, const std::string& more) {
        const auto id = house.make(tenant, "create_loyalty_program",
                                   "{'name':'" + name +
                                       "','points_per_currency_unit_ppm':1000000,"
                                       "'redemption':{'points':100,'value':{'amount':500,"
                                       "'currency':'EUR'}}" +
                                       more + "}");
        house.make(tenant, "activate_loyalty_program", "{}", id);
        return id;
    }
    static std::string member(const std::string& client) {
        return "{'kind':'client','id':'" + client + "'}";
    }
    std::string join(const std::string& client) {
        return house.make(tenant, "enrol_member", "{'member':" + member(client) + "}");
    }
    void adjust(const std::string& account, int points, const std::string& why = "r") {
        house.make(tenant, "adjust_points",
                   fmt::format("{{'points':{},'reason':'{}'}}", points, why), account);
    }
    std::string redeem(const std::string& account, int points) {
        return house.make(tenant, "redeem_points",
                          fmt::format("{{'account_id':'{}','points':{}}}", account, points));
    }
    // What the policy would submit of an appointment now.
    std::string told(const std::string& appointment) {
        return "{'id':'" + appointment + "','told_at':'" + kernel::to_string(house.clock().now()) +
               "'}";
    }
    Answered earn_from(const std::string& appointment) {
        return house.run(tenant, "earn_from_appointment", told(appointment));
    }
    Answered pay(const std::string& appointment, int cents) {
        return house.run(
            tenant, "record_payment",
            fmt::format("{{'amount':{{'amount':{},'currency':'EUR'}},'method':'cash'}}", cents),
            appointment);
    }
    Answered refund(const std::string& appointment, int cents) {
        return house.run(
            tenant, "refund_payment",
            fmt::format("{{'amount':{{'amount':{},'currency':'EUR'}},'reason':'r'}}", cents),
            appointment);
    }
    // Comes, is done some hours later, pays and earns for it.
    std::string visit(const std::string& client, const std::string& start, const std::string& what,
                      int cents, std::chrono::hours done_after) {
        const auto id = book(what, client, start, eva);
        house.clock().set(at(start) + done_after);
        house.make(tenant, "complete_appointment", "{}", id);
        EXPECT_TRUE(pay(id, cents));
        EXPECT_TRUE(earn_from(id));
        return id;
    }
    // At nine in UTC of a day, for 35.00.
    std::string visit(const std::string& client, const std::string& date) {
        return visit(client, date + "T09:00", cut, 3500, std::chrono::hours{1});
    }
    // What is over is booked only now.
    void look_again(const std::string& account) {
        const auto done = house.run(tenant, "review_loyalty_account", "{}", account);
        EXPECT_TRUE(done) << (done ? "" : done.error().code);
    }
    kernel::LocalDate today() { return zone.local_date(house.clock().now()); }
    static std::int64_t number(const Value& value) { return value.to_number<std::int64_t>(); }
    static std::string text(const Value& value) { return std::string(value.get_string()); }
    // A row of the report of the programme.
    Value month(const std::string& first, const std::string& as_of = {}) {
        Object asked{{"from", "2026-12-01"}};
        if (!as_of.empty()) asked["as_of"] = as_of;
        return row(ask("loyalty_report", asked), "month", Value(first));
    }

    const kernel::Zone zone = *kernel::Zone::find("Europe/Madrid");
};

}  // namespace almanac::projections
