#include "eventstore/keyring_store.hpp"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"
#include "eventstore/keyring_entries.hpp"
#include "eventstore/rocks_status.hpp"

namespace almanac::eventstore {
namespace {
namespace fs = std::filesystem;
using kernel::reject;
using kernel::RejectionKind;
using kernel::Result;

constexpr std::size_t memtable_bytes = 2 * 1024 * 1024;
constexpr std::size_t block_cache_bytes = 8 * 1024 * 1024;
constexpr std::uint64_t table_bytes = 4 * 1024 * 1024;
constexpr int open_files_max = 64;
constexpr std::chrono::milliseconds purge_poll_ms{1};
constexpr int purge_polls_max = 10'000;
constexpr std::size_t ranges_apart_max = 16;

// RocksDB would write a LOG file, also for a read-only look; nothing may be touched there.
class Silence : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char*, va_list) override {}
};

rocksdb::Options options() {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
    table.cache_index_and_filter_blocks = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    rocksdb::Options o;
    o.env = disk_env();
    o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    o.info_log = std::make_shared<Silence>();
    o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    o.paranoid_checks = true;
    o.write_buffer_size = memtable_bytes;
    o.max_write_buffer_number = 2;
    o.target_file_size_base = table_bytes;
    o.max_open_files = open_files_max;
    o.max_background_jobs = 2;
    o.compression = rocksdb::kNoCompression;  // keys are random bytes
    o.recycle_log_file_num = 0;
    // Every change of the file set starts a new MANIFEST: an old one would keep deleted entries'
    // keys, as the bounds of files, for ever.
    o.max_manifest_file_size = 1;
    o.stats_dump_period_sec = 0;
    o.stats_persist_period_sec = 0;
    return o;
}

// Every status of RocksDB becomes a rejection here and nowhere else.
std::unexpected<kernel::Rejection> refuse(const rocksdb::Status& status) {
    if (status.IsCorruption())
        return kernel::corrupt("The keyring is damaged: " + status.ToString());
    return kernel::unavailable("keyring_failed", "The keyring fails: " + status.ToString());
}

std::unexpected<kernel::Rejection> refuse_open(const char* code, const fs::path& directory,
                                               const std::string& why) {
    const auto kind = std::string_view(code) == "keyring_damaged" ? RejectionKind::corrupt
                                                                  : RejectionKind::unavailable;
    return reject(kind, code, fmt::format("The keyring at {} {}", directory.string(), why));
}

bool is_empty_or_missing(const fs::path& directory) {
    std::error_code error;
    return !fs::exists(directory, error) || fs::is_empty(directory, error);
}

Result<void> make_directory(const fs::path& directory) {
    std::error_code error;
    if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
    if (!error && disk_make_directory(directory, S_IRWXU) != 0 && errno != EEXIST)
        error = {errno, std::generic_category()};
    if (!error) fs::permissions(directory, fs::perms::owner_all, error);
    if (!error) return sync_directory(directory.parent_path());
    return kernel::unavailable(
        "keyring_failed", fmt::format("Cannot make {}: {}.", directory.string(), error.message()));
}

// Many ranges become one per kind of entry: one rewrite of more instead of many of the same.
std::vector<KeyRange> joined(std::span<const KeyRange> ranges) {
    if (ranges.size() <= ranges_apart_max) return {ranges.begin(), ranges.end()};
    std::map<char, KeyRange> by_kind;
    for (const auto& range : ranges) {
        auto& all = by_kind.try_emplace(range.first.front(), range).first->second;
        all.first = std::min(all.first, range.first);
        all.last = std::max(all.last, range.last);
    }
    std::vector<KeyRange> few;
    for (auto& [kind, range] : by_kind) few.push_back(std::move(range));
    return few;
}

std::string_view view(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}
rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}
}  // namespace

struct KeyringStore::Database {
    fs::path directory;
    std::unique_ptr<rocksdb::DB> db;

    std::set<std::string> files(std::string_view extension) const {
        std::set<std::string> names;
        std::error_code error;
        for (const auto& file : fs::directory_iterator(directory, error)) {
            if (file.path().extension() == extension) names.insert(file.path().filename().string());
        }
        return names;
    }

    // Whether a MANIFEST other than the current one, a write-ahead log older than the current one,
    // or a table no version lists, is left.
    bool has_obsolete_files(const std::set<std::string>& logs_before) const {
        std::unique_ptr<rocksdb::LogFile> current;
        if (!db->GetCurrentWalFile(&current).ok()) return true;
        const auto current_name = fs::path(current->PathName()).filename().string();
        for (const auto& name : files(".log")) {
            if (name != current_name && logs_before.contains(name)) return true;
        }
        std::string current_manifest;
        std::getline(std::ifstream(directory / "CURRENT"), current_manifest);
        for (const auto& name : files("")) {
            if (name.starts_with("MANIFEST-") && name != current_manifest) return true;
        }
        std::vector<rocksdb::LiveFileMetaData> live;
        const auto tables = files(".sst");
        db->GetLiveFilesMetaData(&live);
        std::set<std::string> live_names;
        for (const auto& file : live) live_names.insert(fs::path(file.name).filename().string());
        for (const auto& name : tables) {
            if (!live_names.contains(name)) return true;
        }
        return false;
    }
};

