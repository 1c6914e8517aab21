#include "eventstore/log.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>

#include "eventstore/log_state.hpp"
#include "eventstore/rocks_status.hpp"
#include "eventstore/seeded_bugs.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;

rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}
std::string_view view(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}
std::string position_key(std::uint64_t position) {
    std::string key;
    append_u64(key, position);
    return key;
}
std::string tag_prefix(const TenantId& tenant, std::string_view tag) {
    std::string key(tenant.view());
    key.append(tag).push_back('\0');
    return key;
}
std::string tenant_key(const TenantId& tenant, std::uint64_t sequence) {
    std::string key(tenant.view());
    append_u64(key, sequence);
    return key;
}
// The first key after all that begin with `prefix`; empty where there is none.
std::string after_prefix(std::string_view prefix) {
    std::string key(prefix);
    while (!key.empty() && key.back() == '\xff') key.pop_back();
    if (!key.empty()) key.back() = static_cast<char>(static_cast<std::uint8_t>(key.back()) + 1);
    return key;
}
// Of a long scan: a quarter less time for each record than with the reads RocksDB chooses.
constexpr std::size_t readahead_bytes = 512UL << 10;

std::string hole(std::uint64_t position) {
    return "The log lacks position " + std::to_string(position) + ".";
}
}  // namespace

std::string result_key(const TenantId& tenant, std::uint32_t day, const Key32& key) {
    std::string bytes(tenant.view());
    append_u32(bytes, day);
    bytes.append(reinterpret_cast<const char*>(key.data()), key.size());
    return bytes;
}
std::string snapshot_key(const TenantId& tenant, std::string_view key) {
    return std::string(tenant.view()).append(key);
}

std::unique_ptr<rocksdb::Iterator> Log::State::iterate(Space space,
                                                       const rocksdb::ReadOptions& options) const {
    return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(options, family(space)));
}

Result<std::uint64_t> Log::State::find_last_position() const {
    const auto it = iterate(Space::log, {});
    it->SeekToLast();
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading the log"));
    if (!it->Valid()) return 0;
    if (it->key().size() != 8) return corrupt("A key of the log is not a position.");
    return read_u64(view(it->key()));
}

std::uint64_t Log::last_position() const {
    return state_->last_position.load(std::memory_order_acquire);
}
kernel::Uuid Log::log_id() const {
    return state_->log_id;
}

ManifestExtent Log::manifest() const {
    return state_->manifest ? state_->manifest->extent() : ManifestExtent{};
}

Result<std::optional<std::uint64_t>> Log::last_sequence(const TenantId& tenant) const {
    const auto it = state_->iterate(Space::tenants, {});
    it->SeekForPrev(tenant_key(tenant, ~0ULL));
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading the log"));
    if (!it->Valid() || !it->key().starts_with(slice(tenant.view()))) return std::nullopt;
    return read_u64(view(it->key()).substr(16));
}

Result<std::string> Log::record_bytes(std::uint64_t position) const {
    auto bytes = get(Space::log, position_key(position));
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (!*bytes) return corrupt(hole(position));
    return std::move(**bytes);
}

Result<Record> Log::record(std::uint64_t position) const {
    rocksdb::PinnableSlice bytes;
    const auto status =
        state_->db->Get({}, state_->family(Space::log), slice(position_key(position)), &bytes);
    if (status.IsNotFound()) return corrupt(hole(position));
    if (!status.ok()) return std::unexpected(translate(status, "Reading a record"));
    return decode(view(bytes));
}

Result<void> Log::scan(std::uint64_t from, std::uint64_t to, const ScanFn& fn) const {
    to = std::min(to, last_position());
    auto expected = std::max<std::uint64_t>(from, 1);
    if (expected > to) return {};
    const auto upper = position_key(to + 1);
    const auto upper_slice = slice(upper);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper_slice;
    options.fill_cache = to - expected < 1'000;
    if (!options.fill_cache) options.readahead_size = readahead_bytes;
    const auto it = state_->iterate(Space::log, options);
    for (it->Seek(position_key(expected)); it->Valid(); it->Next(), ++expected) {
        if (read_u64(view(it->key())) != expected) return corrupt(hole(expected));
        if (!fn(expected, view(it->value()))) return {};
    }
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Scanning the log"));
    if (expected <= to) return corrupt(hole(expected));
    return {};
}

Result<void> Log::tagged(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                         const PositionFn& fn) const {
    auto key = tag_prefix(tenant, tag);
    const auto prefix_bytes = key.size();
    append_u64(key, after + 1);
    rocksdb::ReadOptions options;
    options.prefix_same_as_start = true;
    const auto it = state_->iterate(Space::tags, options);
    for (it->Seek(key); it->Valid(); it->Next())
        if (!fn(read_u64(view(it->key()).substr(prefix_bytes)))) return {};
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading a tag"));
    return {};
}

