// From what a caller wishes to what the store decides: the conventions of api.md around the
// catalogue's parse, the same for a request of its own and for a line of an import. Pure but for
// what it is given; any thread.
#pragma once
#include "gateway/call.hpp"

namespace almanac::gateway {

// A command, wherever it came from. The views outlive it.
struct CommandWish {
    const RouteEntry* route = nullptr;  // of kind command
    kernel::PathParameters parameters;
    kernel::json::Value body;
    std::string_view body_text;  // as it came
    std::optional<std::string_view> idempotency_key = {};
    std::optional<std::uint64_t> if_match = {};
};

// `call` says who asks, for which tenant, and with which headers (Almanac-Reason, traceparent, …).
// Refusals: 400 of a header, 422 of the body's fields, 404 of a path that names nothing.
kernel::Result<eventstore::CommandRequest> command_request(const Call& call, CommandWish wish);

// Where the body is not sent: `{}`, or a refusal where one is expected.
kernel::Result<kernel::json::Value> absent_body(const RouteEntry& route, bool names_its_target);

// What secret URLs begin with: `base`, or where that is empty the Host of the request, by `scheme`.
struct PublicUrl {
    std::string base;
    std::string scheme = "http";
};
// A decision knows paths only.
void make_absolute(const Call& call, const PublicUrl& url, eventstore::CommandAnswer& answer);

// 201 for what was made, 200 for what was done or already so.
int status_of(const kernel::CommandType& type, const eventstore::CommandAnswer& answer);

}  // namespace almanac::gateway
