#include "eventstore/writer.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "eventstore/pipeline.hpp"

namespace almanac::eventstore {
namespace {
using Done = std::move_only_function<void(Outcome)>;

// A batch and whom it answers.
struct Delivery {
    std::shared_ptr<StagedBatch> batch;
    std::vector<Done> waiting;
    bool nothing() const { return waiting.empty() && batch->empty(); }
};

void answer(std::vector<Done>& waiting, Outcome outcome) {
    for (auto& done : waiting)
        if (done) done(outcome);
    waiting.clear();
}
}  // namespace

struct Writer::State {
    State(Log& l, MarkFile& m, Clock& c, WriterHooks h, WriterOptions o)
        : log(l), mark(m), clock(c), hooks(std::move(h)), options(o), pipeline(l, c) {
        durable_position = mark.current().position;
        stored_generation = mark.current().keyring_generation;
        open.batch = pipeline.share_open();
        pipeline.set_make_room([this] { hand_over(); });
    }

    Log& log;
    MarkFile& mark;
    Clock& clock;
    WriterHooks hooks;
    const WriterOptions options;

    // Under the mutex
    mutable std::mutex mutex;
    std::condition_variable to_decide;
    std::condition_variable to_commit;
    std::vector<Job> queue;
    std::size_t queued_bytes = 0;
    bool stopping = false;
    bool decided_all = false;
    bool decision_waits = false;  // for jobs
    bool room_waits = false;      // the decision thread, for the commit thread to take the batch
    bool commit_waits = false;
    // The open batch lies here while nobody decides. The commit thread takes it when it is free;
    // until then the decision thread takes it back and lets further jobs join.
    std::optional<Delivery> parked;
    std::string failure;

    std::atomic<bool> read_only = false;
    std::atomic<std::uint64_t> durable_position = 0;
    std::atomic<std::uint64_t> answered_number = 0;  // the last batch all of whose jobs know
    std::atomic<std::uint64_t> batches = 0, events = 0, jobs = 0, jobs_thrown = 0;

    // Decision thread
    Pipeline pipeline;
    Delivery open;
    // Commit thread
    std::uint64_t stored_generation = 0;

    std::thread decision_thread;
    std::thread commit_thread;
    std::once_flag stopped;

