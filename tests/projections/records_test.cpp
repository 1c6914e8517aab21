// Rows of every collection: what is served, lists against the slow way, cursors, the past.
#include "projections/records/records.hpp"

#include <gtest/gtest.h>

#include "tests/projections/happened.hpp"
#include "tests/projections/list_oracle.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using kernel::RejectionKind;

class RecordsTest : public testing::Test {
  protected:
    std::mt19937_64 random{seed_of_test()};
    House house;
    TenantId tenant = house.found("salon", "Europe/Madrid");

    Value row(Views& views, std::string_view collection, std::string_view id, const TenantId& of) {
        const auto found = must(views.queries.get(of, collection, id_of(id)));
        if (!found) throw std::runtime_error("no row");
        return kernel::json::parse_own(found->json);
    }
    ListOracle oracle(Views& views, const TenantId& of, std::string_view collection,
                      const std::vector<std::string>& ids) {
        std::vector<Value> rows;
        for (const auto& id : ids) rows.push_back(row(views, collection, id, of));
        return {*catalogue().collection(collection), std::move(rows)};
    }
    std::size_t pick(std::size_t count) { return random() % count; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[pick(list.size())];
    }
};

TEST_F(RecordsTest, a_row_is_the_json_as_it_is_served) {
    Views views(house, house.path("views"));
    const auto id = house.make(
        tenant, "create_service",
        "{'name':'Haircut','duration_minutes':45,'price':{'amount':2500,'currency':'EUR'}}");
    views.catch_up();
    const auto made = row(views, "services", id, tenant).get_object();
    EXPECT_EQ(made.begin()->key(), "id");
    EXPECT_EQ(made.at("id"), Value(id));
    EXPECT_EQ(made.at("name"), "Haircut");
    EXPECT_EQ(made.at("slug"), "haircut");
    EXPECT_EQ(made.at("price"), kernel::json::parse_own(R"({"amount":2500,"currency":"EUR"})"));
    EXPECT_EQ(made.at("color"), Value(nullptr));
    EXPECT_EQ(made.at("requirements"), Value(kernel::json::Array{}));
    EXPECT_EQ(made.at("keys").get_array().size(), 1U);  // internal: the edge takes it out
    EXPECT_EQ(made.at("revision"), 1);
    EXPECT_EQ(made.at("created_at"), "2026-12-01T08:00:00Z");
    EXPECT_EQ(made.at("updated_at"), "2026-12-01T08:00:00Z");

    house.clock().advance(std::chrono::minutes(5));
    house.make(tenant, "change_service", "{'name':'Cut','price':null}", id);
    views.catch_up();
    const auto changed = row(views, "services", id, tenant).get_object();
    EXPECT_EQ(changed.at("name"), "Cut");
    EXPECT_EQ(changed.at("price"), Value(nullptr));
    EXPECT_EQ(changed.at("duration_minutes"), 45);
    EXPECT_EQ(changed.at("revision"), 2);
    EXPECT_EQ(changed.at("created_at"), "2026-12-01T08:00:00Z");
    EXPECT_EQ(changed.at("updated_at"), "2026-12-01T08:05:00Z");
    const auto found = must(views.queries.get(tenant, "services", id_of(id)));
    EXPECT_EQ(found->revision, 2U);
    EXPECT_EQ(found->position, house.log().last_position());
    EXPECT_FALSE(must(views.queries.get(tenant, "resources", id_of(id))));
    EXPECT_EQ(views.queries.get(tenant, "things", id_of(id)).error().code, "not_found");
}

TEST_F(RecordsTest, personal_data_stays_sealed) {
    Views views(house, house.path("views"));
    const auto id = house.make(tenant, "create_client",
                               "{'first_name':'Ana','email':'ana@example.org','language':'es'}");
    views.catch_up();
    const auto client = row(views, "clients", id, tenant).get_object();
    EXPECT_EQ(client.at("first_name").at("of"), Value("client:" + id));
    EXPECT_TRUE(client.at("first_name").at("sealed").is_string());
    EXPECT_EQ(client.at("last_name"), Value(nullptr));
    EXPECT_EQ(client.at("language"), "es");
    const auto sealed = must(views.queries.get(tenant, "clients", id_of(id)))->json;
    EXPECT_EQ(sealed.find("Ana"), sealed.npos);
    EXPECT_EQ(sealed.find("ana@"), sealed.npos);
}

