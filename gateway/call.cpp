#include "gateway/call.hpp"

#include <algorithm>
#include <charconv>

#include "eventstore/log.hpp"
#include "gateway/problem.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}
}  // namespace

const std::string& Call::id() const {
    static const std::string none;
    const auto* found = parameters.find("id");
    return found ? *found : none;
}

std::string Call::position_text(std::uint64_t position) const {
    return fmt::format("{}-{}", partition->number(), position);
}

void Call::dress(Response& response) const {
    response.set("Cache-Control", "no-store");
    if (sandbox) response.set("Almanac-Sandbox", "true");
    if (partition) response.set("Almanac-Log", to_string(partition->log_id()));
    if (cors) cors->dress(request, response);
    if (rates.empty()) return;
    response.set("RateLimit-Policy", rate_limit_policy_header(rates));
    response.set("RateLimit", rate_limit_header(rates));
}

void Call::answer(Response response) {
    dress(response);
    if (finished) finished(*this, response.status);
    responder.send(std::move(response));
}

void Call::refuse(const Rejection& rejection) {
    answer(answer_of(rejection, request.request_id));
}

void Call::answer_json(int status, const json::Value& body, std::uint64_t position) {
    Response response;
    response.status = status;
    response.body = json::dump(body);
    response.set("Almanac-Position", position_text(position));
    answer(std::move(response));
}

namespace {
projections::CursorCoder cursors_of(const Call& call) {
    return {call.partition->log_id(), fmt::format("{} {} {}", call.route->path_template,
                                                  to_string(call.tenant.id), call.id())};
}
}  // namespace

std::string number_cursor(const Call& call, std::uint64_t number) {
    std::string bytes;
    eventstore::append_u64(bytes, number);
    return cursors_of(call).encode({bytes});
}

Result<std::uint64_t> number_cursor_of(const Call& call, std::string_view cursor) {
    const auto place = cursors_of(call).decode(cursor);
    if (!place) return std::unexpected(place.error());
    if (place->at.size() != 8)
        return invalid_field("/cursor", "cursor", "This is no cursor of this list.");
    return eventstore::read_u64(place->at);
}

Preferences preferences_of(const Request& request) {
    Preferences preferences;
    for (const auto& header : request.headers) {
        if (header.name != "prefer") continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(','), rest.size());
            const auto part = trimmed(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (part == "return=representation") preferences.representation = true;
            if (!part.starts_with("wait=")) continue;
            if (const auto wait = whole_number(part.substr(5))) {
                preferences.wait_seconds = static_cast<int>(std::min<std::uint64_t>(*wait, 30));
            }
        }
    }
    return preferences;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto done = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = done.ec == std::errc{} && done.ptr == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

std::optional<std::pair<unsigned, std::uint64_t>> parse_position(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == text.npos) return std::nullopt;
    const auto partition = whole_number(text.substr(0, dash));
    const auto position = whole_number(text.substr(dash + 1));
    if (!partition || !position || *partition >= eventstore::partitions_max) return std::nullopt;
    return std::pair{static_cast<unsigned>(*partition), *position};
}

Result<std::optional<std::uint64_t>> if_match_of(const Request& request) {
    const auto* header = request.find_header("if-match");
    if (!header || *header == "*") return std::optional<std::uint64_t>{};
    const std::string_view text = *header;
    if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
        if (const auto revision = whole_number(text.substr(1, text.size() - 2))) return revision;
    }
    return reject(RejectionKind::invalid, "malformed_request",
                  "If-Match takes one revision in quotes, as ETag gave it: \"3\".");
}

Result<std::map<std::string, std::string, std::less<>>> parameters_of(
    const Request& request, const std::vector<std::string>& allowed) {
    std::map<std::string, std::string, std::less<>> found;
    std::vector<FieldError> errors;
    for (const auto& [name, value] : request.query) {
        const auto at = json::pointer("", name);
        if (std::ranges::find(allowed, name) == allowed.end()) {
            std::string known;
            for (const auto& each : allowed) known += (known.empty() ? "" : ", ") + each;
            errors.push_back({at, "unknown_parameter",
                              known.empty() ? "This route takes no query parameters."
                                            : "This route takes " + known + "."});
        } else if (!found.emplace(name, value).second) {
            errors.push_back({at, "repeated", "This parameter stands twice."});
        }
    }
    if (!errors.empty()) return invalid(std::move(errors));
    return found;
}

}  // namespace almanac::gateway
