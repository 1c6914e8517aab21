#include "eventstore/prepared_wal.hpp"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "eventstore/backup_files.hpp"
#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"
#include "eventstore/named_thread.hpp"

namespace almanac::eventstore {
namespace {
using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 1UL << 20;
// The next file is prepared when this part of the longest has been written.
constexpr std::uint64_t wished_at_part = 32;
constexpr std::uint64_t first_bytes = 16UL << 20;  // before any has shown how long they become

IOStatus failed(const fs::path& file, int error) {
    if (error == ENOSPC) return IOStatus::NoSpace("No space left on device");
    return IOStatus::IOError(file.string(), std::generic_category().message(error));
}
}  // namespace

struct PreparedWal::State {
    State(fs::path directory, std::uint64_t most)
        : log(std::move(directory)), bytes_max(most), bytes(std::min(most, first_bytes)) {}
    fs::path ready_path() const { return log / "prepared.wal"; }
    fs::path making_path() const { return log / "preparing.wal"; }

    // How long the files that are open are for those who ask by name: what was written to them.
    using Length = std::shared_ptr<std::atomic<std::uint64_t>>;
    bool is_of_log(const fs::path& file) const { return file.parent_path() == log; }
    Length open_file(const std::string& name) {
        const std::scoped_lock lock(mutex);
        auto length = std::make_shared<std::atomic<std::uint64_t>>(0);
        lengths[name] = length;
        return length;
    }
    void closed(const std::string& name, const Length& length) {
        const std::scoped_lock lock(mutex);
        if (const auto at = lengths.find(name); at != lengths.end() && at->second == length)
            lengths.erase(at);
    }
    Length length_of(const std::string& name) {
        const std::scoped_lock lock(mutex);
        const auto at = lengths.find(name);
        return at == lengths.end() ? nullptr : at->second;
    }

    void written(std::uint64_t of_file) {
        at_hand.store(of_file, std::memory_order_relaxed);
        if (of_file < bytes_max / wished_at_part || is_wished.load(std::memory_order_relaxed))
            return;
        const std::scoped_lock lock(mutex);
        is_wished = true;
        wake.notify_one();
    }
    // A descriptor of the prepared file, which has this name now; none where there is none.
    std::optional<int> take(const fs::path& name);
    void run();
    bool prepare(std::uint64_t size);
    bool fill(int descriptor, std::uint64_t size);