Result<void> Log::tagged_all(const TenantId& tenant, std::span<const std::string> tags,
                             std::uint64_t after, const PositionFn& fn) const {
    rocksdb::ReadOptions options;
    options.prefix_same_as_start = true;
    std::vector<std::string> prefixes;
    std::vector<std::unique_ptr<rocksdb::Iterator>> cursors;
    for (const auto& tag : tags) {
        prefixes.push_back(tag_prefix(tenant, tag));
        cursors.push_back(state_->iterate(Space::tags, options));
    }
    // Each cursor leaps to the first position >= the candidate; all there = found.
    auto candidate = after + 1;
    for (std::size_t agreed = 0, i = 0; !cursors.empty(); i = (i + 1) % cursors.size()) {
        auto& it = *cursors[i];
        it.Seek(prefixes[i] + position_key(candidate));
        if (!it.status().ok()) return std::unexpected(translate(it.status(), "Reading a tag"));
        if (!it.Valid()) return {};
        const auto position = read_u64(view(it.key()).substr(prefixes[i].size()));
        agreed = position == candidate ? agreed + 1 : 1;
        candidate = position;
        if (agreed < cursors.size()) continue;
        if (!fn(candidate)) return {};
        ++candidate;
        agreed = 0;
    }
    return {};
}

Result<std::optional<std::uint64_t>> Log::last_tagged(const TenantId& tenant,
                                                      std::string_view tag) const {
    const auto prefix = tag_prefix(tenant, tag);
    rocksdb::ReadOptions options;
    options.prefix_same_as_start = true;
    const auto it = state_->iterate(Space::tags, options);
    it->SeekForPrev(prefix + position_key(~0ULL));
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading a tag"));
    if (!it->Valid() || !it->key().starts_with(prefix)) return std::nullopt;
    return read_u64(view(it->key()).substr(prefix.size()));
}

Result<std::vector<std::uint64_t>> Log::tenant_positions(const TenantId& tenant,
                                                         std::uint64_t from_sequence,
                                                         std::size_t limit) const {
    std::vector<std::uint64_t> positions;
    const auto it = state_->iterate(Space::tenants, {});
    auto expected = from_sequence;
    for (it->Seek(tenant_key(tenant, from_sequence));
         positions.size() < limit && it->Valid() && it->key().starts_with(slice(tenant.view()));
         it->Next(), ++expected) {
        if (read_u64(view(it->key()).substr(16)) != expected)
            return corrupt("A tenant lacks sequence " + std::to_string(expected) + ".");
        positions.push_back(read_u64(view(it->value())));
    }
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading a tenant"));
    return positions;
}

