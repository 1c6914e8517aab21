// Small files that must survive a power cut: written beside, synced, renamed, directory synced.
// Errors are `disk_full` or `io_error` with what was tried.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

kernel::Rejection file_error(std::string_view doing, const std::filesystem::path& path, int error);
// Of an open file; false with errno where not all of it was written.
bool write_all(int descriptor, std::string_view bytes);
kernel::Result<void> sync_directory(const std::filesystem::path& directory);
// Atomic: after a crash the old content or the new one is there, whole.
kernel::Result<void> replace_file(const std::filesystem::path& file, std::string_view content);
// Nothing where there is no such file; at most 1 MiB is read.
kernel::Result<std::optional<std::string>> read_file(const std::filesystem::path& file);
kernel::Result<std::optional<std::string>> read_whole_file(const std::filesystem::path& file);
// A file that owns this many bytes of the disk; an existing one of that size is left alone.
kernel::Result<void> reserve_file(const std::filesystem::path& file, std::size_t bytes);

}  // namespace almanac::eventstore
