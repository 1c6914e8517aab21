// `almanac clock`: whether a server's wall clock jumped, and accepting it as it is (log.md,
// "Time"). Only a running server knows: it watches the wall clock against the time since boot.
#pragma once
#include <string>

#include "domain/kernel/json.hpp"
#include "replay/http_client.hpp"

namespace almanac::replay {

struct ServerClock {
    std::string now;        // the server's time, never earlier than any it gave before
    bool sandbox = false;   // moved by its owner only
    bool jumped = false;    // nothing is written
    bool standing = false;  // the wall clock is behind `now`
    bool accepted = false;  // by this call
    // {"now", "sandbox", "jumped", "standing", "accepted"}
    kernel::json::Object to_json() const;
    std::string text() const;
};

// Accepts first where `accept` says so: `nothing_to_accept` where the clock has not jumped,
// `not_found` in a sandbox.
Result<ServerClock> read_server_clock(const ServerAddress& server, bool accept);

}  // namespace almanac::replay
