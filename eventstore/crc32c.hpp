// CRC-32C (Castagnoli, reflected, as in iSCSI, RFC 3720 appendix B.4). Pure.
#pragma once
#include <cstdint>
#include <string_view>

namespace almanac::eventstore {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace almanac::eventstore
