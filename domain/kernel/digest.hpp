// SHA-256 by OpenSSL, which uses the processor's instructions for it. Pure, any thread.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace almanac::kernel {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 sha256(std::initializer_list<std::string_view> parts);  // of them as one text
std::string sha256_hex(std::string_view bytes);                // 64 lower-case digits

}  // namespace almanac::kernel
