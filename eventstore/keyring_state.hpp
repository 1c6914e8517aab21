// The inside of a Keyring, shared by its .cpp files and nobody else. Three layers of truth: staged
// (not yet taken by a sync), in flight (a sync is writing it), the store; a look-up asks in that
// order. Locks, always taken in this order:
//   create_mutex  find-or-create of anything new, staging what destroys
//   write_mutex   one write to the store at a time: sync
//   mutex         staged, in flight, cache, epoch; held for moments, never over I/O or encryption
#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "eventstore/keyring.hpp"
#include "eventstore/keyring_cache.hpp"
#include "eventstore/keyring_entries.hpp"
#include "eventstore/keyring_store.hpp"

namespace almanac::eventstore {

struct Keyring::State {
    State(const MasterKey& master, std::unique_ptr<KeyringStore> opened, bool only_read,
          const KeyringLimits& limits);

    // log_id, generation, format and master key of an opened store.
    kernel::Result<void> read_meta(const std::filesystem::path& directory);

    kernel::Result<void> writable() const;
    kernel::Result<std::optional<std::string>> value(std::string_view entry) const;
    void stage(std::string entry, std::optional<std::string> value);
    kernel::Result<std::uint64_t> sync();
    // Syncs what is staged and purges the ranges; not under create_mutex, it may take a while.
    kernel::Result<void> sync_and_purge(std::span<const KeyRange> ranges);
    void forget(std::span<const std::string> names);  // their unwrapped keys, wiped

    // Keys under the master key or the tenant's key; nothing where the entry is absent.
    kernel::Result<std::optional<SecretKey>> find_key(const std::string& entry,
                                                      std::uint32_t number,
                                                      const SecretKey& wrapping);
    kernel::Result<SecretKey> tenant_key(const kernel::TenantId& tenant);
    kernel::Result<SecretKey> claim_key(const kernel::TenantId& tenant);
    kernel::Result<SecretKey> signing_seed(const kernel::TenantId& tenant);
    SecretKey master_secret() const { return SecretKey(master_key.bytes()); }

    // The subject's data key: a key, nothing (absent), or `erased`.
    struct DataKey {
        SubjectState state = SubjectState::absent;
        SecretKey key;
    };
    kernel::Result<DataKey> data_key(const kernel::TenantId& tenant, std::string_view subject,
                                     std::uint32_t number);
    kernel::Result<SecretKey> create_data_key(const kernel::TenantId& tenant,
                                              std::string_view subject);
    kernel::Result<SecretKey> data_key_to_seal(const kernel::TenantId& tenant,
                                               std::string_view subject);

    // Claims.
    kernel::Result<std::string> claim_entry(const kernel::TenantId& tenant, ClaimKind kind,
                                            std::string_view value, ClaimMac& mac);
    kernel::Result<std::optional<ClaimEntry>> claim_at(const std::string& entry) const;
    kernel::Result<std::vector<std::string>> stage_claim_deletion(const kernel::TenantId& tenant,
                                                                  const kernel::Uuid& id);
    kernel::Result<void> judge_pending(const entries::Pending& pending, const std::string& key,
                                       const ClaimNamed& named);

    MasterKey master_key;
    std::unique_ptr<KeyringStore> store;
    const bool read_only;
    kernel::Uuid log_id;
    std::atomic<std::uint64_t> generation{0};
    std::atomic<bool> failed{false};

    std::mutex create_mutex;
    std::mutex write_mutex;
    mutable std::mutex mutex;
    KeyringChanges staged;
    KeyringChanges in_flight;
    std::uint64_t epoch = 0;  // grows when keys are forgotten: a slow look-up must not cache them
    KeyringCache cache;
};

}  // namespace almanac::eventstore
