// The master key: 32 random bytes in one file of mode 0600. It wraps the tenants' keys and nothing
// else (eventstore/sealing.hpp). Made once by `init`, never overwritten, never part of a backup.
// In the process it lives in sodium's locked, guarded, read-only memory; copies share that memory
// and the last one wipes it. Thread-safe, because it never changes.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

class MasterKey {
  public:
    static constexpr std::size_t bytes_count = 32;

    // Writes a new random key, synced together with its directory. Refuses where anything exists
    // under that name: `master_key_exists`; `master_key_write_failed` for the file system's
    // reasons.
    static kernel::Result<MasterKey> create(const std::filesystem::path& file);
    // Refusals, each naming the file and the way out: `master_key_missing`,
    // `master_key_mode` (anything beyond read and write for the owner), `master_key_length`
    // (not exactly 32 bytes), `master_key_unreadable`. A symbolic link is followed (mounted
    // secrets).
    static kernel::Result<MasterKey> load(const std::filesystem::path& file);
    // A given key: for tests with golden files.
    static MasterKey from_bytes(std::span<const std::uint8_t, bytes_count> bytes);

    std::span<const std::uint8_t, bytes_count> bytes() const;

  private:
    explicit MasterKey(std::shared_ptr<const std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
    std::shared_ptr<const std::uint8_t> bytes_;
};

}  // namespace almanac::eventstore
