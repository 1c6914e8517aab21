#include "tests/faults/fault_file_system.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "eventstore/ordered_names.hpp"
#include "tests/faults/fault_state.hpp"

namespace almanac::faults {
namespace {
using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSRandomAccessFile;
using rocksdb::FSRandomRWFile;
using rocksdb::FSSequentialFile;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus refused(int error) {
    if (error == ENOSPC) return IOStatus::NoSpace("No space left on device");
    return IOStatus::IOError("Input/output error");
}
IOStatus status_of(int error) {
    return error == 0 ? IOStatus::OK() : refused(error);
}

// A sync of a file that this environment knows; `plain` is the real one.
template <class Plain>
IOStatus sync_file(const std::string& name, const Unsynced::File& file, Plain&& plain) {
    const Admission admission(Call::sync, name);
    auto* environment = admission.environment();
    if (environment == nullptr || !file) return plain();
    auto& unsynced = environment->unsynced;
    if (admission.error() != 0) {
        unsynced.sync_failed(*file);
        return refused(admission.error());
    }
    if (admission.verdict().ignored) return IOStatus::OK();
    const auto began = unsynced.sync_begins(*file);
    auto status = plain();
    if (status.ok()) unsynced.synced(*file, began);
    return status;
}

// A file of RocksDB's that is written, whose syncs the environment knows.
template <class Wrapper>
class SyncedFile : public Wrapper {
  public:
    template <class Target>
    SyncedFile(std::unique_ptr<Target>&& target, std::string name, Unsynced::File file)
        : Wrapper(std::move(target)), name_(std::move(name)), file_(std::move(file)) {}
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
        return sync_file(name_, file_, [&] { return Wrapper::Sync(options, debug); });
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return sync_file(name_, file_, [&] { return Wrapper::Fsync(options, debug); });
    }

  protected:
    std::string name_;
    Unsynced::File file_;
};

class FaultWritableFile final : public SyncedFile<rocksdb::FSWritableFileOwnerWrapper> {
  public:
    using SyncedFile::SyncedFile;
    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        const Admission admission(Call::write, name_);
        auto admitted = data;
        if (admission.error() != 0) admitted = Slice(data.data(), admission.part_of(data.size()));
        if (admission.error() == 0 || !admitted.empty()) {
            auto status = FSWritableFileOwnerWrapper::Append(admitted, options, debug);
            if (!status.ok()) return status;
            if (admission.environment() != nullptr)
                admission.environment()->unsynced.appended(*file_, admitted.size());
        }
        return status_of(admission.error());
    }
    IOStatus Append(const Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
        return Append(data, options, debug);
    }
    IOStatus Truncate(std::uint64_t bytes, const IOOptions& options,
                      IODebugContext* debug) override {
        const Admission admission(Call::write, name_);
        if (admission.error() != 0) return refused(admission.error());
        auto status = FSWritableFileOwnerWrapper::Truncate(bytes, options, debug);
        if (status.ok() && admission.environment() != nullptr)
            admission.environment()->unsynced.resized(*file_, bytes);
        return status;
    }
};

// RocksDB opens tables that it takes in as they are for a sync only.
class FaultRandomRWFile final : public SyncedFile<rocksdb::FSRandomRWFileOwnerWrapper> {
  public:
    using SyncedFile::SyncedFile;
    IOStatus Write(std::uint64_t, const Slice&, const IOOptions&, IODebugContext*) override {
        return IOStatus::NotSupported("The fault environment knows no such write.");
    }
};

// The answer with one bit flipped, in the caller's own buffer.
void flip_a_bit(Slice* result, char* scratch, std::uint64_t random) {
    if (result->empty()) return;
    if (result->data() != scratch) std::copy_n(result->data(), result->size(), scratch);
    const auto at = random % result->size();
    scratch[at] = static_cast<char>(scratch[at] ^ (1 << (random >> 32) % 8));
    *result = Slice(scratch, result->size());
}

template <class Plain>
IOStatus read_admitted(const std::string& name, Slice* result, char* scratch, Plain&& plain) {
    const Admission admission(Call::read, name);
    if (admission.error() != 0) return refused(admission.error());
    auto status = plain();
    if (status.ok() && admission.verdict().flips_bit)
        flip_a_bit(result, scratch, admission.verdict().random);
    return status;
}

class FaultRandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
  public:
    FaultRandomAccessFile(std::unique_ptr<FSRandomAccessFile>&& target, std::string name)
        : FSRandomAccessFileOwnerWrapper(std::move(target)), name_(std::move(name)) {}
    IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options, Slice* result,
                  char* scratch, IODebugContext* debug) const override {
        return read_admitted(name_, result, scratch, [&] {
            return FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug);
        });
    }
    IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count,
                       const IOOptions& options, IODebugContext* debug) override {
        for (std::size_t i = 0; i < count; ++i) {
            auto& request = requests[i];
            request.status =
                Read(request.offset, request.len, options, &request.result, request.scratch, debug);
        }
        return IOStatus::OK();
    }

  private:
    std::string name_;
};

class FaultSequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
  public:
    FaultSequentialFile(std::unique_ptr<FSSequentialFile>&& target, std::string name)
        : FSSequentialFileOwnerWrapper(std::move(target)), name_(std::move(name)) {}
    IOStatus Read(std::size_t n, const IOOptions& options, Slice* result, char* scratch,
                  IODebugContext* debug) override {
        return read_admitted(name_, result, scratch, [&] {
            return FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, debug);
        });
    }

  private:
    std::string name_;
};

class FaultDirectory final : public FSDirectory {
  public:
    FaultDirectory(std::unique_ptr<FSDirectory>&& target, std::string name)
        : target_(std::move(target)), name_(std::move(name)) {}
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return sync([&] { return target_->Fsync(options, debug); });
    }
    IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                                 const rocksdb::DirFsyncOptions& how) override {
        return sync([&] { return target_->FsyncWithDirOptions(options, debug, how); });
    }
    IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
        return target_->Close(options, debug);
    }
    std::size_t GetUniqueId(char* id, std::size_t max_size) const override {
        return target_->GetUniqueId(id, max_size);
    }

  private:
    template <class Plain>
    IOStatus sync(Plain&& plain) {
        const Admission admission(Call::sync_directory, name_);
        auto* environment = admission.environment();
        if (environment == nullptr) return plain();
        if (admission.error() != 0) return refused(admission.error());
        if (admission.verdict().ignored) return IOStatus::OK();
        const auto began = environment->unsynced.directory_sync_begins();
        auto status = plain();
        if (status.ok()) environment->unsynced.directory_synced(name_, began);
        return status;
    }
    std::unique_ptr<FSDirectory> target_;
    std::string name_;
};

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
  public:
    FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
    const char* Name() const override { return "AlmanacFaults"; }

    IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* result,
                             IODebugContext* debug) override {
        const Admission admission(Call::create, name);
        auto* environment = admission.environment();
        if (environment == nullptr)
            return FileSystemWrapper::NewWritableFile(name, options, result, debug);
        if (admission.error() != 0) return refused(admission.error());
        environment->unsynced.make_way(name);
        auto status = FileSystemWrapper::NewWritableFile(name, options, result, debug);
        if (status.ok())
            *result = std::make_unique<FaultWritableFile>(std::move(*result), name,
                                                          environment->unsynced.created(name));
        return status;
    }
    IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                                std::unique_ptr<FSWritableFile>* result,
                                IODebugContext* debug) override {
        auto* environment = covering(name);
        auto file = environment ? environment->unsynced.file_at(name) : nullptr;
        auto status = FileSystemWrapper::ReopenWritableFile(name, options, result, debug);
        if (status.ok() && file)
            *result = std::make_unique<FaultWritableFile>(std::move(*result), name, file);
        return status;
    }
    IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                               std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
        return IOStatus::NotSupported("The fault environment knows no recycled files.");
    }
    IOStatus NewRandomRWFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<FSRandomRWFile>* result,
                             IODebugContext* debug) override {
        auto status = FileSystemWrapper::NewRandomRWFile(name, options, result, debug);
        if (auto* environment = covering(name); status.ok() && environment)
            *result = std::make_unique<FaultRandomRWFile>(std::move(*result), name,
                                                          environment->unsynced.file_at(name));
        return status;
    }
    IOStatus NewRandomAccessFile(const std::string& name, const FileOptions& options,
                                 std::unique_ptr<FSRandomAccessFile>* result,
                                 IODebugContext* debug) override {
        auto status = FileSystemWrapper::NewRandomAccessFile(name, options, result, debug);
        if (status.ok() && covering(name))
            *result = std::make_unique<FaultRandomAccessFile>(std::move(*result), name);
        return status;
    }
    IOStatus NewSequentialFile(const std::string& name, const FileOptions& options,
                               std::unique_ptr<FSSequentialFile>* result,
                               IODebugContext* debug) override {
        auto status = FileSystemWrapper::NewSequentialFile(name, options, result, debug);
        if (status.ok() && covering(name))
            *result = std::make_unique<FaultSequentialFile>(std::move(*result), name);
        return status;
    }
    IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                          std::unique_ptr<FSDirectory>* result, IODebugContext* debug) override {
        auto status = FileSystemWrapper::NewDirectory(name, options, result, debug);
        if (status.ok() && covering(name))
            *result = std::make_unique<FaultDirectory>(std::move(*result), name);
        return status;
    }
    IOStatus GetChildren(const std::string& name, const IOOptions& options,
                         std::vector<std::string>* result, IODebugContext* debug) override {
        auto status = FileSystemWrapper::GetChildren(name, options, result, debug);
        if (status.ok()) reorder(name, *result);
        return status;
    }
    IOStatus GetChildrenFileAttributes(const std::string& name, const IOOptions& options,
                                       std::vector<rocksdb::FileAttributes>* result,
                                       IODebugContext* debug) override {
        auto status = FileSystemWrapper::GetChildrenFileAttributes(name, options, result, debug);
        if (status.ok()) reorder(name, *result);
        return status;
    }
    IOStatus CreateDir(const std::string& name, const IOOptions& options,
                       IODebugContext* debug) override {
        return make_directory(name, [&] { return target()->CreateDir(name, options, debug); });
    }
    IOStatus CreateDirIfMissing(const std::string& name, const IOOptions& options,
                                IODebugContext* debug) override {
        if (target()->FileExists(name, options, debug).ok()) return IOStatus::OK();
        return make_directory(name,
                              [&] { return target()->CreateDirIfMissing(name, options, debug); });
    }
    IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                        IODebugContext* debug) override {
        const Admission admission(Call::remove, name);
        auto* environment = admission.environment();
        if (environment == nullptr) return FileSystemWrapper::DeleteFile(name, options, debug);
        if (admission.error() != 0) return refused(admission.error());
        const int error = environment->unsynced.remove(name);
        if (error == ENOENT) return IOStatus::PathNotFound(name);
        if (error == 0) environment->space_freed();
        return status_of(error);
    }
    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                        IODebugContext* debug) override {
        const Admission admission(Call::rename, to);
        auto* environment = admission.environment();
        if (environment == nullptr) return FileSystemWrapper::RenameFile(from, to, options, debug);
        if (admission.error() != 0) return refused(admission.error());
        const int error = environment->unsynced.rename(from, to);
        if (error == ENOENT) return IOStatus::PathNotFound(from);
        return status_of(error);
    }
    IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
        const Admission admission(Call::create, to);
        auto* environment = admission.environment();
        if (admission.error() != 0) return refused(admission.error());
        auto file = environment ? environment->unsynced.file_at(from) : nullptr;
        auto status = FileSystemWrapper::LinkFile(from, to, options, debug);
        if (status.ok() && environment) environment->unsynced.linked(to, file);
        return status;
    }

  private:
    static FaultEnvironment::State* covering(const std::string& name) {
        auto* environment = FaultEnvironment::State::current();
        return environment && environment->unsynced.covers(name) ? environment : nullptr;
    }
    template <class Plain>
    static IOStatus make_directory(const std::string& name, Plain&& plain) {
        const Admission admission(Call::create, name);
        if (admission.error() != 0) return refused(admission.error());
        auto status = plain();
        if (status.ok() && admission.environment())
            admission.environment()->unsynced.created_directory(name);
        return status;
    }
    template <class Entry>
    static void reorder(const std::string& name, std::vector<Entry>& entries) {
        auto* environment = covering(name);
        if (environment == nullptr) return;
        std::mt19937_64 order(environment->random());
        std::shuffle(entries.begin(), entries.end(), order);
    }
};
}  // namespace

rocksdb::Env* fault_env() {
    static rocksdb::Env* const env =
        eventstore::env_with_ordered_names(std::make_shared<FaultFileSystem>());
    return env;
}

}  // namespace almanac::faults