TEST_F(RecordsTest, a_tenant_sees_its_own_rows_only) {
    const auto other = house.found("clinic");
    Views views(house, house.path("views"));
    const auto id =
        id_of(house.make(tenant, "create_service", "{'duration_minutes':60,'name':'Haircut'}"));
    // The same id again, in the other tenant's log.
    Record<Service> theirs;
    RecordCreated<Service> created;
    created.name = "Scan";
    created.id = ServiceId{id};
    happen(house, other, {created}, random);
    views.catch_up();
    EXPECT_EQ(row(views, "services", to_string(id), tenant).at("name"), "Haircut");
    EXPECT_EQ(row(views, "services", to_string(id), other).at("name"), "Scan");
    house.make(tenant, "delete_service", "{}", to_string(id));
    views.catch_up();
    EXPECT_TRUE(must(views.queries.get(tenant, "services", id))->deleted);
    EXPECT_FALSE(must(views.queries.get(other, "services", id))->deleted);
    EXPECT_TRUE(must(views.queries.list(tenant, "services", {})).rows.empty());
    EXPECT_EQ(must(views.queries.list(other, "services", {})).rows.size(), 1U);
}

class AppointmentListsTest : public RecordsTest {
  protected:
    AppointmentListsTest() {
        for (auto* pool : {&clients, &services, &resources}) {
            for (auto& id : *pool) id = random_id(random);
        }
    }
    AppointmentBooked some_booking() {
        const auto start = at("2026-12-05") + std::chrono::minutes(30 * pick(400)) +
                           std::chrono::microseconds(pick(4) == 0 ? pick(1'000'000) : 0);
        std::vector<Uuid> who{one_of(resources)};
        if (pick(3) == 0) who.push_back(one_of(resources));
        auto e = booked(random_id(random), one_of(services), start, std::chrono::minutes(30), who);
        if (pick(4) != 0) e.client_id = ClientId{one_of(clients)};
        if (pick(2) == 0) e.status = AppointmentStatus::pending;
        return e;
    }
    void happen_something(const TenantId& of) {
        auto e = some_booking();
        auto& mine = made[of];
        if (mine.size() < 20 || pick(3) != 0) {
            mine.push_back(e);
            happen(house, of, {e}, random);
            return;
        }
        auto& known = mine[pick(mine.size())];
        if (pick(2) == 0) {
            AppointmentCancelled cancelled;
            cancelled.id = known.id;
            cancelled.freed = known.occupancy;
            cancelled.client_id = known.client_id;
            happen(house, of, {cancelled}, random);
        } else {
            happen(house, of, {AppointmentRescheduled{known.id, known.occupancy, e.occupancy}},
                   random);
            known.occupancy = e.occupancy;
        }
    }
    ListQuery some_query() {
        ListQuery query;
        const auto filter = [&](std::size_t rarity, std::string name, std::string value) {
            if (pick(rarity) == 0) query.filters.emplace_back(std::move(name), std::move(value));
        };
        filter(3, "client_id", to_string(one_of(clients)));
        filter(3, "service_id", to_string(one_of(services)));
        filter(3, "resource_id", to_string(one_of(resources)));
        filter(4, "resource_id", to_string(one_of(resources)));
        filter(3, "status", one_of<std::string>({"pending", "confirmed", "cancelled", "no_show"}));
        if (pick(3) == 0) query.from = at("2026-12-05") + std::chrono::hours(pick(200));
        if (pick(3) == 0) query.to = at("2026-12-05") + std::chrono::hours(pick(250));
        query.sort = one_of<std::string>({"", "start", "-start", "created_at", "-created_at"});
        query.include_deleted = pick(4) == 0;
        return query;
    }

