#include "gateway/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace almanac::gateway {

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::size_t connections_within(std::uint64_t descriptors, std::size_t most) {
    return static_cast<std::size_t>(
        std::clamp<std::uint64_t>(descriptors / 2, 1, std::max<std::uint64_t>(most, 1)));
}

}  // namespace almanac::gateway
