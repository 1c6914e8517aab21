#include "gateway/command_request.hpp"

#include "gateway/http_answer.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

std::unexpected<Rejection> malformed(std::string detail) {
    return reject(RejectionKind::invalid, "malformed_request", std::move(detail));
}

// The route and what it is about, however it was written: a tenant has a slug and an id, an id two
// cases.
std::string route_of(const CommandWish& wish) {
    auto route = wish.route->method + ' ' + wish.route->path_template;
    for (const auto& [name, value] : wish.parameters.values) {
        if (name == "tenant") continue;
        const auto id = parse_uuid(value);
        route.append(1, ' ').append(id ? to_string(*id) : value);
    }
    return route;
}

// The first so many bytes, never half a character of them.
std::string cut(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string(text);
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80)
        --bytes_max;
    return std::string(text.substr(0, bytes_max));
}

Result<std::string> reason_of(const Call& call) {
    constexpr std::size_t bytes_max = 1'000;
    const auto reason = call.request.header("almanac-reason");
    if (reason.size() > bytes_max) return malformed("Almanac-Reason takes at most 1,000 bytes.");
    return std::string(reason);
}

Result<std::optional<eventstore::IdempotencyKey>> idempotency_of(const CommandWish& wish) {
    if (!wish.idempotency_key) return std::optional<eventstore::IdempotencyKey>{};
    const auto key = *wish.idempotency_key;
    if (key.empty() || key.size() > 255 || !is_visible_ascii(key))
        return malformed("Idempotency-Key takes 1 to 255 visible ASCII characters.");
    return eventstore::IdempotencyKey{std::string(key), route_of(wish),
                                      std::string(wish.body_text)};
}
}  // namespace

Result<json::Value> absent_body(const RouteEntry& route, bool names_its_target) {
    if (route.command->has_body && !names_its_target) return malformed("A JSON body is expected.");
    return json::Value(json::Object{});
}

Result<eventstore::CommandRequest> command_request(const Call& call, CommandWish wish) {
    const auto& type = *wish.route->command;
    auto idempotency = idempotency_of(wish);
    if (!idempotency) return std::unexpected(std::move(idempotency.error()));
    auto reason = reason_of(call);
    if (!reason) return std::unexpected(std::move(reason.error()));
    auto parameters = std::move(wish.parameters);
    const auto tenant_text = to_string(call.tenant.id);
    if (type.path == "/v1/tenants/{tenant}") parameters.values.emplace_back("id", tenant_text);
    auto command = type.parse(std::move(wish.body), parameters);
    if (!command) return std::unexpected(std::move(command.error()));

    eventstore::CommandRequest request;
    request.type = &type;
    request.command = std::move(*command);
    request.tenant = call.tenant.id;
    request.actor = call.principal.actor;
    request.may = [scopes = call.principal.scopes](std::string_view permission) {
        return identity::allows(*scopes, permission);
    };
    const auto* id = parameters.find("id");
    if (id && !type.creates) request.target_id = to_string(parse_uuid(*id).value_or(Uuid{}));
    request.if_match = wish.if_match;
    request.idempotency = std::move(*idempotency);
    request.correlation_id = call.request.request_id;
    request.request_id = call.request.request_id;
    if (const auto trace = call.request.header("traceparent"); is_traceparent(trace))
        request.traceparent = trace;
    request.reason = std::move(*reason);
    request.address = call.request.remote_address;
    request.user_agent = cut(call.request.header("user-agent"), 500);
    return request;
}

void make_absolute(const Call& call, const PublicUrl& url, eventstore::CommandAnswer& answer) {
    for (auto& [name, value] : answer.disclosed) {
        if (name != "url" || !value.starts_with('/')) continue;
        const auto base = url.base.empty()
                              ? fmt::format("{}://{}", url.scheme, call.request.header("host"))
                              : url.base.substr(0, url.base.find_last_not_of('/') + 1);
        value.insert(0, base);
    }
}

int status_of(const CommandType& type, const eventstore::CommandAnswer& answer) {
    return type.creates && !answer.events.empty() ? 201 : 200;
}

}  // namespace almanac::gateway
