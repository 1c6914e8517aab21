#include "eventstore/keyring_state.hpp"

#include <fmt/format.h>

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::reject;
using kernel::RejectionKind;
using kernel::Result;

constexpr std::size_t cached_keys_min = 64;

std::string cache_name(const std::string& entry, std::uint32_t number) {
    auto name = entry;
    for (int shift = 24; shift >= 0; shift -= 8) name += static_cast<char>(number >> shift);
    return name;
}
}  // namespace

Keyring::State::State(const MasterKey& master, std::unique_ptr<KeyringStore> opened, bool only_read,
                      const KeyringLimits& limits)
    : master_key(master),
      store(std::move(opened)),
      read_only(only_read),
      cache(std::max(limits.cached_keys_max, cached_keys_min)) {}

Result<void> Keyring::State::read_meta(const std::filesystem::path& directory) {
    const auto damaged = [&](std::string_view what) {
        return reject(RejectionKind::corrupt, "keyring_damaged",
                      fmt::format("The keyring at {} has no valid {}. Restore it from a backup.",
                                  directory.string(), what));
    };
    std::string found[4];
    constexpr std::string_view names[4] = {entries::meta_format, entries::meta_log_id,
                                           entries::meta_generation, entries::meta_master_check};
    for (int i = 0; i < 4; ++i) {
        auto bytes = store->get(names[i]);
        if (!bytes && bytes.error().kind != RejectionKind::corrupt) {
            return std::unexpected(std::move(bytes.error()));
        }
        if (!bytes || !*bytes) return damaged(names[i].substr(1));
        found[i] = std::move(**bytes);
    }
    if (found[0] != std::string(1, static_cast<char>(entries::format))) {
        return reject(RejectionKind::unavailable, "keyring_format",
                      fmt::format("The keyring at {} has a format this version does not know.",
                                  directory.string()));
    }
    const auto stored = entries::decode_u64(found[2]);
    if (found[1].size() != 16) return damaged("log_id");
    if (!stored) return damaged("generation");
    if (!unwrap_key(master_secret(), found[3], std::string(entries::meta_master_check),
                    entries::number_one)) {
        return reject(
            RejectionKind::unavailable, "keyring_master_key",
            fmt::format("The keyring at {} belongs to another master key.", directory.string()));
    }
    log_id = kernel::uuid_from_bytes(found[1]);
    generation = *stored;
    return {};
}

Result<void> Keyring::State::writable() const {
    if (read_only) {
        return kernel::unavailable("keyring_read_only", "The keyring is open for reading only.", 0);
    }
    if (failed) {
        return kernel::unavailable("keyring_failed",
                                   "A write to the keyring failed; it takes nothing new.", 0);
    }
    return {};
}

Result<std::optional<std::string>> Keyring::State::value(std::string_view entry) const {
    {
        const std::lock_guard lock(mutex);
        if (const auto at = staged.find(entry); at != staged.end()) return at->second;
        if (const auto at = in_flight.find(entry); at != in_flight.end()) return at->second;
    }
    // Not staged when asked: then the store holds it, or it is younger than the question.
    return store->get(entry);
}

void Keyring::State::stage(std::string entry, std::optional<std::string> value) {
    const std::lock_guard lock(mutex);
    staged.insert_or_assign(std::move(entry), std::move(value));
}

Result<std::uint64_t> Keyring::State::sync() {
    const std::lock_guard one_write(write_mutex);
    if (auto able = writable(); !able) {
        if (read_only) return generation.load();
        return std::unexpected(std::move(able.error()));
    }
    const auto next = generation.load() + 1;
    {
        const std::lock_guard lock(mutex);
        if (staged.empty()) return generation.load();
        in_flight.swap(staged);
        in_flight.insert_or_assign(std::string(entries::meta_generation),
                                   entries::encode_u64(next));
    }
    auto written = store->write(in_flight);
    const std::lock_guard lock(mutex);
    if (!written) {
        failed = true;
        staged.merge(in_flight);  // what was staged meanwhile is newer and stays
        in_flight.clear();
        return std::unexpected(std::move(written.error()));
    }
    in_flight.clear();
    generation = next;
    return next;
}

void Keyring::State::forget(std::span<const std::string> names) {
    const std::lock_guard lock(mutex);
    ++epoch;
    for (const auto& entry : names) cache.remove(cache_name(entry, entries::number_one));
}

Result<void> Keyring::State::sync_and_purge(std::span<const KeyRange> ranges) {
    if (auto synced = sync(); !synced) return std::unexpected(std::move(synced.error()));
    return store->purge(ranges);
}

