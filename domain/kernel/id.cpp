#include "domain/kernel/id.hpp"

#include <algorithm>

namespace almanac::kernel {
namespace {
constexpr std::string_view hex_digits = "0123456789abcdef";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
bool is_dash_place(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}
}  // namespace

std::string to_string(const Uuid& id) {
    std::string text(36, '-');
    std::size_t at = 0;
    for (const auto byte : id.bytes) {
        if (is_dash_place(at)) ++at;
        text[at++] = hex_digits[byte >> 4];
        text[at++] = hex_digits[byte & 15];
    }
    return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid id;
    std::size_t at = 0;
    for (auto& byte : id.bytes) {
        if (is_dash_place(at) && text[at++] != '-') return std::nullopt;
        const int high = hex_value(text[at]);
        const int low = hex_value(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        byte = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
    }
    return id;
}

Uuid uuid_from_bytes(std::string_view sixteen_bytes) {
    Uuid id;
    std::memcpy(id.bytes.data(), sixteen_bytes.data(),
                std::min<std::size_t>(16, sixteen_bytes.size()));
    return id;
}

Uuid uuid_v7(Instant time, const std::array<std::uint8_t, 10>& random) {
    const auto ms = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count());
    Uuid id;
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    std::copy(random.begin(), random.end(), id.bytes.begin() + 6);
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x70);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

}  // namespace almanac::kernel
