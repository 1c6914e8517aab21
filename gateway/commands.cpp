#include "gateway/commands.hpp"

#include "gateway/command_request.hpp"
#include "gateway/rows.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

std::unexpected<Rejection> malformed(std::string detail) {
    return reject(RejectionKind::invalid, "malformed_request", std::move(detail));
}

bool is_json(std::string_view content_type) {
    const auto type = content_type.substr(0, content_type.find(';'));
    return equals_ignoring_case(type, "application/json") ||
           equals_ignoring_case(type, "application/merge-patch+json");
}

Result<json::Value> body_of(const Call& call) {
    const auto& request = call.request;
    if (!call.route->command->has_body || request.body.empty()) {
        if (!request.body.empty()) return malformed("This route takes no body.");
        return absent_body(*call.route, !call.id().empty());
    }
    if (!is_json(request.header("content-type"))) {
        return reject(RejectionKind::rejected, "unsupported_media_type",
                      "Send the body as Content-Type: application/json.");
    }
    return json::parse(request.body);
}

// Written rather than built: it is the one answer that has to be fast.
std::string answer_body(const eventstore::CommandAnswer& answer, std::string_view position,
                        const json::Value* resource) {
    std::string body;
    body.reserve(384);
    const auto member = [&](std::string_view name) {
        body += body.empty() ? '{' : ',';
        json::append_string(body, name);
        body += ':';
    };
    const auto text = [&](std::string_view name, std::string_view value) {
        member(name);
        json::append_string(body, value);
    };
    text("id", answer.id);
    member("revision");
    body += fmt::format_int(answer.revision).str();
    text("position", position);
    member("sequence");
    body += fmt::format_int(answer.sequence).str();
    member("events");
    body += '[';
    for (const auto& event : answer.events) {
        body += body.back() == '[' ? "{\"id\":" : ",{\"id\":";
        json::append_string(body, event.id);
        body += ",\"type\":";
        json::append_string(body, event.type);
        body += '}';
    }
    body += ']';
    for (const auto& [name, value] : answer.more) {
        member(name);
        json::append(body, value);
    }
    for (const auto& [name, value] : answer.disclosed) text(name, value);
    if (resource) {
        member("resource");
        json::append(body, *resource);
    }
    return body += '}';
}
}  // namespace

Result<eventstore::CommandRequest> Commands::request_of(const Call& call) const {
    if (auto none = parameters_of(call.request, {}); !none)
        return std::unexpected(std::move(none.error()));
    auto body = body_of(call);
    if (!body) return std::unexpected(std::move(body.error()));
    auto if_match = if_match_of(call.request);
    if (!if_match) return std::unexpected(std::move(if_match.error()));
    CommandWish wish{call.route, call.parameters, std::move(*body), call.request.body};
    if (const auto* key = call.request.find_header("idempotency-key")) wish.idempotency_key = *key;
    wish.if_match = *if_match;
    return command_request(call, std::move(wish));
}

void Commands::handle(CallPtr call) {
    auto request = request_of(*call);
    if (!request) {
        if (request.error().code == "unsupported_media_type") {
            Problem problem{415, request.error().code, request.error().detail};
            return call->answer(problem_response(problem, call->request.request_id));
        }
        return call->refuse(request.error());
    }
    store_.submit(std::move(*request), [this, call](Result<eventstore::CommandAnswer> answer) {
        if (!answer) return call->refuse(answer.error());
        if (call->route->command->name == "move_clock")
            return reply_when_applied(call, std::move(*answer));
        reply(call, std::move(*answer));
    });
}

// A moved clock is a barrier: answered once every view has applied all there is (log.md, "Time").
void Commands::reply_when_applied(const CallPtr& call, eventstore::CommandAnswer answer) {
    store_.tidy();
    const auto deadline = call->started + std::chrono::seconds{60};
    views_.when_all_applied(
        store_, deadline, [this, call, answer = std::move(answer)](bool applied) mutable {
            if (!applied) {
                return call->refuse(
                    unavailable("view_behind", "The clock moved; the views go on applying.", 5)
                        .error());
            }
            reply(call, std::move(answer));
        });
}

// Where GET finds what was made: in its collection, in the tenant as the caller wrote it.
std::string Commands::location_of(const Call& call, const eventstore::CommandAnswer& answer) const {
    constexpr std::string_view tenants = "/v1/tenants";
    const auto* collection = store_.catalogue().collection_of(*call.route->command->target);
    const std::string_view path = call.request.path;
    std::string base(path.substr(0, path.find('/', tenants.size() + 1)));
    if (collection && collection->name != "tenants") base += '/' + collection->name;
    return base + '/' + answer.id;
}

void Commands::reply(const CallPtr& call, eventstore::CommandAnswer answer) {
    make_absolute(*call, url_, answer);
    const auto& type = *call->route->command;
    const auto tenant = type.name == "create_tenant"
                            ? TenantId{parse_uuid(answer.id).value_or(Uuid{})}
                            : call->tenant.id;
    call->partition = &store_.partition_for(tenant);
    if (type.name == "create_tenant") call->tenant = {tenant, "", true};
    const auto position = call->position_text(answer.position);
    Response response;
    response.headers.reserve(8);
    response.status = status_of(type, answer);
    response.set("ETag", fmt::format("\"{}\"", answer.revision));
    response.set("Almanac-Position", position);
    if (answer.replayed) response.set("Idempotent-Replayed", "true");
    if (type.creates && !answer.id.empty()) response.set("Location", location_of(*call, answer));
    if (preferences_of(call->request).representation && type.target) {
        return reply_with_row(call, std::move(answer), std::move(response));
    }
    response.body = answer_body(answer, position, nullptr);
    call->answer(std::move(response));
}

// `resource` is what GET would answer: as of the command's own end.
void Commands::reply_with_row(const CallPtr& call, eventstore::CommandAnswer answer,
                              Response response) {
    const auto* collection = store_.catalogue().collection_of(*call->route->command->target);
    const auto id = parse_uuid(answer.id);
    const auto position = answer.position;
    auto finish = [call, answer = std::move(answer),
                   response = std::move(response)](std::optional<json::Value> resource) mutable {
        response.body = answer_body(answer, call->position_text(answer.position),
                                    resource ? &*resource : nullptr);
        call->answer(std::move(response));
    };
    if (!collection || !id) return finish(std::nullopt);
    open_row_as_of(call, views_, *collection, *id, position, std::move(finish));
}

}  // namespace almanac::gateway
