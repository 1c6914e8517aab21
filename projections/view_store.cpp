#include "projections/view_store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sodium.h>

#include <algorithm>

#include "eventstore/disk.hpp"
#include "eventstore/log.hpp"
#include "projections/view_store_state.hpp"

namespace almanac::projections {
namespace {
using eventstore::append_u32;
using eventstore::append_u64;
using eventstore::read_u64;

rocksdb::CompressionType fast_compression() {
    const auto supported = rocksdb::GetSupportedCompressions();
    return std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end()
               ? rocksdb::kLZ4Compression
               : rocksdb::kNoCompression;
}

// A batch is sorted: the insert of a row begins where the last one ended. RocksDB 7.8 keeps one
// such place for rows and deleted ranges alike, though these are two lists (mended in its #12558):
// so only for keys no range begins with.
class RowsInOrder final : public rocksdb::SliceTransform {
  public:
    const char* Name() const override { return "almanac.rows"; }
    rocksdb::Slice Transform(const rocksdb::Slice& key) const override { return {key.data(), 0}; }
    bool InDomain(const rocksdb::Slice& key) const override {
        return view_keys::is_row(view_of(key));
    }
};

rocksdb::Options options_of(const ViewStoreOptions& options,
                            const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.format_version = 5;
    table.block_size = 8 << 10;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
    rocksdb::Options all;
    all.env = eventstore::disk_env();
    all.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    all.create_if_missing = true;
    all.compression = rocksdb::kNoCompression;
    all.bottommost_compression = fast_compression();
    all.write_buffer_size = options.write_buffer_bytes;
    all.max_write_buffer_number = 2;
    all.target_file_size_base = 32UL << 20;
    all.compaction_style = rocksdb::kCompactionStyleUniversal;  // ops/adr/005
    all.level0_file_num_compaction_trigger = 8;
    all.memtable_prefix_bloom_size_ratio = 0.02;
    all.memtable_whole_key_filtering = true;
    all.memtable_insert_with_hint_prefix_extractor = std::make_shared<RowsInOrder>();
    // Views built at once stand as they were written until they are compacted: nobody waits for it.
    all.level0_slowdown_writes_trigger = 400;
    all.level0_stop_writes_trigger = 500;
    all.max_open_files = options.open_files_max;
    all.max_background_jobs = 2;
    all.bytes_per_sync = 1 << 20;
    all.allow_concurrent_memtable_write = false;  // two writers, seldom at once
    all.enable_write_thread_adaptive_yield = false;
    all.skip_stats_update_on_db_open = true;
    all.avoid_unnecessary_blocking_io = true;
    all.stats_dump_period_sec = 0;
    all.stats_persist_period_sec = 0;
    all.keep_log_file_num = 3;
    all.max_log_file_size = 2UL << 20;
    return all;
}

std::optional<std::string> value_at(rocksdb::DB& db, std::string_view key) {
    std::string value;
    const auto status = db.Get({}, slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    check(status, "Reading a view");
    return value;
}

// Calls fn(key after the prefix, value) for every key that begins with it.
template <class Fn>
void for_each(rocksdb::DB& db, const std::string& prefix, Fn fn) {
    const auto end = view_keys::end_of(prefix);
    const rocksdb::Slice upper(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
    for (at->Seek(prefix); at->Valid(); at->Next()) {
        fn(view_of(at->key()).substr(prefix.size()), view_of(at->value()));
    }
    check(at->status(), "Reading a view");
}

bool is_empty(rocksdb::DB& db) {
    const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}));
    at->SeekToFirst();
    check(at->status(), "Reading a view");
    return !at->Valid();
}

// While views are built at once their tables overlap, and a read asks the filter of each: those of
// open tables stay in memory (some 15 MiB for 1 GiB of rows), else each look reads them again.
constexpr int open_while_building = 1'024;
void keep_open(rocksdb::DB& db, int files) {
    check(db.SetDBOptions({{"max_open_files", std::to_string(files)}}), "Writing views");
}

std::string format_bytes() {
    std::string bytes;
    append_u32(bytes, view_format_version);
    return bytes;
}

// Why these rows cannot be gone on with; empty where they can.
std::string foreign(rocksdb::DB& db, const kernel::Uuid& log_id, std::uint64_t log_position) {
    if (is_empty(db)) return {};
    if (value_at(db, view_keys::format) != format_bytes()) return "their format is another one";
    if (value_at(db, view_keys::log) != std::string(log_id.view()))
        return "they are of another log";
    std::string reason;
    for_each(db, std::string(view_keys::checkpoints),
             [&](std::string_view, std::string_view value) {
                 const auto checkpoint = decode_checkpoint(value);
                 if (!checkpoint)
                     reason = "a checkpoint is damaged";
                 else if (checkpoint->position > log_position)
                     reason = "they are ahead of the log";
             });
    return reason;
}

std::unique_ptr<rocksdb::DB> open_database(const rocksdb::Options& options,
                                           const std::string& directory) {
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, directory, &db), "Opening the views");
    return std::unique_ptr<rocksdb::DB>(db);
}

