#include "tests/domain_map/domain_map.hpp"

#include <cctype>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace almanac::domain_map {
namespace {
using Names = std::set<std::string, std::less<>>;

constexpr std::string_view header = "section\tsentence\ttests";
constexpr std::size_t sentence_length_min = 4;

std::vector<std::string> split(std::string_view text, std::string_view mark) {
    std::vector<std::string> parts;
    while (true) {
        const auto at = text.find(mark);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + mark.size());
    }
}

void faults_of_tests(const Line& line, const Names& known_tests, const std::string& where,
                     std::vector<std::string>& faults) {
    if (line.tests.empty()) {
        faults.push_back(where + ": no test shows it");
        return;
    }
    Names named;
    for (auto& test : split(line.tests, ", ")) {
        if (!known_tests.contains(test)) faults.push_back(where + ": no test is called " + test);
        if (!named.insert(test).second) faults.push_back(where + ": names twice " + test);
    }
}

Names matches(const std::string& source, const std::regex& rule, auto name_of) {
    Names names;
    for (std::sregex_iterator it(source.begin(), source.end(), rule), end; it != end; ++it)
        names.insert(name_of(*it));
    return names;
}
}  // namespace

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<std::string> faults(const std::vector<Line>& lines, const Names& known_tests) {
    std::vector<std::string> faults;
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& line : lines) {
        const auto where = line.section + " | " + line.sentence;
        if (line.section.empty() || line.sentence.size() < sentence_length_min)
            faults.push_back(where + ": it says too little");
        if (!seen.emplace(line.section, line.sentence).second)
            faults.push_back(where + ": stands twice");
        faults_of_tests(line, known_tests, where, faults);
    }
    return faults;
}

std::string substance(std::string_view text) {
    std::string kept;
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (byte >= 0x80 || std::isalnum(byte) != 0) kept += each;
    }
    return kept;
}

std::vector<Line> parse_map(std::string_view text) {
    std::vector<Line> lines;
    auto rows = split(text, "\n");
    if (rows.back().empty()) rows.pop_back();
    if (rows.empty() || rows[0] != header) throw std::runtime_error("it has no header");
    for (std::size_t i = 1; i < rows.size(); ++i) {
        auto fields = split(rows[i], "\t");
        if (fields.size() != 3)
            throw std::runtime_error("line " + std::to_string(i + 1) + " has not three fields");
        lines.push_back({std::move(fields[0]), std::move(fields[1]), std::move(fields[2])});
    }
    return lines;
}

std::vector<Line> read_map(const std::filesystem::path& file) {
    return parse_map(text_of(file));
}

// A declaration begins its line, so one in a comment is none.
Names tests_of_cpp(std::string_view source) {
    static const std::regex rule(R"(\n(?:TEST|TEST_F|TEST_P)\(\s*(\w+)\s*,\s*(\w+)\s*\))");
    return matches('\n' + std::string(source), rule,
                   [](const std::smatch& found) { return found[1].str() + '.' + found[2].str(); });
}

Names tests_of_python(std::string_view source, std::string_view folder_and_name) {
    static const std::regex rule(R"(\n {4}def (test_\w+)\(self\))");
    const auto file = std::string(folder_and_name) + ':';
    return matches('\n' + std::string(source), rule,
                   [&](const std::smatch& found) { return file + found[1].str(); });
}

Names tests_below(const std::filesystem::path& folder) {
    Names names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto& path = entry.path();
        const auto stem = path.stem().string();
        if (!stem.ends_with("_test")) continue;
        if (path.extension() == ".cpp") names.merge(tests_of_cpp(text_of(path)));
        if (path.extension() == ".py") {
            const auto name = stem.substr(0, stem.size() - std::string_view("_test").size());
            const auto file = path.parent_path().filename().string() + '.' + name;
            names.merge(tests_of_python(text_of(path), file));
        }
    }
    return names;
}

}  // namespace almanac::domain_map
