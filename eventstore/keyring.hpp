// The keyring of a partition: every key that stands between the log's ciphertext and a person, and
// the claims. A RocksDB of its own in `<partition>/keyring/`; layout in keyring_entries.hpp, byte
// formats in sealing.hpp. Keys: subject -> data key (wrapped by the tenant's key), tenant's key
// (wrapped by the master key); states of a subject: absent, active, erased (for ever).
// Concurrency: thread-safe. Any thread opens and looks up; new things are made by the decision
// thread, staged in memory, seen at once by all, and durable with the next `sync`, which the commit
// thread calls before it syncs the log. What is staged while a sync runs goes with it or the next.
// Destroying (erasure, day keys, claims) writes through at once, on the caller's thread.
// Limits: unwrapped keys live in one locked block of `cached_keys_max` × 32 bytes, least recently
// used out first, wiped; RocksDB takes about 12 MiB. A failed write makes the keyring read-only
// until a restart: creating answers `unavailable`, opening goes on.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/kernel/id.hpp"
#include "domain/kernel/result.hpp"
#include "domain/kernel/time.hpp"
#include "eventstore/claims.hpp"
#include "eventstore/master_key.hpp"

namespace almanac::eventstore {

struct KeyringLimits {
    std::size_t cached_keys_max = 16384;  // at least 64
};

enum class SubjectState { absent, active, erased };

// Rejections of all functions: `corrupt` (damaged bytes, a wrong key, a tenant or subject without
// the key it must have), unavailable `keyring_failed` (the disk) and `keyring_read_only`.
class Keyring {
  public:
    using PublicKey = std::array<std::uint8_t, 32>;
    using Signature = std::array<std::uint8_t, 64>;
    using Mac = std::array<std::uint8_t, 32>;

    // Generation 1, synced. Refuses a directory that already holds anything: `keyring_exists`.
    static kernel::Result<std::unique_ptr<Keyring>> create(const std::filesystem::path& directory,
                                                           const MasterKey& master_key,
                                                           const kernel::Uuid& log_id,
                                                           const KeyringLimits& limits = {});
    // Looks read-only first and refuses with nothing touched: `keyring_missing`, `keyring_damaged`,
    // `keyring_format`, `keyring_foreign` (another log_id), `keyring_master_key` (another master
    // key). `read_only` leaves it at that look: nothing on disk changes, creating is refused.
    static kernel::Result<std::unique_ptr<Keyring>> open(const std::filesystem::path& directory,
                                                         const MasterKey& master_key,
                                                         const kernel::Uuid& expected_log_id,
                                                         bool read_only,
                                                         const KeyringLimits& limits = {});
    // For the check at start (a keyring older than the log's batch is refused by the caller).
    static kernel::Result<std::uint64_t> peek_generation(const std::filesystem::path& directory);

    ~Keyring();
    Keyring(const Keyring&) = delete;
    Keyring& operator=(const Keyring&) = delete;

    std::uint64_t generation() const;  // the durable one
    const kernel::Uuid& log_id() const;
    // Makes everything staged before the call durable in one synced write; the generation grows by
    // one only if there was something. Cheap otherwise. Answers the durable generation.
    kernel::Result<std::uint64_t> sync();

    // Stages the tenant's key, claim key and signing key; nothing where it has them already.
    kernel::Result<void> create_tenant(const kernel::TenantId& tenant);
    kernel::Result<PublicKey> signing_public_key(const kernel::TenantId& tenant);
    kernel::Result<Signature> sign(const kernel::TenantId& tenant, std::string_view bytes);

    // Seals the JSON text of one field; stages the subject's data key if it has none. Answers the
    // JSON text `{"sealed":"…","of":"<subject>"}`, or `null` for null. 422 `subject_erased` where
    // the subject is erased; subject and field id are 1..200 bytes.
    kernel::Result<std::string> seal(const kernel::TenantId& tenant, std::string_view subject,
                                     std::string_view field_id, std::string_view json_text);
    // The base64url text alone; not of null, which is never sealed.
    kernel::Result<std::string> seal_text(const kernel::TenantId& tenant, std::string_view subject,
                                          std::string_view field_id, std::string_view json_text);
    // The field's JSON text; nothing where the subject is erased. `sealed` is the base64url text.
    kernel::Result<std::optional<std::string>> open(const kernel::TenantId& tenant,
                                                    std::string_view sealed,
                                                    std::string_view subject,
                                                    std::string_view field_id);
    kernel::Result<SubjectState> subject_state(const kernel::TenantId& tenant,
                                               std::string_view subject);
    // Destroys the data keys for ever: synced, compacted, and answered only when no file of the
    // keyring holds the wrapped keys any more. Erasing an absent or erased subject is fine.
    kernel::Result<void> erase_subject(const kernel::TenantId& tenant, std::string_view subject);
    kernel::Result<void> erase_subjects(const kernel::TenantId& tenant,
                                        std::span<const std::string> subjects);
    // Grows with every erasure: what was sealed before may be of a key that is gone.
    std::uint64_t epoch() const;

    // The claim id of a normalised value; `claim` stages a new random one where there is none.
    kernel::Result<std::optional<kernel::Uuid>> find_claim(const kernel::TenantId& tenant,
                                                           ClaimKind kind, std::string_view value);
    kernel::Result<kernel::Uuid> claim(const kernel::TenantId& tenant, ClaimKind kind,
                                       std::string_view value, kernel::Instant now);
    // Deletes claims whose last owner is erased (by their ids; unknown ids are fine). Like erasure.
    kernel::Result<void> delete_claims(const kernel::TenantId& tenant,
                                       std::span<const kernel::Uuid> claims);
    // Looks at up to `count_max` claims made ≥ 24 h before `now` and not yet seen named: deletes
    // what `named` denies, never asks again for the others. Answers how many it looked at. On the
    // decision thread, so that no decision can be about to name what is deleted here.
    kernel::Result<std::size_t> sweep_claims(kernel::Instant now, const ClaimNamed& named,
                                             std::size_t count_max = 1000);

    // HMAC-SHA-256 of an idempotent request's body under the tenant's key of that UTC day (days
    // since 1970), which is staged if absent.
    kernel::Result<Mac> result_mac(const kernel::TenantId& tenant, std::uint32_t day,
                                   std::string_view body);
    // Like erasure, for all tenants: keys of days < `day` are gone from disk afterwards.
    kernel::Result<void> destroy_day_keys_before(std::uint32_t day);

    // A fork of the log: the keyring now belongs to `new_log_id`; every claim must be named anew by
    // an event within 24 h of `now`, or the sweep deletes it. Written through at once; before
    // anything is served.
    kernel::Result<void> fork(const kernel::Uuid& new_log_id, kernel::Instant now);
    // Reads everything durable: checksums, layout, and that every key unwraps. `corrupt` says
    // where.
    kernel::Result<void> verify() const;
    // Every durable entry in order of its key, as of one instant; wrapped keys stay wrapped. For
    // backups (keyring_file.hpp).
    using Visit = std::function<bool(std::string_view key, std::string_view value)>;
    kernel::Result<void> visit_entries(const Visit& visit) const;

  private:
    struct State;
    explicit Keyring(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
