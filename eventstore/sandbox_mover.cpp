#include "eventstore/sandbox_mover.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "domain/tenancy/sandbox.hpp"
#include "eventstore/named_thread.hpp"

namespace almanac::eventstore {
namespace {
using Steady = std::chrono::steady_clock;

kernel::Rejection clock_moving(std::string detail, int retry_after_seconds) {
    return kernel::unavailable("clock_moving", std::move(detail), retry_after_seconds).error();
}
kernel::Rejection stopping_now() {
    return kernel::unavailable("stopping", "The server is stopping.").error();
}
kernel::Rejection read_only() {
    return kernel::unavailable("read_only", "The disk failed while the clock was moved.").error();
}
}  // namespace

struct SandboxMover::State : std::enable_shared_from_this<SandboxMover::State> {
    State(SandboxClock& c, Submit s, RunUntil r, SandboxMoverOptions o)
        : clock(c), submit(std::move(s)), run_until(std::move(r)), options(o) {}

    struct Waiting {
        CommandRequest request;
        CommandReply reply;
        Steady::time_point deadline;
    };
    // How far the move at hand is; written by callbacks.
    struct Progress {
        std::optional<Result<CommandAnswer>> decided;
        std::optional<bool> ran;
    };

    SandboxClock& clock;
    const Submit submit;
    const RunUntil run_until;
    const SandboxMoverOptions options;

    std::mutex mutex;
    std::condition_variable changed;
    bool stopping = false;
    bool moving = false;
    std::size_t passing = 0;  // commands on their way into a queue
    std::deque<Waiting> moves;
    std::deque<Waiting> held;
    std::thread thread;

    void run();
    void move_one(std::unique_lock<std::mutex>& lock, Waiting move);
    void answer(std::unique_lock<std::mutex>& lock, Waiting& move, Result<CommandAnswer> answer);
    void release(std::unique_lock<std::mutex>& lock);
    // Until `reached` or stop; who has waited too long is answered meanwhile.
    void await(std::unique_lock<std::mutex>& lock, Waiting* current,
               const std::function<bool()>& reached);
    void expire(std::unique_lock<std::mutex>& lock, Waiting* current);
    std::optional<Steady::time_point> next_deadline(const Waiting* current) const;
    void refuse_all(std::unique_lock<std::mutex>& lock);
};

SandboxMover::SandboxMover(SandboxClock& clock, Submit submit, RunUntil run_until,
                           SandboxMoverOptions options)
    : state_(std::make_shared<State>(clock, std::move(submit), std::move(run_until), options)) {
    state_->thread = named_thread("sandbox clock", [state = state_.get()] { state->run(); });
}
SandboxMover::~SandboxMover() {
    stop();
}

void SandboxMover::stop() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->stopping = true;
        state_->changed.notify_all();
    }
    if (state_->thread.joinable()) state_->thread.join();
}

void SandboxMover::move(CommandRequest request, CommandReply reply) {
    auto& state = *state_;
    {
        const std::scoped_lock lock(state.mutex);
        if (!state.stopping && state.moves.size() < state.options.waiting_max) {
            state.moving = true;
            const auto deadline = Steady::now() + state.options.move_wait;
            state.moves.push_back({std::move(request), std::move(reply), deadline});
            state.changed.notify_all();
            return;
        }
    }
    reply(std::unexpected(stopping_now()));
}

void SandboxMover::pass(CommandRequest request, CommandReply reply) {
    auto& state = *state_;
    bool refused = false;
    {
        const std::scoped_lock lock(state.mutex);
        refused =
            state.stopping || (state.moving && state.held.size() >= state.options.waiting_max);
        if (state.moving && !refused) {
            const auto deadline = Steady::now() + state.options.command_wait;
            state.held.push_back({std::move(request), std::move(reply), deadline});
            state.changed.notify_all();
            return;
        }
        if (!refused) ++state.passing;
    }
    if (refused) return reply(std::unexpected(clock_moving("Too many commands wait for it.", 1)));
    state.submit(std::move(request), std::move(reply));
    const std::scoped_lock lock(state.mutex);
    if (--state.passing == 0) state.changed.notify_all();
}

void SandboxMover::State::run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        // Moving without a move: they were all told before their turn came. Who waits goes on.
        await(lock, nullptr, [this] { return moving; });
        if (stopping) break;
        if (!moves.empty()) {
            auto next = std::move(moves.front());
            moves.pop_front();
            move_one(lock, std::move(next));
        }
        if (moves.empty() && !stopping) release(lock);
    }
    refuse_all(lock);
}

