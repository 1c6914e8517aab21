// Every stable code that any source of the house writes has an entry, and every entry a page.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "domain/kernel/unique.hpp"
#include "domain/scheduling/slots.hpp"
#include "gateway/docs.hpp"
#include "gateway/error_codes.hpp"

namespace almanac::gateway {
namespace {

namespace fs = std::filesystem;

const fs::path root = ALMANAC_SOURCE_DIR;

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// How sources write a code. The code is the first group.
const std::vector<std::string>& patterns() {
    static const std::vector<std::string> all{
        // reject("…", conflict("…", unavailable("…", reject(RejectionKind::denied, "…"
        R"re(\b(?:reject|conflict|unavailable|refuse|refuse_open)\(\s*(?:(?:kernel::)?RejectionKind::\w+\s*,\s*)?"([a-z_.]+)"\s*,)re",
        // Rejection{RejectionKind::conflict, "…"  and  {RejectionKind::corrupt, "…"
        R"re(\{\s*(?:kernel::)?RejectionKind::\w+\s*,\s*"([a-z_.]+)")re",
        // Fault{400, "…"  Problem problem{415, "…"  fail({413, "…"
        R"re(\{\s*[45]\d\d\s*,\s*"([a-z_.]+)")re",
        // .code = "…"  code = "…"
        R"re(\bcode(?:_[a-z]+)?\s*=\s*"([a-z_.]+)"\s*[,;])re",
        // invalid_field("/start", "…"  invalid_field(json::pointer("/x", i), "…"
        R"re(\binvalid_field\(\s*(?:"[^"]*"|[\w:]+\((?:[^()]|\([^()]*\))*\)|"/"\s*\+\s*\w+)\s*,\s*"([a-z_.]+)")re",
        // in.fail(at, "…"  in.fail(Place{&at, "money"}, "…"
        R"re(\bin\.fail\(\s*(?:\w+|Place\{[^}]*\}(?:\s*\})?)\s*,\s*"([a-z_.]+)")re",
        // errors.push_back({"/slug", "…"  errors.push_back({at + "/to", "…"  {json::pointer(…), "…"
        R"re(\berrors\.push_back\(\s*\{(?:[^",{]|"[^"]*")*(?:,\s*i\)|\([^()]*\)|)\s*,\s*"([a-z_.]+)")re",
    };
    return all;
}

std::set<std::string> codes_in(const std::string& source) {
    std::set<std::string> codes;
    for (const auto& pattern : patterns()) {
        const std::regex rule(pattern);
        for (std::sregex_iterator it(source.begin(), source.end(), rule), end; it != end; ++it) {
            codes.insert((*it)[1].str());
        }
    }
    return codes;
}

