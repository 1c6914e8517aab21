// The keyring's claims: finding, making, sweeping, and what a fork does to them.
#include <sodium.h>

#include "eventstore/keyring_state.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::Instant;
using kernel::Result;
using kernel::TenantId;
using kernel::Uuid;

constexpr std::size_t fork_chunk_count = 10'000;

// UUIDv4: random in all but version and variant, so that it tells nothing, not even its time.
Uuid random_claim_id() {
    Uuid id;
    randombytes_buf(id.bytes.data(), id.bytes.size());
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
}
}  // namespace

Result<std::string> Keyring::State::claim_entry(const TenantId& tenant, ClaimKind kind,
                                                std::string_view value, ClaimMac& mac) {
    const auto key = claim_key(tenant);
    if (!key) return std::unexpected(key.error());
    mac = claim_mac(*key, kind, value);
    return entries::claim(tenant, kind, mac);
}

Result<std::optional<ClaimEntry>> Keyring::State::claim_at(const std::string& entry) const {
    const auto bytes = value(entry);
    if (!bytes) return std::unexpected(bytes.error());
    if (!*bytes) return std::nullopt;
    const auto claim = decode_claim(**bytes);
    if (!claim) return corrupt("A claim in the keyring is damaged.");
    return claim;
}

Result<std::optional<Uuid>> Keyring::find_claim(const TenantId& tenant, ClaimKind kind,
                                                std::string_view value) {
    ClaimMac mac{};
    const auto entry = state_->claim_entry(tenant, kind, value, mac);
    if (!entry) return std::unexpected(entry.error());
    const auto claim = state_->claim_at(*entry);
    if (!claim) return std::unexpected(claim.error());
    if (!*claim) return std::nullopt;
    return std::optional((*claim)->id);
}

Result<Uuid> Keyring::claim(const TenantId& tenant, ClaimKind kind, std::string_view value,
                            Instant now) {
    ClaimMac mac{};
    const auto entry = state_->claim_entry(tenant, kind, value, mac);
    if (!entry) return std::unexpected(entry.error());
    const std::lock_guard one_creator(state_->create_mutex);
    const auto present = state_->claim_at(*entry);
    if (!present) return std::unexpected(present.error());
    if (*present) return (*present)->id;
    if (auto able = state_->writable(); !able) return std::unexpected(std::move(able.error()));
    const ClaimEntry made{random_claim_id(), now};
    const std::lock_guard together(state_->mutex);
    state_->staged.insert_or_assign(*entry, encode(made));
    state_->staged.insert_or_assign(entries::claim_by_id(tenant, made.id),
                                    entries::encode(entries::ClaimPlace{kind, mac}));
    state_->staged.insert_or_assign(entries::pending(now, tenant, made.id), std::string());
    return made.id;
}

// Stages the deletion of a claim's three entries; answers them (none where the id is unknown).
Result<std::vector<std::string>> Keyring::State::stage_claim_deletion(const TenantId& tenant,
                                                                      const Uuid& id) {
    const auto by_id = entries::claim_by_id(tenant, id);
    const auto bytes = value(by_id);
    if (!bytes) return std::unexpected(bytes.error());
    if (!*bytes) return std::vector<std::string>{};
    const auto place = entries::decode_place(**bytes);
    if (!place) return corrupt("A claim in the keyring is damaged.");
    const auto entry = entries::claim(tenant, place->kind, place->mac);
    const auto claim = claim_at(entry);
    if (!claim) return std::unexpected(claim.error());
    std::vector<std::string> gone{by_id, entry};
    if (*claim) gone.push_back(entries::pending((*claim)->made_at, tenant, id));
    const std::lock_guard together(mutex);
    for (const auto& name : gone) staged.insert_or_assign(name, std::nullopt);
    return gone;
}

