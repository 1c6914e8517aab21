#include "eventstore/claims.hpp"

#include <sodium.h>

namespace almanac::eventstore {
namespace {
constexpr std::size_t id_bytes = 16;
constexpr std::size_t time_bytes = 8;
}  // namespace

std::string_view to_string(ClaimKind kind) {
    switch (kind) {
        case ClaimKind::email:
            return "email";
        case ClaimKind::phone:
            return "phone";
    }
    return "";
}

std::optional<ClaimKind> parse_claim_kind(std::string_view text) {
    if (text == "email") return ClaimKind::email;
    if (text == "phone") return ClaimKind::phone;
    return std::nullopt;
}

ClaimMac claim_mac(const SecretKey& claim_key, ClaimKind kind, std::string_view value) {
    static_assert(crypto_auth_hmacsha256_BYTES == std::tuple_size_v<ClaimMac>);
    const auto kind_byte = static_cast<unsigned char>(kind);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, claim_key.data(), 32);
    crypto_auth_hmacsha256_update(&state, &kind_byte, 1);
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(value.data()),
                                  value.size());
    ClaimMac mac;
    crypto_auth_hmacsha256_final(&state, mac.data());
    sodium_memzero(&state, sizeof state);
    return mac;
}

std::string encode(const ClaimEntry& entry) {
    std::string bytes(entry.id.view());
    const auto us = static_cast<std::uint64_t>(kernel::micros(entry.made_at));
    for (std::size_t i = time_bytes; i-- > 0;) bytes += static_cast<char>(us >> (8 * i));
    return bytes;
}

std::optional<ClaimEntry> decode_claim(std::string_view bytes) {
    if (bytes.size() != id_bytes + time_bytes) return std::nullopt;
    std::uint64_t us = 0;
    for (const char c : bytes.substr(id_bytes)) us = us << 8 | static_cast<unsigned char>(c);
    return ClaimEntry{kernel::uuid_from_bytes(bytes.substr(0, id_bytes)),
                      kernel::instant_from_micros(static_cast<std::int64_t>(us))};
}

}  // namespace almanac::eventstore