    std::vector<Uuid> clients = std::vector<Uuid>(5);
    std::vector<Uuid> services = std::vector<Uuid>(3);
    std::vector<Uuid> resources = std::vector<Uuid>(4);
    std::map<TenantId, std::vector<AppointmentBooked>> made;
};

TEST_F(AppointmentListsTest, are_what_the_slow_way_finds) {
    const auto other = house.found("clinic");
    Views views(house, house.path("views"), {.batch_events_max = 37});
    for (int i = 0; i < 600; ++i) {
        if (pick(8) == 0) house.clock().advance(std::chrono::milliseconds(pick(3000)));
        happen_something(pick(5) == 0 ? other : tenant);
    }
    views.catch_up();
    for (const auto& of : {tenant, other}) {
        std::vector<std::string> ids;
        for (const auto& e : made[of]) ids.push_back(to_string(e.id));
        const auto slow = oracle(views, of, "appointments", ids);
        for (int i = 0; i < 250; ++i) {
            const auto query = some_query();
            EXPECT_EQ(all_pages(views.queries, of, "appointments", query, random),
                      slow.list(query));
        }
    }
}

TEST_F(RecordsTest, lists_of_services_follow_changes_deletions_and_restores) {
    Views views(house, house.path("views"), {.batch_events_max = 11});
    const std::vector<std::string> names{"Corte", "Ámbar", "ambar", "Zebra", "z",
                                         "日本",  "日",    "Ω",     "a b"};
    std::vector<std::string> categories, ids;
    for (int i = 0; i < 3; ++i) {
        categories.push_back(
            house.make(tenant, "create_service_category", "{'name':'c" + std::to_string(i) + "'}"));
    }
    const auto fields = [&] {
        std::string body = "{'name':'" + one_of(names) +
                           "','active':" + (pick(2) ? "true" : "false") +
                           ",'sort_order':" + std::to_string(static_cast<int>(pick(7)) - 3) +
                           ",'featured':" + (pick(3) ? "false" : "true") + ",'category_ids':[";
        for (auto n = pick(3); n > 0; --n)
            body += "'" + one_of(categories) + "'" + (n > 1 ? "," : "");
        return body + "]";
    };
    for (int i = 0; i < 250; ++i) {
        house.clock().advance(std::chrono::seconds(pick(2)));
        if (ids.size() < 25) {
            ids.push_back(house.make(
                tenant, "create_service",
                fields() + ",'duration_minutes':60" + ",'slug':'s" + std::to_string(i) + "'}"));
        } else if (pick(2) == 0) {
            [[maybe_unused]] const auto done =
                house.run(tenant, "change_service", fields() + "}", one_of(ids));
        } else {
            const auto* command = pick(2) == 0 ? "delete_service" : "restore_service";
            [[maybe_unused]] const auto done = house.run(tenant, command, "{}", one_of(ids));
        }
    }
    views.catch_up();
    const auto slow = oracle(views, tenant, "services", ids);
    for (int i = 0; i < 200; ++i) {
        ListQuery query;
        if (pick(3) == 0) query.filters.emplace_back("active", pick(2) ? "true" : "false");
        if (pick(3) == 0) query.filters.emplace_back("featured", pick(2) ? "true" : "false");
        if (pick(3) == 0) query.filters.emplace_back("category_id", one_of(categories));
        if (pick(6) == 0) query.filters.emplace_back("slug", "s" + std::to_string(pick(30)));
        query.sort =
            one_of<std::string>({"", "name", "-name", "sort_order", "-sort_order", "-created_at"});
        query.include_deleted = pick(2) == 0;
        EXPECT_EQ(all_pages(views.queries, tenant, "services", query, random), slow.list(query));
    }
}

