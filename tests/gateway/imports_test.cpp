// POST import over real sockets: order, isolation of bad lines, permissions, memory, broken
// clients.
#include "gateway/imports.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "domain/house.hpp"
#include "gateway/http_server.hpp"
#include "gateway/import_run.hpp"
#include "gateway/service.hpp"
#include "tests/eventstore/writer_fixture.hpp"
#include "tests/gateway/raw_client.hpp"

namespace almanac::gateway {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::RawClient;
namespace json = kernel::json;

class ImportsTest : public ::testing::Test {
  protected:
    ImportsTest() {
        eventstore::CreateOptions small;
        small.ballast_bytes = 1UL << 20;
        admin_ = eventstore::must(
            eventstore::Store::init(directory_.path() / "data", catalogue_, small));
        store_ =
            eventstore::must(eventstore::Store::open(directory_.path() / "data", catalogue_, {}));
        views_ = eventstore::must(Views::open(*store_));
        eventstore::must(keys_.load(*store_));
        store_->partition(0).on_committed(
            [this](auto events) { keys_.committed(catalogue_, events); });
        eventstore::must(store_->finish_begun());
        views_->start();
    }
    ~ImportsTest() override {
        if (server_) server_->drain_and_stop(5s);
        if (service_) service_->imports().stop();
        store_->close();
        views_->stop();
    }
    void serve(RateLimitOptions limits = {}, ServerOptions options = {}) {
        ServiceOptions service;
        service.rate_limits = limits;
        service_ = std::make_unique<Service>(*store_, *views_, keys_, metrics_, service);
        options.stream_body = [this](const Request& r) { return service_->streams_body(r); };
        server_ = std::make_unique<HttpServer>(options, [this](Request request, Responder to) {
            service_->handle(std::move(request), std::move(to));
        });
        server_->start();
        tenant_ = text(ask("POST", "/v1/tenants",
                           R"({"slug":"salon","name":"S","business_type":"salon",)"
                           R"("time_zone":"UTC","currency":"EUR"})"),
                       "id");
    }
    std::string head(std::string_view method, std::string_view path, const std::string& key,
                     std::string_view more) const {
        return fmt::format("{} {} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n{}\r\n",
                           method, path, key, more);
    }
    Answer ask(std::string_view method, std::string_view path, std::string_view body = {}) {
        RawClient client(server_->port());
        auto more = std::string();
        if (!body.empty())
            more = fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n",
                               body.size());
        client.send(head(method, path, admin_, more) + std::string(body));
        return client.receive();
    }
    std::string begun(const std::string& key, std::string_view more = {}) const {
        return head("POST", "/v1/tenants/salon/import", key,
                    "Content-Type: application/x-ndjson\r\n" + std::string(more));
    }
    // A whole import at once; its answer lines.
    std::vector<json::Object> import(const std::string& lines, const std::string& key) {
        RawClient client(server_->port());
        client.send(begun(key, fmt::format("Content-Length: {}\r\n", lines.size())));
        std::thread sender([&] { client.send(lines); });
        const auto answer = client.receive();
        sender.join();
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_TRUE(answer.complete);
        EXPECT_EQ(answer.header("content-type"), "application/x-ndjson");
        return lines_of(answer.body);
    }
    std::vector<json::Object> import(const std::string& lines) { return import(lines, admin_); }
    static std::vector<json::Object> lines_of(const std::string& body) {
        std::vector<json::Object> lines;
        std::istringstream in(body);
        for (std::string line; std::getline(in, line);)
            lines.push_back(json::parse_own(line).as_object());
        return lines;
    }
    static std::string text(const Answer& answer, std::string_view member) {
        return std::string(json::parse_own(answer.body).as_object().at(member).as_string());
    }
    static std::string code(const json::Object& line) {
        const auto* error = line.if_contains("error");
        return error ? std::string(error->as_object().at("code").as_string()) : "";
    }
    static std::string client_line(const std::string& name, const std::string& key = {}) {
        const auto named = key.empty() ? "" : R"("idempotency_key":")" + key + R"(",)";
        return R"({"command":"create_client",)" + named + R"("body":{"first_name":")" + name +
               "\"}}\n";
    }
    std::vector<std::string> clients() {
        std::vector<std::string> names;
        std::string cursor;
        do {
            const auto answer = ask("GET", "/v1/tenants/salon/clients?limit=200" + cursor);
            const auto page = json::parse_own(answer.body).as_object();
            for (const auto& row : page.at("data").as_array())
                names.emplace_back(row.at("first_name").as_string());
            const auto& next = page.at("next_cursor");
            cursor = next.is_string() ? "&cursor=" + std::string(next.as_string()) : "";
        } while (!cursor.empty());
        std::ranges::sort(names);
        return names;
    }
    std::string key_with(const std::string& scopes) {
        const auto answer =
            ask("POST", "/v1/tenants/salon/api_keys", R"({"name":"k","scopes":[)" + scopes + "]}");
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text(answer, "key");
    }

    eventstore::TemporaryDirectory directory_;
    const kernel::Catalogue catalogue_ = build_catalogue();
    std::string admin_;
    std::unique_ptr<eventstore::Store> store_;
    std::unique_ptr<Views> views_;
    ApiKeyTable keys_;
    Metrics metrics_;
    std::unique_ptr<Service> service_;
    std::unique_ptr<HttpServer> server_;
    std::string tenant_;
};

