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
int disk_link(const std::filesystem::path& file, const std::filesystem::path& name);
int disk_make_directory(const std::filesystem::path& directory, mode_t mode);
rocksdb::Env* disk_env();

// What disk_open answered; closed when it goes out of sight.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) disk_close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    bool ok() const { return number_ >= 0; }

  private:
    int number_;
};

}  // namespace almanac::eventstore
