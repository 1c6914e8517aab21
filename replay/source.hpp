// Where a command of `almanac` reads from or writes to: a stopped data directory or a server.
#pragma once
#include <string>

#include "replay/http_client.hpp"

namespace almanac::replay {

struct Source {
    std::string data;      // --data DIR
    ServerAddress server;  // --server URL --key KEY
    bool is_directory() const { return !data.empty(); }
};

}  // namespace almanac::replay
