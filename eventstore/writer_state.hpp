// The inside of a Writer, shared by writer.cpp (from any thread), writer_decide.cpp (the decision
// thread) and writer_commit.cpp (the commit and the acknowledge thread) only.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "eventstore/pipeline.hpp"
#include "eventstore/writer.hpp"

namespace almanac::eventstore {

// Batches whose log is synced wait here for their mark; a mark covers all that wait.
inline constexpr std::size_t acknowledge_waiting_max = 4;
inline constexpr std::size_t batches_parked_max = 3;

// A batch and whom it answers.
struct Delivery {
    std::shared_ptr<StagedBatch> batch;
    std::vector<std::move_only_function<void(Outcome)>> waiting;
    Outcome outcome = Outcome::durable;
    std::uint64_t keyring_generation = 0;
    bool nothing() const { return waiting.empty() && batch->empty(); }
};

struct Writer::State {
    State(Log& log_, MarkFile& mark_, Clock& clock_, WriterHooks hooks_, WriterOptions options_);

    Log& log;
    MarkFile& mark;
    Clock& clock;
    WriterHooks hooks;
    const WriterOptions options;

    // Under the mutex
    mutable std::mutex mutex;
    std::condition_variable to_decide;
    std::condition_variable to_commit;
    std::condition_variable to_acknowledge;
    std::vector<Job> queue;
    std::size_t queued_bytes = 0;
    bool stopping = false;
    bool decided_all = false;
    bool committed_all = false;
    // Who waits, so that nobody is woken for nothing
    bool decision_waits = false;     // the decision thread, for jobs
    bool room_waits = false;         // the decision thread, for the open batch to be taken
    bool commit_waits = false;       // the commit thread, for a batch or for room
    bool acknowledge_waits = false;  // the acknowledge thread, for a batch
    bool acknowledge_timed = false;  // it wakes by itself when the mark is due
    bool alone = false;              // the decision thread does the work of the other two
    // Batches for the commit thread, which takes the oldest when it is free. Until then the
    // decision thread takes the newest back and lets further jobs join.
    std::deque<Delivery> parked;
    std::deque<Delivery> committed;
    std::string failure;

    std::atomic<bool> commit_is_idle = false;  // commit_waits, to look at without the mutex
    std::atomic<bool> read_only = false;
    std::atomic<std::uint64_t> durable_position = 0;
    std::atomic<std::uint64_t> answered_number = 0;  // the last batch all of whose jobs know
    std::atomic<std::uint64_t> batches = 0, events = 0, jobs = 0, jobs_thrown = 0;

    // Decision thread
    Pipeline pipeline;
    Delivery open;
    // Commit thread
    std::uint64_t stored_generation = 0;
    // Acknowledge thread
    std::optional<Mark> next_mark;  // durable further than the mark says
    std::chrono::steady_clock::time_point mark_due;

    std::thread decision_thread;
    std::thread commit_thread;
    std::thread acknowledge_thread;
    std::once_flag stopped;

    void decide_all();
    bool take(std::vector<Job>& taken);
    void decide(Job& job);
    bool run(Job& job);
    void park();
    bool finish_alone();
    void hand_over();
    void start_next_batch();

    void commit_all();
    void commit(Delivery& delivery);
    Result<void> write_log(Delivery& delivery);
    void acknowledge_all();
    void acknowledge(std::deque<Delivery>& deliveries);
    void note_mark(const std::deque<Delivery>& deliveries);
    bool mark_is_due() const;
    bool write_due_mark();
    void turn_read_only(const kernel::Rejection& why);
};

}  // namespace almanac::eventstore
