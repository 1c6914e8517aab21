// The keyring's RocksDB behind plain strings: small memory, every write synced, point-in-time
// recovery (a torn last write is an ordinary power cut), no info log, and a purge after which no
// file of the directory holds what was overwritten. Owned by one Keyring. Thread-safe as RocksDB.
// A read-only store changes nothing on disk, takes no lock and may look at a damaged directory.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

// What a batch sets (a value) or deletes (nothing), by entry key.
using KeyringChanges = std::map<std::string, std::optional<std::string>, std::less<>>;

struct KeyRange {
    std::string first;
    std::string last;  // inclusive
};

class KeyringStore {
  public:
    enum class Mode { create, read_only, writable };
    // `keyring_exists`, `keyring_missing`, `keyring_damaged`; `disk_full`, `io_error`.
    static kernel::Result<std::unique_ptr<KeyringStore>> open(
        const std::filesystem::path& directory, Mode mode);
    ~KeyringStore();
    KeyringStore(const KeyringStore&) = delete;
    KeyringStore& operator=(const KeyringStore&) = delete;

    kernel::Result<std::optional<std::string>> get(std::string_view key) const;
    // All or nothing, durable when it answers.
    kernel::Result<void> write(const KeyringChanges& changes);
    // In key order from `first` while keys begin with `prefix` and `visit` answers true.
    using Visit = std::function<bool(std::string_view key, std::string_view value)>;
    kernel::Result<void> scan(std::string_view prefix, std::string_view first,
                              const Visit& visit) const;
    // Rewrites the ranges and answers when every file that held older bytes of them is deleted.
    kernel::Result<void> purge(std::span<const KeyRange> ranges);
    kernel::Result<void> verify_checksums() const;

  private:
    struct Database;
    explicit KeyringStore(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

}  // namespace almanac::eventstore
