#include "eventstore/durable_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "eventstore/disk.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Result;

std::unexpected<kernel::Rejection> failed(std::string_view doing,
                                          const std::filesystem::path& path) {
    return std::unexpected(file_error(doing, path, errno));
}

Result<std::optional<std::string>> read_up_to(const std::filesystem::path& file, std::size_t max) {
    const Descriptor descriptor(disk_open(file, O_RDONLY | O_CLOEXEC));
    if (!descriptor.ok() && errno == ENOENT) return std::nullopt;
    if (!descriptor.ok()) return failed("Opening", file);
    std::string content;
    std::array<char, 1UL << 16> page;
    while (content.size() < max) {
        const auto count =
            ::read(descriptor.get(), page.data(), std::min(page.size(), max - content.size()));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("Reading", file);
        if (count == 0) break;
        content.append(page.data(), static_cast<std::size_t>(count));
    }
    return content;
}
}  // namespace

kernel::Rejection file_error(std::string_view doing, const std::filesystem::path& path, int error) {
    return {kernel::RejectionKind::unavailable, error == ENOSPC ? "disk_full" : "io_error",
            fmt::format("{} {}: {}", doing, path.string(), std::strerror(error))};
}

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = disk_write(descriptor, bytes);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> sync_directory(const std::filesystem::path& directory) {
    const auto path = directory.empty() ? std::filesystem::path(".") : directory;
    const Descriptor descriptor(disk_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor.ok() || disk_sync(descriptor.get()) != 0) return failed("Syncing", path);
    return {};
}

Result<void> replace_file(const std::filesystem::path& file, std::string_view content) {
    auto beside = file;
    beside += ".new";
    {
        const Descriptor descriptor(
            disk_open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
        if (!descriptor.ok() || !write_all(descriptor.get(), content) ||
            disk_sync(descriptor.get()) != 0)
            return failed("Writing", beside);
    }
    if (disk_rename(beside, file) != 0) return failed("Renaming", beside);
    return sync_directory(file.parent_path());
}

Result<std::optional<std::string>> read_whole_file(const std::filesystem::path& file) {
    return read_up_to(file, std::numeric_limits<std::size_t>::max());
}

Result<std::optional<std::string>> read_file(const std::filesystem::path& file) {
    return read_up_to(file, 1UL << 20);
}

Result<void> reserve_file(const std::filesystem::path& file, std::size_t bytes) {
    std::error_code ignored;
    if (std::filesystem::file_size(file, ignored) == bytes && !ignored) return {};
    const Descriptor descriptor(disk_open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!descriptor.ok()) return failed("Making", file);
    if (disk_truncate(descriptor.get(), 0) != 0) return failed("Making", file);
    if (bytes == 0) return {};
    const int error = disk_reserve(descriptor.get(), static_cast<off_t>(bytes));
    if (error != 0) {
        disk_remove(file);
        return std::unexpected(file_error("Reserving", file, error));
    }
    return {};
}

}  // namespace almanac::eventstore
