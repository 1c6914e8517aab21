// What log, keyring, views, mark and small files ask of the disk, in one place: POSIX's calls with
// POSIX's answers and errno, and the environment of every RocksDB database.
// A test program swaps the disk, not the code: it links tests/faults/fault_disk.cpp in the place of
// disk.cpp. Thread-safe.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace rocksdb {
class Env;
}

namespace almanac::eventstore {

int disk_open(const std::filesystem::path& file, int flags, mode_t mode = 0);
int disk_close(int descriptor);
ssize_t disk_write(int descriptor, std::string_view bytes);
ssize_t disk_write_at(int descriptor, std::string_view bytes, off_t offset);
int disk_truncate(int descriptor, off_t bytes);
int disk_reserve(int descriptor, off_t bytes);  // answers the error itself, as posix_fallocate
int disk_sync(int descriptor);                  // of a file or a directory
int disk_sync_data(int descriptor);
int disk_rename(const std::filesystem::path& from, const std::filesystem::path& to);
int disk_remove(const std::filesystem::path& file);
int disk_make_directory(const std::filesystem::path& directory, mode_t mode);
rocksdb::Env* disk_env();

}  // namespace almanac::eventstore
