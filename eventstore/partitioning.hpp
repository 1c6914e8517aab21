// Which partition a tenant lives in: Kafka's default partitioner over the tenant id's text, so that
// log partition and topic partition are one.
#pragma once
#include <cstdint>
#include <string_view>

#include "domain/kernel/id.hpp"

namespace almanac::eventstore {

std::uint32_t murmur2(std::string_view bytes);  // as org.apache.kafka.common.utils.Utils has it

// (murmur2 of the 36-character lower-case tenant id & 0x7fffffff) mod partitions; $system is in 0.
unsigned partition_of(const kernel::TenantId& tenant, unsigned partitions);

}  // namespace almanac::eventstore