// The database, if what is in it can be gone on with; else why not.
std::unique_ptr<rocksdb::DB> open_usable(const rocksdb::Options& options,
                                         const std::string& directory, const kernel::Uuid& log_id,
                                         std::uint64_t log_position, std::string& discarded) {
    try {
        auto db = open_database(options, directory);
        discarded = foreign(*db, log_id, log_position);
        if (discarded.empty()) return db;
    } catch (const ViewFailure& failure) {
        if (failure.rejection().kind != kernel::RejectionKind::corrupt) throw;
        discarded = "they are damaged: " + failure.rejection().detail;
    }
    check(rocksdb::DestroyDB(directory, options), "Throwing views away");
    return open_database(options, directory);
}
}  // namespace

void check(const rocksdb::Status& status, std::string_view doing) {
    if (!status.ok()) throw ViewFailure(eventstore::translate(status, doing));
}

rocksdb::WriteOptions unsynced() {
    rocksdb::WriteOptions options;
    // What a crash takes out of memory is applied again from the log.
    options.disableWAL = true;
    return options;
}

rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}
std::string_view view_of(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}

ViewStore::State::State() = default;
ViewStore::State::~State() {
    if (db) db->Close().PermitUncheckedError();
}

ViewStore::ViewStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ViewStore::~ViewStore() = default;

