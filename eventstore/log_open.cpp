// How a log's database is opened: column families, memory, recovery.
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "eventstore/disk.hpp"
#include "eventstore/log_state.hpp"
#include "eventstore/rocks_status.hpp"

namespace almanac::eventstore {
namespace {

constexpr std::array<const char*, 8> family_names = {"log",       "tags", "tenants",  "results",
                                                     "snapshots", "tree", "policies", "meta"};

// The prefix of a tag's keys: all but the position, so that filters answer "no such tag".
class TagPrefix final : public rocksdb::SliceTransform {
  public:
    const char* Name() const override { return "almanac.TagPrefix"; }
    rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
        return {key.data(), key.size() - 8};
    }
    bool InDomain(const rocksdb::Slice& key) const override { return key.size() > 16 + 1 + 8; }
};

// Nothing is written beside the log while it is only read.
class SilentLogger final : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char*, va_list) override {}
};

// Tells the watch when RocksDB changed its list of files.
class ManifestListener final : public rocksdb::EventListener {
  public:
    explicit ManifestListener(std::shared_ptr<ManifestWatch> watch) : watch_(std::move(watch)) {}
    void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
        watch_->refresh();
    }
    void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override {
        watch_->refresh();
    }

  private:
    std::shared_ptr<ManifestWatch> watch_;
};

rocksdb::CompressionType fast_compression() {
    const auto supported = rocksdb::GetSupportedCompressions();
    return std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end()
               ? rocksdb::kLZ4Compression
               : rocksdb::kNoCompression;
}

constexpr std::uint64_t young_log_bytes = 256UL << 20;
constexpr double new_keys_bloom = 0.02;  // a part of a memtable: some 15 bits for a key

rocksdb::ColumnFamilyOptions family_options(Space space, const LogOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.format_version = 5;
    table.block_size = space == Space::log ? 16 << 10 : 8 << 10;
    rocksdb::ColumnFamilyOptions family;
    if (space == Space::tags || space == Space::results || space == Space::snapshots) {
        table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
        table.whole_key_filtering = space != Space::tags;
    }
    if (space == Space::tags) family.prefix_extractor = std::make_shared<TagPrefix>();
    // Keys of these reach the memtable in order: all, within a batch (sorted), or within a tenant.
    // An insert then starts where the last one ended. No range of these may ever be deleted:
    // RocksDB 7.8 would take the place of the one list for that of the other (mended in its
    // #12558).
    if (space == Space::log || space == Space::tags)
        family.memtable_insert_with_hint_prefix_extractor.reset(
            rocksdb::NewFixedPrefixTransform(0));
    if (space == Space::tenants)
        family.memtable_insert_with_hint_prefix_extractor.reset(
            rocksdb::NewFixedPrefixTransform(16));
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    family.compression = fast_compression();
    family.write_buffer_size = options.write_buffer_bytes / 2;
    family.max_write_buffer_number = 3;
    if (space == Space::tags) {
        // Their keys come from everywhere: in small memtables an insert finds its place in the
        // processor's cache. They are flushed together, so that no more files arise.
        family.write_buffer_size = options.write_buffer_bytes / 12;
        family.min_write_buffer_number_to_merge = 6;
        family.max_write_buffer_number = 9;
        // Most conditions ask for a tag that is new: each of these memtables then says so itself.
        family.memtable_prefix_bloom_size_ratio = new_keys_bloom;
    }
    if (space == Space::results || space == Space::snapshots) {  // as new, mostly
        family.memtable_whole_key_filtering = true;
        family.memtable_prefix_bloom_size_ratio = new_keys_bloom;
    }
    family.target_file_size_base = 32UL << 20;
    family.level_compaction_dynamic_level_bytes = true;
    if (space == Space::log) {
        // What is young is written, and read, as it is; what is pushed on to level 2 is packed.
        constexpr auto plain = rocksdb::kNoCompression;
        family.compression_per_level = {plain, plain, fast_compression()};
        family.level_compaction_dynamic_level_bytes = false;
        family.max_bytes_for_level_base = young_log_bytes;
    }
    return family;
}

rocksdb::DBOptions database_options(LogMode mode, const LogOptions& options) {
    rocksdb::DBOptions database;
    database.env = options.env ? static_cast<rocksdb::Env*>(options.env) : disk_env();
    database.create_if_missing = mode == LogMode::create;
    database.error_if_exists = mode == LogMode::create;
    database.create_missing_column_families = mode == LogMode::create;
    // What a power cut tore off the end was never acknowledged; the mark tells if more is missing.
    database.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    database.max_total_wal_size = options.wal_bytes_max;
    database.db_write_buffer_size = options.write_buffer_bytes;
    database.max_open_files = options.open_files_max;
    database.max_background_jobs = 2;
    database.bytes_per_sync = 1 << 20;
    database.max_manifest_file_size = 16UL << 20;
    database.allow_concurrent_memtable_write = false;  // there is one writer
    database.enable_write_thread_adaptive_yield = false;
    database.skip_stats_update_on_db_open = true;
    database.avoid_unnecessary_blocking_io = true;
    database.max_bgerror_resume_count = 0;  // a failed sync is never retried
    database.stats_dump_period_sec = 0;
    database.stats_persist_period_sec = 0;
    database.keep_log_file_num = 3;
    database.max_log_file_size = 2UL << 20;
    if (mode == LogMode::read_only) database.info_log = std::make_shared<SilentLogger>();
    return database;
}

