#include "eventstore/pipeline.hpp"

#include <algorithm>
#include <stdexcept>

namespace almanac::eventstore {
namespace {
using kernel::RejectionKind;

[[noreturn]] void damaged(const kernel::Rejection& rejection) {
    throw std::runtime_error(rejection.detail);
}
}  // namespace

Pipeline::Pipeline(const Log& log, Clock& clock)
    : log_(log),
      clock_(clock),
      open_(std::make_shared<StagedBatch>(log, 1)),
      settled_position_(log.last_position()),
      next_position_(log.last_position() + 1) {}

void Pipeline::seal() {
    const auto number = open_->number();
    in_flight_.push_back(std::move(open_));
    open_ = std::make_shared<StagedBatch>(log_, number + 1);
}

void Pipeline::settle() {
    const auto durable = durable_number_.load(std::memory_order_acquire);
    while (!in_flight_.empty() && in_flight_.front()->number() <= durable) {
        const auto& events = in_flight_.front()->events;
        if (!events.empty()) settled_position_ = events.back().position;
        in_flight_.pop_front();
    }
}

void Pipeline::forget_tenants() {
    if (in_flight_.empty() && open_->empty() && tenants_.size() > tenants_remembered_max)
        tenants_.clear();
}

void Pipeline::begin_job() {
    ++job_;
    job_staged_ = false;
    job_clock_.reset();
    next_position_before_job_ = next_position_;
    tenants_before_job_.clear();
    open_->begin_job();
}
void Pipeline::end_job() {
    open_->end_job();
}
void Pipeline::rollback_job() {
    open_->rollback_job();
    next_position_ = next_position_before_job_;
    // The newest first: of a tenant that was changed twice the oldest state stays.
    for (auto i = tenants_before_job_.rbegin(); i != tenants_before_job_.rend(); ++i)
        tenants_[i->first] = i->second;
    job_staged_ = false;
}

Pipeline::TenantState& Pipeline::at(const TenantId& tenant) {
    const auto found = tenants_.find(tenant);
    if (found != tenants_.end()) return found->second;
    // A tenant that nothing is remembered of has nothing in flight either: the log knows all.
    TenantState state;
    auto last = log_.last_sequence(tenant);
    if (!last) damaged(last.error());
    if (*last) {
        state.next_sequence = **last + 1;
        const auto positions = log_.tenant_positions(tenant, **last, 1);
        if (!positions) damaged(positions.error());
        const auto record = log_.record(positions->at(0));
        if (!record) damaged(record.error());
        state.last_time = record->time;
    }
    return tenants_.emplace(tenant, state).first->second;
}

Instant Pipeline::now(const TenantId& tenant) {
    auto& state = at(tenant);
    state.job_time = std::max(job_clock_ ? *job_clock_ : clock_.now(), state.last_time);
    state.job = job_;
    return state.job_time;
}

Result<void> Pipeline::encode_all(const TenantId& tenant, const CommandMeta& meta,
                                  std::vector<EventDraft>& events, const TenantState& state,
                                  Instant time) {
    bytes_.clear();
    ends_.clear();
    events_.clear();
    for (std::size_t i = 0; i < events.size(); ++i) {
        auto typed = std::move(events[i].typed);
        auto record = std::make_shared<Record>(make_record(tenant, meta, std::move(events[i])));
        record->sequence = state.next_sequence + i;
        record->time = time;
        record->index = static_cast<std::uint16_t>(i);
        record->count = static_cast<std::uint16_t>(events.size());
        if (auto done = encode_to(bytes_, *record); !done)
            return std::unexpected(std::move(done.error()));
        ends_.push_back(bytes_.size());
        events_.push_back({next_position_ + i, std::move(record), std::move(typed)});
    }
    return {};
}

Result<Appended> Pipeline::append(const TenantId& tenant, const CommandMeta& meta,
                                  std::vector<EventDraft> events) {
    if (events.empty())
        return kernel::reject(RejectionKind::invalid, "invalid_event", "A command has no events.");
    if (events.size() > events_per_command_max)
        return kernel::reject("limit_reached", "A command has more than 1,000 events.");
    auto& state = at(tenant);
    const auto time = state.job == job_ ? state.job_time : now(tenant);
    if (auto done = encode_all(tenant, meta, events, state, time); !done)
        return std::unexpected(std::move(done.error()));
    auto total = bytes_.size();
    for (const auto& event : events_) total += index_bytes(*event.record);
    if (!job_staged_ && !open_->empty() && open_->log_batch.bytes() + total > batch_bytes_max) {
        open_->end_job();
        make_room_();
        open_->begin_job();
    }
    if (open_->log_batch.bytes() + total > batch_bytes_max)
        return kernel::reject("limit_reached", "A command has more than 8 MiB.");
    job_staged_ = true;
    tenants_before_job_.emplace_back(tenant, state);
    Appended appended{next_position_, 0, state.next_sequence, 0, time};
    std::size_t start = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) {
        open_->add_event(std::move(events_[i]),
                         std::string_view(bytes_).substr(start, ends_[i] - start));
        start = ends_[i];
    }
    next_position_ += events_.size();
    state.next_sequence += events_.size();
    state.last_time = time;
    appended.last_position = next_position_ - 1;
    appended.last_sequence = state.next_sequence - 1;
    return appended;
}

