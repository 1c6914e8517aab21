#include "gateway/docs_operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "gateway/docs_html.hpp"

namespace almanac::gateway {
namespace {

using kernel::json::Object;
using kernel::json::Value;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::vector<const Object*> parameters_of(const Operation& operation, const SchemaPrinter& schemas) {
    std::vector<const Object*> found;
    for (const auto& each : *operation.shared) found.push_back(&schemas.resolve(each.get_object()));
    if (const auto* own = operation.object->if_contains("parameters")) {
        for (const auto& each : own->get_array()) {
            found.push_back(&schemas.resolve(each.get_object()));
        }
    }
    return found;
}

bool is_true(const Object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

// "/v1/tenants/<var>{tenant}</var>/services"
std::string marked_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == '{') out += "<var>";
        out += html::escape({&c, 1});
        if (c == '}') out += "</var>";
    }
    return out;
}

std::string parameter_table(const std::vector<const Object*>& parameters, std::string_view place,
                            std::string_view caption, const SchemaPrinter& schemas) {
    std::string body;
    for (const auto* parameter : parameters) {
        if (text_at(*parameter, "in") != place) continue;
        const auto& schema = parameter->at("schema").get_object();
        auto words = html::inline_marks(text_at(*parameter, "description"));
        if (const auto rules = schemas.rules(schema); !rules.empty()) {
            words += (words.empty() ? "" : "; ") + rules;
        }
        body += "<tr><th scope=\"row\">" + html::code(text_at(*parameter, "name"));
        if (is_true(*parameter, "required")) body += " <span class=\"must\">required</span>";
        body += "</th><td class=\"type\">" + schemas.type(schema) + "</td><td>" + words +
                "</td></tr>\n";
    }
    if (body.empty()) return {};
    return fmt::format(
        "<table class=\"params\"><caption>{}</caption><thead><tr><th scope=\"col\">Name</th>"
        "<th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead><tbody>\n{}</tbody>"
        "</table>\n",
        html::escape(caption), body);
}

// ---- curl -------------------------------------------------------------------------------------

std::string example_text(const Object& parameter) {
    const auto* example = parameter.if_contains("example");
    if (example == nullptr) return "…";
    if (example->is_string()) return std::string(example->get_string());
    return kernel::json::dump(*example);
}

std::string example_path(const Operation& operation, const std::vector<const Object*>& parameters) {
    auto path = operation.path;
    for (const auto* parameter : parameters) {
        const auto hole = '{' + std::string(text_at(*parameter, "name")) + '}';
        if (const auto at = path.find(hole); at != std::string::npos) {
            path.replace(at, hole.size(), example_text(*parameter));
        }
    }
    return path;
}

const Object* sent_content(const Operation& operation) {
    const auto* body = operation.object->if_contains("requestBody");
    return body == nullptr ? nullptr : &body->get_object().at("content").get_object();
}

// As JSON, or else as what is named first.
const Object* sent_body(const Operation& operation) {
    const auto* content = sent_content(operation);
    if (content == nullptr) return nullptr;
    const auto* json = content->if_contains("application/json");
    return json ? &json->get_object() : &content->begin()->value().get_object();
}

std::string curl_of(const Operation& operation, const std::vector<const Object*>& parameters,
                    std::string_view server_url) {
    std::vector<std::string> lines;
    std::string asked;
    for (const auto* parameter : parameters) {
        if (text_at(*parameter, "in") != "query" || !is_true(*parameter, "required")) continue;
        asked += asked.empty() ? "?" : "&";
        asked += std::string(text_at(*parameter, "name")) + '=' + example_text(*parameter);
    }
    const auto method = operation.method == "GET" ? "" : "-X " + operation.method + ' ';
    const auto url = std::string(server_url) + example_path(operation, parameters) + asked;
    lines.push_back("curl " + method + html::shell_quoted(url));
    const auto& security = operation.object->at("security").get_array();
    if (!security.empty()) lines.emplace_back("-H \"Authorization: Bearer $ALMANAC_KEY\"");
    const auto* body = sent_body(operation);
    if (body != nullptr && !sent_content(operation)->contains("application/json")) {
        lines.push_back(fmt::format("-H 'Content-Type: {}'",
                                    std::string_view(sent_content(operation)->begin()->key())));
        lines.emplace_back("-T lines.ndjson");
    }
    const auto* example = body == nullptr ? nullptr : body->if_contains("example");
    const bool says = example != nullptr && example->is_object() && !example->get_object().empty();
    if (says) {
        lines.emplace_back("-H 'Content-Type: application/json'");
        lines.push_back("-d " + html::shell_quoted(html::pretty_json(*example)));
    }
    std::string out;
    for (const auto& line : lines) out += (out.empty() ? "" : " \\\n  ") + line;
    return out;
}