    void decide_all();
    bool take(std::vector<Job>& taken);
    void decide(Job& job);
    bool run(Job& job);
    void park(std::unique_lock<std::mutex>& lock);
    void hand_over();
    void start_next_batch();
    void commit_all();
    void commit(Delivery& delivery);
    Result<void> make_durable(Delivery& delivery);
    void turn_read_only(const kernel::Rejection& why);
};

Writer::Writer(Log& log, MarkFile& mark, Clock& clock, WriterHooks hooks, WriterOptions options)
    : state_(std::make_unique<State>(log, mark, clock, std::move(hooks), options)) {
    state_->decision_thread = std::thread([state = state_.get()] { state->decide_all(); });
    state_->commit_thread = std::thread([state = state_.get()] { state->commit_all(); });
}

Writer::~Writer() {
    drain_and_stop();
}

Result<void> Writer::submit(Job job) {
    auto& state = *state_;
    if (state.read_only)
        return kernel::unavailable("read_only", "The disk failed; nothing can be written.", 0);
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

// ---- the decision thread ----

void Writer::State::decide_all() {
    std::vector<Job> taken;
    while (take(taken)) {
        const bool refuse = clock.read().jumped;
        for (auto& job : taken) {
            jobs.fetch_add(1, std::memory_order_relaxed);
            if (refuse || read_only) {
                if (job.done) job.done(Outcome::not_started);
            } else {
                decide(job);
            }
        }
        taken.clear();
        std::unique_lock lock(mutex);
        park(lock);
    }
    const std::scoped_lock lock(mutex);
    decided_all = true;
    to_commit.notify_one();
}

// Jobs to decide, and the open batch taken back if it still lies there; false = stopped and empty.
bool Writer::State::take(std::vector<Job>& taken) {
    std::unique_lock lock(mutex);
    while (queue.empty() && !stopping) {
        decision_waits = true;
        to_decide.wait(lock);
    }
    decision_waits = false;
    if (queue.empty()) return false;
    if (parked) {
        open = std::move(*parked);
        parked.reset();
    } else if (!open.batch) {
        start_next_batch();
    }
    const auto count = std::min(queue.size(), options.batch_jobs_max);
    for (std::size_t i = 0; i < count; ++i) queued_bytes -= queue[i].bytes;
    if (count == queue.size()) {
        taken.swap(queue);
    } else {
        const auto end = queue.begin() + static_cast<std::ptrdiff_t>(count);
        taken.assign(std::make_move_iterator(queue.begin()), std::make_move_iterator(end));
        queue.erase(queue.begin(), end);
    }
    lock.unlock();
    pipeline.settle();
    pipeline.forget_tenants();
    return true;
}

void Writer::State::decide(Job& job) {
    if (open.waiting.size() >= options.batch_jobs_max ||
        open.batch->log_batch.bytes() >= batch_bytes_close)
        hand_over();
    const bool ran = run(job);
    if (!ran) {
        if (job.done) job.done(Outcome::not_started);
        return;
    }
    const bool all_answered =
        answered_number.load(std::memory_order_acquire) + 1 == open.batch->number();
    if (open.nothing() && all_answered) {
        if (job.done) job.done(Outcome::durable);
    } else {
        open.waiting.push_back(std::move(job.done));
    }
}

bool Writer::State::run(Job& job) {
    if (!job.decide) return true;
    pipeline.begin_job();
    try {
        Stage stage(pipeline);
        job.decide(stage);
    } catch (const std::exception& thrown) {
        pipeline.rollback_job();
        jobs_thrown.fetch_add(1, std::memory_order_relaxed);
        const std::scoped_lock lock(mutex);
        failure = thrown.what();
        return false;
    }
    pipeline.end_job();
    job.decide = nullptr;  // what it captured is not needed any more
    return true;
}

// Lays the open batch where the commit thread finds it.
void Writer::State::park(std::unique_lock<std::mutex>& lock) {
    if (open.nothing()) return;
    parked = std::move(open);
    open = {};
    if (!std::exchange(commit_waits, false)) return;
    lock.unlock();
    to_commit.notify_one();
}

// The open batch is full: waits until the commit thread has taken it, then opens the next one.
void Writer::State::hand_over() {
    {
        std::unique_lock lock(mutex);
        parked = std::move(open);
        open = {};
        commit_waits = false;
        to_commit.notify_one();
        while (parked) {
            room_waits = true;
            to_decide.wait(lock);
        }
        room_waits = false;
    }
    start_next_batch();
    pipeline.settle();
}

void Writer::State::start_next_batch() {
    pipeline.seal();
    open.batch = pipeline.share_open();
}

// ---- the commit thread ----

void Writer::State::commit_all() {
    for (;;) {
        Delivery delivery;
        bool wake = false;
        {
            std::unique_lock lock(mutex);
            while (!parked && !decided_all) {
                commit_waits = true;
                to_commit.wait(lock);
            }
            commit_waits = false;
            if (!parked) return;
            delivery = std::move(*parked);
            parked.reset();
            wake = std::exchange(room_waits, false);
        }
        if (wake) to_decide.notify_one();
        commit(delivery);
    }
}

void Writer::State::commit(Delivery& delivery) {
    auto& batch = *delivery.batch;
    auto outcome = read_only ? Outcome::unknown : Outcome::durable;
    if (!read_only && !batch.empty()) {
        if (auto done = make_durable(delivery); !done) {
            turn_read_only(done.error());
            outcome = Outcome::unknown;
        }
    }
    if (outcome == Outcome::durable) {
        pipeline.publish_durable(batch.number());
        if (!batch.events.empty() && hooks.committed) hooks.committed(batch.events);
    }
    answer(delivery.waiting, outcome);
    answered_number.store(batch.number(), std::memory_order_release);
}

Result<void> Writer::State::make_durable(Delivery& delivery) {
    auto& batch = *delivery.batch;
    auto generation = stored_generation;
    if (hooks.sync_keyring) {
        auto synced = hooks.sync_keyring();
        if (!synced) return std::unexpected(std::move(synced.error()));
        generation = *synced;
    }
    if (generation != stored_generation) {
        std::string bytes;
        append_u64(bytes, generation);
        batch.log_batch.put(Space::meta, meta_keyring_generation, bytes);
    }
    if (auto done = log.commit(batch.log_batch); !done) return done;
    auto next = mark.current();
    next.keyring_generation = generation;
    if (!batch.events.empty()) {
        next.position = batch.events.back().position;
        next.hash = batch.events.back().record->leaf;
    }
    if (next != mark.current())
        if (auto done = mark.write(next); !done) return done;
    stored_generation = generation;
    durable_position.store(next.position, std::memory_order_release);
    batches.fetch_add(1, std::memory_order_relaxed);
    events.fetch_add(batch.events.size(), std::memory_order_relaxed);
    return {};
}

void Writer::State::turn_read_only(const kernel::Rejection& why) {
    read_only = true;
    {
        const std::scoped_lock lock(mutex);
        failure = why.code + ": " + why.detail;
    }
    if (hooks.failed) hooks.failed(why);
}

}  // namespace almanac::eventstore
