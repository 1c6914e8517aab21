// The commit thread: keyring, then the log, synced. The acknowledge thread: the mark, then the
// replies, while the next batch is already being decided and written. Their steps also run on the
// decision thread (finish_alone), never at the same time.
#include <algorithm>
#include <utility>

#include "eventstore/seeded_bugs.hpp"
#include "eventstore/writer_state.hpp"

namespace almanac::eventstore {
namespace {

void reply(Delivery& delivery) {
    for (auto& done : std::exchange(delivery.waiting, {}))
        if (done) done(delivery.outcome);
}
}  // namespace

void Writer::State::commit_all() {
    for (;;) {
        Delivery delivery;
        bool wake = false;
        {
            std::unique_lock lock(mutex);
            while ((parked.empty() && !decided_all) ||
                   committed.size() >= acknowledge_waiting_max) {
                commit_waits = true;
                commit_is_idle = parked.empty();
                to_commit.wait(lock);
            }
            commit_waits = commit_is_idle = false;
            if (parked.empty()) {
                committed_all = true;
                to_acknowledge.notify_one();
                return;
            }
            delivery = std::move(parked.front());
            parked.pop_front();
            wake = std::exchange(room_waits, false);
        }
        if (wake) to_decide.notify_one();
        commit(delivery);
        {
            const std::scoped_lock lock(mutex);
            committed.push_back(std::move(delivery));
            wake = std::exchange(acknowledge_waits, false);
        }
        if (wake) to_acknowledge.notify_one();
    }
}

void Writer::State::commit(Delivery& delivery) {
    if (seeded(SeededBug::acknowledge_before_sync)) reply(delivery);
    if (read_only) {
        delivery.outcome = Outcome::unknown;
    } else if (auto written = write_log(delivery); !written) {
        turn_read_only(written.error());
        delivery.outcome = Outcome::unknown;
    } else {
        pipeline.publish_durable(delivery.batch->number());
    }
}

Result<void> Writer::State::write_log(Delivery& delivery) {
    auto& batch = *delivery.batch;
    delivery.keyring_generation = stored_generation;
    if (batch.empty()) return {};
    if (hooks.sync_keyring) {
        auto synced = hooks.sync_keyring();
        if (!synced) return std::unexpected(std::move(synced.error()));
        delivery.keyring_generation = *synced;
    }
    if (delivery.keyring_generation != stored_generation) {
        std::string bytes;
        append_u64(bytes, delivery.keyring_generation);
        batch.log_batch.put(Space::meta, meta_keyring_generation, bytes);
    }
    if (auto done = log.commit(batch.log_batch); !done) return done;
    stored_generation = delivery.keyring_generation;
    batches.fetch_add(1, std::memory_order_relaxed);
    events.fetch_add(batch.events.size(), std::memory_order_relaxed);
    return {};
}

void Writer::State::acknowledge_all() {
    std::deque<Delivery> deliveries;
    for (;;) {
        bool wake = false;
        {
            std::unique_lock lock(mutex);
            while (alone || (committed.empty() && !committed_all && !mark_is_due())) {
                acknowledge_waits = true;
                acknowledge_timed = !alone && next_mark.has_value();
                if (acknowledge_timed) {
                    to_acknowledge.wait_until(lock, mark_due);
                } else {
                    to_acknowledge.wait(lock);
                }
            }
            acknowledge_waits = acknowledge_timed = false;
            if (committed.empty() && committed_all) break;
            deliveries.swap(committed);
            wake = std::exchange(commit_waits, false);
        }
        if (wake) to_commit.notify_one();
        acknowledge(deliveries);
        deliveries.clear();
        if (mark_is_due()) write_due_mark();
    }
    next_mark = next_mark.value_or(mark.current());  // the manifest may have grown since
    if (!read_only) write_due_mark();
}

void Writer::State::acknowledge(std::deque<Delivery>& deliveries) {
    note_mark(deliveries);
    const bool strict = options.mark_interval_ms == 0;
    const bool marked = !strict || !next_mark || write_due_mark();
    for (auto& delivery : deliveries) {
        if (!marked) delivery.outcome = Outcome::unknown;
        const auto& batch = *delivery.batch;
        if (delivery.outcome == Outcome::durable && !batch.events.empty()) {
            durable_position.store(batch.events.back().position, std::memory_order_release);
            if (hooks.committed) hooks.committed(batch.events);
        }
        reply(delivery);
        answered_number.store(batch.number(), std::memory_order_release);
    }
}

// One mark for all of them: as far as the last one whose log is synced.
void Writer::State::note_mark(const std::deque<Delivery>& deliveries) {
    auto next = next_mark.value_or(mark.current());
    for (const auto& delivery : deliveries) {
        if (delivery.outcome != Outcome::durable) break;
        next.keyring_generation = delivery.keyring_generation;
        if (delivery.batch->events.empty()) continue;
        next.position = delivery.batch->events.back().position;
        next.hash = delivery.batch->events.back().record->leaf;
    }
    if (next == mark.current()) return;
    if (!next_mark) {
        mark_due =
            std::chrono::steady_clock::now() + std::chrono::milliseconds(options.mark_interval_ms);
    }
    next_mark = next;
}

bool Writer::State::mark_is_due() const {
    return next_mark && std::chrono::steady_clock::now() >= mark_due;
}

bool Writer::State::write_due_mark() {
    auto next = *std::exchange(next_mark, std::nullopt);
    next.manifest = log.manifest();
    if (next == mark.current()) return true;
    const auto written = mark.write(next);
    if (!written) turn_read_only(written.error());
    return written.has_value();
}

void Writer::State::turn_read_only(const kernel::Rejection& why) {
    const bool already = read_only.exchange(true);
    if (already) return;
    {
        const std::scoped_lock lock(mutex);
        failure = why.code + ": " + why.detail;
    }
    if (hooks.failed) hooks.failed(why);
}

}  // namespace almanac::eventstore
