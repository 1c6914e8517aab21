#include "eventstore/mark.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "eventstore/crc32c.hpp"
#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"
#include "eventstore/log.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::unavailable;

constexpr std::string_view magic = "ALMNMARK";
constexpr std::size_t covered_bytes = 100;

std::uint32_t read_u32(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char c : bytes.substr(0, 4)) number = number << 8 | static_cast<std::uint8_t>(c);
    return number;
}

kernel::Rejection disk_error(std::string_view doing) {
    const int error = errno;
    return {kernel::RejectionKind::unavailable, error == ENOSPC ? "disk_full" : "io_error",
            fmt::format("{} the mark: {}", doing, std::strerror(error))};
}

bool write_at(int descriptor, std::string_view bytes, std::size_t offset) {
    while (!bytes.empty()) {
        const auto written = disk_write_at(descriptor, bytes, static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::size_t>(written);
    }
    return true;
}

}  // namespace

std::string encode_mark_slot(const Mark& mark, std::uint64_t serial) {
    std::string slot(magic);
    append_u32(slot, mark_format_version);
    append_u64(slot, serial);
    append_u64(slot, mark.position);
    slot.append(reinterpret_cast<const char*>(mark.hash.data()), mark.hash.size());
    append_u64(slot, mark.keyring_generation);
    slot.append(mark.log_id.view());
    append_u64(slot, mark.manifest.number);
    append_u64(slot, mark.manifest.bytes);
    append_u32(slot, crc32c(slot));
    slot.resize(mark_slot_bytes, '\0');
    return slot;
}

std::optional<MarkSlot> decode_mark_slot(std::string_view slot) {
    if (slot.size() != mark_slot_bytes || !slot.starts_with(magic)) return std::nullopt;
    if (read_u32(slot.substr(covered_bytes)) != crc32c(slot.substr(0, covered_bytes)))
        return std::nullopt;
    if (read_u32(slot.substr(8)) != mark_format_version) return std::nullopt;
    MarkSlot decoded;
    decoded.serial = read_u64(slot.substr(12));
    decoded.mark.position = read_u64(slot.substr(20));
    std::memcpy(decoded.mark.hash.data(), slot.data() + 28, 32);
    decoded.mark.keyring_generation = read_u64(slot.substr(60));
    decoded.mark.log_id = kernel::uuid_from_bytes(slot.substr(68, 16));
    decoded.mark.manifest = {read_u64(slot.substr(84)), read_u64(slot.substr(92))};
    return decoded;
}

Result<std::unique_ptr<MarkFile>> MarkFile::create(const std::filesystem::path& file,
                                                   const Mark& first) {
    const int descriptor = disk_open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (descriptor < 0) return std::unexpected(disk_error("Making"));
    std::unique_ptr<MarkFile> made(new MarkFile(descriptor, {first, 1}));
    // Both slots hold the same mark, so that one torn write can never leave none.
    const auto both = encode_mark_slot(first, 0) + encode_mark_slot(first, 1);
    if (!write_at(descriptor, both, 0) || disk_sync(descriptor) != 0)
        return std::unexpected(disk_error("Making"));
    if (auto synced = sync_directory(file.parent_path()); !synced)
        return std::unexpected(std::move(synced.error()));
    return made;
}

Result<MarkSlot> MarkFile::read(const std::filesystem::path& file) {
    const int descriptor = disk_open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT)
        return kernel::reject(kernel::RejectionKind::corrupt, "mark_missing",
                              "The partition has no mark.");
    if (descriptor < 0) return std::unexpected(disk_error("Opening"));
    std::string bytes(2 * mark_slot_bytes, '\0');
    const auto count = ::pread(descriptor, bytes.data(), bytes.size(), 0);
    const auto failure = count < 0 ? std::optional(disk_error("Reading")) : std::nullopt;
    disk_close(descriptor);
    if (failure) return std::unexpected(*failure);
    bytes.resize(static_cast<std::size_t>(count));
    std::optional<MarkSlot> newest;
    for (std::size_t at = 0; at + mark_slot_bytes <= bytes.size(); at += mark_slot_bytes) {
        const auto slot = std::string_view(bytes).substr(at, mark_slot_bytes);
        const bool intact = slot.starts_with(magic) && read_u32(slot.substr(covered_bytes)) ==
                                                           crc32c(slot.substr(0, covered_bytes));
        if (intact && read_u32(slot.substr(8)) > mark_format_version)
            return unavailable("newer_format", "The mark was written by a newer version.", 0);
        const auto decoded = decode_mark_slot(slot);
        if (decoded && (!newest || decoded->serial > newest->serial)) newest = decoded;
    }
    if (!newest) return corrupt("Neither slot of the mark can be read.");
    return *newest;
}

Result<std::unique_ptr<MarkFile>> MarkFile::open(const std::filesystem::path& file) {
    auto current = read(file);
    if (!current) return std::unexpected(std::move(current.error()));
    const int descriptor = disk_open(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return std::unexpected(disk_error("Opening"));
    return std::unique_ptr<MarkFile>(new MarkFile(descriptor, *current));
}

MarkFile::~MarkFile() {
    disk_close(descriptor_);
}

Result<void> MarkFile::write(const Mark& mark) {
    if (failed_) return unavailable("io_error", "The mark could not be written before.", 0);
    const MarkSlot next{mark, current_.serial + 1};
    const auto slot = encode_mark_slot(mark, next.serial);
    if (!write_at(descriptor_, slot, next.serial % 2 * mark_slot_bytes) ||
        disk_sync_data(descriptor_) != 0) {
        auto error = disk_error("Writing");
        failed_ = true;
        return std::unexpected(std::move(error));
    }
    current_ = next;
    return {};
}

}  // namespace almanac::eventstore
