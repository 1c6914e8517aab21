#include "domain/kernel/id.hpp"

#include <algorithm>

namespace almanac::kernel {
namespace {
// Two characters for each byte, and the value of each character (-1: not a hexadecimal digit).
constexpr auto hex_pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {digits[i >> 4], digits[i & 15]};
    return pairs;
}();
constexpr auto hex_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::int8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
    for (std::int8_t i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return values;
}();
// Where each byte's two digits stand between the dashes.
constexpr std::array<std::uint8_t, 16> digit_places = {0,  2,  4,  6,  9,  11, 14, 16,
                                                       19, 21, 24, 26, 28, 30, 32, 34};
}  // namespace

void append(std::string& out, const Uuid& id) {
    const auto start = out.size();
    out.append(36, '-');
    char* const text = out.data() + start;
    for (std::size_t i = 0; i < 16; ++i) {
        std::memcpy(text + digit_places[i], hex_pairs[id.bytes[i]].data(), 2);
    }
}

std::string to_string(const Uuid& id) {
    std::string text;
    append(text, id);
    return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    const bool shape = text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
                       text[23] == '-';
    if (!shape) return std::nullopt;
    Uuid id;
    int all = 0;  // negative as soon as one digit is none
    for (std::size_t i = 0; i < 16; ++i) {
        const auto value = [&](std::size_t at) {
            return int{hex_values[static_cast<std::uint8_t>(text[at])]};
        };
        const int high = value(digit_places[i]);
        const int low = value(digit_places[i] + 1U);
        all |= high | low;
        id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return all < 0 ? std::nullopt : std::optional(id);
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
