// Writing views: one atomic batch of rows and checkpoints, with what apply has to see of itself.
#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include "eventstore/log.hpp"
#include "eventstore/seeded_bugs.hpp"
#include "projections/view_store_state.hpp"

namespace almanac::projections {
using eventstore::append_u32;
using eventstore::append_u64;
using eventstore::seeded;
using eventstore::SeededBug;

ViewBatch::State::State(ViewStore::State& of, Way way)
    : store(of),
      seen(way == Way::tables ? std::make_unique<SeenKeys>() : nullptr),
      batch(std::make_unique<rocksdb::WriteBatch>()),
      staged(0, HashOfKey{&rows}, SameKey{&rows}) {}
ViewBatch::State::~State() = default;

void ViewBatch::State::stage(StagedRows::Number row) {
    if (seen) seen->add(rows.key(row));
    const auto [at, fresh] = staged.try_emplace(row, row);
    if (in_savepoint) undo.push_back({at->first, fresh ? std::nullopt : std::optional(at->second)});
    at->second = row;
}

ViewBatch::ViewBatch(ViewStore& store, Way way)
    : state_(std::make_unique<State>(*store.state_, way)) {}
ViewBatch::~ViewBatch() = default;

void ViewBatch::set_savepoint() {
    state_->savepoint = state_->rows.mark();
    state_->undo.clear();
    state_->in_savepoint = true;
}

void ViewBatch::rollback_savepoint() {
    for (auto at = state_->undo.rbegin(); at != state_->undo.rend(); ++at) {
        if (at->before)
            state_->staged[at->first] = *at->before;
        else
            state_->staged.erase(at->first);
    }
    state_->rows.take_back_to(state_->savepoint);  // last: their keys were needed
    state_->undo.clear();
    state_->in_savepoint = false;
}

void ViewBatch::drop_savepoint() {
    state_->undo.clear();
    state_->in_savepoint = false;
}

void ViewBatch::put_checkpoint(std::string_view name, const ViewCheckpoint& at) {
    std::string value;
    append_u32(value, at.version);
    append_u64(value, at.position);
    state_->rows.put(view_keys::checkpoint(name), value);
    if (seeded(SeededBug::checkpoint_before_rows)) {
        rocksdb::WriteOptions synced;
        synced.sync = true;
        check(state_->store.db->Put(synced, view_keys::checkpoint(name), value), "Writing views");
    }
}

void ViewBatch::put_sequence(std::string_view name, const TenantId& tenant,
                             std::uint64_t sequence) {
    std::string value;
    append_u64(value, sequence);
    state_->rows.put(view_keys::sequence(name, tenant), value);
}

void ViewBatch::put_parked(std::string_view name, const TenantId& tenant, const ParkedAt& parked) {
    std::string value;
    append_u64(value, parked.position);
    append_u64(value, parked.sequence);
    value.append(parked.error);
    state_->rows.put(view_keys::parked(name, tenant), value);
}

void ViewBatch::erase_parked(std::string_view name, const TenantId& tenant) {
    state_->rows.erase(view_keys::parked(name, tenant));
}

void ViewBatch::erase_building(std::string_view name) {
    state_->rows.erase(view_keys::building(name));
}

std::size_t ViewBatch::bytes() const {
    return state_->rows.bytes();
}

void ViewBatch::State::write_memory() {
    rows.lay_down([&](std::string_view key, const std::string_view* value) {
        return value == nullptr ? batch->Delete(slice(key)) : batch->Put(slice(key), slice(*value));
    });
    check(store.db->Write(unsynced(), batch.get()), "Writing views");
}

// Of tables that overlap the one that came later counts, as with batches.
void ViewBatch::State::write_table() {
    if (rows.bytes() == 0) return;
    const auto path = store.next_table().string();
    auto options = store.db->GetOptions();
    options.bottommost_compression = options.compression;  // a compaction packs it later
    rocksdb::SstFileWriter table(rocksdb::EnvOptions(), options);
    check(table.Open(path), "Writing a table of views");
    rows.lay_down([&](std::string_view key, const std::string_view* value) {
        return value == nullptr ? table.Delete(slice(key)) : table.Put(slice(key), slice(*value));
    });
    check(table.Finish(), "Writing a table of views");
    rocksdb::IngestExternalFileOptions taken;
    taken.move_files = true;
    // Who has read since before the mark of the build stood goes on to see none of these rows.
    taken.snapshot_consistency = true;
    taken.verify_file_checksum = false;
    check(store.db->IngestExternalFile({path}, taken), "Writing a table of views");
}

std::uint64_t ViewStore::overlapping_tables() const {
    std::string count;
    if (!state_->db->GetProperty("rocksdb.num-files-at-level0", &count)) return 0;
    return std::stoull(count);
}

void ViewStore::bound_runs(std::atomic<bool>& cancelled) {
    const std::scoped_lock one_at_a_time(state_->merging);
    if (overlapping_tables() < state_->runs_max || cancelled) return;
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.canceled = &cancelled;
    const auto status = state_->db->CompactRange(options, nullptr, nullptr);
    if (!cancelled) check(status, "Merging the tables of views");
}

void ViewBatch::write() {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // this thread's: it counts comparisons
    if (state_->seen)
        state_->write_table();
    else
        state_->write_memory();
    clear();
}

void ViewBatch::clear() {
    state_->staged.clear();  // before the rows, whose keys are its own
    state_->rows.clear();
    state_->batch->Clear();
    state_->undo.clear();
    state_->in_savepoint = false;
}

TenantViews::TenantViews(ViewBatch& batch, const ViewName& view)
    : batch_(batch), key_(view_keys::rows(view)) {
    tenant_at_ = key_.size();
    key_.append(tenant_.view());
}

void TenantViews::turn_to(const TenantId& tenant) {
    tenant_ = tenant;
    key_.replace(tenant_at_, 16, tenant.view());
}

const std::string& TenantViews::full(std::string_view key) const {
    key_.resize(tenant_at_ + 16);
    return key_.append(key);
}

bool TenantViews::get(std::string_view key, std::string& value) const {
    const auto& at = full(key);
    auto& state = *batch_.state_;
    const auto staged = state.staged.find(at);
    if (staged != state.staged.end()) {
        if (state.rows.is_erased(staged->second)) return false;
        value.assign(state.rows.value(staged->second));
        return true;
    }
    if (state.seen && !state.seen->may_have(at)) return false;
    const auto status = state.store.db->Get({}, at, &value);
    if (status.IsNotFound()) return false;
    check(status, "Reading a view");
    return true;
}

void TenantViews::put(std::string_view key, std::string_view value) {
    batch_.state_->stage(batch_.state_->rows.put(full(key), value));
}

void TenantViews::erase(std::string_view key) {
    batch_.state_->stage(batch_.state_->rows.erase(full(key)));
}

void TenantViews::put_unread(std::string_view key, std::string_view value) {
    batch_.state_->rows.put(full(key), value);
}

void TenantViews::erase_unread(std::string_view key) {
    batch_.state_->rows.erase(full(key));
}

}  // namespace almanac::projections