KeyringStore::KeyringStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
KeyringStore::~KeyringStore() = default;

Result<std::unique_ptr<KeyringStore>> KeyringStore::open(const fs::path& directory, Mode mode) {
    auto settings = options();
    if (mode == Mode::create) {
        if (!is_empty_or_missing(directory)) {
            return refuse_open("keyring_exists", directory, "exists already and is left as it is.");
        }
        if (auto made = make_directory(directory); !made) return std::unexpected(made.error());
        settings.create_if_missing = true;
        settings.error_if_exists = true;
    } else if (is_empty_or_missing(directory)) {
        return refuse_open("keyring_missing", directory,
                           "is not there. Restore it; without it no personal data can be read.");
    }
    rocksdb::DB* db = nullptr;
    const auto status = mode == Mode::read_only
                            ? rocksdb::DB::OpenForReadOnly(settings, directory.string(), &db)
                            : rocksdb::DB::Open(settings, directory.string(), &db);
    if (!status.ok()) {
        // A disk that is full or fails damages no keyring: no backup helps there.
        auto why = translate(status, "Opening the keyring");
        const bool of_the_disk = status.IsIOError() && why.code == "io_error";
        if (of_the_disk || why.code == "disk_full") return std::unexpected(std::move(why));
        return refuse_open(
            "keyring_damaged", directory,
            fmt::format("does not open ({}). Restore it from a backup.", status.ToString()));
    }
    auto database = std::make_unique<Database>();
    database->directory = directory;
    database->db.reset(db);
    return std::unique_ptr<KeyringStore>(new KeyringStore(std::move(database)));
}

Result<std::optional<std::string>> KeyringStore::get(std::string_view key) const {
    std::string value;
    const auto status = database_->db->Get(rocksdb::ReadOptions(), slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return refuse(status);
    return std::optional(std::move(value));
}

Result<void> KeyringStore::write(const KeyringChanges& changes) {
    rocksdb::WriteBatch batch;
    for (const auto& [key, value] : changes) {
        if (value) {
            batch.Put(key, *value);
        } else {
            batch.Delete(key);
        }
    }
    rocksdb::WriteOptions synced;
    synced.sync = true;
    const auto status = database_->db->Write(synced, &batch);
    if (!status.ok()) return refuse(status);
    return {};
}

Result<void> KeyringStore::scan(std::string_view prefix, std::string_view first,
                                const Visit& visit) const {
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> it(database_->db->NewIterator(read));
    for (it->Seek(slice(first)); it->Valid(); it->Next()) {
        const auto key = view(it->key());
        if (!key.starts_with(prefix) || !visit(key, view(it->value()))) return {};
    }
    if (!it->status().ok()) return refuse(it->status());
    return {};
}

Result<void> KeyringStore::purge(std::span<const KeyRange> ranges) {
    auto& db = *database_->db;
    const auto logs_before = database_->files(".log");
    rocksdb::FlushOptions flush;
    flush.allow_write_stall = true;
    if (const auto status = db.Flush(flush); !status.ok()) return refuse(status);
    rocksdb::CompactRangeOptions compact;
    compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    compact.allow_write_stall = true;
    for (const auto& range : joined(ranges)) {
        const auto first = slice(range.first);
        const auto last = slice(range.last);
        const auto status = db.CompactRange(compact, &first, &last);
        if (!status.ok()) return refuse(status);
    }
    // A new MANIFEST begins with the version before the change that made it, bounds of the files
    // just replaced included; one more change of the file set leaves these behind.
    auto status = db.Put(rocksdb::WriteOptions(), slice(entries::meta_purged), rocksdb::Slice());
    if (status.ok()) status = db.Flush(flush);
    if (!status.ok()) return refuse(status);
    // Background threads may still hold files they are about to delete.
    for (int poll = 0; poll < purge_polls_max; ++poll) {
        if (!database_->has_obsolete_files(logs_before)) return {};
        db.DisableFileDeletions();
        db.EnableFileDeletions(true);
        std::this_thread::sleep_for(purge_poll_ms);
    }
    return kernel::unavailable("keyring_purge_unfinished",
                               "Destroyed keys are not yet off the disk; erase again.");
}

Result<void> KeyringStore::verify_checksums() const {
    const auto status = database_->db->VerifyChecksum();
    if (!status.ok()) return refuse(status);
    return {};
}

}  // namespace almanac::eventstore
