// The mark: how far a partition's log was durable when replies left. Two preallocated 4 KiB slots
// are written in turn, each write synced; a torn slot loses and the other one counts. So
// log >= mark >= acknowledged, and a log that ends below its mark has lost something.
// Owned by the writer's commit thread; not thread-safe.
//
// DO NOT CHANGE. Slot, 4096 bytes, integers big-endian:
//     8   "ALMNMARK"
//     4   format version u32, 1
//     8   serial u64: the higher valid one counts; serial n lies in slot n mod 2
//     8   position u64 of the last durable event, 0 = none
//     32  leaf hash of that event's record, zeros = none
//     8   keyring generation u64
//     16  log_id
//     8   number u64 of RocksDB's manifest, 0 = not known
//     8   bytes u64 of that manifest that are known to be whole
//     4   CRC-32C (Castagnoli) of the 100 bytes before it
//     the rest zeros
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "eventstore/manifest.hpp"
#include "eventstore/record.hpp"

namespace almanac::eventstore {

struct Mark {
    std::uint64_t position = 0;
    Hash hash{};
    std::uint64_t keyring_generation = 0;
    kernel::Uuid log_id;
    ManifestExtent manifest;
    bool operator==(const Mark&) const = default;
};

inline constexpr std::size_t mark_slot_bytes = 4096;
inline constexpr std::uint32_t mark_format_version = 1;

std::string encode_mark_slot(const Mark& mark, std::uint64_t serial);
struct MarkSlot {
    Mark mark;
    std::uint64_t serial = 0;
};
std::optional<MarkSlot> decode_mark_slot(std::string_view slot);  // nothing where it is torn

class MarkFile {
  public:
    // Both slots, synced, with the directory entry; refuses a file that exists.
    static Result<std::unique_ptr<MarkFile>> create(const std::filesystem::path& file,
                                                    const Mark& first);
    // Touches nothing. `mark_missing`, `corrupt` (no valid slot), `newer_format`.
    static Result<MarkSlot> read(const std::filesystem::path& file);
    static Result<std::unique_ptr<MarkFile>> open(const std::filesystem::path& file);
    ~MarkFile();
    MarkFile(const MarkFile&) = delete;
    MarkFile& operator=(const MarkFile&) = delete;

    const Mark& current() const { return current_.mark; }
    // Written into the other slot and fdatasync'ed. After a failure every later write is refused.
    Result<void> write(const Mark& mark);

  private:
    MarkFile(int descriptor, MarkSlot current) : descriptor_(descriptor), current_(current) {}
    int descriptor_;
    MarkSlot current_;
    bool failed_ = false;
};

}  // namespace almanac::eventstore
