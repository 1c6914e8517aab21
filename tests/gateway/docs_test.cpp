// The pages: complete, self-contained, escaped, with a policy that lets only their own style and
// script run.
#include "gateway/docs.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <regex>
#include <set>

#include "domain/house.hpp"
#include "domain/kernel/digest.hpp"
#include "gateway/docs_html.hpp"
#include "gateway/docs_style.hpp"
#include "gateway/error_codes.hpp"
#include "gateway/openapi.hpp"

namespace almanac::gateway {
namespace {

using kernel::json::Object;
using kernel::json::Value;

Object document() {
    const auto catalogue = build_catalogue();
    return build_openapi(catalogue, route_table(catalogue), "https://api.example.com", true);
}

const std::string& docs() {
    static const std::string page = render_docs(document());
    return page;
}

std::set<std::string> found(const std::string& page, const std::string& pattern) {
    std::set<std::string> all;
    const std::regex rule(pattern);
    for (std::sregex_iterator it(page.begin(), page.end(), rule), end; it != end; ++it) {
        all.insert((*it)[1].str());
    }
    return all;
}

// Elements that are opened and closed must nest; the others stand alone.
std::string nesting_fault(const std::string& page) {
    const std::set<std::string> alone{"meta", "link", "input", "!doctype"};
    const std::set<std::string> raw{"style", "script"};
    std::vector<std::string> open;
    const std::regex tag(R"(<(/?)([a-zA-Z!][a-zA-Z0-9]*)[^>]*>)");
    for (std::sregex_iterator it(page.begin(), page.end(), tag), end; it != end; ++it) {
        const auto name = (*it)[2].str();
        if (alone.contains(name) ||
            (!open.empty() && raw.contains(open.back()) && open.back() != name)) {
            continue;
        }
        if ((*it)[1].str().empty()) {
            open.push_back(name);
        } else if (open.empty() || open.back() != name) {
            return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
        } else {
            open.pop_back();
        }
    }
    return open.empty() ? "" : "<" + open.back() + "> stays open";
}

TEST(Docs, ShowsEveryOperationWithPathPermissionAndCurl) {
    const auto openapi = document();
    for (const auto& [path, item] : openapi.at("paths").get_object()) {
        for (const auto& [method, operation] : item.get_object()) {
            if (method == "parameters") continue;
            const std::string id(operation.at("operationId").get_string());
            const auto begin = docs().find("<article id=\"" + id + "\"");
            ASSERT_NE(begin, std::string::npos) << id;
            const auto article = docs().substr(begin, docs().find("</article>", begin) - begin);
            EXPECT_NE(article.find("<h4>curl</h4>"), std::string::npos) << id;
            EXPECT_NE(docs().find("href=\"#" + id + "\""), std::string::npos) << id;
            if (const auto* permission = operation.get_object().if_contains("x-permission")) {
                EXPECT_NE(article.find(std::string(permission->get_string())), std::string::npos)
                    << id;
            }
        }
    }
}

TEST(Docs, AsksNothingOfAnyOtherHost) {
    EXPECT_EQ(docs().find("<img"), std::string::npos);
    EXPECT_EQ(docs().find("@import"), std::string::npos);
    EXPECT_EQ(docs().find("url("), std::string::npos);
    EXPECT_TRUE(found(docs(), R"(\ssrc="([^"]*)\")").empty());
    for (const auto& target : found(docs(), R"(href="([^"]*)\")")) {
        EXPECT_TRUE(target.starts_with('#') || target.starts_with("/docs") || target == "data:," ||
                    target == "/openapi.json")
            << target;
    }
}

TEST(Docs, EveryLinkInsideLeadsSomewhere) {
    const auto ids = found(docs(), R"(\sid="([^"]*)\")");
    for (const auto& target : found(docs(), R"(href="#([^"]*)\")")) {
        EXPECT_TRUE(ids.contains(target)) << target;
    }
    const std::regex rule(R"(\sid="([^"]*)\")");
    const auto count = std::distance(std::sregex_iterator(docs().begin(), docs().end(), rule), {});
    EXPECT_EQ(static_cast<std::size_t>(count), ids.size()) << "an id stands twice";
}

TEST(Docs, Nests) {
    EXPECT_EQ(nesting_fault(docs()), "");
    EXPECT_EQ(nesting_fault("<p><b></p></b>"), "</p> closes b");
    EXPECT_EQ(nesting_fault("<div>"), "<div> stays open");
    for (const auto& code : error_codes())
        EXPECT_EQ(nesting_fault(*render_error_page(code.code)), "");
}

TEST(Docs, EscapesWhatItIsGiven) {
    auto openapi = document();
    const std::string evil = "</pre><script>alert('x')</script>\"&";
    openapi["info"].get_object()["description"] = evil;
    auto& path = openapi["paths"].get_object()["/v1/tenants/{tenant}/appointments"].get_object();
    auto& operation = path["post"].get_object();
    operation["summary"] = evil;
    operation["description"] = evil;
    operation["x-permission"] = evil;
    auto& body = operation["requestBody"].at("content").at("application/json").get_object();
    body["example"] = Object{{"name", evil}};
    auto& schemas = openapi["components"].at("schemas").get_object();
    auto& start = schemas["BookAppointment"].at("properties").at("start").get_object();
    start["description"] = evil;
    start["enum"] = Value({evil, "b", "c"});
    const auto page = render_docs(openapi);
    EXPECT_EQ(page.find("<script>alert"), std::string::npos);
    EXPECT_EQ(page.find("</pre><"), page.find("</pre></div>"));
    EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)"), std::string::npos);
    EXPECT_EQ(nesting_fault(page), "");
}

TEST(Docs, EscapesAndMarks) {
    EXPECT_EQ(html::escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    EXPECT_EQ(html::inline_marks("a `<b>` **c** d * e ` f"),
              "a <code>&lt;b&gt;</code> <strong>c</strong> d * e ` f");
    EXPECT_EQ(html::paragraphs("one\n\ntwo"), "<p>one</p>\n<p>two</p>\n");
    EXPECT_EQ(html::shell_quoted("it's"), "'it'\\''s'");
    EXPECT_EQ(html::pretty_json(Object{{"a", 1}, {"b", {{"c", "d"}}}}),
              "{\n  \"a\": 1,\n  \"b\": {\"c\": \"d\"}\n}");
    EXPECT_EQ(html::pretty_json(Object{}), "{}");
}

std::string policy_hash(std::string_view text) {
    const auto digest = kernel::sha256(text);
    std::string encoded(64, '\0');
    const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                        digest.data(), static_cast<int>(digest.size()));
    encoded.resize(static_cast<std::size_t>(length));
    return "'sha256-" + encoded + "'";
}

TEST(Docs, ThePolicyAllowsExactlyItsStyleAndScript) {
    const auto policy = std::string(docs_content_security_policy) + ';';
    EXPECT_NE(policy.find("style-src " + policy_hash(docs_style) + ";"), std::string::npos)
        << "style-src " << policy_hash(docs_style);
    EXPECT_NE(policy.find("script-src " + policy_hash(docs_script) + ";"), std::string::npos)
        << "script-src " << policy_hash(docs_script);
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(docs().find("<style>" + std::string(docs_style) + "</style>"), std::string::npos);
    EXPECT_NE(docs().find("<script>" + std::string(docs_script) + "</script>"), std::string::npos);
    EXPECT_EQ(docs().find(" style=\""), std::string::npos) << "the policy forbids style attributes";
    EXPECT_TRUE(found(docs(), R"(\s(on[a-z]+)=\")").empty()) << "and inline handlers";
}

TEST(Docs, EveryTableHasHeadersAndACaption) {
    std::size_t tables = 0;
    for (auto at = docs().find("<table"); at != std::string::npos;
         at = docs().find("<table", at + 1)) {
        const auto head = docs().substr(at, docs().find("<tbody>", at) - at);
        EXPECT_NE(head.find("<caption>"), std::string::npos);
        EXPECT_NE(head.find("scope=\"col\""), std::string::npos);
        ++tables;
    }
    EXPECT_GT(tables, 100U);
    EXPECT_NE(docs().find("<html lang=\"en\">"), std::string::npos);
    EXPECT_NE(docs().find("class=\"skip\""), std::string::npos);
}

TEST(Docs, ShowsABodyAsFieldsWithRules) {
    const auto begin = docs().find("<article id=\"create_service\"");
    const auto article = docs().substr(begin, docs().find("</article>", begin) - begin);
    EXPECT_NE(article.find("<code>duration_minutes</code> <span class=\"must\">required</span>"),
              std::string::npos);
    EXPECT_NE(article.find("1 to 10080"), std::string::npos);
    EXPECT_NE(article.find("<span class=\"path\">price.</span><code>amount</code>"),
              std::string::npos);
    EXPECT_NE(
        article.find("-X POST &#39;https://api.example.com/v1/tenants/bella-hair-salon/services"),
        std::string::npos);
}

}  // namespace
}  // namespace almanac::gateway