std::string u32_bytes(std::uint32_t number) {
    std::string bytes;
    append_u32(bytes, number);
    return bytes;
}

Result<void> write_first_meta(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
    const auto log_id = random_log_id();
    rocksdb::WriteBatch batch;
    const auto name = [](std::string_view text) {
        return rocksdb::Slice(text.data(), text.size());
    };
    batch.Put(meta, name(meta_format), u32_bytes(log_format_version));
    batch.Put(meta, name(meta_log_id), name(log_id.view()));
    rocksdb::WriteOptions synced;
    synced.sync = true;
    if (const auto status = db.Write(synced, &batch); !status.ok())
        return std::unexpected(translate(status, "Making a log"));
    return {};
}
}  // namespace

kernel::Uuid random_log_id() {
    if (sodium_init() < 0) throw std::runtime_error("There is no source of randomness.");
    kernel::Uuid id;
    randombytes_buf(id.bytes.data(), id.bytes.size());
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

Log::State::State() = default;
Log::State::~State() {
    for (auto* handle : families) db->DestroyColumnFamilyHandle(handle);
    families.clear();
    if (db) db->Close().PermitUncheckedError();
}

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const std::filesystem::path& directory, LogMode mode,
                                       const LogOptions& options) {
    auto state = std::make_unique<State>();
    state->cache = rocksdb::NewLRUCache(options.block_cache_bytes, 4);
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (std::size_t i = 0; i < family_names.size(); ++i)
        families.emplace_back(family_names[i],
                              family_options(static_cast<Space>(i), options, state->cache));
    families.emplace_back(rocksdb::kDefaultColumnFamilyName,
                          family_options(Space::meta, options, state->cache));
    rocksdb::DB* db = nullptr;
    auto database = database_options(mode, options);
    if (mode != LogMode::read_only) {
        state->manifest = std::make_shared<ManifestWatch>(directory);
        if (options.wal_prepared_bytes > 0) {
            state->prepared =
                std::make_unique<PreparedWal>(database.env, directory, options.wal_prepared_bytes);
            database.env = state->prepared->env();
        }
        database.listeners.push_back(std::make_shared<ManifestListener>(state->manifest));
    }
    const auto status =
        mode == LogMode::read_only
            ? rocksdb::DB::OpenForReadOnly(database, directory.string(), families, &state->families,
                                           &db)
            : rocksdb::DB::Open(database, directory.string(), families, &state->families, &db);
    if (!status.ok()) return std::unexpected(translate(status, "Opening the log"));
    state->db.reset(db);
    if (mode == LogMode::create)
        if (auto made = write_first_meta(*db, state->family(Space::meta)); !made)
            return std::unexpected(std::move(made.error()));
    if (state->manifest) state->manifest->refresh();
    if (state->manifest && state->manifest->failed())
        return kernel::unavailable("io_error", "The log's list of files cannot be synced.", 0);
    auto last = state->find_last_position();
    if (!last) return std::unexpected(std::move(last.error()));
    state->last_position = *last;
    std::unique_ptr<Log> log(new Log(std::move(state)));
    auto format = log->meta(meta_format);
    auto log_id = log->meta(meta_log_id);
    if (!format) return std::unexpected(std::move(format.error()));
    if (!log_id) return std::unexpected(std::move(log_id.error()));
    if (!*format || !*log_id || (*log_id)->size() != 16)
        return kernel::corrupt("The log has no identity.");
    if (**format > u32_bytes(log_format_version))
        return kernel::unavailable("newer_format", "The log was written by a newer version.", 0);
    if (**format != u32_bytes(log_format_version))
        return kernel::corrupt("The log has an unknown format.");
    log->state_->log_id = kernel::uuid_from_bytes(**log_id);
    return log;
}

std::uint64_t Log::prepared_files_used() const {
    return state_->prepared ? state_->prepared->used() : 0;
}

Result<std::uint64_t> Log::unlisted_tables() const {
    std::vector<rocksdb::LiveFileMetaData> tables;
    state_->db->GetLiveFilesMetaData(&tables);
    std::set<std::string> listed;
    for (const auto& table : tables) listed.insert(table.relative_filename);
    std::uint64_t unlisted = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(state_->db->GetName(), error))
        if (entry.path().extension() == ".sst" && !listed.contains(entry.path().filename()))
            ++unlisted;
    if (error) return kernel::unavailable("io_error", "Listing the log: " + error.message(), 0);
    return unlisted;
}

Result<void> Log::check_tail() const {
    rocksdb::ColumnFamilyMetaData tables;
    state_->db->GetColumnFamilyMetaData(state_->family(Space::log), &tables);
    std::string in_tables;
    for (const auto& level : tables.levels)
        for (const auto& table : level.files) in_tables = std::max(in_tables, table.largestkey);
    const auto it = state_->iterate(Space::log, {});
    auto last = in_tables.empty() ? 0 : read_u64(in_tables);
    std::string next;
    append_u64(next, last + 1);
    for (it->Seek(next); it->Valid(); it->Next())
        if (read_u64(it->key().ToStringView()) != ++last)
            return kernel::corrupt("The write-ahead log lacks position " + std::to_string(last) +
                                   ", but not what follows it.");
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading the log"));
    return {};
}

}  // namespace almanac::eventstore
