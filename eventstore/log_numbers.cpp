// The numbers of keys alone, so that who reads an entry need not link the database.
#include "eventstore/log.hpp"

namespace almanac::eventstore {

void append_u32(std::string& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(static_cast<std::uint8_t>(number >> shift)));
}
void append_u64(std::string& out, std::uint64_t number) {
    append_u32(out, static_cast<std::uint32_t>(number >> 32));
    append_u32(out, static_cast<std::uint32_t>(number));
}
std::uint64_t read_u64(std::string_view eight_bytes) {
    std::uint64_t number = 0;
    for (const char c : eight_bytes.substr(0, 8))
        number = number << 8 | static_cast<std::uint8_t>(c);
    return number;
}

}  // namespace almanac::eventstore