TEST_F(RecordsTest, a_cursor_is_stable_while_rows_come_go_and_move) {
    Views views(house, house.path("views"));
    std::vector<AppointmentBooked> stays, moves;
    for (int i = 0; i < 160; ++i) {
        auto e = booked(random_id(random), Uuid{{9}},
                        at("2026-12-05") + std::chrono::minutes(pick(9000)),
                        std::chrono::minutes(30), {Uuid{{1}}});
        (i % 2 ? stays : moves).push_back(e);
        happen(house, tenant, {e}, random);
    }
    views.catch_up();
    for (const auto* sort : {"start", "-start"}) {
        ListQuery query;
        query.sort = sort;
        query.filters = {{"resource_id", to_string(Uuid{{1}})}};
        const auto seen = all_pages(views.queries, tenant, "appointments", query, random, [&] {
            const auto& moved = one_of(moves);
            auto occupancy = moved.occupancy;
            occupancy.start = at("2026-12-05") + std::chrono::minutes(pick(9000));
            happen(house, tenant,
                   {AppointmentRescheduled{moved.id, moved.occupancy, occupancy},
                    booked(random_id(random), Uuid{{9}},
                           at("2026-12-05") + std::chrono::minutes(pick(9000)),
                           std::chrono::minutes(30), {Uuid{{1}}})},
                   random);
            views.catch_up();
        });
        for (const auto& e : stays) EXPECT_EQ(std::ranges::count(seen, to_string(e.id)), 1);
    }
}

TEST_F(RecordsTest, a_page_looks_at_a_bounded_number_of_entries) {
    Views views(house, house.path("views"));
    const Uuid rare{{1}};
    std::vector<kernel::Event> events;
    const std::size_t count = page_entries_max + 500;
    for (std::size_t i = 0; i < count; ++i) {
        events.emplace_back(booked(random_id(random), Uuid{{9}},
                                   at("2026-12-05") + std::chrono::minutes(i),
                                   std::chrono::minutes(30), {i + 1 == count ? rare : Uuid{{2}}}));
        if (i + 1 == count)
            house.clock().advance(std::chrono::seconds(1));  // the last by created_at
        if (events.size() == 500 || i + 2 >= count) {
            happen(house, tenant, events, random);
            events.clear();
        }
    }
    views.catch_up();
    ListQuery query;  // by created_at, so the range is looked up row by row
    query.sort = "created_at";
    query.from = at("2026-12-05") + std::chrono::minutes(count - 1);
    const auto first = must(views.queries.list(tenant, "appointments", query));
    EXPECT_TRUE(first.rows.empty());
    ASSERT_TRUE(first.next_cursor);
    EXPECT_EQ(all_pages(views.queries, tenant, "appointments", query, random).size(), 1U);
    ListQuery by_resource;
    by_resource.filters = {{"resource_id", to_string(rare)}, {"status", "confirmed"}};
    const auto found = must(views.queries.list(tenant, "appointments", by_resource));
    EXPECT_EQ(found.rows.size(), 1U);  // a leap, not a walk
    EXPECT_FALSE(found.next_cursor);
}

TEST_F(RecordsTest, what_is_wrong_with_a_query_is_said_field_by_field) {
    Views views(house, house.path("views"));
    views.catch_up();
    ListQuery query;
    query.filters = {{"colour", "red"}, {"client_id", "x"}, {"status", "lost"}};
    query.sort = "price";
    query.limit = 201;
    const auto refused = views.queries.list(tenant, "appointments", query).error();
    EXPECT_EQ(refused.kind, RejectionKind::invalid);
    std::map<std::string, kernel::FieldError> errors;
    for (const auto& error : refused.errors) errors[error.pointer] = error;
    EXPECT_EQ(errors["/colour"].code, "unknown_filter");
    EXPECT_NE(errors["/colour"].detail.find("client_id, service_id, status"), std::string::npos);
    EXPECT_EQ(errors["/client_id"].code, "format");
    EXPECT_EQ(errors["/status"].code, "enum");
    EXPECT_EQ(errors["/sort"].code, "unknown_sort");
    EXPECT_NE(errors["/sort"].detail.find("created_at, start"), std::string::npos);
    EXPECT_EQ(errors["/limit"].code, "range");
    const auto code = [&](std::string_view collection, const ListQuery& asked) {
        return views.queries.list(tenant, collection, asked).error().errors.at(0).code;
    };
    ListQuery ranged;
    ranged.from = at("2026-12-05");
    EXPECT_EQ(code("services", ranged), "unknown_filter");
    EXPECT_EQ(code("clients", {.filters = {{"email", "a@example.org"}}}), "not_filterable");
    EXPECT_EQ(code("services", {.filters = {{"active", "yes"}}}), "type");
    EXPECT_EQ(code("services", {.limit = 0}), "range");
}

