// The loyalty programme of report_club.hpp, and an account as people read it.
#pragma once
#include "tests/projections/report_club.hpp"

namespace almanac::projections {

class LoyaltySalon : public ReportClub {
  protected:
    // One point for each euro; 100 points are worth 5.00.
    std::string club(const std::string& more = "") { return programme("Club", more); }
    void expire_after(const std::string& id, int days) {
        house.make(tenant, "change_loyalty_program",
                   fmt::format("{{'expiry':{{'kind':'after_days','days':{}}}}}", days), id);
    }
    void spend(const std::string& id, int points) {
        house.make(tenant, "commit_redemption", "{}", redeem(id, points));
    }
    void take_back(const std::string& visit, int cents) {
        EXPECT_TRUE(refund(visit, cents));
        EXPECT_TRUE(earn_from(visit));
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
