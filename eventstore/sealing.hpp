// The two byte formats of the house's cryptography, without any storage: sealed values (personal
// data in events, views, snapshots, Kafka) and wraps (keys in the keyring). Pure functions: key and
// nonce are given, so that golden files can pin every byte; only `Keyring` draws random ones.
// Everything is libsodium. Thread-safe.
//
// ---- DO NOT CHANGE: both formats are in every log ever written; tests/golden/sealed_* pin them
// ----
//
// Sealed value, written as base64url (RFC 4648 §5) without padding of
//   offset  size  content
//        0     1  0x01, the format
//        1     4  key number within its subject, u32 big-endian (1 today)
//        5    24  nonce, random
//       29     n  XChaCha20 ciphertext of the plaintext, n = multiple of 16, 16 ≤ n ≤ 1 MiB
//   29 + n    16  Poly1305 tag            (together: XChaCha20-Poly1305-IETF, combined mode)
// Plaintext: the field's JSON text (RFC 8259, UTF-8) followed by as many spaces (0x20) as make its
//   length a multiple of 16; none where it already is. Whitespace after a value is neutral in JSON.
//   `null` is never sealed.
// Associated data:
//        0    16  tenant id
//       16     2  length of the subject in bytes, u16 big-endian
//       18     s  subject, e.g. `client:0190…` (1..200 bytes)
//   18 + s     f  field id, e.g. `client.email` (1..200 bytes), to the end
// In JSON a sealed value is exactly `{"sealed":"<base64url>","of":"<subject>"}`.
//
// Wrap: a key of 32 bytes encrypted under another one, always 73 bytes
//        0     1  0x01, the format
//        1    24  nonce, random
//       25    32  XChaCha20 ciphertext of the key
//       57    16  Poly1305 tag
// Associated data: the 16 bytes `almanac.wrap.v1` and 0x00, then the complete key of the keyring
//   entry that holds the wrap (eventstore/keyring_entries.hpp), then the key number u32 big-endian
//   (1 where there is only one). So a wrap moved to another tenant, subject or purpose is refused.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "domain/kernel/id.hpp"
#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

inline constexpr std::size_t nonce_bytes = 24;
inline constexpr std::size_t wrap_bytes = 73;
inline constexpr std::size_t subject_bytes_max = 200;
inline constexpr std::size_t field_id_bytes_max = 200;
inline constexpr std::size_t sealed_text_bytes_max = 1024 * 1024;

using Nonce = std::array<std::uint8_t, nonce_bytes>;

// 32 secret bytes on the stack, wiped when they go.
class SecretKey {
  public:
    SecretKey() = default;
    explicit SecretKey(std::span<const std::uint8_t, 32> bytes);
    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey();
    static SecretKey random();
    const std::uint8_t* data() const { return bytes_.data(); }
    std::uint8_t* data() { return bytes_.data(); }
    std::span<const std::uint8_t, 32> bytes() const { return bytes_; }

  private:
    std::array<std::uint8_t, 32> bytes_{};
};

Nonce random_nonce();

// What a sealed value is bound to.
std::string associated_data(const kernel::TenantId& tenant, std::string_view subject,
                            std::string_view field_id);

// The base64url text of a sealed value. Precondition: 1 ≤ size of json_text ≤ 1 MiB.
std::string seal_value(const SecretKey& key, std::uint32_t key_number, const Nonce& nonce,
                       std::string_view associated, std::string_view json_text);
// From the first bytes alone; `corrupt` where they do not begin a sealed value of format 1.
kernel::Result<std::uint32_t> sealed_key_number(std::string_view sealed);
// The JSON text without its padding; `corrupt` for any other key, place or byte.
kernel::Result<std::string> open_value(const SecretKey& key, std::string_view sealed,
                                       std::string_view associated);

// `{"sealed":"…","of":"…"}`.
std::string sealed_object(std::string_view sealed, std::string_view subject);

// entry_key and number: see the wrap's associated data above.
std::string wrap_key(const SecretKey& wrapping, const Nonce& nonce, std::string_view entry_key,
                     std::uint32_t number, const SecretKey& key);
kernel::Result<SecretKey> unwrap_key(const SecretKey& wrapping, std::string_view wrap,
                                     std::string_view entry_key, std::uint32_t number);

}  // namespace almanac::eventstore
