// The decision thread: takes what is queued, runs it on the stage, lays the batch down, or does the
// work of the other two itself.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "eventstore/writer_state.hpp"

namespace almanac::eventstore {

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
        if (!finish_alone()) park();
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
    if (!open.batch && !parked.empty() && parked.back().batch == pipeline.share_open()) {
        open = std::move(parked.back());
        parked.pop_back();
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
    const auto size = open.waiting.size();
    const bool full =
        size >= options.batch_jobs_max || open.batch->log_batch.bytes() >= batch_bytes_close;
    if (full || (size >= options.batch_jobs_early && commit_is_idle)) hand_over();
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
void Writer::State::park() {
    if (open.nothing()) return;
    bool wake = false;
    {
        const std::scoped_lock lock(mutex);
        parked.push_back(std::move(open));
        wake = std::exchange(commit_waits, false);
        commit_is_idle = false;
    }
    open = {};
    if (wake) to_commit.notify_one();
}

// A batch that nothing waits behind, while the other two threads sleep: committed and answered
// here, without waking them. `alone` keeps them off what is theirs meanwhile.
bool Writer::State::finish_alone() {
    if (open.nothing() || open.waiting.size() > options.alone_jobs_max) return false;
    {
        const std::scoped_lock lock(mutex);
        const bool asleep = commit_waits && acknowledge_waits;
        if (!asleep || !queue.empty() || !parked.empty() || !committed.empty()) return false;
        alone = true;
    }
    commit(open);
    std::deque<Delivery> deliveries;
    deliveries.push_back(std::exchange(open, {}));
    acknowledge(deliveries);
    if (mark_is_due()) write_due_mark();
    bool wake = false;
    {
        const std::scoped_lock lock(mutex);
        alone = false;
        wake = next_mark && !acknowledge_timed;
    }
    if (wake) to_acknowledge.notify_one();
    return true;
}

// The open batch is closed: waits while too many of them lie there, then opens the next one.
void Writer::State::hand_over() {
    park();
    {
        std::unique_lock lock(mutex);
        while (parked.size() >= batches_parked_max) {
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

}  // namespace almanac::eventstore
