// Idempotency: what a command answered is kept with its events for seven days, under the principal,
// the route and the caller's key; the body is remembered only as a MAC under a key of that day,
// which is destroyed after eight (log.md, "Idempotency"). Decision thread only.
#pragma once
#include "eventstore/command.hpp"
#include "eventstore/keyring.hpp"
#include "eventstore/stage.hpp"

namespace almanac::eventstore {

inline constexpr std::uint32_t result_days = 7;

std::uint32_t utc_day(Instant t);  // days since 1970
Key32 idempotency_key(const Actor& actor, const IdempotencyKey& idempotency);

// What was answered to this key before, answer or rejection, marked `replayed`; 422
// `idempotency_key_reused` where the body is another. Nothing where the key is new.
std::optional<Result<CommandAnswer>> earlier_result(Stage& stage, Keyring& keyring,
                                                    const TenantId& tenant, const Key32& key,
                                                    const IdempotencyKey& idempotency, Instant now);
// Keeps decided outcomes; field-rule refusals and passing troubles are not kept.
bool is_kept(const Result<CommandAnswer>& outcome);
Result<void> keep_result(Stage& stage, Keyring& keyring, const TenantId& tenant, const Key32& key,
                         const IdempotencyKey& idempotency, Instant now,
                         const Result<CommandAnswer>& outcome);

}  // namespace almanac::eventstore
