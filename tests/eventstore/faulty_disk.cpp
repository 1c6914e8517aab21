#include "tests/eventstore/faulty_disk.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <string>

namespace almanac::eventstore {
namespace {

struct Switches {
    std::atomic<bool> fail_syncs = false;
    std::atomic<bool> full = false;
    std::atomic<std::uint64_t> syncs = 0;
};

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    FaultyFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, Switches& switches)
        : FSWritableFileOwnerWrapper(std::move(file)), switches_(switches) {}
    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
        if (switches_.full) return rocksdb::IOStatus::NoSpace("No space left on device");
        return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
        ++switches_.syncs;
        if (switches_.fail_syncs) return rocksdb::IOStatus::IOError("Input/output error");
        return FSWritableFileOwnerWrapper::Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
        return Sync(options, debug);
    }

  private:
    Switches& switches_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
  public:
    explicit FaultyFileSystem(Switches& switches)
        : FileSystemWrapper(rocksdb::FileSystem::Default()), switches_(switches) {}
    const char* Name() const override { return "FaultyFileSystem"; }
    rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* debug) override {
        auto status = FileSystemWrapper::NewWritableFile(name, options, result, debug);
        if (status.ok() && name.ends_with(".log"))
            *result = std::make_unique<FaultyFile>(std::move(*result), switches_);
        return status;
    }

  private:
    Switches& switches_;
};
}  // namespace

struct FaultyDisk::State {
    Switches switches;
    std::unique_ptr<rocksdb::Env> env =
        rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(switches));
};

FaultyDisk::FaultyDisk() : state_(std::make_unique<State>()) {}
FaultyDisk::~FaultyDisk() = default;
void* FaultyDisk::env() const {
    return state_->env.get();
}
void FaultyDisk::fail_log_syncs(bool fail) {
    state_->switches.fail_syncs = fail;
}
void FaultyDisk::fill_up(bool full) {
    state_->switches.full = full;
}
std::uint64_t FaultyDisk::log_syncs() const {
    return state_->switches.syncs;
}

}  // namespace almanac::eventstore
