#include "eventstore/sealing.hpp"

#include <absl/strings/escaping.h>
#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "domain/kernel/json.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::Result;

constexpr char format = 1;
constexpr std::size_t number_bytes = 4;
constexpr std::size_t header_bytes = 1 + number_bytes + nonce_bytes;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t padding_multiple = 16;
constexpr int base64url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == nonce_bytes);
static_assert(1 + nonce_bytes + 32 + tag_bytes == wrap_bytes);

void require_sodium() {
    static const bool ready = sodium_init() >= 0;
    if (!ready) throw std::runtime_error("libsodium does not start: no source of randomness");
}

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

void append_big_endian(std::string& out, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i));
}

// Appends nonce ‖ ciphertext ‖ tag.
void encrypt(std::string& out, const SecretKey& key, const Nonce& nonce, std::string_view text,
             std::string_view associated) {
    out.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
    const auto at = out.size();
    out.resize(at + text.size() + tag_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(octets(out) + at, nullptr, octets(text), text.size(),
                                               octets(associated), associated.size(), nullptr,
                                               nonce.data(), key.data());
}

// `bytes` = nonce ‖ ciphertext ‖ tag; `out` has room for the plaintext.
bool decrypt(unsigned char* out, const SecretKey& key, std::string_view bytes,
             std::string_view associated) {
    const auto box = bytes.substr(nonce_bytes);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               out, nullptr, nullptr, octets(box), box.size(), octets(associated),
               associated.size(), octets(bytes), key.data()) == 0;
}

std::string to_base64url(std::string_view bytes) {
    return absl::WebSafeBase64Escape(
        absl::string_view(bytes.data(), bytes.size()));  // ciphertext: no need for constant time
}

Result<std::string> sealed_bytes(std::string_view sealed) {
    std::string bytes(sealed.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const bool decoded = sodium_base642bin(octets(bytes), bytes.size(), sealed.data(),
                                           sealed.size(), nullptr, &size, nullptr, base64url) == 0;
    if (!decoded) return corrupt("A sealed value is not base64url.");
    bytes.resize(size);
    const bool shape = size >= header_bytes + padding_multiple + tag_bytes &&
                       (size - header_bytes - tag_bytes) % padding_multiple == 0;
    if (!shape) return corrupt("A sealed value has an impossible length.");
    if (bytes[0] != format) return corrupt("A sealed value has an unknown format.");
    return bytes;
}

std::string wrap_associated(std::string_view entry_key, std::uint32_t number) {
    std::string associated("almanac.wrap.v1\0", 16);
    associated += entry_key;
    append_big_endian(associated, number, number_bytes);
    return associated;
}
}  // namespace

SecretKey::SecretKey(std::span<const std::uint8_t, 32> bytes) {
    std::ranges::copy(bytes, bytes_.begin());
}
SecretKey::~SecretKey() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

SecretKey SecretKey::random() {
    require_sodium();
    SecretKey key;
    randombytes_buf(key.bytes_.data(), key.bytes_.size());
    return key;
}

Nonce random_nonce() {
    require_sodium();
    // Nonces are no secrets: one call of the kernel fetches many.
    thread_local std::array<std::uint8_t, nonce_bytes * 64> pool;
    thread_local std::size_t left = 0;
    if (left == 0) {
        randombytes_buf(pool.data(), pool.size());
        left = pool.size();
    }
    left -= nonce_bytes;
    Nonce nonce;
    std::copy_n(pool.begin() + static_cast<std::ptrdiff_t>(left), nonce_bytes, nonce.begin());
    return nonce;
}

std::string associated_data(const kernel::TenantId& tenant, std::string_view subject,
                            std::string_view field_id) {
    std::string bytes(tenant.view());
    append_big_endian(bytes, static_cast<std::uint32_t>(subject.size()), 2);
    bytes += subject;
    bytes += field_id;
    return bytes;
}

std::string seal_value(const SecretKey& key, std::uint32_t key_number, const Nonce& nonce,
                       std::string_view associated, std::string_view json_text) {
    require_sodium();
    std::string padded(json_text);
    padded.resize((padded.size() + padding_multiple - 1) / padding_multiple * padding_multiple,
                  ' ');
    std::string bytes(1, format);
    bytes.reserve(header_bytes + padded.size() + tag_bytes);
    append_big_endian(bytes, key_number, number_bytes);
    encrypt(bytes, key, nonce, padded, associated);
    return to_base64url(bytes);
}

Result<std::uint32_t> sealed_key_number(std::string_view sealed) {
    constexpr std::size_t characters = 8;  // six bytes: the format, the number and one more
    std::array<unsigned char, characters / 4 * 3> bytes{};
    std::size_t size = 0;
    const bool decoded = sealed.size() > characters &&
                         sodium_base642bin(bytes.data(), bytes.size(), sealed.data(), characters,
                                           nullptr, &size, nullptr, base64url) == 0;
    if (!decoded || size != bytes.size()) return corrupt("A sealed value is not base64url.");
    if (bytes[0] != format) return corrupt("A sealed value has an unknown format.");
    std::uint32_t number = 0;
    for (std::size_t i = 1; i <= number_bytes; ++i) number = number << 8 | bytes[i];
    return number;
}

Result<std::string> open_value(const SecretKey& key, std::string_view sealed,
                               std::string_view associated) {
    require_sodium();
    const auto bytes = sealed_bytes(sealed);
    if (!bytes) return std::unexpected(bytes.error());
    std::string text(bytes->size() - header_bytes - tag_bytes, '\0');
    const auto box = std::string_view(*bytes).substr(1 + number_bytes);
    if (!decrypt(octets(text), key, box, associated)) {
        return corrupt("A sealed value does not open: damaged, or of another place or key.");
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::string sealed_object(std::string_view sealed, std::string_view subject) {
    std::string json = R"({"sealed":")";
    json.reserve(json.size() + sealed.size() + subject.size() + 10);
    json += sealed;
    json += R"(","of":)";
    kernel::json::append_string(json, subject);
    json += '}';
    return json;
}

std::string wrap_key(const SecretKey& wrapping, const Nonce& nonce, std::string_view entry_key,
                     std::uint32_t number, const SecretKey& key) {
    require_sodium();
    std::string wrap(1, format);
    const std::string_view text(reinterpret_cast<const char*>(key.data()), 32);
    wrap.reserve(wrap_bytes);
    encrypt(wrap, wrapping, nonce, text, wrap_associated(entry_key, number));
    return wrap;
}

Result<SecretKey> unwrap_key(const SecretKey& wrapping, std::string_view wrap,
                             std::string_view entry_key, std::uint32_t number) {
    require_sodium();
    if (wrap.size() != wrap_bytes || wrap[0] != format) {
        return corrupt("A wrapped key has an unknown format or length.");
    }
    SecretKey key;
    if (!decrypt(key.data(), wrapping, wrap.substr(1), wrap_associated(entry_key, number))) {
        return corrupt("A wrapped key does not open: damaged, or of another place or key.");
    }
    return key;
}

}  // namespace almanac::eventstore