TEST_F(ImportsTest, answers_every_line_in_order_and_a_bad_one_spoils_only_itself) {
    serve();
    const auto lines = import(
        client_line("A") + "not json\n" + R"({"command":"create_client","body":{"email":"x"}})" +
        "\n\n" + R"({"command":"no_such","body":{}})" + "\n" + client_line("B") +
        R"({"command":"cancel_appointment","id":"01900000-0000-7000-8000-000000000000","body":)"
        R"({"by":"client","reason":"r"}})" +
        "\n" + client_line("C"));
    ASSERT_EQ(lines.size(), 7U);
    const std::vector<std::pair<int, int>> wanted{{1, 201}, {2, 400}, {3, 422}, {5, 422},
                                                  {6, 201}, {7, 404}, {8, 201}};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i].at("line"), wanted[i].first);
        EXPECT_EQ(lines[i].at("status"), wanted[i].second) << json::dump(json::Value(lines[i]));
        EXPECT_EQ(lines[i].contains("id"), wanted[i].second == 201);
    }
    EXPECT_EQ(code(lines[1]), "malformed_json");
    EXPECT_EQ(code(lines[2]), "validation_failed");
    const auto& errors = lines[2].at("error").as_object().at("errors").as_array();
    EXPECT_EQ(errors.at(0).at("pointer").as_string(), "/first_name");
    EXPECT_EQ(code(lines[3]), "import_line_invalid");
    EXPECT_EQ(code(lines[5]), "not_found");
    EXPECT_EQ(clients(), (std::vector<std::string>{"A", "B", "C"}));
}

TEST_F(ImportsTest, effects_come_in_the_order_of_the_lines) {
    serve();
    // Each line relies on the one before: a name is taken, given up, taken again.
    std::string lines = R"({"command":"create_service_category","body":{"name":"N","slug":"s"}})";
    const auto first = import(lines + "\n");
    const auto id = std::string(first.at(0).at("id").as_string());
    lines.clear();
    constexpr int rounds = 400;
    for (int i = 0; i < rounds; ++i) {
        lines += R"({"command":"delete_service_category","id":")" + id + "\"}\n";
        lines += R"({"command":"restore_service_category","id":")" + id + "\"}\n";
        lines += R"({"command":"change_service_category","id":")" + id + R"(","body":{"name":"N)" +
                 std::to_string(i) + "\"}}\n";
    }
    const auto answers = import(lines);
    ASSERT_EQ(answers.size(), 3U * rounds);
    for (const auto& line : answers) EXPECT_EQ(line.at("status"), 200) << code(line);
    const auto row = ask("GET", "/v1/tenants/salon/service_categories/" + id);
    EXPECT_EQ(text(row, "name"), "N" + std::to_string(rounds - 1));
    EXPECT_EQ(json::parse_own(row.body).at("revision").to_number<int>(), 1 + 3 * rounds);
}

