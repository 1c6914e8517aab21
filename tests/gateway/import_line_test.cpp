// Lines of an import: how they are found in pieces, and what they may say.
#include "gateway/import_line.hpp"

#include <gtest/gtest.h>

#include <random>

#include "domain/house.hpp"
#include "gateway/line_splitter.hpp"

namespace almanac::gateway {
namespace {

struct Found {
    std::uint64_t number;
    std::string text;
    bool too_long;
    bool operator==(const Found&) const = default;
};

std::vector<Found> split(const std::vector<std::string>& pieces, std::size_t line_bytes_max,
                         bool finish = true) {
    LineSplitter splitter(line_bytes_max);
    std::vector<Found> found;
    const auto drain = [&] {
        while (auto line = splitter.next())
            found.push_back({line->number, line->text, line->too_long});
    };
    for (const auto& piece : pieces) {
        splitter.feed(piece);
        drain();
        EXPECT_LE(splitter.buffered_bytes(), line_bytes_max);
    }
    if (finish) splitter.finish();
    drain();
    return found;
}

TEST(LineSplitter, gives_lines_with_their_numbers_and_the_last_one_at_the_end) {
    EXPECT_EQ(split({"a\nb\r\n\n  \nc"}, 100),
              (std::vector<Found>{{1, "a", false}, {2, "b\r", false}, {5, "c", false}}));
    EXPECT_EQ(split({"a\nb"}, 100, false), (std::vector<Found>{{1, "a", false}}));
    EXPECT_TRUE(split({""}, 100).empty());
    EXPECT_TRUE(split({"\n\n"}, 100).empty());
}

TEST(LineSplitter, drops_what_is_too_long_and_goes_on_behind_it) {
    EXPECT_EQ(split({"12345\n123456\nab"}, 5),
              (std::vector<Found>{{1, "12345", false}, {2, "", true}, {3, "ab", false}}));
    EXPECT_EQ(split({"1234567", "89", "0\nx\n", "12345678"}, 5),
              (std::vector<Found>{{1, "", true}, {2, "x", false}, {3, "", true}}));
}

TEST(LineSplitter, the_pieces_do_not_matter) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (int i = static_cast<int>(random() % 60); i > 0; --i) text += "ab \r\n\n"[random() % 6];
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < text.size();) {
            const auto n = 1 + random() % 7;
            pieces.push_back(text.substr(at, n));
            at += n;
        }
        EXPECT_EQ(split(pieces, 4), split({text + (text.empty() ? "" : "")}, 4)) << text;
    }
}

class ImportLines : public ::testing::Test {
  protected:
    kernel::Result<ImportLine> read(std::string_view text) { return reader_.read(text); }
    // "code pointer:code pointer:code"
    std::string refusal(std::string_view text) {
        const auto line = read(text);
        if (line) return "none";
        auto said = line.error().code;
        for (const auto& error : line.error().errors)
            said += ' ' + error.pointer + ':' + error.code;
        return said;
    }

  private:
    const kernel::Catalogue catalogue_ = build_catalogue();
    const std::vector<RouteEntry> table_ = route_table(catalogue_);
    const ImportLineReader reader_{table_};
};

TEST_F(ImportLines, name_a_command_its_key_and_its_body_as_it_stands) {
    const auto line =
        read(R"( {"idempotency_key":"k-1", "body" : {"first_name": "A\"}",  "tags":["]"]} ,)"
             R"("command": "create_client"} )");
    ASSERT_TRUE(line) << line.error().detail;
    EXPECT_EQ(line->route->name, "create_client");
    EXPECT_EQ(line->idempotency_key, "k-1");
    EXPECT_EQ(line->body_text, R"({"first_name": "A\"}",  "tags":["]"]})");
    EXPECT_TRUE(line->parameters.values.empty());
}

TEST_F(ImportLines, say_where_a_command_applies) {
    const auto id = "01900000-0000-7000-8000-000000000000";
    for (
        const auto& text :
        {R"({"command":"cancel_appointment","id":"01900000-0000-7000-8000-000000000000","body":{}})",
         R"({"command":"cancel_appointment","path":{"id":"01900000-0000-7000-8000-000000000000"}})"}) {
        const auto line = read(text);
        ASSERT_TRUE(line) << line.error().detail;
        EXPECT_EQ(*line->parameters.find("id"), id);
    }
    EXPECT_EQ(refusal(R"({"command":"cancel_appointment","body":{}})"),
              "import_line_invalid /id:required");
    EXPECT_EQ(refusal(R"({"command":"cancel_appointment","id":7,"body":{}})"),
              "import_line_invalid /id:type");
    EXPECT_EQ(refusal(R"({"command":"create_client","id":"x","body":{}})"),
              "import_line_invalid /id:unknown_field");
    EXPECT_EQ(refusal(R"({"command":"cancel_appointment","path":{"id":"x","day":"y"}})"),
              "import_line_invalid /path/day:unknown_field");
    EXPECT_EQ(refusal(R"({"command":"cancel_appointment","id":"x","path":{"id":"x"}})"),
              "import_line_invalid /id:unknown_field");
}

TEST_F(ImportLines, every_fault_is_named_at_once) {
    EXPECT_EQ(refusal(R"({"comand":"x","idempotency_key":"","body":{}})"),
              "import_line_invalid /comand:unknown_field /idempotency_key:format "
              "/command:required");
    EXPECT_EQ(refusal(R"({"command":5,"idempotency_key":[],"path":[]})"),
              "import_line_invalid /idempotency_key:type /command:type");
    EXPECT_EQ(refusal(R"([])"), "import_line_invalid :type");
    EXPECT_EQ(refusal(R"({"command":"create_client")"), "malformed_json");
    EXPECT_EQ(refusal("{\"command\":\"\xff\"}"), "malformed_json");
    EXPECT_EQ(refusal(R"({"command":"create_client","command":"create_client"})"),
              "malformed_json");
    EXPECT_EQ(refusal(R"({"command":"create_client"})"), "import_line_invalid /body:required");
    EXPECT_EQ(refusal(R"({"command":"delete_client","id":"x","body":{}})"),
              "import_line_invalid /body:unknown_field");
}

TEST_F(ImportLines, are_commands_of_a_business_alone) {
    for (const std::string command :
         {"create_tenant", "move_clock", "accept_clock", "found_tenant", "list_clients", "GET", ""})
        EXPECT_EQ(refusal(R"({"command":")" + command + R"(","body":{}})"),
                  "import_line_invalid /command:unknown_command")
            << command;
    EXPECT_TRUE(read(R"({"command":"change_tenant","body":{"name":"B"}})"));
}

TEST(MemberText, is_found_whatever_stands_around_it) {
    EXPECT_EQ(member_text(R"({"a":1,"body":[1,{"body":2}],"c":3})", "body"), R"([1,{"body":2}])");
    EXPECT_EQ(member_text("{\"x\":\"}\\\\\\\"{\" ,\t\"body\" :\n-1.5e3 }", "body"), "-1.5e3");
    EXPECT_EQ(member_text(R"({"body":"a,b}"})", "body"), R"("a,b}")");
    EXPECT_EQ(member_text(R"({"body":null})", "body"), "null");
    EXPECT_EQ(member_text(R"({"bod\u0079":{}})", "body"), "");
    EXPECT_EQ(member_text("{}", "body"), "");
}

}  // namespace
}  // namespace almanac::gateway
