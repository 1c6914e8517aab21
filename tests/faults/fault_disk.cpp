// eventstore/disk.hpp with the fault environment between the call and the disk.
#include "eventstore/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>

#include "tests/faults/fault_file_system.hpp"
#include "tests/faults/fault_state.hpp"

namespace almanac::eventstore {
namespace {
using faults::Admission;
using faults::Call;
using faults::Unsynced;
namespace fs = std::filesystem;

struct OpenFile {
    fs::path path;
    Unsynced::File file;  // null for a directory
};
std::mutex open_mutex;
std::map<int, OpenFile>& open_files() {
    static auto* const files = new std::map<int, OpenFile>;  // outlives whoever closes late
    return *files;
}
std::optional<OpenFile> opened_as(int descriptor) {
    const std::scoped_lock lock(open_mutex);
    const auto found = open_files().find(descriptor);
    if (found == open_files().end()) return std::nullopt;
    return found->second;
}
int refused(int error) {
    errno = error;
    return -1;
}

int open_and_note(const fs::path& path, int flags, mode_t mode, Unsynced* unsynced, bool creates) {
    if (creates) unsynced->make_way(path);
    const int descriptor = ::open(path.c_str(), flags, mode);
    if (descriptor < 0 || unsynced == nullptr) return descriptor;
    OpenFile open{path, nullptr};
    if ((flags & O_DIRECTORY) == 0)
        open.file = creates ? unsynced->created(path) : unsynced->file_at(path);
    const std::scoped_lock lock(open_mutex);
    open_files()[descriptor] = std::move(open);
    return descriptor;
}

// Writes what the admission allows; `at` nothing: at the file's end.
ssize_t write_admitted(const Admission& admission, int descriptor, const OpenFile& open,
                       std::string_view bytes, std::optional<off_t> at) {
    auto admitted = bytes;
    if (admission.error() != 0) admitted = bytes.substr(0, admission.part_of(bytes.size()));
    auto* environment = admission.environment();
    if (!admitted.empty() && at) {
        std::string before(admitted.size(), '\0');
        const auto count = ::pread(descriptor, before.data(), before.size(), *at);
        before.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
        environment->unsynced.will_overwrite(*open.file, static_cast<std::uint64_t>(*at),
                                             std::move(before));
    }
    ssize_t written = 0;
    if (!admitted.empty())
        written = at ? ::pwrite(descriptor, admitted.data(), admitted.size(), *at)
                     : ::write(descriptor, admitted.data(), admitted.size());
    if (written > 0) {
        const auto count = static_cast<std::uint64_t>(written);
        const auto end = at ? static_cast<std::uint64_t>(*at) + count : open.file->bytes + count;
        if (end > open.file->bytes)
            environment->unsynced.appended(*open.file, end - open.file->bytes);
    }
    if (admission.error() != 0) return refused(admission.error());
    return written;
}

int sync(int descriptor, int (*plain)(int)) {
    const auto open = opened_as(descriptor);
    if (!open) return plain(descriptor);
    const Admission admission(open->file ? Call::sync : Call::sync_directory,
                              open->file ? open->path : open->path / ".");
    auto* environment = admission.environment();
    if (environment == nullptr) return plain(descriptor);
    auto& unsynced = environment->unsynced;
    if (admission.error() != 0) {
        if (open->file) unsynced.sync_failed(*open->file);
        return refused(admission.error());
    }
    if (admission.verdict().ignored) return 0;
    if (!open->file) {
        const auto began = unsynced.directory_sync_begins();
        if (plain(descriptor) != 0) return -1;
        unsynced.directory_synced(open->path, began);
        return 0;
    }
    const auto began = unsynced.sync_begins(*open->file);
    if (plain(descriptor) != 0) return -1;
    unsynced.synced(*open->file, began);
    return 0;
}
}  // namespace

int disk_open(const fs::path& file, int flags, mode_t mode) {
    auto* environment = faults::FaultEnvironment::State::current();
    if (environment == nullptr || !environment->unsynced.covers(file))
        return ::open(file.c_str(), flags, mode);
    const bool empties = (flags & O_TRUNC) != 0 && (flags & O_EXCL) == 0;
    const bool makes = (flags & O_CREAT) != 0 && (empties || !fs::exists(file));
    if (!makes) return open_and_note(file, flags, mode, &environment->unsynced, false);
    const Admission admission(Call::create, file);
    if (admission.error() != 0) return refused(admission.error());
    return open_and_note(file, flags, mode, &environment->unsynced, true);
}

int disk_close(int descriptor) {
    {
        const std::scoped_lock lock(open_mutex);
        open_files().erase(descriptor);
    }
    return ::close(descriptor);
}

ssize_t disk_write(int descriptor, std::string_view bytes) {
    const auto open = opened_as(descriptor);
    if (!open) return ::write(descriptor, bytes.data(), bytes.size());
    const Admission admission(Call::write, open->path);
    if (admission.environment() == nullptr) return ::write(descriptor, bytes.data(), bytes.size());
    return write_admitted(admission, descriptor, *open, bytes, std::nullopt);
}

ssize_t disk_write_at(int descriptor, std::string_view bytes, off_t offset) {
    const auto open = opened_as(descriptor);
    if (!open) return ::pwrite(descriptor, bytes.data(), bytes.size(), offset);
    const Admission admission(Call::write, open->path);
    if (admission.environment() == nullptr)
        return ::pwrite(descriptor, bytes.data(), bytes.size(), offset);
    return write_admitted(admission, descriptor, *open, bytes, offset);
}

int disk_truncate(int descriptor, off_t bytes) {
    const auto open = opened_as(descriptor);
    if (!open) return ::ftruncate(descriptor, bytes);
    const Admission admission(Call::write, open->path);
    if (admission.error() != 0) return refused(admission.error());
    if (::ftruncate(descriptor, bytes) != 0) return -1;
    if (admission.environment() != nullptr)
        admission.environment()->unsynced.resized(*open->file, static_cast<std::uint64_t>(bytes));
    return 0;
}

int disk_reserve(int descriptor, off_t bytes) {
    const auto open = opened_as(descriptor);
    if (!open) return ::posix_fallocate(descriptor, 0, bytes);
    const Admission admission(Call::write, open->path);
    if (admission.error() != 0) return admission.error();
    if (const int error = ::posix_fallocate(descriptor, 0, bytes); error != 0) return error;
    const auto size = static_cast<std::uint64_t>(bytes);
    if (admission.environment() != nullptr && size > open->file->bytes)
        admission.environment()->unsynced.appended(*open->file, size - open->file->bytes);
    return 0;
}

int disk_sync(int descriptor) {
    return sync(descriptor, ::fsync);
}
int disk_sync_data(int descriptor) {
    return sync(descriptor, ::fdatasync);
}

int disk_rename(const fs::path& from, const fs::path& to) {
    const Admission admission(Call::rename, to);
    if (admission.environment() == nullptr) return ::rename(from.c_str(), to.c_str());
    if (admission.error() != 0) return refused(admission.error());
    const int error = admission.environment()->unsynced.rename(from, to);
    return error == 0 ? 0 : refused(error);
}

int disk_remove(const fs::path& file) {
    const Admission admission(Call::remove, file);
    if (admission.environment() == nullptr) return ::unlink(file.c_str());
    if (admission.error() != 0) return refused(admission.error());
    const int error = admission.environment()->unsynced.remove(file);
    if (error != 0) return refused(error);
    admission.environment()->space_freed();
    return 0;
}

int disk_link(const fs::path& file, const fs::path& name) {
    const Admission admission(Call::create, name);
    if (admission.error() != 0) return refused(admission.error());
    auto* environment = admission.environment();
    auto linked = environment ? environment->unsynced.file_at(file) : nullptr;
    if (::link(file.c_str(), name.c_str()) != 0) return -1;
    if (environment != nullptr) environment->unsynced.linked(name, linked);
    return 0;
}

int disk_make_directory(const fs::path& directory, mode_t mode) {
    const Admission admission(Call::create, directory);
    if (admission.error() != 0) return refused(admission.error());
    if (::mkdir(directory.c_str(), mode) != 0) return -1;
    if (admission.environment() != nullptr)
        admission.environment()->unsynced.created_directory(directory);
    return 0;
}

rocksdb::Env* disk_env() {
    return faults::fault_env();
}

}  // namespace almanac::eventstore
