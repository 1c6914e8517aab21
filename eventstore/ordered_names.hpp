// RocksDB writes a new manifest and renames CURRENT to point to it without a sync of the directory
// in between. On a disk that does not keep the order of names (POSIX promises none, unlike ext4 and
// xfs) CURRENT could outlive a power loss without the manifest: a database that does not open.
// This file system syncs the directory before CURRENT changes.
#pragma once
#include <memory>

namespace rocksdb {
class Env;
class FileSystem;
}  // namespace rocksdb

namespace almanac::eventstore {
// One for the whole program, for ever: RocksDB's background threads outlive main.
rocksdb::Env* env_with_ordered_names(std::shared_ptr<rocksdb::FileSystem> disk);
}  // namespace almanac::eventstore