TEST_F(ImportsTest, a_line_is_idempotent_on_its_commands_own_route) {
    serve();
    const auto lines = client_line("A", "k-1") + client_line("B", "k-2");
    const auto first = import(lines);
    const auto again = import(lines);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(again[i].at("status"), 201);
        EXPECT_EQ(again[i].at("id"), first[i].at("id"));
        EXPECT_EQ(again[i].at("replayed"), true);
        EXPECT_FALSE(first[i].contains("replayed"));
    }
    RawClient client(server_->port());
    const std::string body = R"({"first_name":"A"})";
    client.send(head("POST", "/v1/tenants/salon/clients", admin_,
                     fmt::format("Content-Type: application/json\r\nIdempotency-Key: k-1\r\n"
                                 "Content-Length: {}\r\n",
                                 body.size())) +
                body);
    const auto direct = client.receive();
    EXPECT_EQ(direct.header("idempotent-replayed"), "true");
    EXPECT_EQ(text(direct, "id"), std::string(first[0].at("id").as_string()));
    EXPECT_EQ(code(import(client_line("X", "k-1")).at(0)), "idempotency_key_reused");
    EXPECT_EQ(clients().size(), 2U);
}

TEST_F(ImportsTest, every_line_needs_the_permission_of_its_own_route) {
    serve();
    const auto key = key_with(R"("scheduling.client:create")");
    const auto lines = import(client_line("A") +
                                  R"({"command":"create_service_category","body":{"name":"N"}})"
                                  "\n" +
                                  client_line("B"),
                              key);
    EXPECT_EQ(lines.at(0).at("status"), 201);
    EXPECT_EQ(lines.at(1).at("status"), 403);
    EXPECT_EQ(code(lines[1]), "denied");
    EXPECT_EQ(lines.at(2).at("status"), 201);
}

TEST_F(ImportsTest, another_business_is_not_there) {
    serve();
    const auto key = key_with(R"("*.*:*")");
    ask("POST", "/v1/tenants",
        R"({"slug":"other","name":"O","business_type":"salon","time_zone":"UTC","currency":"EUR"})");
    for (const auto* business : {"other", "nobody"}) {
        RawClient client(server_->port());
        const auto line = client_line("A");
        client.send(head("POST", fmt::format("/v1/tenants/{}/import", business), key,
                         fmt::format("Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n",
                                     line.size())) +
                    line);
        const auto answer = client.receive();
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(text(answer, "code"), "not_found");
    }
    RawClient client(server_->port());
    client.send("POST /v1/tenants/salon/import HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.receive().status, 401);
}

TEST_F(ImportsTest, a_revoked_key_stops_it) {
    serve();
    const auto answer =
        ask("POST", "/v1/tenants/salon/api_keys", R"({"name":"k","scopes":["*.*:*"]})");
    const auto key = text(answer, "key");
    RawClient client(server_->port());
    client.send(begun(key, "Transfer-Encoding: chunked\r\n"));
    const auto piece = [&](const std::string& bytes) {
        client.send(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
    };
    piece(client_line("A"));
    while (client.pending().find("\"line\":1") == std::string::npos)
        ASSERT_TRUE(client.receive_some());
    EXPECT_EQ(
        ask("POST", "/v1/tenants/salon/api_keys/" + text(answer, "id") + "/revoke", "{}").status,
        200);
    piece(client_line("B") + client_line("C"));
    const auto lines = lines_of(client.receive().body);
    ASSERT_EQ(lines.size(), 2U) << "nothing behind it is tried";
    EXPECT_EQ(lines[1].at("status"), 401);
    EXPECT_EQ(clients(), std::vector<std::string>{"A"});
}

TEST_F(ImportsTest, lines_and_answers_are_bounded) {
    serve();
    const std::string long_name(1'100'000, 'n');
    const auto lines = import(client_line("A") + client_line(long_name) + client_line("B"));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[1].at("status"), 413);
    EXPECT_EQ(code(lines[1]), "line_too_long");
    EXPECT_EQ(clients(), (std::vector<std::string>{"A", "B"}));
}

TEST_F(ImportsTest, a_line_that_is_wrong_everywhere_has_an_answer_of_bounded_size) {
    serve();
    std::string fields;
    for (int i = 0; i < 50'000; ++i) fields += fmt::format(R"("f{}":1,)", i);
    const auto lines =
        import(R"({"command":"create_client","body":{)" + fields + R"("first_name":"A"}})" + "\n" +
               "{" + fields + R"("command":"create_client"})" + "\n" + client_line("B"));
    ASSERT_EQ(lines.size(), 3U);
    for (const auto& line : {lines[0], lines[1]}) {
        EXPECT_EQ(line.at("status"), 422);
        const auto& error = line.at("error").as_object();
        EXPECT_EQ(error.at("errors").as_array().size(), line_errors_max);
        EXPECT_NE(std::string(error.at("detail").as_string()).find("first 100 of 5"),
                  std::string::npos)
            << error.at("detail");
    }
    EXPECT_EQ(lines[2].at("status"), 201);
}

TEST_F(ImportsTest, a_secret_url_is_told_as_a_request_of_its_own_would_tell_it) {
    serve();
    const auto made = import(R"({"command":"create_resource","body":{"type":"staff","name":"Eva"}})"
                             "\n");
    const auto id = std::string(made.at(0).at("id").as_string());
    const auto lines = import(R"({"command":"issue_calendar_feed","id":")" + id + "\"}\n");
    ASSERT_EQ(lines.at(0).at("status"), 200) << code(lines[0]);
    const auto url = std::string(lines[0].at("url").as_string());
    EXPECT_TRUE(url.starts_with("http://h/calendars/")) << url;
    EXPECT_EQ(ask("GET", url.substr(8)).status, 200);
    EXPECT_EQ(
        import(R"({"command":"revoke_calendar_feed","id":")" + id + "\"}\n").at(0).at("status"),
        200);
    EXPECT_EQ(ask("GET", url.substr(8)).status, 404) << "at once";
}

