// Every input that tests/fuzz/corpus keeps, through its target: once found, never again.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz_targets.hpp"

namespace almanac::fuzz {
namespace {
namespace fs = std::filesystem;

struct Target {
    const char* name;
    void (*run)(std::string_view);
};
constexpr auto targets = std::to_array<Target>({{"http_reader", http_reader},
                                                {"json_reader", json_reader},
                                                {"record_decoder", record_decoder},
                                                {"recurrence_rule", recurrence_rule},
                                                {"stored_entries", stored_entries}});

const fs::path& root() {
    static const fs::path path = fs::path(ALMANAC_SOURCE_DIR) / "tests/fuzz/corpus";
    return path;
}

std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class Corpus : public testing::TestWithParam<Target> {};
INSTANTIATE_TEST_SUITE_P(Targets, Corpus, testing::ValuesIn(targets),
                         [](const auto& target) { return target.param.name; });

TEST_P(Corpus, every_property_holds_for_every_input) {
    const auto files = entries(root() / GetParam().name);
    EXPECT_GE(files.size(), 10U);
    for (const auto& file : files) {
        SCOPED_TRACE(file.filename().string());
        EXPECT_NO_THROW(GetParam().run(read(file)));
    }
}

// What a network or a disk does to them: the end is missing, a byte is another one.
TEST_P(Corpus, every_property_holds_for_every_input_cut_and_changed) {
    for (const auto& file : entries(root() / GetParam().name)) {
        SCOPED_TRACE(file.filename().string());
        const auto whole = read(file);
        const auto step = std::max<std::size_t>(1, whole.size() / 64);
        for (std::size_t at = 0; at < whole.size(); at += step) {
            EXPECT_NO_THROW(GetParam().run(std::string_view(whole).substr(0, at))) << at;
            auto changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
            EXPECT_NO_THROW(GetParam().run(changed)) << at;
        }
    }
}

TEST(CorpusFolder, each_folder_has_a_target) {
    std::vector<std::string> names;
    for (const auto& target : targets) names.emplace_back(target.name);
    std::vector<std::string> folders;
    for (const auto& folder : entries(root())) folders.push_back(folder.filename().string());
    EXPECT_EQ(folders, names);
}

TEST(CorpusFolder, a_property_that_does_not_hold_is_reported) {
    EXPECT_NO_THROW(require(true, "holds"));
    EXPECT_THROW(require(false, "does not"), BrokenProperty);
}

}  // namespace
}  // namespace almanac::fuzz
