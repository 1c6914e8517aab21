#include "eventstore/partitioning.hpp"

namespace almanac::eventstore {

std::uint32_t murmur2(std::string_view bytes) {
    constexpr std::uint32_t seed = 0x9747b28c;
    constexpr std::uint32_t m = 0x5bd1e995;
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return static_cast<std::uint8_t>(bytes[i]);
    };
    std::uint32_t hash = seed ^ static_cast<std::uint32_t>(bytes.size());
    std::size_t at = 0;
    for (; at + 4 <= bytes.size(); at += 4) {
        std::uint32_t k = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
        k *= m;
        k ^= k >> 24;
        k *= m;
        hash = hash * m ^ k;
    }
    const auto rest = bytes.size() - at;
    if (rest == 3) hash ^= byte(at + 2) << 16;
    if (rest >= 2) hash ^= byte(at + 1) << 8;
    if (rest >= 1) hash = (hash ^ byte(at)) * m;
    hash = (hash ^ hash >> 13) * m;
    return hash ^ hash >> 15;
}

unsigned partition_of(const kernel::TenantId& tenant, unsigned partitions) {
    if (tenant == kernel::system_tenant) return 0;
    return (murmur2(kernel::to_string(tenant)) & 0x7fffffffU) % partitions;
}

}  // namespace almanac::eventstore
