#include "gateway/import_line.hpp"

#include <algorithm>
#include <array>

namespace almanac::gateway {
namespace {
using namespace kernel;

constexpr std::string_view business = "/v1/tenants/{tenant}";

std::unexpected<Rejection> bad_line(std::vector<FieldError> errors) {
    Rejection rejection{RejectionKind::invalid, "import_line_invalid",
                        "This line is not a command with its body."};
    rejection.errors = std::move(errors);
    return std::unexpected(std::move(rejection));
}

std::size_t after_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        if (json[at] == '\\') ++at;
    }
    return at + 1;
}

std::size_t after_space(std::string_view json, std::size_t at) {
    while (at < json.size() && std::string_view(" \t\r\n").find(json[at]) != std::string_view::npos)
        ++at;
    return at;
}

// Behind the value that begins at `at`.
std::size_t after_value(std::string_view json, std::size_t at) {
    std::size_t depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = after_string(json, at);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') {
            if (depth == 0) return at;
            if (--depth == 0) return at + 1;
        }
        if (depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n')) return at;
        ++at;
    }
    return at;
}

// A member that is text where it is there; what is none is noted.
std::optional<std::string> text_of(const json::Object& line, std::string_view name,
                                   std::vector<FieldError>& errors) {
    const auto* value = line.if_contains(name);
    if (!value) return std::nullopt;
    if (value->is_string()) return std::string(value->get_string());
    errors.push_back({json::pointer("", name), "type", "Expected text."});
    return std::nullopt;
}

void refuse_unknown(const json::Object& line, std::vector<FieldError>& errors) {
    static constexpr std::array<std::string_view, 5> known{"command", "idempotency_key", "id",
                                                           "path", "body"};
    for (const auto& member : line) {
        if (std::ranges::find(known, std::string_view(member.key())) != known.end()) continue;
        errors.push_back({json::pointer("", member.key()), "unknown_field",
                          "A line has command, idempotency_key, id, path and body."});
    }
}

// Every parameter of the route, from `id` and `path`; what is missing, odd or too much is noted.
void read_path(const json::Object& line, ImportLine& into, std::vector<FieldError>& errors) {
    static const json::Object none;
    const auto* path = line.if_contains("path");
    if (path && !path->is_object()) errors.push_back({"/path", "type", "Expected an object."});
    const auto& given = path && path->is_object() ? path->get_object() : none;
    std::vector<std::string_view> wanted;
    for (const auto name : path_parameters(into.route->path_template)) {
        if (name == "tenant") continue;
        wanted.push_back(name);
        const auto* short_form = name == "id" ? line.if_contains("id") : nullptr;
        const auto* value = short_form ? short_form : given.if_contains(name);
        const auto at = short_form ? std::string("/id") : json::pointer("/path", name);
        if (!value) {
            const auto where = name == "id" ? std::string("/id") : at;
            errors.push_back({where, "required", "This field is required."});
        } else if (!value->is_string() || value->get_string().empty()) {
            errors.push_back({at, "type", "Expected text."});
        } else {
            into.parameters.values.emplace_back(name, std::string(value->get_string()));
        }
    }
    const auto takes = [&](std::string_view name) {
        return std::ranges::find(wanted, name) != wanted.end();
    };
    if (line.contains("id") && (!takes("id") || given.contains("id")))
        errors.push_back({"/id", "unknown_field", "This command's path has no such place."});
    for (const auto& member : given) {
        if (takes(member.key())) continue;
        errors.push_back({json::pointer("/path", member.key()), "unknown_field",
                          "This command's path has no such place."});
    }
}
}  // namespace

std::string_view member_text(std::string_view object, std::string_view name) {
    std::size_t at = after_space(object, 0) + 1;
    while (true) {
        at = after_space(object, at);
        if (at >= object.size() || object[at] != '"') return {};
        const auto key_end = after_string(object, at);
        const auto key = object.substr(at + 1, key_end - at - 2);
        at = after_space(object, after_space(object, key_end) + 1);  // behind the colon
        const auto end = after_value(object, at);
        if (key == name) return object.substr(at, end - at);
        at = after_space(object, end) + 1;  // behind the comma
    }
}

ImportLineReader::ImportLineReader(std::span<const RouteEntry> table) {
    for (const auto& route : table) {
        const bool of_business = route.path_template.starts_with(business) && !route.sandbox_only;
        if (route.kind == RouteKind::command && of_business) routes_.emplace(route.name, &route);
    }
}

void ImportLineReader::read_route(const json::Object& line, ImportLine& into,
                                  std::vector<FieldError>& errors) const {
    const auto command = text_of(line, "command", errors);
    if (!line.contains("command"))
        errors.push_back({"/command", "required", "This field is required."});
    if (!command) return;
    const auto found = routes_.find(*command);
    if (found == routes_.end()) {
        errors.push_back({"/command", "unknown_command",
                          "There is no such command of a business; /docs names them all."});
        return;
    }
    into.route = found->second;
    read_path(line, into, errors);
}

bool ImportLineReader::may_any(const Principal& principal) const {
    return std::ranges::any_of(
        routes_, [&](const auto& route) { return principal.may(route.second->permission); });
}

Result<ImportLine> ImportLineReader::read(std::string_view text) const {
    auto parsed = json::parse(text);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    if (!parsed->is_object()) return bad_line({{"", "type", "Expected an object."}});
    auto& line = parsed->get_object();
    std::vector<FieldError> errors;
    refuse_unknown(line, errors);
    ImportLine read;
    read.idempotency_key = text_of(line, "idempotency_key", errors);
    if (const auto& key = read.idempotency_key;
        key && (key->empty() || key->size() > 255 || !is_visible_ascii(*key)))
        errors.push_back({"/idempotency_key", "format", "1 to 255 visible ASCII characters."});
    read_route(line, read, errors);
    auto* body = line.if_contains("body");
    if (body && read.route && !read.route->command->has_body)
        errors.push_back({"/body", "unknown_field", "This command takes no body."});
    if (!errors.empty()) return bad_line(std::move(errors));
    if (body) {
        read.body_text = member_text(text, "body");
        if (read.body_text.empty()) read.body_text = json::dump(*body);  // its name is escaped
        read.body = std::move(*body);
        return read;
    }
    auto absent = absent_body(*read.route, read.parameters.find("id") != nullptr);
    if (!absent) return bad_line({{"/body", "required", "This field is required."}});
    read.body = std::move(*absent);
    return read;
}

}  // namespace almanac::gateway
