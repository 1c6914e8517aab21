// The reference servers of ops/bench: Beast reads a request, simdjson parses its body, GroupCommit
// makes it durable together with all others that wait, then the answer leaves. One thread for all
// connections. As quick as the author could make it, so that a ratio to it says something.
#pragma once
#include <cstdint>
#include <functional>

#include "ops/benchmarks/group_commit.hpp"

namespace almanac::benchmarks {

// Serves on 127.0.0.1 (port 0 = a free one) until SIGTERM or SIGINT; `ready` learns the port.
void serve_reference(const CommitOptions& options, std::uint16_t port,
                     const std::function<void(std::uint16_t)>& ready);

}  // namespace almanac::benchmarks