// code -> a file that writes it
std::map<std::string, std::string> codes_of_the_house() {
    std::map<std::string, std::string> codes;
    for (const auto* folder : {"domain", "eventstore", "projections", "gateway", "replay"}) {
        if (!fs::exists(root / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const auto extension = entry.path().extension();
            if (extension != ".cpp" && extension != ".hpp") continue;
            if (entry.path().filename().string().starts_with("error_codes")) continue;
            for (const auto& code : codes_in(text_of(entry.path()))) {
                codes.emplace(code, fs::relative(entry.path(), root).string());
            }
        }
    }
    return codes;
}

TEST(ErrorCodes, TheSearchFindsEveryWayACodeIsWritten) {
    const auto one = [](const char* source) {
        const auto found = codes_in(source);
        return found.size() == 1 ? *found.begin() : "found " + std::to_string(found.size());
    };
    EXPECT_EQ(one(R"(return reject("a.b", "x");)"), "a.b");
    EXPECT_EQ(one("return kernel::conflict(\n    \"c_d\",\n  \"x\");"), "c_d");
    EXPECT_EQ(one(R"(reject(kernel::RejectionKind::corrupt, "e", "x"))"), "e");
    EXPECT_EQ(one(R"(unavailable("f", "x", 0))"), "f");
    EXPECT_EQ(one(R"(return {RejectionKind::unavailable, "g", text};)"), "g");
    EXPECT_EQ(one(R"(Fault{414, "h", "x"})"), "h");
    EXPECT_EQ(one(R"({.status = 500, .code = "i", .detail = "x"})"), "i");
    EXPECT_EQ(one(R"(static constexpr std::string_view code = "j";)"), "j");
    EXPECT_EQ(one(R"(constexpr std::string_view code_server = "jj";)"), "jj");
    EXPECT_EQ(one(R"(invalid_field("/start", "k", "x"))"), "k");
    EXPECT_EQ(one(R"(invalid_field(json::pointer("/ids", i), "l", "x"))"), "l");
    EXPECT_EQ(one(R"(invalid_field(std::string(pointer), "m", "x"))"), "m");
    EXPECT_EQ(one(R"(in.fail(at, "n", "x"))"), "n");
    EXPECT_EQ(one(R"(in.fail(Place{&at, "money"}, "o", "x"))"), "o");
    EXPECT_EQ(one(R"(errors.push_back({"/slug", "p", "x"}))"), "p");
    EXPECT_EQ(one(R"(errors.push_back({at + "/to", "q",)"), "q");
    EXPECT_EQ(one(R"(errors.push_back({fmt::format("/windows/{}", i), "r",)"), "r");
    EXPECT_EQ(one(R"(errors.push_back({json::pointer(at, i), "s", "x"}))"), "s");
    EXPECT_EQ(one(R"(errors.push_back({at, "t", "x"}))"), "t");
    EXPECT_EQ(one(R"(errors.push_back({"/" + name, "u", "x"}))"), "u");
}

TEST(ErrorCodes, EveryCodeOfTheSourcesIsExplained) {
    const auto codes = codes_of_the_house();
    EXPECT_GT(codes.size(), 80U);
    for (const auto& [code, file] : codes) {
        EXPECT_NE(find_error_code(code), nullptr)
            << code << ", written in " << file << ", has no entry in gateway/error_codes_*.cpp";
    }
}

TEST(ErrorCodes, EveryRefusalOfASlotIsExplained) {
    using enum scheduling::SlotRefusal;
    for (const auto refusal : {no_resource, too_soon, too_far_ahead, outside_working_time, off_grid,
                               day_full, slot_taken, capacity_exceeded}) {
        const auto rejection = scheduling::rejection(refusal);
        const auto* entry = find_error_code(rejection.code);
        ASSERT_NE(entry, nullptr) << rejection.code;
        EXPECT_EQ(entry->status, rejection.kind == kernel::RejectionKind::conflict ? 409 : 422);
    }
    for (const auto code :
         {kernel::Slug::code, kernel::EmailClaim::code, kernel::PhoneClaim::code}) {
        EXPECT_NE(find_error_code(code), nullptr) << code;
    }
}

TEST(ErrorCodes, EveryEntrySaysWhatItMeansAndWhatToDo) {
    const std::regex form("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)?");
    for (const auto& code : error_codes()) {
        const std::string name(code.code);
        EXPECT_TRUE(std::regex_match(name, form)) << name;
        EXPECT_GE(code.status, 400) << name;
        EXPECT_LE(code.status, 505) << name;
        EXPECT_FALSE(code.title.empty()) << name;
        EXPECT_TRUE(code.meaning.ends_with('.')) << name;
        EXPECT_TRUE(code.remedy.ends_with('.')) << name;
        EXPECT_EQ(find_error_code(code.code), &code);
        const auto page = render_error_page(code.code);
        ASSERT_TRUE(page) << name;
        EXPECT_NE(page->find("<code>" + name + "</code>"), std::string::npos) << name;
    }
}

TEST(ErrorCodes, AnUnknownCodeHasNoPage) {
    EXPECT_FALSE(render_error_page("no_such_code"));
    EXPECT_FALSE(render_error_page("<script>"));
    EXPECT_FALSE(render_error_page(""));
}

}  // namespace
}  // namespace almanac::gateway
