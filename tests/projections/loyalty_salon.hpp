// The salon of the reports with a loyalty programme: one point for each euro, 100 points are worth
// 5.00. No policy runs here: what a timer would book is booked by `review`, or by nobody.
#pragma once
#include "tests/projections/report_salon.hpp"

namespace almanac::projections {

class LoyaltySalon : public ReportSalon {
  protected:
    std::string programme(const std::string& more = "") {
        const auto id =
            house.make(tenant, "create_loyalty_program",
                       "{'name':'Club','points_per_currency_unit_ppm':1000000,"
                       "'redemption':{'points':100,'value':{'amount':500,'currency':'EUR'}}" +
                           more + "}");
        house.make(tenant, "activate_loyalty_program", "{}", id);
        return id;
    }
    void expire_after(const std::string& id, int days) {
        house.make(tenant, "change_loyalty_program",
                   fmt::format("{{'expiry':{{'kind':'after_days','days':{}}}}}", days), id);
    }
    std::string enrol(const std::string& client) {
        return house.make(tenant, "enrol_member",
                          "{'member':{'kind':'client','id':'" + client + "'}}");
    }
    void adjust(const std::string& id, int points, const std::string& why = "because") {
        house.make(tenant, "adjust_points",
                   fmt::format("{{'points':{},'reason':'{}'}}", points, why), id);
    }
    std::string reserve(const std::string& id, int points) {
        return house.make(tenant, "redeem_points",
                          fmt::format("{{'account_id':'{}','points':{}}}", id, points));
    }
    void spend(const std::string& id, int points) {
        house.make(tenant, "commit_redemption", "{}", reserve(id, points));
    }
    void review(const std::string& id) { house.make(tenant, "review_loyalty_account", "{}", id); }
    // What the policy would do after each fact.
    std::string told(const std::string& visit) {
        return "{'id':'" + visit + "','told_at':'" + kernel::to_string(house.clock().now()) + "'}";
    }
    void tell_programme(const std::string& visit) {
        house.make(tenant, "earn_from_appointment", told(visit));
    }
    // Comes, pays cash and earns.
    std::string visit(const std::string& client, std::string_view start, const std::string& what,
                      int cents) {
        const auto id = book(what, client, start, eva);
        house.clock().set(at(start) + std::chrono::hours{3});
        house.make(tenant, "complete_appointment", "{}", id);
        house.make(
            tenant, "record_payment",
            fmt::format("{{'amount':{{'amount':{},'currency':'EUR'}},'method':'cash'}}", cents),
            id);
        tell_programme(id);
        return id;
    }
    void refund(const std::string& id, int cents) {
        house.make(tenant, "refund_payment",
                   fmt::format("{{'amount':{{'amount':{},'currency':'EUR'}},'reason':'r'}}", cents),
                   id);
        tell_programme(id);
    }

    // As GET shows it.
    Value account(const std::string& id) {
        views.catch_up();
        const auto row = must(views.queries.get(tenant, "loyalty_accounts", id_of(id)));
        std::vector<std::string> rows{row.value().json};
        must(views.queries.present(tenant, "loyalty_accounts", rows, row->position,
                                   house.clock().now()));
        return kernel::json::parse_own(rows.front());
    }
    // As GET with `as_of` shows it.
    Value account_as_of(const std::string& id, const RecordQueries::Moment& moment) {
        const auto row = must(views.queries.as_of(tenant, "loyalty_accounts", id_of(id), moment));
        std::vector<std::string> rows{row.value().json};
        must(views.queries.present(tenant, "loyalty_accounts", rows, moment));
        return kernel::json::parse_own(rows.front());
    }
    static Value balance(int available, int pending = 0, int reserved = 0) {
        return Object{{"available", available}, {"pending", pending}, {"reserved", reserved}};
    }
    // "kind points balance_after", the newest first.
    std::vector<std::string> ledger(const std::string& id, Object asked = {}) {
        std::vector<std::string> rows;
        const auto page = ask("loyalty_ledger", asked, id);
        for (const auto& row : page.at("data").get_array()) rows.push_back(said(row));
        return rows;
    }
    static std::string said(const Value& row) {
        return fmt::format("{} {} {}", std::string_view(row.at("kind").get_string()),
                           row.at("points").to_number<std::int64_t>(),
                           row.at("balance_after").to_number<std::int64_t>());
    }
    using Rows = std::vector<std::string>;
};

}  // namespace almanac::projections