Result<std::optional<SecretKey>> Keyring::State::find_key(const std::string& entry,
                                                          std::uint32_t number,
                                                          const SecretKey& wrapping) {
    std::uint64_t asked_at = 0;
    const auto name = cache_name(entry, number);
    {
        const std::lock_guard lock(mutex);
        if (auto key = cache.find(name)) return key;
        asked_at = epoch;
    }
    const auto wrap = value(entry);
    if (!wrap) return std::unexpected(wrap.error());
    if (!*wrap) return std::nullopt;
    auto key = unwrap_key(wrapping, **wrap, entry, number);
    if (!key) return std::unexpected(std::move(key.error()));
    const std::lock_guard lock(mutex);
    if (epoch == asked_at) cache.put(name, *key);
    return std::optional(*key);
}

Result<SecretKey> Keyring::State::tenant_key(const kernel::TenantId& tenant) {
    auto key = find_key(entries::tenant_key(tenant), entries::number_one, master_secret());
    if (!key) return std::unexpected(std::move(key.error()));
    if (!*key) return corrupt("The keyring has no key of the tenant " + to_string(tenant) + ".");
    return **key;
}

Result<SecretKey> Keyring::State::claim_key(const kernel::TenantId& tenant) {
    const auto wrapping = tenant_key(tenant);
    if (!wrapping) return wrapping;
    auto key = find_key(entries::claim_key(tenant), entries::number_one, *wrapping);
    if (!key) return std::unexpected(std::move(key.error()));
    if (!*key) return corrupt("The keyring has no claim key of the tenant " + to_string(tenant));
    return **key;
}

Result<SecretKey> Keyring::State::signing_seed(const kernel::TenantId& tenant) {
    const auto wrapping = tenant_key(tenant);
    if (!wrapping) return wrapping;
    const auto entry = entries::signing_key(tenant, entries::number_one);
    const auto wrap = value(entry);
    if (!wrap) return std::unexpected(wrap.error());
    if (!*wrap) return corrupt("The keyring has no signing key of the tenant " + to_string(tenant));
    return unwrap_key(*wrapping, **wrap, entry, entries::number_one);  // rare: not cached
}

Result<Keyring::State::DataKey> Keyring::State::data_key(const kernel::TenantId& tenant,
                                                         std::string_view subject,
                                                         std::uint32_t number) {
    const auto entry = entries::subject(tenant, subject);
    const auto name = cache_name(entry, number);
    std::uint64_t asked_at = 0;
    {
        const std::lock_guard lock(mutex);
        if (auto key = cache.find(name)) return DataKey{SubjectState::active, *key};
        asked_at = epoch;
    }
    const auto bytes = value(entry);
    if (!bytes) return std::unexpected(bytes.error());
    if (!*bytes) return DataKey{};
    const auto decoded = entries::decode_subject(**bytes);
    if (!decoded) return corrupt("The keyring's entry of a subject is damaged.");
    if (decoded->erased) return DataKey{SubjectState::erased, {}};
    const auto wrap = decoded->wrap(number);
    if (!wrap) return corrupt(fmt::format("A subject has no data key of number {}.", number));
    const auto wrapping = tenant_key(tenant);
    if (!wrapping) return std::unexpected(wrapping.error());
    auto key = unwrap_key(*wrapping, *wrap, entry, number);
    if (!key) return std::unexpected(std::move(key.error()));
    const std::lock_guard lock(mutex);
    if (epoch == asked_at) cache.put(name, *key);
    return DataKey{SubjectState::active, *key};
}

Result<SecretKey> Keyring::State::create_data_key(const kernel::TenantId& tenant,
                                                  std::string_view subject) {
    const std::lock_guard one_creator(create_mutex);
    auto found = data_key(tenant, subject, entries::number_one);
    if (!found) return std::unexpected(std::move(found.error()));
    if (found->state == SubjectState::active) return found->key;
    if (found->state == SubjectState::erased) {
        return reject("subject_erased",
                      "The person's data was erased; nothing can be added to it.");
    }
    if (auto able = writable(); !able) return std::unexpected(std::move(able.error()));
    const auto wrapping = tenant_key(tenant);
    if (!wrapping) return wrapping;
    const auto entry = entries::subject(tenant, subject);
    const auto key = SecretKey::random();
    const auto wrap = wrap_key(*wrapping, random_nonce(), entry, entries::number_one, key);
    const std::lock_guard lock(mutex);
    staged.insert_or_assign(entry, entries::active_subject(entries::number_one, wrap));
    cache.put(cache_name(entry, entries::number_one), key);
    return key;
}

Result<SecretKey> Keyring::State::data_key_to_seal(const kernel::TenantId& tenant,
                                                   std::string_view subject) {
    auto found = data_key(tenant, subject, entries::number_one);
    if (!found) return std::unexpected(std::move(found.error()));
    if (found->state == SubjectState::active) return found->key;
    return create_data_key(tenant, subject);
}

}  // namespace almanac::eventstore