TEST_F(RecordsTest, a_cursor_of_another_query_tenant_or_log_or_a_garbled_one_is_refused) {
    Views views(house, house.path("views"));
    for (int i = 0; i < 5; ++i)
        house.make(tenant, "create_service",
                   "{'duration_minutes':60,'name':'s" + std::to_string(i) + "'}");
    const auto other = house.found("clinic");
    for (int i = 0; i < 5; ++i)
        house.make(other, "create_service",
                   "{'duration_minutes':60,'name':'s" + std::to_string(i) + "'}");
    views.catch_up();
    ListQuery query;
    query.limit = 2;
    const auto cursor = must(views.queries.list(tenant, "services", query)).next_cursor.value();
    query.cursor = cursor;
    EXPECT_EQ(must(views.queries.list(tenant, "services", query)).rows.size(), 2U);
    const auto refused = [&](const TenantId& of, const ListQuery& asked) {
        const auto page = views.queries.list(of, "services", asked);
        return !page && page.error().errors.at(0).pointer == "/cursor";
    };
    EXPECT_TRUE(refused(other, query));
    auto sorted = query;
    sorted.sort = "name";
    EXPECT_TRUE(refused(tenant, sorted));
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto garbled = query;
        garbled.cursor[i] = cursor[i] == 'A' ? 'B' : 'A';
        EXPECT_TRUE(refused(tenant, garbled)) << i;
    }
    for (const auto* text : {"x", "=", "AQ", "not a cursor"}) {
        auto wrong = query;
        wrong.cursor = text;
        EXPECT_TRUE(refused(tenant, wrong));
    }
    const auto elsewhere = must(ViewStore::open(house.path("elsewhere"), Uuid{{5}}, 0));
    const RecordQueries foreign(catalogue(), *elsewhere, house.log());
    EXPECT_EQ(foreign.list(tenant, "services", query).error().errors.at(0).pointer, "/cursor");
}

TEST_F(RecordsTest, the_past_is_what_the_row_was_then) {
    Views views(house, house.path("views"));
    struct Moment {
        std::uint64_t position;
        Instant time;
        std::optional<std::string> json;
    };
    const auto id = house.make(tenant, "create_service", "{'duration_minutes':60,'name':'v0'}");
    std::vector<Moment> moments;
    for (int i = 1; i < 12; ++i) {
        views.catch_up();
        moments.push_back({house.log().last_position(), house.clock().now(),
                           must(views.queries.get(tenant, "services", id_of(id)))->json});
        house.clock().advance(std::chrono::seconds(1));
        if (i == 5)
            house.make(tenant, "delete_service", "{}", id);
        else if (i == 6)
            house.make(tenant, "restore_service", "{}", id);
        else
            house.make(tenant, "change_service", "{'name':'v" + std::to_string(i) + "'}", id);
        house.make(tenant, "create_service",
                   "{'duration_minutes':60,'name':'other" + std::to_string(i) + "'}");
    }
    for (const auto& moment : moments) {
        const auto by_time = must(views.queries.as_of(tenant, "services", id_of(id), moment.time));
        const auto by_position =
            must(views.queries.as_of(tenant, "services", id_of(id), moment.position));
        EXPECT_EQ(by_time->json, moment.json);
        EXPECT_EQ(by_position->json, moment.json);
        EXPECT_EQ(by_time->deleted,
                  kernel::json::parse_own(*moment.json).at("deleted_at") != Value(nullptr));
    }
    const auto before = at("2026-12-01T07:59");
    EXPECT_FALSE(must(views.queries.as_of(tenant, "services", id_of(id), before)));
    EXPECT_FALSE(must(views.queries.as_of(tenant, "services", Uuid{{3}}, house.clock().now())));
}

