#include "eventstore/disk.hpp"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "eventstore/ordered_names.hpp"

namespace almanac::eventstore {

int disk_open(const std::filesystem::path& file, int flags, mode_t mode) {
    return ::open(file.c_str(), flags, mode);
}
int disk_close(int descriptor) {
    return ::close(descriptor);
}
ssize_t disk_write(int descriptor, std::string_view bytes) {
    return ::write(descriptor, bytes.data(), bytes.size());
}
ssize_t disk_write_at(int descriptor, std::string_view bytes, off_t offset) {
    return ::pwrite(descriptor, bytes.data(), bytes.size(), offset);
}
int disk_truncate(int descriptor, off_t bytes) {
    return ::ftruncate(descriptor, bytes);
}
int disk_reserve(int descriptor, off_t bytes) {
    return ::posix_fallocate(descriptor, 0, bytes);
}
int disk_sync(int descriptor) {
    return ::fsync(descriptor);
}
int disk_sync_data(int descriptor) {
    return ::fdatasync(descriptor);
}
int disk_rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    return ::rename(from.c_str(), to.c_str());
}
int disk_remove(const std::filesystem::path& file) {
    return ::unlink(file.c_str());
}
int disk_link(const std::filesystem::path& file, const std::filesystem::path& name) {
    return ::link(file.c_str(), name.c_str());
}
int disk_make_directory(const std::filesystem::path& directory, mode_t mode) {
    return ::mkdir(directory.c_str(), mode);
}
rocksdb::Env* disk_env() {
    static rocksdb::Env* const env = env_with_ordered_names(rocksdb::FileSystem::Default());
    return env;
}

}  // namespace almanac::eventstore
