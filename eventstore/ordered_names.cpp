#include "eventstore/ordered_names.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <string>
#include <utility>

namespace almanac::eventstore {
namespace {
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class OrderedNames final : public rocksdb::FileSystemWrapper {
  public:
    using FileSystemWrapper::FileSystemWrapper;
    const char* Name() const override { return "AlmanacOrderedNames"; }
    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                        IODebugContext* debug) override {
        const std::filesystem::path name(to);
        if (name.filename() == "CURRENT") {
            auto synced = sync_directory(name.parent_path().string(), options, debug);
            if (!synced.ok()) return synced;
        }
        return FileSystemWrapper::RenameFile(from, to, options, debug);
    }

  private:
    IOStatus sync_directory(const std::string& path, const IOOptions& options,
                            IODebugContext* debug) {
        std::unique_ptr<rocksdb::FSDirectory> directory;
        auto opened = target()->NewDirectory(path, options, &directory, debug);
        return opened.ok() ? directory->FsyncWithDirOptions(options, debug, {}) : opened;
    }
};
}  // namespace

rocksdb::Env* env_with_ordered_names(std::shared_ptr<rocksdb::FileSystem> disk) {
    return rocksdb::NewCompositeEnv(std::make_shared<OrderedNames>(std::move(disk))).release();
}

}  // namespace almanac::eventstore
