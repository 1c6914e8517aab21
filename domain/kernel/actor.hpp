// Who did it: the kind of principal and its id, as the record keeps them.
#pragma once
#include <string>

namespace almanac::kernel {

struct Actor {
    std::string kind;  // api_key, user, system, policy
    std::string id;
    bool operator==(const Actor&) const = default;
};

}  // namespace almanac::kernel