    const fs::path log;
    const std::uint64_t bytes_max;
    std::atomic<std::uint64_t> at_hand = 0;  // written to the newest file
    std::atomic<bool> is_wished = false;     // or there already: until the next file
    std::atomic<bool> stopping = false;
    std::atomic<std::uint64_t> used = 0;
    std::mutex mutex;
    std::condition_variable wake;
    std::map<std::string, Length> lengths;
    std::uint64_t bytes;  // of the file that is prepared: a quarter more than the last one took
    bool is_ready = false;
    bool is_given_up = false;  // until the next file
    std::thread thread;
};

// The prepared file becomes this one. Its new name is durable before anything is written to it:
// what is found under the old one has nothing in it but zeros. Answers -1 with errno.
std::optional<int> PreparedWal::State::take(const fs::path& name) {
    const std::scoped_lock lock(mutex);
    const bool took = is_ready && disk_rename(ready_path(), name) == 0;
    if (const auto last = at_hand.exchange(0); last > 0)
        bytes = std::min(bytes_max, std::max<std::uint64_t>(piece_bytes, last + last / 4));
    is_ready = is_wished = is_given_up = false;
    if (!took) return std::nullopt;
    const Descriptor directory(disk_open(log, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.ok() || disk_sync(directory.get()) != 0) return -1;
    ++used;
    return disk_open(name, O_WRONLY | O_CLOEXEC);
}

void PreparedWal::State::run() {
    std::unique_lock lock(mutex);
    for (;;) {
        wake.wait(lock, [&] { return stopping || (is_wished && !is_ready && !is_given_up); });
        if (stopping) return;
        const auto size = bytes;
        lock.unlock();
        const bool made = prepare(size);
        lock.lock();
        is_ready = made;
        is_given_up = !made;
    }
}

// It appears under its name when all of it is on disk.
bool PreparedWal::State::prepare(std::uint64_t size) {
    if (!check_room(log, size)) return false;
    (void)disk_remove(making_path());
    bool filled = false;
    {
        const Descriptor file(
            disk_open(making_path(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        filled = file.ok() && fill(file.get(), size);
    }
    if (filled && disk_rename(making_path(), ready_path()) == 0) return true;
    (void)disk_remove(making_path());
    return false;
}

// Half of the time belongs to who commits meanwhile.
bool PreparedWal::State::fill(int descriptor, std::uint64_t size) {
    const std::string zeros(piece_bytes, '\0');
    for (std::uint64_t at = 0; at < size && !stopping;) {
        const auto began = std::chrono::steady_clock::now();
        const auto piece = std::string_view(zeros).substr(0, size - at);
        const auto count = disk_write(descriptor, piece);
        if (count <= 0 || disk_sync_data(descriptor) != 0) return false;
        at += static_cast<std::uint64_t>(count);
        std::unique_lock lock(mutex);
        wake.wait_for(lock, std::chrono::steady_clock::now() - began,
                      [&] { return stopping.load(); });
    }
    return !stopping && disk_sync(descriptor) == 0;
}

namespace {

// A write-ahead file that was prepared: written over zeros, then, beyond them, at its end.
template <class Files>
class OverZeros final : public FSWritableFile {
  public:
    OverZeros(std::shared_ptr<Files> files, std::string name, int descriptor)
        : files_(std::move(files)),
          name_(std::move(name)),
          length_(files_->open_file(name_)),
          descriptor_(descriptor) {}
    ~OverZeros() override { Close(IOOptions(), nullptr).PermitUncheckedError(); }

    using FSWritableFile::Append;
    IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
        std::string_view rest(data.data(), data.size());
        auto at = length_->load(std::memory_order_relaxed);
        while (!rest.empty()) {
            const auto count = disk_write_at(descriptor_, rest, static_cast<off_t>(at));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return failed(name_, count < 0 ? errno : EIO);
            at += static_cast<std::uint64_t>(count);
            rest.remove_prefix(static_cast<std::size_t>(count));
            length_->store(at, std::memory_order_release);
        }
        files_->written(at);
        return IOStatus::OK();
    }
    IOStatus Append(const Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
        return Append(data, options, debug);
    }
    IOStatus Truncate(std::uint64_t bytes, const IOOptions&, IODebugContext*) override {
        if (disk_truncate(descriptor_, static_cast<off_t>(bytes)) != 0) return failed(name_, errno);
        length_->store(bytes, std::memory_order_release);
        return IOStatus::OK();
    }
    // What is left of the zeros goes.
    IOStatus Close(const IOOptions&, IODebugContext*) override {
        if (descriptor_ < 0) return IOStatus::OK();
        const auto bytes = length_->load(std::memory_order_acquire);
        const bool cut = disk_truncate(descriptor_, static_cast<off_t>(bytes)) == 0;
        auto status = cut ? IOStatus::OK() : failed(name_, errno);
        disk_close(std::exchange(descriptor_, -1));
        files_->closed(name_, length_);
        return status;
    }
    IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Sync(const IOOptions&, IODebugContext*) override {
        return disk_sync_data(descriptor_) == 0 ? IOStatus::OK() : failed(name_, errno);
    }
    IOStatus Fsync(const IOOptions&, IODebugContext*) override {
        return disk_sync(descriptor_) == 0 ? IOStatus::OK() : failed(name_, errno);
    }
    bool IsSyncThreadSafe() const override { return true; }
    std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
        return length_->load(std::memory_order_acquire);
    }
    IOStatus Allocate(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
        return IOStatus::OK();
    }

  private:
    const std::shared_ptr<Files> files_;
    const std::string name_;
    const typename Files::Length length_;
    int descriptor_;
};

// One that grows, of which it is only known how far it is.
template <class Files>
class Growing final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    Growing(std::shared_ptr<Files> files, std::unique_ptr<FSWritableFile>&& target)
        : FSWritableFileOwnerWrapper(std::move(target)), files_(std::move(files)) {}
    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        files_->written(written_ += data.size());
        return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    IOStatus Append(const Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo& info, IODebugContext* debug) override {
        files_->written(written_ += data.size());
        return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
    }

  private:
    const std::shared_ptr<Files> files_;
    std::uint64_t written_ = 0;
};

template <class Files>
class PreparedFileSystem final : public rocksdb::FileSystemWrapper {
  public:
    PreparedFileSystem(std::shared_ptr<rocksdb::FileSystem> base, std::shared_ptr<Files> files)
        : FileSystemWrapper(std::move(base)), files_(std::move(files)) {}
    const char* Name() const override { return "AlmanacPreparedWal"; }
    IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* result,
                             IODebugContext* debug) override {
        // A checkpoint copies such files to another place.
        if (!name.ends_with(".log") || !files_->is_of_log(name))
            return FileSystemWrapper::NewWritableFile(name, options, result, debug);
        if (const auto descriptor = files_->take(name)) {
            if (*descriptor < 0) return failed(name, errno);
            *result = std::make_unique<OverZeros<Files>>(files_, name, *descriptor);
            return IOStatus::OK();
        }
        auto status = FileSystemWrapper::NewWritableFile(name, options, result, debug);
        if (status.ok()) *result = std::make_unique<Growing<Files>>(files_, std::move(*result));
        return status;
    }
    IOStatus GetFileSize(const std::string& name, const IOOptions& options, std::uint64_t* size,
                         IODebugContext* debug) override {
        const auto length = files_->length_of(name);
        if (!length) return FileSystemWrapper::GetFileSize(name, options, size, debug);
        *size = length->load(std::memory_order_acquire);
        return IOStatus::OK();
    }

  private:
    const std::shared_ptr<Files> files_;
};
}  // namespace

PreparedWal::PreparedWal(rocksdb::Env* base, fs::path log, std::uint64_t bytes_max)
    : state_(std::make_shared<State>(std::move(log), bytes_max)),
      env_(rocksdb::NewCompositeEnv(
          std::make_shared<PreparedFileSystem<State>>(base->GetFileSystem(), state_))) {
    // What was left behind may have lain anywhere since: nobody knows that it is nothing but zeros.
    (void)disk_remove(state_->making_path());
    (void)disk_remove(state_->ready_path());
    state_->thread = named_thread("prepared-wal", [state = state_.get()] { state->run(); });
}

PreparedWal::~PreparedWal() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->stopping = true;
        state_->wake.notify_all();
    }
    state_->thread.join();
}

rocksdb::Env* PreparedWal::env() const {
    return env_.get();
}
std::uint64_t PreparedWal::used() const {
    return state_->used;
}

}  // namespace almanac::eventstore