void Pipeline::put(Space space, std::string_view key, std::optional<std::string_view> value) {
    job_staged_ = true;
    open_->put(space, key, value);
}

std::optional<std::string> Pipeline::get(Space space, std::string_view key) const {
    auto found = open_->find(space, key);
    for (auto i = in_flight_.rbegin(); !found && i != in_flight_.rend(); ++i)
        found = (*i)->find(space, key);
    if (found) return *found ? std::optional<std::string>(**found) : std::nullopt;
    auto stored = log_.get(space, key);
    if (!stored) damaged(stored.error());
    return std::move(*stored);
}

template <class Fn>
bool Pipeline::all_pending(Fn fn) const {
    return std::ranges::all_of(in_flight_, [&](const auto& batch) { return fn(*batch); }) &&
           fn(*open_);
}

Result<std::optional<std::uint64_t>> Pipeline::last_tagged(const TenantId& tenant,
                                                           std::string_view tag) const {
    auto last = open_->last_tagged(tenant, tag);
    for (auto i = in_flight_.rbegin(); !last && i != in_flight_.rend(); ++i)
        last = (*i)->last_tagged(tenant, tag);
    if (last) return last;
    return log_.last_tagged(tenant, tag);
}

Result<bool> Pipeline::visit_tag(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                                 const RecordFn& fn) const {
    bool going = true;
    kernel::Result<void> failure;
    const auto visit_committed = [&](std::uint64_t position) {
        if (position > settled_position_) return false;
        const auto record = log_.record(position);
        if (!record) {
            failure = std::unexpected(record.error());
            return false;
        }
        going = fn(position, *record);
        return going;
    };
    if (after < settled_position_) {
        if (auto read = log_.tagged(tenant, tag, after, visit_committed); !read)
            return std::unexpected(std::move(read.error()));
    }
    if (!failure) return std::unexpected(std::move(failure.error()));
    return going && all_pending([&](const StagedBatch& batch) {
               return batch.visit_tag(tenant, tag, after, [&](const CommittedEvent& event) {
                   return fn(event.position, *event.record);
               });
           });
}

Result<bool> Pipeline::any_match(const TenantId& tenant, const Query& query,
                                 std::uint64_t after) const {
    if (query.items.empty()) return any_match(tenant, QueryItem{}, after);
    for (const auto& item : query.items) {
        auto found = any_match(tenant, item, after);
        if (!found || *found) return found;
    }
    return false;
}

Result<bool> Pipeline::any_match(const TenantId& tenant, const QueryItem& item,
                                 std::uint64_t after) const {
    for (const auto& tag : item.tags) {
        auto last = last_tagged(tenant, tag);
        if (!last) return std::unexpected(std::move(last.error()));
        if (!*last || **last <= after) return false;
    }
    const auto no_match = [&](const CommittedEvent& event) {
        return !matches(item, *event.record);
    };
    const bool none_pending = all_pending([&](const StagedBatch& batch) {
        return item.tags.empty() ? batch.visit_tenant(tenant, after, no_match)
                                 : batch.visit_tag(tenant, item.tags[0], after, no_match);
    });
    if (!none_pending) return true;
    return any_committed_match(tenant, item, after);
}

Result<bool> Pipeline::any_committed_match(const TenantId& tenant, const QueryItem& item,
                                           std::uint64_t after) const {
    if (after >= settled_position_) return false;
    bool found = false;
    Result<void> failure;
    const auto look = [&](std::uint64_t position) {
        if (position > settled_position_) return false;
        found = item.types.empty();
        if (found) return false;
        const auto record = log_.record(position);
        if (!record) {
            failure = std::unexpected(record.error());
            return false;
        }
        found = matches(item, *record);
        return !found;
    };
    if (!item.tags.empty()) {
        auto read = log_.tagged_all(tenant, item.tags, after, look);
        if (!read) failure = std::move(read);
    } else {
        constexpr std::size_t page = 256;
        auto next = log_.sequence_after(tenant, after);
        if (!next) return std::unexpected(std::move(next.error()));
        for (;; *next += page) {
            const auto positions = log_.tenant_positions(tenant, *next, page);
            if (!positions) return std::unexpected(positions.error());
            if (!std::ranges::all_of(*positions, look) || positions->size() < page) break;
        }
    }
    if (!failure) return std::unexpected(std::move(failure.error()));
    return found;
}

}  // namespace almanac::eventstore
