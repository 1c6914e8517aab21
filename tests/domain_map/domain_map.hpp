// Which tests show each sentence of a domain page. `<page>.tsv` quotes the page clause by clause,
// in its order, and names for each the tests that show it, separated by ", ":
//   Slots.StepDefaultsToTheDuration        a test of GoogleTest, by suite and name
//   e2e.booking:test_cancel_frees_the_slot a method of tests/e2e/booking_test.py
// Reads the sources of the tests, runs none of them. Belongs to the tests.
#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace almanac::domain_map {

struct Line {
    std::string section;
    std::string sentence;
    std::string tests;
};

// What is wrong with a map, a sentence each: a clause that says nothing or stands twice, one
// without a test, a test that does not exist or is named twice.
std::vector<std::string> faults(const std::vector<Line>& lines,
                                const std::set<std::string, std::less<>>& known_tests);

// The letters, digits and signs of a text beyond ASCII: what a quote has to keep.
std::string substance(std::string_view text);

// As above the header `section sentence tests`. Throws std::runtime_error where a file is not so.
std::vector<Line> read_map(const std::filesystem::path& file);
std::vector<Line> parse_map(std::string_view text);

// The tests that a source declares: TEST, TEST_F and TEST_P of C++; methods of `<name>_test.py` in
// a folder, as `<folder>.<name>:<method>`. Comments are left out.
std::set<std::string, std::less<>> tests_of_cpp(std::string_view source);
std::set<std::string, std::less<>> tests_of_python(std::string_view source,
                                                   std::string_view folder_and_name);
std::string text_of(const std::filesystem::path& file);
// Of every source below a folder.
std::set<std::string, std::less<>> tests_below(const std::filesystem::path& folder);

}  // namespace almanac::domain_map