Result<std::unique_ptr<ViewStore>> ViewStore::open(const std::filesystem::path& directory,
                                                   const kernel::Uuid& log_id,
                                                   std::uint64_t log_position,
                                                   const ViewStoreOptions& options) {
    auto state = std::make_unique<State>();
    state->log_id = log_id;
    state->runs_max = options.runs_max;
    state->open_files_max = options.open_files_max;
    // Beside the database, on its file system. What a crash left there is of no use.
    state->tables = directory;
    state->tables += ".tables";
    std::error_code ignored;
    std::filesystem::remove_all(state->tables, ignored);
    state->cache = rocksdb::NewLRUCache(options.cache_bytes, 4);
    try {
        state->db = open_usable(options_of(options, state->cache), directory.string(), log_id,
                                log_position, state->discarded);
        rocksdb::WriteBatch first;
        first.Put(slice(view_keys::format), format_bytes());
        first.Put(slice(view_keys::log), slice(log_id.view()));
        check(state->db->Write(unsynced(), &first), "Opening the views");
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
    return std::unique_ptr<ViewStore>(new ViewStore(std::move(state)));
}

Result<std::unique_ptr<ViewStore>> ViewStore::open_read_only(const std::filesystem::path& directory,
                                                             const kernel::Uuid& log_id,
                                                             std::uint64_t log_position,
                                                             const ViewStoreOptions& options) {
    auto state = std::make_unique<State>();
    state->log_id = log_id;
    state->cache = rocksdb::NewLRUCache(options.cache_bytes, 4);
    try {
        rocksdb::DB* db = nullptr;
        check(rocksdb::DB::OpenForReadOnly(options_of(options, state->cache), directory.string(),
                                           &db),
              "Opening the views");
        state->db.reset(db);
        state->discarded = foreign(*db, log_id, log_position);
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
    return std::unique_ptr<ViewStore>(new ViewStore(std::move(state)));
}

const std::string& ViewStore::discarded() const {
    return state_->discarded;
}
const kernel::Uuid& ViewStore::log_id() const {
    return state_->log_id;
}

std::optional<ViewCheckpoint> ViewStore::checkpoint(std::string_view name) const {
    const auto value = value_at(*state_->db, view_keys::checkpoint(name));
    return value ? decode_checkpoint(*value) : std::nullopt;
}

std::optional<std::uint64_t> ViewStore::sequence(std::string_view name,
                                                 const TenantId& tenant) const {
    const auto value = value_at(*state_->db, view_keys::sequence(name, tenant));
    if (!value || value->size() != 8) return std::nullopt;
    return read_u64(*value);
}

std::vector<ViewStore::Parked> ViewStore::parked(std::string_view name) const {
    std::vector<Parked> pairs;
    for_each(*state_->db, view_keys::parked(name),
             [&](std::string_view tenant, std::string_view value) {
                 const auto at = decode_parked(value);
                 if (at && tenant.size() == 16)
                     pairs.push_back({TenantId{kernel::uuid_from_bytes(tenant)}, *at});
             });
    return pairs;
}

std::vector<std::string> ViewStore::names() const {
    std::vector<std::string> names;
    for_each(*state_->db, std::string(view_keys::checkpoints),
             [&](std::string_view name, std::string_view) {
                 names.emplace_back(name.substr(0, name.size() - 1));
             });
    return names;
}

void ViewStore::clear(std::string_view name) {
    rocksdb::WriteBatch batch;
    const auto all = [&](const std::string& prefix) {
        check(batch.DeleteRange(prefix, view_keys::end_of(prefix)), "Clearing a view");
    };
    all(view_keys::rows(name));
    all(view_keys::checkpoint(name));
    all(view_keys::sequences(name));
    all(view_keys::parked(name));
    all(view_keys::building(name));
    check(state_->db->Write(unsynced(), &batch), "Clearing a view");
}

void ViewStore::begin_building(const ViewName& view) {
    std::error_code failed;
    std::filesystem::remove_all(state_->tables, failed);  // of a build that the disk ended
    std::filesystem::create_directories(state_->tables, failed);
    std::string version;
    append_u32(version, view.version);
    check(state_->db->Put(unsynced(), view_keys::building(view.name), version), "Writing views");
    flush();
    check(state_->db->SetOptions({{"disable_auto_compactions", "true"}}), "Writing views");
    keep_open(*state_->db, open_while_building);
}

void ViewStore::end_building() {
    std::error_code ignored;
    std::filesystem::remove_all(state_->tables, ignored);
    check(state_->db->SetOptions({{"disable_auto_compactions", "false"}}), "Writing views");
    keep_open(*state_->db, state_->open_files_max);
}

bool ViewStore::is_building(std::string_view name) const {
    return value_at(*state_->db, view_keys::building(name)).has_value();
}

ViewStore::Digest ViewStore::digest(const ViewName& view) const {
    crypto_hash_sha256_state hash;
    crypto_hash_sha256_init(&hash);
    std::string lengths;
    const auto add = [&](std::string_view bytes) {
        crypto_hash_sha256_update(&hash, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
    };
    for_each(*state_->db, view_keys::rows(view), [&](std::string_view key, std::string_view value) {
        lengths.clear();
        append_u64(lengths, key.size());
        append_u64(lengths, value.size());
        add(lengths);
        add(key);
        add(value);
    });
    Digest digest;
    crypto_hash_sha256_final(&hash, digest.data());
    return digest;
}

Result<void> ViewStore::copy_to(const std::filesystem::path& directory) const {
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(state_->db.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(directory.string());
    if (status.ok()) return {};
    return std::unexpected(eventstore::translate(status, "Copying the views"));
}

Result<std::string> ViewStore::adopt(const std::filesystem::path& directory,
                                     const kernel::Uuid& from, const kernel::Uuid& to,
                                     std::uint64_t log_position) {
    ViewStoreOptions few;
    auto options = options_of(few, rocksdb::NewLRUCache(few.cache_bytes, 4));
    options.create_if_missing = false;
    options.disable_auto_compactions = true;
    try {
        const auto db = open_database(options, directory.string());
        if (is_empty(*db)) return std::string("there is nothing in them");
        if (auto why = foreign(*db, from, log_position); !why.empty()) return why;
        std::string building;
        for_each(*db, std::string(view_keys::buildings),
                 [&](std::string_view name, auto) { building = name.substr(0, name.size() - 1); });
        if (!building.empty()) return "one of them was being built: " + building;
        check(db->Put(unsynced(), slice(view_keys::log), slice(to.view())), "Adopting the views");
        check(db->Flush({}), "Adopting the views");
        check(db->Close(), "Adopting the views");
    } catch (const ViewFailure& failure) {
        if (failure.rejection().code == "disk_full") return std::unexpected(failure.rejection());
        return "they are damaged: " + failure.rejection().detail;
    }
    return std::string();
}

void ViewStore::flush() {
    check(state_->db->Flush({}), "Flushing the views");
}
// Where it cannot, the next write says so.
void ViewStore::recover() {
    state_->db->Resume().PermitUncheckedError();
}

std::uint64_t ViewStore::memory_bytes() const {
    std::uint64_t total = state_->cache->GetUsage();
    for (const auto* name :
         {"rocksdb.cur-size-all-mem-tables", "rocksdb.estimate-table-readers-mem"}) {
        std::uint64_t bytes = 0;
        if (state_->db->GetIntProperty(name, &bytes)) total += bytes;
    }
    return total;
}

}  // namespace almanac::projections