Result<std::uint64_t> Log::sequence_after(const TenantId& tenant, std::uint64_t position) const {
    auto last = last_sequence(tenant);
    if (!last) return std::unexpected(std::move(last.error()));
    if (!*last) return 0;
    std::uint64_t low = 0;
    auto high = **last + 1;  // sequences below low are <= position, from high on they are above it
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        const auto at = get(Space::tenants, tenant_key(tenant, middle));
        if (!at) return std::unexpected(at.error());
        if (!*at || (*at)->size() != 8)
            return corrupt("A tenant lacks sequence " + std::to_string(middle) + ".");
        if (read_u64(**at) <= position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Result<std::vector<TenantId>> Log::tenants() const {
    std::vector<TenantId> tenants;
    const auto it = state_->iterate(Space::tenants, {});
    for (it->SeekToFirst(); it->Valid();) {
        const TenantId tenant{kernel::uuid_from_bytes(view(it->key()).substr(0, 16))};
        tenants.push_back(tenant);
        const auto next = after_prefix(tenant.view());
        if (next.empty()) break;
        it->Seek(next);
    }
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading the tenants"));
    return tenants;
}

Result<std::optional<std::string>> Log::get(Space space, std::string_view key) const {
    std::string value;
    const auto status = state_->db->Get({}, state_->family(space), slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return std::unexpected(translate(status, "Reading the log"));
    return value;
}

Result<std::optional<std::string>> Log::result(const TenantId& tenant, std::uint32_t day,
                                               const Key32& key) const {
    return get(Space::results, result_key(tenant, day, key));
}
Result<std::optional<std::string>> Log::snapshot(const TenantId& tenant,
                                                 std::string_view key) const {
    return get(Space::snapshots, snapshot_key(tenant, key));
}
Result<std::optional<std::string>> Log::meta(std::string_view name) const {
    return get(Space::meta, name);
}

Result<void> Log::entries(Space space, std::string_view prefix, std::string_view from,
                          const EntryFn& fn) const {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;
    const auto upper = after_prefix(prefix);
    const auto upper_slice = slice(upper);
    if (!upper.empty()) options.iterate_upper_bound = &upper_slice;
    const auto it = state_->iterate(space, options);
    for (it->Seek(slice(std::max(prefix, from))); it->Valid(); it->Next())
        if (!fn(view(it->key()), view(it->value()))) return {};
    if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading the log"));
    return {};
}

Result<void> Log::commit(LogBatch& batch) {
    if (state_->manifest && state_->manifest->failed()) state_->failed = true;
    if (state_->failed)
        return kernel::unavailable("io_error", "The log could not be written before.", 0);
    const bool tags_apart = seeded(SeededBug::tags_not_in_batch);
    if (!tags_apart) batch.state_->put_tags();
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // this thread's: it counts comparisons
    rocksdb::WriteOptions synced;
    // What is derived goes without a sync of its own; the next write carries it along.
    auto& next = *batch.state_->batch;
    auto& carried = state_->carried;
    synced.sync = !batch.is_derived() || carried.is_much(next);
    auto status = state_->db->Write(synced, &carried.before(next, state_->families));
    if (status.ok()) carried.written(next, synced.sync, state_->family(Space::policies));
    if (tags_apart && status.ok()) {
        batch.state_->batch->Clear();
        batch.state_->put_tags();
        status = state_->db->Write(synced, batch.state_->batch.get());
    }
    if (!status.ok()) {
        state_->failed = true;
        return std::unexpected(translate(status, "Writing the log"));
    }
    if (batch.last_position() != 0)
        state_->last_position.store(batch.last_position(), std::memory_order_release);
    return {};
}

Result<void> Log::delete_results_before(const std::optional<TenantId>& tenant, std::uint32_t day) {
    std::vector<std::string> owners;
    if (tenant) {
        owners.emplace_back(tenant->view());
    } else {
        const auto it = state_->iterate(Space::results, {});
        for (it->SeekToFirst(); it->Valid();) {
            owners.emplace_back(view(it->key()).substr(0, 16));
            const auto next = after_prefix(owners.back());
            if (next.empty()) break;
            it->Seek(next);
        }
        if (!it->status().ok()) return std::unexpected(translate(it->status(), "Reading results"));
    }
    for (const auto& owner : owners) {
        std::string end = owner;
        append_u32(end, day);
        const auto status = state_->db->DeleteRange({}, state_->family(Space::results), owner, end);
        if (!status.ok()) return std::unexpected(translate(status, "Deleting results"));
    }
    return {};
}

Result<void> Log::purge(Space space, std::string_view prefix) {
    const auto begin = slice(prefix);
    const auto end_bytes = after_prefix(prefix);
    const auto end = slice(end_bytes);
    const bool is_for_ever = space == Space::log || space == Space::tags || space == Space::tenants;
    if (is_for_ever || prefix.empty() || end_bytes.empty())
        return kernel::reject(kernel::RejectionKind::invalid, "invalid_prefix",
                              "A purge needs a prefix that something can follow, of what is not "
                              "kept for ever.");
    rocksdb::CompactRangeOptions forced;
    forced.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    auto status = state_->db->DeleteRange({}, state_->family(space), begin, end);
    if (status.ok()) status = state_->db->CompactRange(forced, state_->family(space), &begin, &end);
    if (!status.ok()) return std::unexpected(translate(status, "Purging"));
    return {};
}

Result<void> Log::checkpoint(const std::filesystem::path& directory) const {
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(state_->db.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(directory.string());
    if (!status.ok()) return std::unexpected(translate(status, "Copying the log"));
    return {};
}

Result<void> Log::compact() {
    for (const auto space : {Space::log, Space::tags, Space::tenants, Space::results,
                             Space::snapshots, Space::tree, Space::policies, Space::meta}) {
        rocksdb::CompactRangeOptions forced;
        forced.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
        auto* family = state_->family(space);
        auto status = state_->db->Flush({}, family);
        if (status.ok()) status = state_->db->CompactRange(forced, family, nullptr, nullptr);
        if (!status.ok()) return std::unexpected(translate(status, "Compacting the log"));
    }
    return {};
}

std::uint64_t Log::disk_bytes(Space space) const {
    std::uint64_t bytes = 0;
    const bool told =
        state_->db->GetIntProperty(state_->family(space), "rocksdb.live-sst-files-size", &bytes);
    return told ? bytes : 0;
}

std::uint64_t Log::memory_bytes() const {
    std::uint64_t total = state_->cache->GetUsage();
    for (const auto* property :
         {"rocksdb.cur-size-all-mem-tables", "rocksdb.estimate-table-readers-mem"}) {
        std::uint64_t part = 0;
        if (state_->db->GetAggregatedIntProperty(property, &part)) total += part;
    }
    return total;
}

}  // namespace almanac::eventstore
