#include "gateway/docs_html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/docs_style.hpp"

namespace almanac::gateway::html {
namespace {

using kernel::json::Value;

std::string one_line(const Value& value) {
    if (const auto* object = value.if_object()) {
        std::string out = "{";
        for (const auto& [name, member] : *object) {
            if (out.size() > 1) out += ", ";
            kernel::json::append_string(out, name);
            out += ": " + one_line(member);
        }
        return out + '}';
    }
    if (const auto* array = value.if_array()) {
        std::string out = "[";
        for (const auto& item : *array) {
            if (out.size() > 1) out += ", ";
            out += one_line(item);
        }
        return out + ']';
    }
    return kernel::json::dump(value);
}

void lay_out(std::string& out, const Value& value, std::size_t indent) {
    const auto line = one_line(value);
    const bool top = indent == 0 && value.is_object() && !value.get_object().empty();
    if (!top && (line.size() + indent <= 60 || value.is_primitive())) {
        out += line;
        return;
    }
    const std::string margin(indent + 2, ' ');
    bool first = true;
    const auto begin_item = [&] {
        out += first ? "\n" : ",\n";
        out += margin;
        first = false;
    };
    if (const auto* object = value.if_object()) {
        out += '{';
        for (const auto& [name, member] : *object) {
            begin_item();
            kernel::json::append_string(out, name);
            out += ": ";
            lay_out(out, member, indent + 2);
        }
        out += '\n' + std::string(indent, ' ') + '}';
    } else if (const auto* array = value.if_array()) {
        out += '[';
        for (const auto& item : *array) {
            begin_item();
            lay_out(out, item, indent + 2);
        }
        out += '\n' + std::string(indent, ' ') + ']';
    }
}

}  // namespace

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string inline_marks(std::string_view text) {
    std::string out;
    const auto wrap = [&](std::string_view mark, const char* element) {
        const auto end = text.find(mark, mark.size());
        if (!text.starts_with(mark) || end == std::string_view::npos) return false;
        const auto inner = text.substr(mark.size(), end - mark.size());
        out += fmt::format("<{0}>{1}</{0}>", element, escape(inner));
        text.remove_prefix(end + mark.size());
        return true;
    };
    while (!text.empty()) {
        if (wrap("`", "code") || wrap("**", "strong")) continue;
        const auto next = std::min(text.find_first_of("`*", 1), text.size());
        out += escape(text.substr(0, next));
        text.remove_prefix(next);
    }
    return out;
}

std::string paragraphs(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find("\n\n"), text.size());
        out += "<p>" + inline_marks(text.substr(0, end)) + "</p>\n";
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return out;
}

std::string code(std::string_view text) {
    return "<code>" + escape(text) + "</code>";
}

std::string pretty_json(const Value& value) {
    std::string out;
    lay_out(out, value, 0);
    return out;
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + '\'';
}

std::string page(std::string_view title, std::string_view body, bool scripted) {
    std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    out +=
        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" "
        "href=\"data:,\">\n";
    out += "<title>" + escape(title) + "</title>\n<style>" + std::string(docs_style);
    out += "</style>\n</head>\n<body>\n";
    out += body;
    if (scripted) out += "<script>" + std::string(docs_script) + "</script>\n";
    return out + "</body>\n</html>\n";
}

}  // namespace almanac::gateway::html
