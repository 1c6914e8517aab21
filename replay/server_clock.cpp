#include "replay/server_clock.hpp"

#include <fmt/format.h>

namespace almanac::replay {
namespace {
namespace json = kernel::json;

bool says(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && *value == true;
}
}  // namespace

Result<ServerClock> read_server_clock(const ServerAddress& server, bool accept) {
    HttpClient client(server);
    ServerClock clock;
    if (accept) {
        const auto accepted = client.post("/v1/admin/clock/accept", {});
        if (!accepted) return std::unexpected(accepted.error());
        clock.accepted = true;
    }
    const auto ready = client.send("GET", "/readyz");
    if (!ready) return std::unexpected(ready.error());
    const auto body = json::parse(ready->body);
    const auto* said = body ? body->if_object() : nullptr;
    const auto* partitions = said ? said->if_contains("partitions") : nullptr;
    if (!partitions || !partitions->is_array()) return std::unexpected(rejection_of(*ready));
    if (const auto* now = said->if_contains("now"); now && now->is_string())
        clock.now = std::string(now->get_string());
    clock.sandbox = says(*said, "sandbox");
    for (const auto& partition : partitions->get_array()) {
        if (!partition.is_object()) continue;
        clock.jumped = clock.jumped || says(partition.get_object(), "clock_jumped");
        clock.standing = clock.standing || says(partition.get_object(), "clock_standing");
    }
    return clock;
}

json::Object ServerClock::to_json() const {
    return {{"now", now},
            {"sandbox", sandbox},
            {"jumped", jumped},
            {"standing", standing},
            {"accepted", accepted}};
}

std::string ServerClock::text() const {
    std::string text = accepted ? "Accepted. " : "";
    if (sandbox) return text + fmt::format("A sandbox: its clock stands at {}.\n", now);
    if (jumped)
        return text + fmt::format(
                          "The wall clock JUMPED: nothing is written, time stands at {}.\n"
                          "Correct it, or take it as it is with `almanac clock accept`.\n",
                          now);
    if (standing)
        return text +
               fmt::format("The wall clock is behind: time stands at {} until it is there.\n", now);
    return text + fmt::format("The clock is in order: {}.\n", now);
}

}  // namespace almanac::replay
