#include "eventstore/writer.hpp"

#include <utility>

#include "eventstore/named_thread.hpp"
#include "eventstore/writer_state.hpp"

namespace almanac::eventstore {

Writer::State::State(Log& log_, MarkFile& mark_, Clock& clock_, WriterHooks hooks_,
                     WriterOptions options_)
    : log(log_),
      mark(mark_),
      clock(clock_),
      hooks(std::move(hooks_)),
      options(options_),
      pipeline(log_, clock_) {
    durable_position = mark.current().position;
    stored_generation = mark.current().keyring_generation;
    open.batch = pipeline.share_open();
    pipeline.set_make_room([this] { hand_over(); });
}

Writer::Writer(Log& log, MarkFile& mark, Clock& clock, WriterHooks hooks, WriterOptions options)
    : state_(std::make_unique<State>(log, mark, clock, std::move(hooks), options)) {
    state_->decision_thread =
        named_thread("decide", [state = state_.get()] { state->decide_all(); });
    state_->commit_thread = named_thread("commit", [state = state_.get()] { state->commit_all(); });
    state_->acknowledge_thread =
        named_thread("acknowledge", [state = state_.get()] { state->acknowledge_all(); });
}

Writer::~Writer() {
    drain_and_stop();
}

Result<void> Writer::submit(Job job) {
    auto& state = *state_;
    if (state.read_only)
        return kernel::unavailable("read_only", "The disk failed; nothing can be written.",
                                   state.options.retry_after_seconds);
    if (state.clock.read().jumped)
        return kernel::unavailable("clock_jumped", "The wall clock moved; nothing is written.",
                                   state.options.retry_after_seconds);
    bool wake = false;
    {
        const std::scoped_lock lock(state.mutex);
        if (state.stopping) return kernel::unavailable("stopping", "The server is stopping.");
        if (state.queue.size() >= state.options.queue_jobs_max ||
            state.queued_bytes + job.bytes > state.options.queue_bytes_max)
            return kernel::unavailable("queue_full", "Too much is waiting to be written.",
                                       state.options.retry_after_seconds);
        state.queued_bytes += job.bytes;
        state.queue.push_back(std::move(job));
        wake = std::exchange(state.decision_waits, false);
    }
    if (wake) state.to_decide.notify_one();
    return {};
}

Result<void> Writer::append(const TenantId& tenant, CommandMeta meta,
                            std::vector<EventDraft> events,
                            std::optional<AppendCondition> condition,
                            std::move_only_function<void(Result<Appended>)> done) {
    Job job;
    for (const auto& event : events) job.bytes += event.data.size() + event.metadata.size() + 256;
    auto decided = std::make_shared<Result<Appended>>(
        kernel::unavailable("not_started", "Nothing was written."));
    job.decide = [=, meta = std::move(meta), events = std::move(events),
                  condition = std::move(condition)](Stage& stage) mutable {
        *decided = condition ? stage.append(tenant, meta, std::move(events), *condition)
                             : stage.append(tenant, meta, std::move(events));
    };
    job.done = [=, done = std::move(done)](Outcome outcome) mutable {
        switch (outcome) {
            case Outcome::durable:
                return done(std::move(*decided));
            case Outcome::unknown:
                return done(kernel::unavailable(
                    "outcome_unknown", "The disk failed; it may have been written or not.", 0));
            case Outcome::not_started:
                return done(kernel::unavailable("not_started", "Nothing was written."));
        }
    };
    return submit(std::move(job));
}

void Writer::drain_and_stop() {
    std::call_once(state_->stopped, [this] {
        {
            const std::scoped_lock lock(state_->mutex);
            state_->stopping = true;
        }
        state_->to_decide.notify_one();
        state_->decision_thread.join();
        state_->commit_thread.join();
        state_->acknowledge_thread.join();
    });
}

std::uint64_t Writer::durable_position() const {
    return state_->durable_position.load(std::memory_order_acquire);
}

WriterStatus Writer::status() const {
    const auto clock = state_->clock.read();
    WriterStatus status;
    status.read_only = state_->read_only;
    status.clock_jumped = clock.jumped;
    status.clock_standing = clock.standing;
    status.durable_position = durable_position();
    status.batches = state_->batches;
    status.events = state_->events;
    status.jobs = state_->jobs;
    status.jobs_thrown = state_->jobs_thrown;
    const std::scoped_lock lock(state_->mutex);
    status.queued_jobs = state_->queue.size();
    status.queued_bytes = state_->queued_bytes;
    status.stopping = state_->stopping;
    status.failure = state_->failure;
    return status;
}

}  // namespace almanac::eventstore
