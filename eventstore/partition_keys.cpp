#include "eventstore/partition_keys.hpp"

#include <utility>

namespace almanac::eventstore {
namespace {

// True where it is to be tried under the log before the fork.
bool is_before(const std::optional<Fork>& fork, const kernel::Rejection& refusal) {
    return fork && refusal.code == "keyring_foreign";
}
}  // namespace

KeyringProbe probe_keyring() {
    return [](const std::filesystem::path& path) -> Result<KeyringState> {
        auto generation = Keyring::peek_generation(path);
        if (!generation) return std::unexpected(std::move(generation.error()));
        return KeyringState{*generation, std::nullopt};
    };
}

Result<void> check_keyring(const std::filesystem::path& keyring, const kernel::Uuid& log_id,
                           const std::optional<Fork>& unfinished_fork, const MasterKey& key,
                           const KeyringLimits& limits) {
    auto opened = Keyring::open(keyring, key, log_id, true, limits);
    if (!opened && is_before(unfinished_fork, opened.error()))
        opened = Keyring::open(keyring, key, unfinished_fork->from_log_id, true, limits);
    if (!opened) return std::unexpected(std::move(opened.error()));
    return {};
}

Result<std::unique_ptr<Keyring>> open_keyring_read_only(const Partition& partition,
                                                        const MasterKey& key) {
    auto opened = Keyring::open(partition.keyring_path(), key, partition.log->log_id(), true);
    const auto& fork = partition.unfinished_fork;
    if (opened || !is_before(fork, opened.error())) return opened;
    return Keyring::open(partition.keyring_path(), key, fork->from_log_id, true);
}

Result<std::unique_ptr<Keyring>> open_keyring(const Partition& partition, const MasterKey& key,
                                              kernel::Instant now, const KeyringLimits& limits) {
    const auto log_id = partition.log->log_id();
    auto keyring = Keyring::open(partition.keyring_path(), key, log_id, false, limits);
    if (!keyring && keyring.error().code == "disk_full") {
        partition.release_ballast();
        keyring = Keyring::open(partition.keyring_path(), key, log_id, false, limits);
    }
    const auto& fork = partition.unfinished_fork;
    if (keyring || !is_before(fork, keyring.error())) return keyring;
    keyring = Keyring::open(partition.keyring_path(), key, fork->from_log_id, false, limits);
    if (!keyring) return keyring;
    if (auto forked = (*keyring)->fork(log_id, now); !forked)
        return std::unexpected(std::move(forked.error()));
    return keyring;
}

}  // namespace almanac::eventstore