std::string code_block(std::string_view title, std::string_view text) {
    return fmt::format(
        "<div class=\"block\"><h4>{}</h4><pre tabindex=\"0\" aria-label=\"{}\">{}</pre></div>\n",
        html::escape(title), html::escape(title), html::escape(text));
}

// ---- body and answers -------------------------------------------------------------------------

std::string render_body(const Operation& operation, const SchemaPrinter& schemas) {
    const auto* body = sent_body(operation);
    if (body == nullptr) return {};
    const auto& schema = body->at("schema").get_object();
    const auto table = schemas.table(schema, "Body");
    if (table.empty()) return "<p>No body, or an empty object.</p>\n";
    const bool patch = operation.method == "PATCH";
    const auto note = patch ? "<p>A merge patch (RFC 7396): only the fields you name change; "
                              "<code>null</code> clears one.</p>\n"
                            : "";
    return table + note;
}

std::string answer_type(const Object& response, const SchemaPrinter& schemas) {
    std::string out;
    const auto* content = response.if_contains("content");
    if (content == nullptr) return out;
    for (const auto& [media_type, described] : content->get_object()) {
        if (!out.empty()) out += ", ";
        const auto& schema = described.get_object().at("schema").get_object();
        if (media_type == "application/json" || media_type == "application/problem+json") {
            out += schemas.type(schema);
        } else {
            out += html::code(media_type);
        }
        const auto* parts = schema.if_contains("allOf");
        if (parts == nullptr) continue;
        const auto& own = parts->get_array().back().get_object();
        for (const auto& [name, property] : own.at("properties").get_object()) {
            out += " with " + html::code(name) + ": " + schemas.type(property.get_object());
        }
    }
    return out;
}

std::string render_answers(const Operation& operation, const SchemaPrinter& schemas) {
    std::string good;
    std::string bad;
    for (const auto& [status, answer] : operation.object->at("responses").get_object()) {
        const auto& response = schemas.resolve(answer.get_object());
        const bool fine = status.starts_with('2');
        auto text = html::inline_marks(text_at(response, "description"));
        if (fine) {
            if (const auto type = answer_type(response, schemas); !type.empty()) {
                text += " " + type;
            }
        }
        (fine ? good : bad) += fmt::format("<li class=\"{}\"><b>{}</b><span>{}</span></li>\n",
                                           fine ? "good" : "bad", html::escape(status), text);
    }
    auto out = "<h4>Answers</h4>\n<ul class=\"answers\">\n" + good + "</ul>\n";
    if (bad.empty()) return out;
    return out + "<details class=\"more\"><summary>Refusals</summary><ul class=\"answers\">\n" +
           bad + "</ul></details>\n";
}

}  // namespace

std::string render_verb(std::string_view method) {
    return fmt::format("<span class=\"verb {}\">{}</span>", lower(std::string(method)),
                       html::escape(method));
}

std::string render_operation(const Operation& operation, const SchemaPrinter& schemas,
                             std::string_view server_url) {
    const auto parameters = parameters_of(operation, schemas);
    const auto id = html::escape(operation.id);
    std::string out = fmt::format(
        "<article id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h3 id=\"{0}-title\">"
        "<a href=\"#{0}\">{1}</a></h3>\n<p class=\"route\">{2}{3}</p>\n",
        id, html::escape(operation.summary), render_verb(operation.method),
        marked_path(operation.path));
    out += "<div class=\"columns\"><div>\n";
    out += html::paragraphs(text_at(*operation.object, "description"));
    if (const auto permission = text_at(*operation.object, "x-permission"); !permission.empty()) {
        out += "<p class=\"permission\">Needs " + html::code(permission) + "</p>\n";
    } else if (operation.object->at("security").get_array().empty()) {
        out += "<p class=\"permission\">Needs no key.</p>\n";
    }
    out += parameter_table(parameters, "path", "In the path", schemas);
    out += parameter_table(parameters, "query", "Query parameters", schemas);
    out += render_body(operation, schemas);
    out += "<details class=\"more\"><summary>Headers</summary>\n" +
           parameter_table(parameters, "header", "Headers", schemas) + "</details>\n";
    out += render_answers(operation, schemas);
    out += "</div>\n<div class=\"try\">\n";
    out += code_block("curl", curl_of(operation, parameters, server_url));
    out += "</div></div>\n</article>\n";
    return out;
}

}  // namespace almanac::gateway