Result<void> Keyring::delete_claims(const TenantId& tenant, std::span<const Uuid> claims) {
    if (auto able = state_->writable(); !able) return able;
    std::vector<KeyRange> ranges;
    {
        const std::lock_guard one_creator(state_->create_mutex);
        for (const auto& id : claims) {
            auto gone = state_->stage_claim_deletion(tenant, id);
            if (!gone) return std::unexpected(std::move(gone.error()));
            for (const auto& name : *gone) ranges.push_back({name, name});
        }
    }
    if (ranges.empty()) return {};
    return state_->sync_and_purge(ranges);
}

Result<void> Keyring::State::judge_pending(const entries::Pending& pending, const std::string& key,
                                           const ClaimNamed& named) {
    const auto bytes = value(entries::claim_by_id(pending.tenant, pending.id));
    if (!bytes) return std::unexpected(bytes.error());
    if (*bytes) {
        const auto place = entries::decode_place(**bytes);
        if (!place) return corrupt("A claim in the keyring is damaged.");
        if (!named(pending.tenant, place->kind, pending.id)) {
            auto gone = stage_claim_deletion(pending.tenant, pending.id);
            if (!gone) return std::unexpected(std::move(gone.error()));
        }
    }
    stage(key, std::nullopt);
    return {};
}

Result<std::size_t> Keyring::sweep_claims(Instant now, const ClaimNamed& named,
                                          std::size_t count_max) {
    if (auto able = state_->writable(); !able) return std::unexpected(std::move(able.error()));
    std::vector<std::pair<entries::Pending, std::string>> due;
    bool damaged = false;
    const auto scanned = state_->store->scan("p", "p", [&](auto key, auto) {
        const auto pending = entries::parse_pending(key);
        damaged = damaged || !pending;
        if (damaged || due.size() == count_max || pending->made_at > now - claim_unnamed_life) {
            return false;
        }
        due.emplace_back(*pending, std::string(key));
        return true;
    });
    if (!scanned) return std::unexpected(scanned.error());
    if (damaged) return corrupt("A claim in the keyring is damaged.");
    std::size_t looked_at = 0;
    for (const auto& [pending, key] : due) {
        const std::lock_guard one_creator(state_->create_mutex);
        // Judged before, by a sweep or a deletion that is not synced yet.
        const auto still = state_->value(key);
        if (!still) return std::unexpected(still.error());
        if (!*still) continue;
        if (auto judged = state_->judge_pending(pending, key, named); !judged) {
            return std::unexpected(std::move(judged.error()));
        }
        ++looked_at;
    }
    return looked_at;
}

Result<void> Keyring::fork(const Uuid& new_log_id, Instant now) {
    const std::lock_guard one_creator(state_->create_mutex);
    if (auto able = state_->writable(); !able) return able;
    if (auto synced = state_->sync(); !synced) return std::unexpected(std::move(synced.error()));
    std::string from = "e";
    bool more = true;
    while (more) {
        KeyringChanges chunk;
        std::size_t count = 0;
        bool damaged = false;
        const auto scanned = state_->store->scan("e", from, [&](auto key, auto value) {
            const auto claim = decode_claim(value);
            damaged = damaged || !claim || key.size() < 17;
            from = std::string(key);
            if (damaged || count++ == fork_chunk_count) return false;
            const TenantId tenant{kernel::uuid_from_bytes(key.substr(1, 16))};
            chunk[entries::pending(claim->made_at, tenant, claim->id)] = std::nullopt;
            chunk[entries::pending(now, tenant, claim->id)] = std::string();
            chunk[std::string(key)] = encode(ClaimEntry{claim->id, now});
            return true;
        });
        if (!scanned) return scanned;
        if (damaged) return corrupt("A claim in the keyring is damaged.");
        more = count > fork_chunk_count;
        for (auto& [key, value] : chunk) state_->stage(key, std::move(value));
        if (auto synced = state_->sync(); !synced)
            return std::unexpected(std::move(synced.error()));
    }
    // Last, so that a fork that was cut off is simply done again.
    state_->stage(std::string(entries::meta_log_id), std::string(new_log_id.view()));
    if (auto synced = state_->sync(); !synced) return std::unexpected(std::move(synced.error()));
    state_->log_id = new_log_id;
    return {};
}

}  // namespace almanac::eventstore
