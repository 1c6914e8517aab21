// Claims: (tenant, kind, HMAC of a normalised value) -> a random id, so that the log can hold a tag
// such as `email:<claim id>` and no function of the e-mail itself. A claim says only "this value
// has this id"; who owns it is what the fold of that tag says. One claim serves all kinds of
// people. The claims live in the keyring (eventstore/keyring.hpp); here are their kinds, their
// lifetime and the HMAC. Normalise first: eventstore/normalize.hpp.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/id.hpp"
#include "domain/kernel/time.hpp"
#include "eventstore/sealing.hpp"

namespace almanac::eventstore {

enum class ClaimKind : std::uint8_t { email = 1, phone = 2 };  // DO NOT CHANGE: bytes on disk
std::string_view to_string(ClaimKind kind);                    // "email", "phone"
std::optional<ClaimKind> parse_claim_kind(std::string_view text);

// A claim that no event names this long after its making is deleted by the sweep.
inline constexpr std::chrono::hours claim_unnamed_life{24};

// Whether an event of the tenant (committed or staged) names the claim in a tag, under the present
// log_id. Asked on the decision thread; it must not call the keyring back.
using ClaimNamed = std::function<bool(const kernel::TenantId&, ClaimKind, const kernel::Uuid&)>;

using ClaimMac = std::array<std::uint8_t, 32>;
// HMAC-SHA-256 under the tenant's claim key of kind (1 byte) ‖ value. DO NOT CHANGE.
ClaimMac claim_mac(const SecretKey& claim_key, ClaimKind kind, std::string_view value);

// What the keyring stores at a claim's entry: id 16 ‖ made at, µs since 1970, i64 big-endian.
struct ClaimEntry {
    kernel::Uuid id;
    kernel::Instant made_at{};
};
std::string encode(const ClaimEntry& entry);
std::optional<ClaimEntry> decode_claim(std::string_view bytes);

}  // namespace almanac::eventstore
