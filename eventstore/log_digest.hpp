// Reads a log from its first record to its last: each as it was hashed, none missing; answers the
// root over all leaves, which tells two logs apart and two copies of one log not. Any thread.
#pragma once
#include <functional>
#include <optional>

#include "eventstore/log.hpp"

namespace almanac::eventstore {

// How far to look: events of later positions or times are left out, and never a part of a command.
struct LogLimit {
    std::optional<std::uint64_t> position;
    std::optional<kernel::Instant> time;
};

struct LogDigest {
    std::uint64_t position = 0;  // of the last event within the limit
    std::optional<kernel::Instant> first_time;
    std::optional<kernel::Instant> last_time;  // of that event
    std::string root;                          // of the events up to it, RFC 6962, hexadecimal
};

// Always reads the whole log; `corrupt` says where it is not as it was written.
Result<LogDigest> digest_log(const Log& log, const LogLimit& limit = {},
                             const std::function<void(std::uint64_t events)>& on_events = {});

}  // namespace almanac::eventstore
