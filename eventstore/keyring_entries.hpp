// The entries of the keyring's RocksDB (one column family), byte by byte. All numbers big-endian.
// DO NOT CHANGE: the key of an entry is part of its wrap's associated data (sealing.hpp).
//
//   key                                    value
//   'm' "format"                           u8: 1
//   'm' "log_id"                           16 bytes
//   'm' "generation"                       u64, grows by one with every durable change
//   'm' "master_check"                     wrap of a random key under the master key
//   'm' "purged"                           empty; written to move RocksDB's files on
//   't' tenant 16                          wrap of the tenant's key under the master key
//   'c' tenant 16                          wrap of the claim HMAC key under the tenant's key
//   's' tenant 16 ‖ number u32             wrap of an Ed25519 seed under the tenant's key
//   'd' day u32 ‖ tenant 16                wrap of the idempotency HMAC key of that UTC day
//   'k' tenant 16 ‖ subject                0x01 ‖ (number u32 ‖ wrap under the tenant's key)+ =
//   active,
//                                          0x02 = erased; no entry = absent
//   'e' tenant 16 ‖ kind u8 ‖ MAC 32       claim: id 16 ‖ made at, µs, i64 (claims.hpp)
//   'r' tenant 16 ‖ claim id 16            kind u8 ‖ MAC 32
//   'p' made at i64 ‖ tenant 16 ‖ id 16    empty: a claim not yet seen named by an event
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/id.hpp"
#include "eventstore/claims.hpp"
#include "eventstore/sealing.hpp"

namespace almanac::eventstore::entries {

inline constexpr std::uint8_t format = 1;
inline constexpr std::uint32_t number_one = 1;

inline constexpr std::string_view meta_format = "mformat";
inline constexpr std::string_view meta_log_id = "mlog_id";
inline constexpr std::string_view meta_generation = "mgeneration";
inline constexpr std::string_view meta_master_check = "mmaster_check";
inline constexpr std::string_view meta_purged = "mpurged";

std::string tenant_key(const kernel::TenantId& tenant);
std::string claim_key(const kernel::TenantId& tenant);
std::string signing_key(const kernel::TenantId& tenant, std::uint32_t number);
std::string day_key(std::uint32_t day, const kernel::TenantId& tenant);
std::string day_limit(std::uint32_t day);  // below it: all keys of earlier days
std::string subject(const kernel::TenantId& tenant, std::string_view subject);
std::string claim(const kernel::TenantId& tenant, ClaimKind kind, const ClaimMac& mac);
std::string claim_by_id(const kernel::TenantId& tenant, const kernel::Uuid& id);
std::string pending(kernel::Instant made_at, const kernel::TenantId& tenant,
                    const kernel::Uuid& id);

std::string encode_u64(std::uint64_t value);
std::optional<std::uint64_t> decode_u64(std::string_view bytes);

// The value of a 'k' entry.
struct SubjectEntry {
    bool erased = false;
    std::string_view wraps;  // (number ‖ wrap)+
    std::optional<std::string_view> wrap(std::uint32_t number) const;
};
std::string erased_subject();
std::string active_subject(std::uint32_t number, std::string_view wrap);
std::optional<SubjectEntry> decode_subject(std::string_view bytes);

// The value of an 'r' entry.
struct ClaimPlace {
    ClaimKind kind = ClaimKind::email;
    ClaimMac mac{};
};
std::string encode(const ClaimPlace& place);
std::optional<ClaimPlace> decode_place(std::string_view bytes);

// The key of a 'p' entry taken apart.
struct Pending {
    kernel::Instant made_at{};
    kernel::TenantId tenant;
    kernel::Uuid id;
};
std::optional<Pending> parse_pending(std::string_view key);

}  // namespace almanac::eventstore::entries
