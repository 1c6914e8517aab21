#include "eventstore/manifest.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>

#include "eventstore/crc32c.hpp"
#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Result;

// RocksDB's log format (db/log_format.h): blocks of 32 KiB; each fragment has a masked CRC-32C u32,
// a length u16 (both little-endian) and a type; fewer than 7 bytes at a block's end are zeros.
constexpr std::size_t block_bytes = 32'768;
constexpr std::size_t header_bytes = 7;
enum class Fragment : std::uint8_t { zero, full, first, middle, last };

std::uint32_t little_endian(std::string_view bytes, std::size_t count) {
    std::uint32_t number = 0;
    for (std::size_t i = count; i-- > 0;)
        number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
    return number;
}
std::uint32_t unmask(std::uint32_t masked) {
    const auto rotated = masked - 0xa282ead8U;
    return rotated >> 17 | rotated << 15;
}

// Where the last whole entry ends; `start` is the end of an entry that is known to be whole.
std::uint64_t end_of_whole_entries(std::string_view bytes, std::uint64_t start) {
    std::uint64_t end = start;
    for (std::size_t at = start; at + header_bytes <= bytes.size();) {
        const auto left = block_bytes - at % block_bytes;
        if (left < header_bytes) {
            at += left;
            continue;
        }
        const auto length = little_endian(bytes.substr(at + 4), 2);
        const auto type = static_cast<Fragment>(bytes[at + 6]);
        const auto next = at + header_bytes + length;
        if (header_bytes + length > left || next > bytes.size()) break;
        if (unmask(little_endian(bytes.substr(at), 4)) != crc32c(bytes.substr(at + 6, 1 + length)))
            break;
        if (type == Fragment::full || type == Fragment::last) end = next;
        at = next;
    }
    return end;
}

std::optional<std::uint64_t> current_number(const std::filesystem::path& log) {
    constexpr std::string_view prefix = "MANIFEST-";
    const auto current = read_file(log / "CURRENT");
    if (!current || !*current || !(*current)->starts_with(prefix)) return std::nullopt;
    std::uint64_t number = 0;
    const auto* begin = (*current)->data() + prefix.size();
    const auto* end = (*current)->data() + (*current)->size();
    if (std::from_chars(begin, end, number).ec != std::errc{}) return std::nullopt;
    return number;
}

std::filesystem::path manifest_path(const std::filesystem::path& log, std::uint64_t number) {
    auto digits = std::to_string(number);
    digits.insert(0, 6 - std::min<std::size_t>(6, digits.size()), '0');
    return log / ("MANIFEST-" + digits);
}
}  // namespace

Result<ManifestOnDisk> read_manifest(const std::filesystem::path& log) {
    const auto number = current_number(log);
    if (!number) return kernel::corrupt("The log's CURRENT names no manifest.");
    auto bytes = read_whole_file(manifest_path(log, *number));
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (!*bytes) return kernel::corrupt("The log's manifest is missing.");
    const auto end = end_of_whole_entries(**bytes, 0);
    return ManifestOnDisk{{*number, end}, (*bytes)->size() - end};
}

void ManifestWatch::refresh() {
    const std::scoped_lock refreshing(refreshing_);
    if (failed_) return;
    const auto manifest = read_manifest(log_);
    if (!manifest || manifest->whole.number == 0) return;
    // RocksDB syncs its entries; the last one may just be on its way.
    const int descriptor =
        disk_open(manifest_path(log_, manifest->whole.number), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    const bool durable = disk_sync_data(descriptor) == 0;
    disk_close(descriptor);
    failed_ = !durable;
    if (!durable) return;
    const std::scoped_lock lock(mutex_);
    extent_ = manifest->whole;
}

ManifestExtent ManifestWatch::extent() const {
    const std::scoped_lock lock(mutex_);
    return extent_;
}

}  // namespace almanac::eventstore