void SandboxMover::State::move_one(std::unique_lock<std::mutex>& lock, Waiting move) {
    const auto to = static_cast<const tenancy::MoveClock*>(move.request.command.get())->now;
    // What was let through before stands in a queue: the move comes behind it.
    await(lock, &move, [this] { return passing == 0; });
    const auto progress = std::make_shared<Progress>();
    const auto self = shared_from_this();
    lock.unlock();
    submit(std::move(move.request), [self, progress](Result<CommandAnswer> decided) {
        const std::scoped_lock relock(self->mutex);
        progress->decided = std::move(decided);
        self->changed.notify_all();
    });
    lock.lock();
    await(lock, &move, [&] { return progress->decided.has_value(); });
    if (!progress->decided) return answer(lock, move, std::unexpected(stopping_now()));
    if (!*progress->decided) return answer(lock, move, std::move(*progress->decided));
    lock.unlock();
    run_until(to, [self, progress](bool ran) {
        const std::scoped_lock relock(self->mutex);
        progress->ran = ran;
        self->changed.notify_all();
    });
    lock.lock();
    await(lock, &move, [&] { return progress->ran.has_value(); });
    if (!progress->ran.value_or(false)) {
        const auto why = stopping ? stopping_now() : read_only();
        return answer(lock, move, std::unexpected(why));
    }
    clock.move(to);
    answer(lock, move, std::move(*progress->decided));
}

void SandboxMover::State::answer(std::unique_lock<std::mutex>& lock, Waiting& move,
                                 Result<CommandAnswer> answer) {
    auto reply = std::exchange(move.reply, nullptr);
    if (!reply) return;  // it was told that the move goes on
    lock.unlock();
    reply(std::move(answer));
    lock.lock();
}

void SandboxMover::State::release(std::unique_lock<std::mutex>& lock) {
    moving = false;
    ++passing;
    auto waiting = std::exchange(held, {});
    lock.unlock();
    for (auto& each : waiting) submit(std::move(each.request), std::move(each.reply));
    lock.lock();
    --passing;
}

void SandboxMover::State::await(std::unique_lock<std::mutex>& lock, Waiting* current,
                                const std::function<bool()>& reached) {
    while (!stopping && !reached()) {
        if (const auto deadline = next_deadline(current)) {
            changed.wait_until(lock, *deadline);
        } else {
            changed.wait(lock);
        }
        expire(lock, current);
    }
}

std::optional<Steady::time_point> SandboxMover::State::next_deadline(const Waiting* current) const {
    std::optional<Steady::time_point> next;
    const auto consider = [&next](const Waiting& waiting) {
        next = std::min(next.value_or(waiting.deadline), waiting.deadline);
    };
    if (current && current->reply) consider(*current);
    if (!moves.empty()) consider(moves.front());
    if (!held.empty()) consider(held.front());
    return next;
}

void SandboxMover::State::expire(std::unique_lock<std::mutex>& lock, Waiting* current) {
    const auto now = Steady::now();
    std::vector<std::pair<CommandReply, kernel::Rejection>> late;
    while (!held.empty() && held.front().deadline <= now) {
        late.emplace_back(std::move(held.front().reply),
                          clock_moving("The clock is being moved; nothing of it was done.", 5));
        held.pop_front();
    }
    while (!moves.empty() && moves.front().deadline <= now) {
        late.emplace_back(std::move(moves.front().reply),
                          clock_moving("Another move goes on; nothing of it was done.", 5));
        moves.pop_front();
    }
    if (current && current->reply && current->deadline <= now) {
        late.emplace_back(std::exchange(current->reply, nullptr),
                          clock_moving("The clock is being moved; the move goes on.", 5));
    }
    if (late.empty()) return;
    lock.unlock();
    for (auto& [reply, why] : late) reply(std::unexpected(std::move(why)));
    lock.lock();
}

void SandboxMover::State::refuse_all(std::unique_lock<std::mutex>& lock) {
    auto waiting = std::exchange(moves, {});
    std::ranges::move(std::exchange(held, {}), std::back_inserter(waiting));
    lock.unlock();
    for (auto& each : waiting) each.reply(std::unexpected(stopping_now()));
    lock.lock();
}

}  // namespace almanac::eventstore
