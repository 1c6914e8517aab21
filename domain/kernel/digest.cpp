#include "domain/kernel/digest.hpp"

#include <fmt/format.h>
#include <sodium.h>

namespace almanac::kernel {

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
    std::array<std::uint8_t, 32> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size());
    return hash;
}

std::string sha256_hex(std::string_view bytes) {
    std::string hex;
    for (const auto byte : sha256(bytes)) fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
    return hex;
}

}  // namespace almanac::kernel
