// CSV as RFC 4180 has it: what is read, what is refused with its line, and nothing in between.
#include "replay/csv.hpp"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "domain/house.hpp"
#include "replay/business_names.hpp"
#include "replay/csv_mapping.hpp"
#include "replay/import_file.hpp"

namespace almanac::replay {
namespace {
using Fields = std::vector<std::string>;

struct Read {
    std::uint64_t line;
    Fields fields;
    std::string fault;
    bool operator==(const Read&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Read& row) {
    out << row.line << ':';
    for (const auto& field : row.fields) out << '[' << field << ']';
    return out << row.fault;
}

std::vector<Read> read(const std::string& text, char delimiter = ',') {
    std::istringstream in(text);
    CsvReader reader(in, delimiter);
    std::vector<Read> rows;
    while (auto row = reader.next())
        rows.push_back({row->line, row->fields, row->fault ? row->fault->code : ""});
    return rows;
}

TEST(Csv, reads_fields_quotes_and_line_ends) {
    EXPECT_EQ(read("a,b\r\n1,2\n"), (std::vector<Read>{{1, {"a", "b"}, ""}, {2, {"1", "2"}, ""}}));
    EXPECT_EQ(read("a,b"), (std::vector<Read>{{1, {"a", "b"}, ""}}));
    EXPECT_EQ(read("\"a,\"\"b\"\"\r\nc\",\"\"\nx,"),
              (std::vector<Read>{{1, {"a,\"b\"\r\nc", ""}, ""}, {3, {"x", ""}, ""}}));
    EXPECT_EQ(read("\xef\xbb\xbf"
                   "é;\"ß;\"\n",
                   ';'),
              (std::vector<Read>{{1, {"é", "ß;"}, ""}}));
    EXPECT_EQ(read(",\n,,"), (std::vector<Read>{{1, {"", ""}, ""}, {2, {"", "", ""}, ""}}));
    EXPECT_EQ(read("a\n\n\r\nb\n"), (std::vector<Read>{{1, {"a"}, ""}, {4, {"b"}, ""}}));
    EXPECT_TRUE(read("").empty());
    EXPECT_TRUE(read("\xef\xbb\xbf").empty());
}

TEST(Csv, tells_what_is_wrong_and_goes_on_with_the_next_line) {
    EXPECT_EQ(read("a\"b,c\nd\n"), (std::vector<Read>{{1, {}, "csv_quote"}, {2, {"d"}, ""}}));
    EXPECT_EQ(read("x,\"a\"b,\"c\nd\n"),
              (std::vector<Read>{{1, {"x"}, "csv_quote"}, {2, {"d"}, ""}}));
    EXPECT_EQ(read("a\n\"b\nc"), (std::vector<Read>{{1, {"a"}, ""}, {2, {}, "csv_quote"}}));
    EXPECT_EQ(read("a\rb\nc\n"), (std::vector<Read>{{1, {}, "csv_line_end"}, {2, {"c"}, ""}}));
    EXPECT_EQ(read("\rb\nc\n"), (std::vector<Read>{{1, {}, "csv_line_end"}, {2, {"c"}, ""}}));
    EXPECT_EQ(read("\xff,b\nc\n"), (std::vector<Read>{{1, {}, "csv_utf8"}, {2, {"c"}, ""}}));
    EXPECT_EQ(read("b,\xc3\nc\n"), (std::vector<Read>{{1, {"b"}, "csv_utf8"}, {2, {"c"}, ""}}));
    EXPECT_EQ(read("\"a\n\"x\nc\n"), (std::vector<Read>{{1, {}, "csv_quote"}, {3, {"c"}, ""}}));
}

// One quote too many or too few takes lines with it: it is said which.
TEST(Csv, a_fault_that_swallows_lines_says_where_reading_goes_on) {
    const auto detail_of = [](const std::string& text) {
        std::istringstream in(text);
        CsvReader reader(in);
        while (auto row = reader.next())
            if (row->fault) return row->fault->detail;
        return std::string();
    };
    const auto says = [&](const std::string& text, const std::string& what) {
        return detail_of(text).find(what) != std::string::npos;
    };
    EXPECT_TRUE(says("a\n\"b\nc\nd", "Nothing behind it is read"));
    EXPECT_TRUE(says("a\n\"b\nc\nd\n", "Nothing behind it is read"));
    EXPECT_TRUE(says("\"b\nc\nd\"e\nf\n", "before line 4 is left out"));
    for (const auto* text : {"a\n\"b", "a\n\"b\"c\nd\n", "a\"\n", "a\rb\nc\n"})
        EXPECT_FALSE(says(text, "left out") || says(text, "Nothing behind")) << text;
}

TEST(Csv, is_bounded) {
    const auto long_field = read(std::string(csv_record_bytes_max + 1, 'x') + "\nb\n");
    EXPECT_EQ(long_field, (std::vector<Read>{{1, {}, "csv_too_long"}, {2, {"b"}, ""}}));
    const auto wide = read(std::string(csv_fields_max, ',') + "\nb\n");
    ASSERT_EQ(wide.size(), 2U);
    EXPECT_EQ(wide[0].fault, "csv_too_long");
    EXPECT_EQ(read(std::string(csv_fields_max - 1, ',')).at(0).fault, "");
}

std::string in_quotes(const std::string& field) {
    std::string out = "\"";
    for (const char c : field) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
}

TEST(Csv, what_is_written_by_the_rules_comes_back) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const Fields parts{"a", "é", ",", "\"", "\r\n", "\n", " ", ";", "\"\"", "0"};
    for (int round = 0; round < 500; ++round) {
        std::vector<Fields> rows;
        std::string text = random() % 2 ? "\xef\xbb\xbf" : "";
        const auto columns = 1 + random() % 4;
        for (auto r = random() % 6; r > 0; --r) {
            Fields row;
            for (std::size_t c = 0; c < columns; ++c) {
                std::string field;
                for (auto n = random() % 5; n > 0; --n) field += parts[random() % parts.size()];
                const bool plain = field.find_first_of(",\"\r\n") == field.npos;
                const bool alone = columns == 1 && field.empty();  // else it is an empty line
                text +=
                    (c ? "," : "") + (plain && !alone && random() % 2 ? field : in_quotes(field));
                row.push_back(std::move(field));
            }
            text += random() % 2 ? "\r\n" : "\n";
            rows.push_back(std::move(row));
        }
        const auto back = read(text);
        for (const auto& row : rows) {
            if (row == Fields{""}) continue;  // an empty line, which is none
            EXPECT_EQ(read(csv_line(row, ';'), ';').at(0).fields, row) << text;
        }
        ASSERT_EQ(back.size(), rows.size()) << text;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            EXPECT_EQ(back[i].fields, rows[i]) << text;
            EXPECT_EQ(back[i].fault, "");
        }
    }
}

TEST(Csv, any_bytes_end_and_lines_never_go_back) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string bytes = "ab,,\"\"\"\n\n\r;\xef\xbb\xbf\xff";
    for (int round = 0; round < 3'000; ++round) {
        std::string text;
        for (auto n = random() % 40; n > 0; --n) text += bytes[random() % bytes.size()];
        std::uint64_t last = 0;
        for (const auto& row : read(text)) {
            ASSERT_GT(row.line, last) << text;
            last = row.line;
        }
        ASSERT_LE(last, 1U + static_cast<std::uint64_t>(std::ranges::count(text, '\n')));
    }
}

