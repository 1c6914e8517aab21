// Clients by parts of what is sealed, in order of last names, page by page, against the slow way.
#include "projections/records/client_search.hpp"

#include <gtest/gtest.h>

#include <map>

#include "eventstore/search_row.hpp"
#include "tests/projections/happened.hpp"

namespace almanac::projections {
namespace {
using eventstore::SearchEntry;
namespace search = eventstore::search;

class ClientSearchTest : public testing::TestWithParam<std::size_t> {
  protected:
    ClientSearchTest() {
        views.records.listen(
            [this](auto changes, auto position) { clients.changed(changes, position); });
    }
    ~ClientSearchTest() override { views.runtime.stop(); }

    std::string create(const SearchEntry& entry, std::string_view more = "") {
        std::string body = "{'first_name':'" + entry.first_name + "'";
        if (!entry.last_name.empty()) body += ",'last_name':'" + entry.last_name + "'";
        if (!entry.email.empty()) body += ",'email':'" + entry.email + "'";
        if (!entry.phone.empty()) body += ",'phone':'" + entry.phone + "'";
        const auto id = house.make(tenant, "create_client", body.append(more) + "}");
        known[id] = entry;
        known[id].id = id_of(id);
        return id;
    }
    static ClientQuery asked(std::string q = "", std::string sort = "") {
        ClientQuery query;
        query.q = std::move(q);
        query.sort = std::move(sort);
        query.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
        return query;
    }
    std::vector<std::string> list(ClientQuery query, std::size_t limit = 0) {
        std::vector<std::string> ids;
        while (true) {
            query.limit = limit ? limit : 1 + random() % 7;
            const auto page = must(clients.list(tenant, query));
            EXPECT_EQ(page.position, house.log().last_position());
            EXPECT_LE(page.rows.size(), query.limit);
            for (const auto& row : page.rows) {
                ids.emplace_back(kernel::json::parse_own(row.json).at("id").get_string());
            }
            if (!page.next_cursor) return ids;
            query.cursor = *page.next_cursor;
        }
    }
    // The slow way: every known one, in order.
    std::vector<std::string> slow(const std::string& q, bool descending = false) {
        std::vector<search::Row> rows;
        for (const auto& [id, entry] : known) {
            const auto row = search::row_of(entry);
            if (search::parse_query(q).matches(row.text)) rows.push_back(row);
        }
        std::ranges::sort(rows);
        if (descending) std::ranges::reverse(rows);
        std::vector<std::string> ids;
        for (const auto& row : rows) ids.push_back(to_string(row.id));
        return ids;
    }