TEST_F(ImportsTest, a_client_that_closes_its_half_in_the_middle_hears_what_was_done) {
    serve();
    RawClient client(server_->port());
    client.send(begun(admin_, "Content-Length: 1000\r\n") + client_line("A") + client_line("B") +
                R"({"command":"crea)");
    client.finish_sending();
    const auto answer = client.receive();
    EXPECT_TRUE(answer.complete);
    const auto lines = lines_of(answer.body);
    ASSERT_EQ(lines.size(), 3U) << answer.body;
    EXPECT_EQ(lines[0].at("status"), 201);
    EXPECT_EQ(lines[1].at("status"), 201);
    EXPECT_EQ(lines[2].at("line"), 3);
    EXPECT_EQ(code(lines[2]), "malformed_request");
    EXPECT_EQ(clients(), (std::vector<std::string>{"A", "B"}));
}

TEST_F(ImportsTest, a_client_that_does_not_read_stops_it_until_it_does) {
    serve({}, {.stream_buffer_bytes_max = 4'096});
    RawClient client(server_->port(), 4'096);
    client.send(begun(admin_, "Transfer-Encoding: chunked\r\n"));
    // Refused lines have long answers: many more than the client takes by itself.
    const std::string bad = std::string(200, '[') + "\n";
    std::string block;
    for (int i = 0; i < 300; ++i) block += bad;
    block = fmt::format("{:x}\r\n{}\r\n", block.size(), block);
    constexpr int blocks = 200;  // 60,000 lines, some 20 MB of answers
    std::thread sender([&] {
        for (int i = 0; i < blocks; ++i) client.send(block);
        client.send("0\r\n\r\n");
    });
    while (service_->imports().status().stalls == 0) std::this_thread::yield();
    EXPECT_LT(service_->imports().status().lines_refused, 300U * blocks);
    const auto lines = lines_of(client.receive().body);
    sender.join();
    ASSERT_EQ(lines.size(), 300U * blocks);
    for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i].at("line"), i + 1);
}

TEST_F(ImportsTest, what_was_acknowledged_stays_when_the_client_leaves_and_sending_again_goes_on) {
    serve();
    std::string lines;
    constexpr int count = 500;
    for (int i = 0; i < count; ++i)
        lines += client_line("N" + std::to_string(1'000 + i), "k-" + std::to_string(i));
    {
        RawClient client(server_->port());
        client.send(begun(admin_, fmt::format("Content-Length: {}\r\n", lines.size())));
        client.send(lines.substr(0, lines.size() * 2 / 3));
        while (client.pending().find("\"line\":20,") == std::string::npos)
            ASSERT_TRUE(client.receive_some());
    }
    while (service_->imports().status().open > 0) std::this_thread::yield();
    const auto before = clients();
    EXPECT_GE(before.size(), 20U);
    EXPECT_LT(before.size(), static_cast<std::size_t>(count));
    const auto again = import(lines);
    ASSERT_EQ(again.size(), static_cast<std::size_t>(count));
    std::size_t replayed = 0;
    for (const auto& line : again) {
        EXPECT_EQ(line.at("status"), 201);
        replayed += line.contains("replayed");
    }
    EXPECT_GE(replayed, before.size());  // some were decided when nobody listened any more
    EXPECT_LE(replayed, static_cast<std::size_t>(count) * 2 / 3);
    EXPECT_EQ(clients().size(), static_cast<std::size_t>(count));
}

TEST_F(ImportsTest, half_a_line_is_no_line) {
    serve();
    RawClient client(server_->port());
    const auto line = client_line("B");
    client.send(begun(admin_, "Transfer-Encoding: chunked\r\n"));
    const auto text = client_line("A") + line.substr(0, line.size() - 1);
    client.send(fmt::format("{:x}\r\n{}\r\n", text.size(), text));
    while (client.pending().find("\"line\":1") == std::string::npos)
        ASSERT_TRUE(client.receive_some());
    client.send("oops\r\n");
    const auto lines = lines_of(client.receive().body);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("status"), 201);
    EXPECT_EQ(lines[1].at("line"), 2);
    EXPECT_EQ(lines[1].at("status"), 400);
    EXPECT_EQ(code(lines[1]), "malformed_request");
    EXPECT_EQ(clients(), std::vector<std::string>{"A"});
}

TEST_F(ImportsTest, a_server_that_stops_says_which_line_was_not_tried) {
    serve();
    auto client = std::make_unique<RawClient>(server_->port());
    client->send(begun(admin_, "Transfer-Encoding: chunked\r\n"));
    const auto line = client_line("A");
    client->send(fmt::format("{:x}\r\n{}\r\n", line.size(), line));
    while (client->pending().find("\"line\":1") == std::string::npos)
        ASSERT_TRUE(client->receive_some());
    auto drained = std::async(std::launch::async, [&] { return server_->drain_and_stop(5s); });
    const auto answer = client->receive();
    client.reset();
    EXPECT_TRUE(drained.get());
    EXPECT_TRUE(answer.complete);
    const auto lines = lines_of(answer.body);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[1].at("line"), 2);
    EXPECT_EQ(code(lines[1]), "stopping");
}

TEST_F(ImportsTest, what_is_no_import_is_refused_whole) {
    serve();
    const auto refused = [&](std::string_view more, std::string_view body) {
        RawClient client(server_->port());
        client.send(head("POST", "/v1/tenants/salon/import", admin_,
                         fmt::format("{}Content-Length: {}\r\n", more, body.size())) +
                    std::string(body));
        return client.receive().status;
    };
    EXPECT_EQ(refused("Content-Type: text/csv\r\n", "a"), 415);
    EXPECT_EQ(refused("", "a"), 415);
    EXPECT_EQ(refused("Content-Type: application/x-ndjson\r\nIdempotency-Key: k\r\n", "a"), 400);
    EXPECT_EQ(refused("Content-Type: application/x-ndjson\r\nIf-Match: \"1\"\r\n", "a"), 400);
    EXPECT_EQ(ask("GET", "/v1/tenants/salon/import").status, 405);
    EXPECT_TRUE(import("").empty());
}

TEST_F(ImportsTest, a_business_has_so_many_at_a_time) {
    serve();
    const auto open = [&] {
        auto client = std::make_unique<RawClient>(server_->port());
        client->send(begun(admin_, "Transfer-Encoding: chunked\r\n") + "1\r\n\n\r\n");
        return client;
    };
    std::vector<std::unique_ptr<RawClient>> running;
    for (std::size_t i = 0; i < ImportOptions{}.imports_of_tenant_max; ++i) {
        running.push_back(open());
        while (service_->imports().status().open <= i) std::this_thread::yield();
    }
    const auto answer = open()->receive();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(text(answer, "code"), "too_many_imports");
    running.clear();
    while (service_->imports().status().open > 0) std::this_thread::yield();
    EXPECT_EQ(import(client_line("A")).at(0).at("status"), 201);
}

TEST_F(ImportsTest, is_slowed_where_requests_would_be_refused) {
    serve({.principal_per_second = 50, .tenant_per_second = 0, .burst_seconds = 1});
    std::string lines;
    for (int i = 0; i < 60; ++i) lines += client_line("N");
    for (const auto& line : import(lines)) EXPECT_EQ(line.at("status"), 201) << code(line);
}

}  // namespace
}  // namespace almanac::gateway