class CsvClients : public ::testing::Test {
  protected:
    CsvClients() : fields_(catalogue_.command("create_client")->schema(), {}, {}) {}
    Result<CsvMapping> mapping(const Fields& header, const Fields& wishes = {}) {
        return CsvMapping::make(fields_, header, wishes,
                                {{"e_mail", "email"}, {"city", "address.city"}});
    }
    const kernel::Catalogue catalogue_ = build_catalogue();
    CsvFields fields_;
};

TEST_F(CsvClients, columns_are_found_by_header_by_habit_or_by_wish) {
    const auto found = mapping({"First Name", "E-Mail", "city", " TAGS ", "Colour", "Mobile no"},
                               {"colour=", "Mobile no=phone"});
    ASSERT_TRUE(found) << found.error().detail;
    const Fields names{"first_name", "email", "address.city", "tags", "", "phone"};
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(found->field(i), names[i]);
    EXPECT_EQ(found->place("/address/city"), "column \"city\"");
    EXPECT_EQ(found->place("/tags/1"), "column \" TAGS \"");
    EXPECT_EQ(found->place("/gender"), "/gender");
}

TEST_F(CsvClients, a_column_without_a_name_may_be_there_but_holds_nothing) {
    const auto found = mapping({"first_name", "", "Colour", " "}, {"colour="});
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->unnamed({"Ana", "", "red", " "}), std::nullopt);
    EXPECT_EQ(found->unnamed({"Ana", "", "red", "x"}), 4U);
    EXPECT_EQ(found->unnamed({"Ana", "y", "", "x"}), 2U);
}

