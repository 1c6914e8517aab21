#include "gateway/docs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/docs_html.hpp"
#include "gateway/docs_operation.hpp"
#include "gateway/error_codes.hpp"

namespace almanac::gateway {
namespace {

using kernel::json::Object;

// What a path is about: the first part that is no address, "appointments".
std::string group_of(std::string_view path) {
    constexpr std::string_view inside = "/v1/tenants/{tenant}/";
    constexpr std::string_view version = "/v1/";
    if (path.starts_with(inside)) {
        path.remove_prefix(inside.size());
        if (path == "history") return "tenants";
    } else {
        path.remove_prefix(path.starts_with(version) ? version.size() : 1);
    }
    return std::string(path.substr(0, path.find('/')));
}

std::vector<Operation> operations_of(const Object& openapi) {
    std::vector<Operation> operations;
    for (const auto& [path, item] : openapi.at("paths").get_object()) {
        const auto& object = item.get_object();
        for (const auto& [name, value] : object) {
            if (name == "parameters") continue;
            Operation operation;
            operation.method = std::string(name);
            std::ranges::transform(operation.method, operation.method.begin(), [](char c) {
                return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            });
            operation.path = path;
            operation.object = &value.get_object();
            operation.shared = &object.at("parameters").get_array();
            operation.id = text_at(*operation.object, "operationId");
            operation.summary = text_at(*operation.object, "summary");
            operation.context = operation.object->at("tags").get_array().front().get_string();
            operation.group = group_of(path);
            operations.push_back(std::move(operation));
        }
    }
    return operations;
}

// How people read a resource: find it, make it, change it, act on it, remove it, look back.
int reading_order(const Operation& operation) {
    const bool one = operation.path.ends_with('}');
    if (operation.path.ends_with("/history")) return 7;
    if (operation.path.ends_with("/restore")) return 6;
    if (operation.method == "DELETE") return 5;
    if (operation.method == "PATCH") return 3;
    if (operation.method == "GET") return one ? 2 : 0;
    return operation.path.find("{id}") == std::string::npos ? 1 : 4;
}

// Of one context, those of one group side by side; groups as they first came.
std::vector<std::vector<const Operation*>> groups_of(const std::vector<Operation>& operations,
                                                     std::string_view context) {
    std::vector<std::vector<const Operation*>> groups;
    for (const auto& operation : operations) {
        if (operation.context != context) continue;
        const auto at = std::ranges::find_if(
            groups, [&](const auto& group) { return group.front()->group == operation.group; });
        if (at == groups.end()) {
            groups.push_back({&operation});
        } else {
            at->push_back(&operation);
        }
    }
    for (auto& group : groups) {
        std::ranges::stable_sort(
            group, {}, [](const Operation* operation) { return reading_order(*operation); });
    }
    return groups;
}

std::string render_nav(const Object& openapi, const std::vector<Operation>& operations) {
    std::string out = "<nav class=\"side\" aria-label=\"Operations\">\n";
    for (const auto& tag : openapi.at("tags").get_array()) {
        const auto context = text_at(tag.get_object(), "name");
        out +=
            fmt::format("<details open data-group><summary>{}</summary>\n", html::escape(context));
        for (const auto& group : groups_of(operations, context)) {
            out += fmt::format("<div data-group><h3>{}</h3>\n<ul>\n",
                               html::escape(group.front()->group));
            for (const auto* operation : group) {
                const auto find = operation->id + ' ' + operation->summary + ' ' +
                                  operation->method + ' ' + operation->path;
                std::string lower = find;
                std::ranges::transform(lower, lower.begin(), [](char c) {
                    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
                });
                out +=
                    fmt::format("<li data-find=\"{}\"><a href=\"#{}\">{}<span>{}</span></a></li>\n",
                                html::escape(lower), html::escape(operation->id),
                                render_verb(operation->method), html::escape(operation->summary));
            }
            out += "</ul></div>\n";
        }
        out += "</details>\n";
    }
    out +=
        "<details><summary>Reference</summary><ul><li><a href=\"#schemas\">Schemas</a></li>"
        "<li><a href=\"#errors\">Error codes</a></li></ul></details>\n";
    return out + "</nav>\n";
}

std::string render_schemas(const Object& openapi, const SchemaPrinter& schemas) {
    std::string out = "<section class=\"schemas\" id=\"schemas\"><h2>Schemas</h2>\n";
    for (const auto& [name, value] :
         openapi.at("components").get_object().at("schemas").get_object()) {
        const auto& schema = value.get_object();
        out += fmt::format("<article id=\"schema-{0}\"><h3><a href=\"#schema-{0}\">{0}</a></h3>\n",
                           html::escape(name));
        out += html::paragraphs(text_at(schema, "description"));
        out += schemas.table(schema, name);
        out += "</article>\n";
    }
    return out + "</section>\n";
}

constexpr std::array<std::pair<CodePlace, std::string_view>, 3> code_places{{
    {CodePlace::answer, "Of an answer: `code`"},
    {CodePlace::field, "Of a field: `errors[].code`"},
    {CodePlace::operation, "At start, or on a data directory"},
}};

std::string render_error_index() {
    std::string out =
        "<section class=\"errors\" id=\"errors\"><h2>Error codes</h2>\n<p>A code never changes its "
        "meaning. New ones may come: treat an unknown code by its status.</p>\n";
    for (const auto& [place, caption] : code_places) {
        out += "<table><caption>" + html::inline_marks(caption) +
               "</caption><thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Status</th>"
               "<th scope=\"col\">Title</th></tr></thead><tbody>\n";
        for (const auto& code : error_codes()) {
            if (code.place != place) continue;
            out += fmt::format(
                "<tr><th scope=\"row\"><a href=\"/docs/errors/{0}\"><code>{0}</code></a></th>"
                "<td>{1}</td><td>{2}</td></tr>\n",
                html::escape(code.code), code.status, html::escape(code.title));
        }
        out += "</tbody></table>\n";
    }
    return out + "</section>\n";
}

std::string render_top(std::string_view version, bool with_filter) {
    auto out = fmt::format(
        "<a class=\"skip\" href=\"#main\">To the content</a>\n<header class=\"top\"><a "
        "class=\"brand\" href=\"/docs\">Almanac<span>.</span></a><span class=\"version\">API {}"
        "</span><span class=\"grow\"></span>",
        html::escape(version));
    if (with_filter) {
        out +=
            "<input class=\"filter\" id=\"filter\" type=\"search\" hidden autocomplete=\"off\" "
            "placeholder=\"Filter (press /)\" aria-label=\"Filter operations\">";
    }
    return out +
           "<span class=\"links\"><a href=\"/openapi.json\">openapi.json</a></span></header>\n";
}

}  // namespace

std::string render_docs(const Object& openapi) {
    const auto& info = openapi.at("info").get_object();
    const SchemaPrinter schemas(openapi);
    const auto operations = operations_of(openapi);
    auto server =
        std::string(text_at(openapi.at("servers").get_array().front().get_object(), "url"));
    std::string main = "<main id=\"main\">\n";
    if (server == "/") {  // the script puts in where the page came from
        server = "http://127.0.0.1:8080";
        main = fmt::format("<main id=\"main\" data-server=\"{}\">\n", server);
    }
    std::string body = render_top(text_at(info, "version"), true);
    body += "<div class=\"layout\">\n" + render_nav(openapi, operations) + main;
    body += "<div class=\"intro\"><h1>Almanac API</h1>\n" +
            html::paragraphs(text_at(info, "description")) + "</div>\n";
    for (const auto& tag : openapi.at("tags").get_array()) {
        const auto& object = tag.get_object();
        const auto context = text_at(object, "name");
        body += fmt::format("<section id=\"context-{0}\"><h2>{0}</h2>\n{1}", html::escape(context),
                            html::paragraphs(text_at(object, "description")));
        for (const auto& group : groups_of(operations, context)) {
            for (const auto* operation : group) {
                body += render_operation(*operation, schemas, server);
            }
        }
        body += "</section>\n";
    }
    body += render_schemas(openapi, schemas) + render_error_index() + "</main>\n</div>\n";
    return html::page("Almanac API", body, true);
}

std::optional<std::string> render_error_page(std::string_view code) {
    const auto* found = find_error_code(code);
    if (found == nullptr) return std::nullopt;
    std::string body = render_top("errors", false);
    body += "<main class=\"errorpage\" id=\"main\">\n<h1>" + html::escape(found->title) + "</h1>\n";
    switch (found->place) {
        case CodePlace::answer:
            body += fmt::format("<p class=\"status\">{} · HTTP {}</p>\n", html::code(found->code),
                                found->status);
            break;
        case CodePlace::field:
            body += fmt::format("<p class=\"status\">{} · of a field, in <code>errors</code></p>\n",
                                html::code(found->code));
            break;
        case CodePlace::operation:
            body += fmt::format("<p class=\"status\">{} · for operators</p>\n",
                                html::code(found->code));
            break;
    }
    body += "<h2>What it means</h2>\n" + html::paragraphs(found->meaning);
    body += "<h2>What to do</h2>\n" + html::paragraphs(found->remedy);
    body += "<p><a href=\"/docs#errors\">All error codes</a></p>\n</main>\n";
    return html::page(std::string(found->title) + " · " + std::string(found->code), body, false);
}

}  // namespace almanac::gateway
