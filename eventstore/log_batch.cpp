#include <rocksdb/write_batch.h>

#include <algorithm>

#include "eventstore/log_state.hpp"

namespace almanac::eventstore {

namespace {
constexpr std::size_t reserved_bytes = 64 << 10;  // what a busy writer gathers: it seldom grows
}

LogBatch::State::State(const Log::State& of)
    : log(of), batch(std::make_unique<rocksdb::WriteBatch>(reserved_bytes)) {}
LogBatch::State::~State() = default;

LogBatch::LogBatch(const Log& log) : state_(std::make_unique<State>(*log.state_)) {}
LogBatch::~LogBatch() = default;
LogBatch::LogBatch(LogBatch&&) noexcept = default;
LogBatch& LogBatch::operator=(LogBatch&&) noexcept = default;

void LogBatch::put_event(std::uint64_t position, const Record& record, std::string_view bytes) {
    state_->is_derived = false;
    auto& batch = *state_->batch;
    auto& key = state_->key;
    key.clear();
    append_u64(key, position);
    batch.Put(state_->log.family(Space::log), key, {bytes.data(), bytes.size()});
    const std::string position_bytes = key;
    key.assign(record.tenant.view());
    append_u64(key, record.sequence);
    batch.Put(state_->log.family(Space::tenants), key, position_bytes);
    for (const auto& tag : record.tags) {
        auto& keys = state_->tag_keys;
        keys.append(record.tenant.view()).append(tag).push_back('\0');
        keys.append(position_bytes);
        state_->tag_ends.push_back(keys.size());
    }
    state_->last_position = position;
}

void LogBatch::State::put_tags() {
    std::vector<std::string_view> keys;
    keys.reserve(tag_ends.size());
    std::size_t start = 0;
    for (const auto end : tag_ends) {
        keys.push_back(std::string_view(tag_keys).substr(start, end - start));
        start = end;
    }
    std::ranges::sort(keys);
    for (const auto& tag_key : keys)
        batch->Put(log.family(Space::tags), {tag_key.data(), tag_key.size()}, rocksdb::Slice());
    tag_keys.clear();
    tag_ends.clear();
}

void LogBatch::erase_event(std::uint64_t position, const Record& record) {
    std::string position_key;
    append_u64(position_key, position);
    erase(Space::log, position_key);
    std::string sequence_key(record.tenant.view());
    append_u64(sequence_key, record.sequence);
    erase(Space::tenants, sequence_key);
    for (const auto& tag : record.tags) {
        std::string tag_key(record.tenant.view());
        tag_key.append(tag).push_back('\0');
        erase(Space::tags, tag_key + position_key);
    }
}

void LogBatch::put(Space space, std::string_view key, std::string_view value) {
    state_->note(space);
    state_->batch->Put(state_->log.family(space), {key.data(), key.size()},
                       {value.data(), value.size()});
}

void LogBatch::erase(Space space, std::string_view key) {
    state_->note(space);
    state_->batch->Delete(state_->log.family(space), {key.data(), key.size()});
}

std::size_t LogBatch::bytes() const {
    return state_->batch->GetDataSize() + state_->tag_keys.size() + 4 * state_->tag_ends.size();
}
bool LogBatch::empty() const {
    return state_->batch->Count() == 0;  // an event is there before its tags
}
std::uint64_t LogBatch::last_position() const {
    return state_->last_position;
}
bool LogBatch::is_derived() const {
    return state_->is_derived;
}
void LogBatch::need_sync() {
    state_->is_derived = false;
}

void LogBatch::State::note(Space space) {
    switch (space) {
        case Space::policies:
        case Space::snapshots:
        case Space::tree:
            return;
        case Space::log:
        case Space::tags:
        case Space::tenants:
        case Space::results:
        case Space::meta:
            is_derived = false;
    }
}

void LogBatch::set_savepoint() {
    state_->batch->SetSavePoint();
    state_->savepoint = {state_->tag_keys.size(), state_->tag_ends.size(), state_->last_position};
}
void LogBatch::rollback_savepoint() {
    state_->batch->RollbackToSavePoint();
    state_->tag_keys.resize(state_->savepoint.tag_bytes);
    state_->tag_ends.resize(state_->savepoint.tags);
    state_->last_position = state_->savepoint.last_position;
}
void LogBatch::drop_savepoint() {
    state_->batch->PopSavePoint();
}

}  // namespace almanac::eventstore