TEST_F(CsvClients, what_is_no_column_is_told_all_at_once) {
    const auto found = mapping({"first_name", "Colour", "email", "E-mail", "shoe"},
                               {"nothere=phone", "shoe=size", "x"});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, "bad_arguments");
    for (const auto* part : {"column \"Colour\" is no field", "two columns are \"email\"",
                             "nothere", "there is no field \"size\"", "COLUMN=FIELD, not \"x\""})
        EXPECT_NE(found.error().detail.find(part), std::string::npos)
            << part << " in " << found.error().detail;
}

TEST_F(CsvClients, a_row_becomes_the_body_and_the_commands_own_rules_judge_it) {
    const Fields header{"first_name",
                        "city",
                        "tags",
                        "marketing_consent",
                        "birth_date",
                        "emergency_contact.name",
                        "communication_preferences.sms"};
    const auto found = mapping(header);
    ASSERT_TRUE(found) << found.error().detail;
    const auto body = found->body(
        fields_, {" Ana ", "Madrid", "vip; new ;", "YES", "1990-02-01", "Eva", "no"}, {});
    EXPECT_EQ(kernel::json::Value(body), kernel::json::parse_own(R"({
        "first_name": "Ana", "address": {"city": "Madrid"}, "tags": ["vip", "new"],
        "marketing_consent": true, "birth_date": "1990-02-01",
        "emergency_contact": {"name": "Eva"}, "communication_preferences": {"sms": false}})"));
    const auto& command = *catalogue_.command("create_client");
    EXPECT_TRUE(command.parse(body, {}));
    const auto bad = found->body(fields_, {"", "", "", "perhaps", "yesterday", "", ""}, {});
    const auto parsed = command.parse(bad, {});
    ASSERT_FALSE(parsed);
    Fields places;
    for (const auto& error : parsed.error().errors) places.push_back(found->place(error.pointer));
    EXPECT_EQ(places, (Fields{"column \"first_name\"", "column \"birth_date\"",
                              "column \"marketing_consent\""}));
}

TEST(ImportTale, of_a_bad_line_shows_what_would_steer_the_terminal) {
    LineAnswer answer;
    answer.line = 7;
    answer.status = 422;
    answer.refused = kernel::reject("validation_failed", "The row was not sent.").error();
    answer.refused->errors.push_back(
        {"column \"\x1b[2Jé\"", "unknown", "There is no \"a\rb\x7f\"."});
    EXPECT_EQ(tell_line(answer),
              "line 7: 422 The row was not sent. (validation_failed)\n"
              "  column \"\\x1b[2Jé\": There is no \"a\\x0db\\x7f\". (unknown)");
}

TEST(LocalTimes, are_instants_of_their_zone_and_never_guessed) {
    const auto madrid = *kernel::Zone::find("Europe/Madrid");
    EXPECT_EQ(instant_of("2026-12-05 10:30", madrid), "2026-12-05T09:30:00Z");
    EXPECT_EQ(instant_of("2026-12-05T10:30:00", madrid), "2026-12-05T09:30:00Z");
    EXPECT_EQ(instant_of("2026-07-05 9:05", madrid), "2026-07-05T07:05:00Z");
    EXPECT_EQ(instant_of("2026-12-05T10:30:00+02:00", madrid), "2026-12-05T08:30:00Z");
    EXPECT_EQ(instant_of("2026-03-29 01:59", madrid), "2026-03-29T00:59:00Z");
    for (const auto* twice : {"2026-10-25 02:00", "2026-10-25 02:59"}) {
        ASSERT_FALSE(instant_of(twice, madrid)) << twice;
        EXPECT_EQ(instant_of(twice, madrid).error().code, "local_time");
    }
    EXPECT_EQ(instant_of("2026-10-25 03:00", madrid), "2026-10-25T02:00:00Z");
    // Where clocks go back by half an hour, or by two.
    EXPECT_FALSE(instant_of("2026-04-05 01:45", *kernel::Zone::find("Australia/Lord_Howe")));
    EXPECT_TRUE(instant_of("2026-04-05 02:00", *kernel::Zone::find("Australia/Lord_Howe")));
    EXPECT_FALSE(instant_of("2026-10-25 01:30", *kernel::Zone::find("Antarctica/Troll")));
    EXPECT_TRUE(instant_of("2026-10-25 03:00", *kernel::Zone::find("Antarctica/Troll")));
    for (const auto* gap : {"2026-03-29 02:00", "2026-03-29 02:59"})
        EXPECT_EQ(instant_of(gap, madrid).error().code, "local_time") << gap;
    for (const auto* bad : {"", "tomorrow", "2026-12-05", "05/12/2026 10:30", "2026-12-05 25:00",
                            "2026-13-05 10:30", "2026-12-05 10:30:30"})
        EXPECT_EQ(instant_of(bad, madrid).error().code, "format") << bad;
}

}  // namespace
}  // namespace almanac::replay
