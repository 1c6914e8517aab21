#include "eventstore/crc32c.hpp"

#include <array>

namespace almanac::eventstore {

std::uint32_t crc32c(std::string_view bytes) {
    static constexpr auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            made[i] = i;
            for (int bit = 0; bit < 8; ++bit)
                made[i] = (made[i] >> 1) ^ ((made[i] & 1U) != 0 ? 0x82f63b78U : 0U);
        }
        return made;
    }();
    std::uint32_t crc = ~0U;
    for (const char c : bytes)
        crc = (crc >> 8) ^ table[(crc ^ static_cast<std::uint8_t>(c)) & 0xffU];
    return ~crc;
}

}  // namespace almanac::eventstore
