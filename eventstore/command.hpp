// One command on its way through the house, and what its caller is answered.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "eventstore/record.hpp"

namespace almanac::eventstore {

struct IdempotencyKey {
    std::string key;    // as the caller gave it
    std::string route;  // method and path template
    std::string body;   // as it came; remembered as a MAC only
};

struct CommandRequest {
    const kernel::CommandType* type = nullptr;
    kernel::Erased command;
    TenantId tenant;
    Actor actor;
    std::function<bool(std::string_view permission)> may;
    std::string target_id;                  // the {id} of the path, "" for a create
    std::optional<std::uint64_t> if_match;  // a revision
    std::optional<IdempotencyKey> idempotency;
    std::string effect;  // of a policy: the relation tag of every event
    std::string correlation_id;
    std::string causation_id;
    std::string request_id;
    std::string traceparent;
    std::string reason;      // Almanac-Reason, sealed before it is written
    std::string address;     // of the caller's network, sealed
    std::string user_agent;  // sealed
};

struct CommandAnswer {
    std::string id;  // of the identity of the first event, "" where nothing happened
    std::uint64_t revision = 0;
    std::uint64_t position = 0;  // of the command's last event; of the log where nothing happened
    std::uint64_t sequence = 0;
    struct EventRef {
        std::string id;
        std::string type;
    };
    std::vector<EventRef> events;
    bool replayed = false;
    kernel::json::Object more;  // of the decision, e.g. `conflicts`; kept for a replay
    std::vector<std::pair<std::string, std::string>> disclosed;  // shown this once
};

using CommandReply = std::move_only_function<void(Result<CommandAnswer>)>;

// The command struct behind its catalogue entry, asked by the house itself.
template <class C>
CommandRequest house_request(const kernel::Catalogue& catalogue, std::string_view name,
                             const TenantId& tenant, C command) {
    CommandRequest request;
    request.type = catalogue.command(name);
    request.command = std::make_shared<const C>(std::move(command));
    request.tenant = tenant;
    request.actor = {"system", "almanacd"};
    request.correlation_id = std::string(name);
    return request;
}

}  // namespace almanac::eventstore
