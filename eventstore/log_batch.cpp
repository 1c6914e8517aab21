#include <rocksdb/write_batch.h>

#include "eventstore/log_state.hpp"

namespace almanac::eventstore {

LogBatch::State::State(const Log::State& of)
    : log(of), batch(std::make_unique<rocksdb::WriteBatch>()) {}
LogBatch::State::~State() = default;

LogBatch::LogBatch(const Log& log) : state_(std::make_unique<State>(*log.state_)) {}
LogBatch::~LogBatch() = default;
LogBatch::LogBatch(LogBatch&&) noexcept = default;
LogBatch& LogBatch::operator=(LogBatch&&) noexcept = default;

void LogBatch::put_event(std::uint64_t position, const Record& record, std::string_view bytes) {
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
        key.resize(16);
        key.append(tag).push_back('\0');
        key.append(position_bytes);
        batch.Put(state_->log.family(Space::tags), key, rocksdb::Slice());
    }
    state_->last_position = position;
}

void LogBatch::put(Space space, std::string_view key, std::string_view value) {
    state_->batch->Put(state_->log.family(space), {key.data(), key.size()},
                       {value.data(), value.size()});
}

void LogBatch::erase(Space space, std::string_view key) {
    state_->batch->Delete(state_->log.family(space), {key.data(), key.size()});
}

std::size_t LogBatch::bytes() const {
    return state_->batch->GetDataSize();
}
bool LogBatch::empty() const {
    return state_->batch->Count() == 0;
}
std::uint64_t LogBatch::last_position() const {
    return state_->last_position;
}

void LogBatch::clear() {
    state_->batch->Clear();
    state_->last_position = 0;
}

void LogBatch::set_savepoint() {
    state_->batch->SetSavePoint();
    state_->last_position_at_savepoint = state_->last_position;
}
void LogBatch::rollback_savepoint() {
    state_->batch->RollbackToSavePoint();
    state_->last_position = state_->last_position_at_savepoint;
}
void LogBatch::drop_savepoint() {
    state_->batch->PopSavePoint();
}

}  // namespace almanac::eventstore
