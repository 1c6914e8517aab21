// Every clause of a domain page, and of what its issue calls bad input, names tests that exist.
#include "tests/domain_map/domain_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace almanac::domain_map {
namespace {

const std::filesystem::path tests_folder = std::filesystem::path(ALMANAC_SOURCE_DIR) / "tests";
using Names = std::set<std::string, std::less<>>;

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines) all += line + '\n';
    return all;
}

struct Page {
    std::string name;  // `<name>.md` is the page, `<name>.tsv` its map
    std::size_t lines_min;
    std::set<std::string> sections;
};
const std::vector<Page>& pages() {
    static const std::vector<Page> all{{"scheduling",
                                        200,
                                        {"Records", "Working time", "Slots", "Hold", "Appointment",
                                         "Read models", "Examples", "Properties", "Bad input"}},
                                       {"loyalty",
                                        80,
                                        {"Programme", "Account", "Redemption", "Referral",
                                         "Read models", "Examples", "Bad input"}}};
    return all;
}
std::vector<Line> map_of(const Page& page) {
    return read_map(tests_folder / ("domain_map/" + page.name + ".tsv"));
}

TEST(DomainMap, every_sentence_names_tests_that_exist) {
    const auto known = tests_below(tests_folder);
    for (const auto& page : pages()) {
        const auto lines = map_of(page);
        EXPECT_EQ(joined(faults(lines, known)), "") << page.name;
        EXPECT_GT(lines.size(), page.lines_min) << page.name;
        std::set<std::string> sections;
        for (const auto& line : lines) sections.insert(line.section);
        EXPECT_EQ(sections, page.sections) << page.name;
    }
}

// A page's title is not quoted, and "Bad input" is of its issue.
TEST(DomainMap, the_quotes_together_are_the_page) {
    for (const auto& page : pages()) {
        const auto text = text_of(tests_folder / ("domain_map/" + page.name + ".md"));
        std::string quoted;
        for (const auto& line : map_of(page)) {
            if (line.section != "Bad input") quoted += line.sentence;
        }
        const auto expected = substance(std::string_view(text).substr(text.find('\n')));
        const auto actual = substance(quoted);
        const auto [there, here] = std::ranges::mismatch(expected, actual);
        EXPECT_TRUE(expected == actual)
            << page.name << " goes on with "
            << expected.substr(static_cast<std::size_t>(there - expected.begin()), 60)
            << ", its map with "
            << actual.substr(static_cast<std::size_t>(here - actual.begin()), 60);
    }
    EXPECT_EQ(substance("**a** `b-1` ≤ c\n"), "ab1≤c");
    EXPECT_NE(substance("a ≤ b"), substance("a ≥ b"));
}

TEST(DomainMap, the_judge_finds_what_is_wrong) {
    const Names known{"Slots.Step", "Slots.Grid", "e2e.booking:test_cancel"};
    const auto found = [&](const std::string& section, const std::string& sentence,
                           const std::string& tests) {
        return joined(faults({{section, sentence, tests}}, known));
    };
    EXPECT_EQ(found("Slots", "a grid", "Slots.Grid"), "");
    EXPECT_EQ(found("Slots", "a grid", "Slots.Grid, e2e.booking:test_cancel"), "");
    EXPECT_EQ(found("Slots", "a grid", ""), "Slots | a grid: no test shows it\n");
    EXPECT_EQ(found("Slots", "a grid", "Slots.Gird"),
              "Slots | a grid: no test is called Slots.Gird\n");
    EXPECT_EQ(found("Slots", "a grid", "Slots.Grid, Slots.Steps"),
              "Slots | a grid: no test is called Slots.Steps\n");
    for (const auto* broken : {"-", "Slots", "Slots.Grid,Slots.Step", "Slots.Grid, ", " Slots.Grid",
                               "e2e.booking", "booking:test_cancel", "e2e.other:test_cancel"}) {
        EXPECT_NE(found("Slots", "a grid", broken), "") << broken;
    }
    EXPECT_EQ(found("Slots", "a grid", "Slots.Grid, Slots.Grid"),
              "Slots | a grid: names twice Slots.Grid\n");
    EXPECT_EQ(found("Slots", "a", "Slots.Grid"), "Slots | a: it says too little\n");
    EXPECT_EQ(found("", "a grid", "Slots.Grid"), " | a grid: it says too little\n");
    const Line grid{"Slots", "a grid", "Slots.Grid"};
    EXPECT_EQ(joined(faults({grid, grid}, known)), "Slots | a grid: stands twice\n");
}

TEST(DomainMap, a_table_is_a_header_and_lines_of_three_fields) {
    const std::string header = "section\tsentence\ttests\n";
    const auto lines = parse_map(header + "Slots\ta grid\tSlots.Grid, Slots.Step\nHold\tit\t\n");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].section, "Slots");
    EXPECT_EQ(lines[0].sentence, "a grid");
    EXPECT_EQ(lines[0].tests, "Slots.Grid, Slots.Step");
    EXPECT_EQ(lines[1].tests, "");
    for (const auto* broken : {"", "Slots\ta grid\tSlots.Grid\n", "section\tsentence\n"})
        EXPECT_THROW(parse_map(broken), std::runtime_error) << broken;
    for (const auto* broken : {"Slots\ta grid\n", "Slots\ta grid\tSlots.Grid\tmore\n", "\n"})
        EXPECT_THROW(parse_map(header + broken), std::runtime_error) << broken;
    EXPECT_THROW(read_map(tests_folder / "domain_map/none.tsv"), std::runtime_error);
}

TEST(DomainMap, tests_are_found_as_they_are_declared_and_nowhere_else) {
    EXPECT_EQ(tests_of_cpp("TEST(Slots, Grid) {\n}\n// TEST(Slots, Gone) {\n"
                           "TEST_F(Choice,\n       Least) {}\nTEST_P(Many, Worlds) {\n"
                           "INSTANTIATE_TEST_SUITE_P(All, Many, Range(1, 5));\n"
                           "    TEST(Nested, Text)\nauto x = \"TEST(In, Text)\";\n"),
              (Names{"Slots.Grid", "Choice.Least", "Many.Worlds"}));
    EXPECT_EQ(tests_of_python("class BookingTest(SalonTest):\n    def test_cancel(self):\n"
                              "        pass\n    def helper(self):\n    # def test_gone(self):\n"
                              "def test_outside(self):\n",
                              "e2e.booking"),
              Names{"e2e.booking:test_cancel"});
    const auto known = tests_below(tests_folder);
    for (const auto* test :
         {"SlotExamples.OneResourceServesOneRole", "OfferedIsBookable.InEveryWorld",
          "ReportsTest.appointment_stats_by_day_week_and_month",
          "e2e.booking:test_cancel_frees_the_slot", "SeedMap.the_judge_finds_what_is_wrong"}) {
        EXPECT_TRUE(known.contains(test)) << test;
    }
    EXPECT_FALSE(known.contains("Slots.Gone"));
    EXPECT_FALSE(known.contains("Nested.Text"));
}

}  // namespace
}  // namespace almanac::domain_map