    std::mt19937_64 random{seed_of_test()};
    House house;
    TenantId tenant = house.found("salon");
    Views views{house, house.path("views"), {.batch_events_max = 5}};
    // A few bytes: every tenant is too large for the index and is scanned.
    ClientSearch clients{catalogue(),
                         *views.store,
                         views.queries,
                         house.keyring(),
                         {.tenant_bytes_max = GetParam()}};
    std::map<std::string, SearchEntry> known;
};

TEST_P(ClientSearchTest, what_is_found_is_what_the_slow_way_finds_while_clients_change) {
    const std::vector<std::string> firsts{"Ana", "ANA MARÍA", "Íñigo", "Zoë", "Bob"};
    const std::vector<std::string> lasts{"",      "García", "Garcia López", "Ólafsdóttir",
                                         "Smith", "smith"};
    const auto one_of = [&](const auto& list) { return list[random() % list.size()]; };
    for (int round = 0; round < 8; ++round) {
        for (int i = 0; i < 12; ++i) {
            const auto number = std::to_string(100 * round + i);
            SearchEntry entry;
            entry.first_name = one_of(firsts);
            entry.last_name = one_of(lasts);
            const auto action = random() % 4;
            if (action < 2 || known.size() < 3) {
                if (random() % 2) entry.email = "mail" + number + "@Example.org";
                if (random() % 2) entry.phone = "+346000" + std::to_string(10000 + 100 * round + i);
                create(entry);
                continue;
            }
            auto at = known.begin();
            std::advance(at, static_cast<std::ptrdiff_t>(random() % known.size()));
            if (action == 2) {
                house.make(tenant, "change_client",
                           "{'last_name':" +
                               (entry.last_name.empty() ? "null" : "'" + entry.last_name + "'") +
                               "}",
                           at->first);
                at->second.last_name = entry.last_name;
            } else {
                house.make(tenant, "delete_client", "{}", at->first);
                known.erase(at);
            }
        }
        views.catch_up();
        for (const auto* q :
             {"garc", "ana", "mail1", "smith bob", "0001", "example.org", "nobody", "600 0"}) {
            EXPECT_EQ(list(asked(q)), slow(q)) << q;
        }
        EXPECT_EQ(list(asked("", "last_name")), slow(""));
        EXPECT_EQ(list(asked("", "-last_name")), slow("", true));
    }
}

TEST_P(ClientSearchTest, email_and_phone_find_exactly) {
    const auto ana = create({{}, "García", "Ana", "Ana@Example.org", "+34600000001"});
    create({{}, "García", "Eva", "ana@example.org.uk", "+346000000011"});
    views.catch_up();
    auto query = asked();
    query.email = "ANA@example.org";
    EXPECT_EQ(list(query), std::vector{ana});
    query = asked();
    query.phone = "+34600000001";
    EXPECT_EQ(list(query), std::vector{ana});
    query.phone = "+34600000009";
    EXPECT_TRUE(list(query).empty());
    query.email = "ana@example.org";
    EXPECT_EQ(clients.list(tenant, query).error().errors.at(0).code, "not_together");
}

TEST_P(ClientSearchTest, filters_hold_beside_the_search) {
    std::vector<std::string> vips;
    for (int i = 0; i < 40; ++i) {
        const bool vip = i % 5 == 0;
        const auto id = create({{}, "L" + std::to_string(10 + i), "Ana", "", ""},
                               vip ? ",'tags':['vip','old']" : ",'tags':['old']");
        if (vip) vips.push_back(id);
    }
    views.catch_up();
    auto query = asked("ana");
    query.filters = {{"tag", "vip"}, {"status", "active"}};
    EXPECT_EQ(list(query), vips);
    EXPECT_EQ(list(query, 3), vips);
    query.filters = {{"tag", "new"}};
    EXPECT_TRUE(list(query).empty());
    query.filters = {{"colour", "red"}};
    EXPECT_EQ(clients.list(tenant, query).error().errors.at(0).code, "unknown_filter");
}

TEST_P(ClientSearchTest, an_erased_client_is_found_no_more_and_a_restored_one_again) {
    const auto ana = create({{}, "García", "Ana", "", ""});
    const auto eva = create({{}, "García", "Eva", "", ""});
    views.catch_up();
    EXPECT_EQ(list(asked("garc")), (std::vector{ana, eva}));
    must(house.keyring().erase_subject(tenant, "client:" + eva));
    clients.forget(tenant);
    EXPECT_EQ(list(asked("garc")), std::vector{ana});
    house.make(tenant, "delete_client", "{}", ana);
    views.catch_up();
    EXPECT_TRUE(list(asked("garc")).empty());
    house.make(tenant, "restore_client", "{}", ana);
    views.catch_up();
    EXPECT_EQ(list(asked("garc")), std::vector{ana});
}

TEST_P(ClientSearchTest, what_takes_too_long_or_is_asked_wrongly_is_refused) {
    create({{}, "García", "Ana", "", ""});
    create({{}, "García", "Eva", "", ""});
    views.catch_up();
    auto late = asked("garc");
    late.deadline = std::chrono::steady_clock::now() - std::chrono::hours(1);
    const auto refused = clients.list(tenant, late);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "search_timeout");
    EXPECT_EQ(refused.error().kind, kernel::RejectionKind::unavailable);
    EXPECT_EQ(list(asked("garc")).size(), 2U);

    auto query = asked("garc");
    query.limit = 1;
    query.cursor = *must(clients.list(tenant, query)).next_cursor;
    query.q = "gar";
    EXPECT_EQ(clients.list(tenant, query).error().errors.at(0).pointer, "/cursor");
    query = asked("garc", "-last_name");
    query.limit = 500;
    EXPECT_EQ(clients.list(tenant, query).error().errors.size(), 2U);  // limit and sort
}

TEST_P(ClientSearchTest, tenants_are_searched_apart) {
    create({{}, "García", "Ana", "", ""});
    const auto other = house.found("clinic");
    house.make(other, "create_client", "{'first_name':'Ana','last_name':'García'}");
    house.make(other, "create_client", "{'first_name':'Eva','last_name':'García'}");
    views.catch_up();
    EXPECT_EQ(list(asked("garc")).size(), 1U);
    auto query = asked("garc");
    EXPECT_EQ(must(clients.list(other, query)).rows.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(indexed_and_scanned, ClientSearchTest,
                         testing::Values(std::size_t{1} << 20, std::size_t{1}));

}  // namespace
}  // namespace almanac::projections
