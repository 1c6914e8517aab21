#include "domain/kernel/digest.hpp"

#include <sodium.h>

namespace almanac::kernel {

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
    std::array<std::uint8_t, 32> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size());
    return hash;
}

std::string sha256_hex(std::string_view bytes) {
    const auto hash = sha256(bytes);
    std::string hex(2 * hash.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
    hex.pop_back();  // the terminating zero
    return hex;
}

}  // namespace almanac::kernel
