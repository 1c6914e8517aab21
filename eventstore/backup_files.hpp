// Files of a backup: copied or linked, each synced, with the SHA-256 of what was really read.
// Any thread; one copy at a time. Errors are `disk_full` or `io_error` with what was tried.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

// Where a partition's log is copied to first, with hard links; what a crash left of it goes when
// the partition is opened, as the links keep tables alive that the log has done with.
std::filesystem::path backup_scratch(const std::filesystem::path& partition);

using OnBytes = std::function<void(std::uint64_t bytes)>;  // so many more were read

// 64 hexadecimal digits.
kernel::Result<std::string> digest_of_file(const std::filesystem::path& file,
                                           const OnBytes& on_bytes);
// To a name that is free, synced; answers the digest of what was copied.
kernel::Result<std::string> copy_file_synced(const std::filesystem::path& from,
                                             const std::filesystem::path& to,
                                             const OnBytes& on_bytes, mode_t mode = 0640);
// Another name for the same file; false where this file system, or the two of them, have no links.
bool link_file(const std::filesystem::path& file, const std::filesystem::path& name);
// A directory and all directories below it: their entries are durable.
kernel::Result<void> sync_directories(const std::filesystem::path& root);
// With those above it; the name of each new one is durable.
kernel::Result<void> make_directories(const std::filesystem::path& directory);
// A directory with all that is in it, or a file; one that is not there is no error.
kernel::Result<void> remove_tree(const std::filesystem::path& root);
// Regular files below it, relative to it, in order of their names.
kernel::Result<std::vector<std::string>> files_below(const std::filesystem::path& root);
// `disk_full` where the file system of `place` has not so much left for us.
kernel::Result<void> check_room(const std::filesystem::path& place, std::uint64_t bytes);

}  // namespace almanac::eventstore