TEST_F(RecordsTest, the_past_never_shows_a_part_of_a_command) {
    Views views(house, house.path("views"));
    const auto id = random_id(random);
    auto first =
        booked(id, Uuid{{9}}, at("2026-12-05T10:00"), std::chrono::minutes(30), {Uuid{{1}}});
    first.status = AppointmentStatus::pending;
    auto occupancy = first.occupancy;
    occupancy.start += std::chrono::hours(1);
    const auto booked_at = happen(house, tenant, {first}, random);
    const auto last = happen(house, tenant,
                             {AppointmentConfirmed{first.id},
                              AppointmentRescheduled{first.id, first.occupancy, occupancy}},
                             random);
    const auto revision = [&](std::uint64_t position) {
        return must(views.queries.as_of(tenant, "appointments", id, position))->revision;
    };
    EXPECT_EQ(revision(booked_at), 1U);
    EXPECT_EQ(revision(last - 1), 1U);
    EXPECT_EQ(revision(last), 3U);
    EXPECT_EQ(revision(last + 100), 3U);
    EXPECT_FALSE(must(views.queries.as_of(tenant, "appointments", id, booked_at - 1)));
}

TEST_F(RecordsTest, history_is_the_events_of_the_thing_oldest_first) {
    Views views(house, house.path("views"));
    const auto id = house.make(tenant, "create_service", "{'duration_minutes':60,'name':'v0'}");
    for (int i = 1; i < 8; ++i) {
        house.make(tenant, "change_service", "{'name':'v" + std::to_string(i) + "'}", id);
        house.make(tenant, "create_service",
                   "{'duration_minutes':60,'name':'other" + std::to_string(i) + "'}");
    }
    std::uint64_t after = 0, revision = 0;
    while (true) {
        const auto page = must(views.queries.history(tenant, "services", id_of(id), after, 3));
        for (const auto& entry : page.entries) {
            EXPECT_EQ(entry.revision, ++revision);
            EXPECT_GT(entry.position, after);
            EXPECT_EQ(entry.record.tags.front(), "service:" + id);
            EXPECT_EQ(entry.record.type,
                      revision == 1 ? "scheduling.service_created" : "scheduling.service_changed");
            after = entry.position;
        }
        if (!page.next_after) break;
        EXPECT_EQ(page.next_after, after);
        EXPECT_EQ(page.entries.size(), 3U);
    }
    EXPECT_EQ(revision, 8U);
    EXPECT_EQ(views.queries.history(tenant, "services", Uuid{{3}}, 0, 3).error().code, "not_found");
}

TEST_F(RecordsTest, a_rebuild_gives_the_digest_of_the_live_run) {
    Views live(house, house.path("live"), {.batch_events_max = 3});
    std::vector<std::string> ids;
    for (int i = 0; i < 60; ++i) {
        house.clock().advance(std::chrono::milliseconds(pick(700)));
        if (ids.empty() || pick(3) == 0) {
            ids.push_back(
                house.make(tenant, "create_service",
                           "{'duration_minutes':60,'name':'s" + std::to_string(i) + "'}"));
            house.make(tenant, "create_client",
                       "{'first_name':'A','phone':'+3460000000" + std::to_string(i % 10) +
                           std::to_string(i / 10) + "'}");
            house.make(tenant, "create_resource",
                       "{'type':'staff','name':'B','slug':'r" + std::to_string(i) + "'}");
        } else {
            [[maybe_unused]] const auto done = house.run(
                tenant,
                one_of<std::string>({"delete_service", "restore_service", "change_service"}), "{}",
                one_of(ids));
        }
        if (pick(4) == 0) live.catch_up();
    }
    live.catch_up();
    Views again(house, house.path("again"));
    again.catch_up();
    EXPECT_EQ(again.store->digest(again.records.view()), live.store->digest(live.records.view()));
    EXPECT_EQ(again.store->digest(again.availability.view()),
              live.store->digest(live.availability.view()));
    EXPECT_NE(live.store->digest(live.records.view()),
              live.store->digest(live.availability.view()));
}

}  // namespace
}  // namespace almanac::projections
