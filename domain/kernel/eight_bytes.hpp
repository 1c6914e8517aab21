// Text looked at eight bytes at a time, where a question is asked of every byte of every request
// and record. Exact about whether there is such a byte, not about which it is.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace almanac::kernel {

constexpr std::uint64_t each_byte(std::uint8_t byte) {
    return byte * std::uint64_t{0x0101010101010101};
}
// Some byte is less than `limit`, which is at most 0x80.
constexpr bool has_below(std::uint64_t bytes, std::uint8_t limit) {
    return ((bytes - each_byte(limit)) & ~bytes & each_byte(0x80)) != 0;
}
constexpr bool has_byte(std::uint64_t bytes, char byte) {
    return has_below(bytes ^ each_byte(static_cast<std::uint8_t>(byte)), 1);
}
constexpr bool has_non_ascii(std::uint64_t bytes) {
    return (bytes & each_byte(0x80)) != 0;
}

// Whether `holds` for some eight bytes of the text; the last of them are made up with spaces.
template <class Holds>
bool any_eight(std::string_view text, Holds holds) {
    std::uint64_t bytes = 0;
    for (; text.size() >= sizeof bytes; text.remove_prefix(sizeof bytes)) {
        std::memcpy(&bytes, text.data(), sizeof bytes);
        if (holds(bytes)) return true;
    }
    if (text.empty()) return false;
    bytes = each_byte(' ');
    std::memcpy(&bytes, text.data(), text.size());
    return holds(bytes);
}

}  // namespace almanac::kernel
