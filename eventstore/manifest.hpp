// How much of RocksDB's manifest is known to be whole. RocksDB takes a manifest whose last entries
// are unreadable for one that a power cut tore, and goes on with an older list of files; if those
// entries were durable, flushed files are then missing without a word. So the mark remembers how
// long the manifest was, and a start compares (partition_open.cpp).
// Watching is thread-safe: RocksDB's background threads tell of flushes, the writer asks.
#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

struct ManifestExtent {
    std::uint64_t number = 0;  // of the file MANIFEST-<number>; 0 = nothing is known
    std::uint64_t bytes = 0;   // whole entries end here
    bool operator==(const ManifestExtent&) const = default;
};

// The current manifest of a log's directory, as it lies on disk.
struct ManifestOnDisk {
    ManifestExtent whole;
    std::uint64_t torn_bytes = 0;  // after the last whole entry
};
kernel::Result<ManifestOnDisk> read_manifest(const std::filesystem::path& log);  // touches nothing

class ManifestWatch {
  public:
    explicit ManifestWatch(std::filesystem::path log) : log_(std::move(log)) {}
    // After a flush or compaction: what is there now is made durable and known. A sync that failed
    // is never tried again: nothing more is known from then on.
    void refresh();
    ManifestExtent extent() const;
    bool failed() const { return failed_; }  // then nothing may be committed any more

  private:
    std::filesystem::path log_;
    std::mutex refreshing_;
    mutable std::mutex mutex_;
    ManifestExtent extent_;
    std::atomic<bool> failed_ = false;
};

}  // namespace almanac::eventstore
