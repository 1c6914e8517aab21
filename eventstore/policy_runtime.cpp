#include "eventstore/policy_runtime.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "eventstore/named_thread.hpp"

namespace almanac::eventstore {
namespace {
using Steady = std::chrono::steady_clock;

// The clock of timers may be set while we wait for one; it is looked at again so soon.
constexpr std::chrono::seconds clock_looked_at{1};

// Whom an event concerns; made once, read by the committing thread.
class Interest {
  public:
    explicit Interest(const kernel::Catalogue& catalogue) : catalogue_(catalogue) {
        for (const auto& policy : catalogue.policies()) {
            for (const auto& reaction : policy->events)
                reactions_[reaction.type].push_back(&reaction);
        }
    }
    bool is_empty() const { return reactions_.empty(); }
    bool concerns(const CommittedEvent& event) const {
        const auto& record = *event.record;
        const auto* type = event.typed.type ? event.typed.type : catalogue_.event(record.type);
        const auto found = type ? reactions_.find(type) : reactions_.end();
        if (found == reactions_.end()) return false;
        if (!event.typed.type) return true;
        const kernel::Happened happened{record.time, record.id, record.actor, record.tenant,
                                        event.position};
        return std::ranges::any_of(found->second, [&](const auto* reaction) {
            try {
                return !reaction->react(event.typed.data.get(), happened).empty();
            } catch (const std::exception&) {
                return true;  // the turn deals with it
            }
        });
    }

  private:
    const kernel::Catalogue& catalogue_;
    absl::flat_hash_map<const kernel::EventType*, std::vector<const kernel::PolicyType::ToEvent*>>
        reactions_;
};
}  // namespace

struct PolicyRuntime::State {
    State(const kernel::Catalogue& catalogue, const Log& l, Executor& e, Clock& c, PolicyHooks h,
          PolicyOptions o)
        : log(l),
          executor(e),
          clock(c),
          hooks(std::move(h)),
          options(o),
          interest(catalogue),
          policies(catalogue.policies().size()),
          work(catalogue, l, o.turn) {
        inbox.from = log.last_position() + 1;
        inbox.through = log.last_position();
    }

    struct Waiting {
        Instant until;
        std::move_only_function<void(bool)> done;
    };
    struct Turned {
        Outcome outcome = Outcome::not_started;
        TurnReport report;
    };

    const Log& log;
    Executor& executor;
    Clock& clock;
    const PolicyHooks hooks;
    const PolicyOptions options;
    const Interest interest;
    const std::uint64_t policies;

    mutable std::mutex mutex;
    std::condition_variable changed;
    bool started = false;
    bool stopping = false;
    PolicyInbox inbox;
    std::vector<Waiting> waiting;
    std::shared_ptr<Turned> turned;  // of the job at hand, once it is done
    bool more = true;                // of the last turn: the first one looks what there is
    int failed_in_a_row = 0;
    Steady::time_point not_before{};  // after a failure
    bool cannot_write = false;        // the disk failed
    std::uint64_t written_through = 0;
    std::uint64_t turns = 0;
    PolicyStatus now;

    PolicyWork work;  // loaded by `start`, then the decision thread's
    std::thread thread;

    void run();
    bool wants_turn() const;
    bool missed() const;
    bool checkpoints_lag() const;
    void wait(std::unique_lock<std::mutex>& lock);
    void turn(std::unique_lock<std::mutex>& lock);
    bool submit(TurnOrder order);
    void note(const Turned& outcome);
    void tell(const TurnReport& report) const;
};

PolicyRuntime::PolicyRuntime(const kernel::Catalogue& catalogue, const Log& log, Executor& executor,
                             Clock& clock, PolicyHooks hooks, PolicyOptions options)
    : state_(std::make_unique<State>(catalogue, log, executor, clock, std::move(hooks), options)) {}
PolicyRuntime::~PolicyRuntime() {
    stop();
}

Result<void> PolicyRuntime::start() {
    auto& state = *state_;
    if (auto loaded = state.work.load(); !loaded) return loaded;
    state.now.policies = state.policies;
    state.now.reached = state.written_through = state.work.reached();
    {
        const std::scoped_lock lock(state.mutex);
        state.started = true;
    }
    state.thread = named_thread("policies", [&state] { state.run(); });
    std::unique_lock lock(state.mutex);
    state.changed.wait(lock, [&state] { return state.turns > 0; });
    return {};
}

void PolicyRuntime::stop() {
    auto& state = *state_;
    std::vector<State::Waiting> waiting;
    {
        const std::scoped_lock lock(state.mutex);
        state.stopping = true;
    }
    state.changed.notify_all();
    if (state.thread.joinable()) state.thread.join();
    {
        const std::scoped_lock lock(state.mutex);
        waiting.swap(state.waiting);
    }
    for (auto& each : waiting) each.done(false);
}

void PolicyRuntime::committed(std::span<const CommittedEvent> events) {
    auto& state = *state_;
    if (state.interest.is_empty() || events.empty()) return;
    std::vector<CommittedEvent> wanted;
    for (const auto& event : events) {
        if (state.interest.concerns(event)) wanted.push_back(event);
    }
    bool wake = !wanted.empty();
    std::size_t bytes = 0;
    for (const auto& event : wanted)
        bytes += event.record->data.size() + event.record->metadata.size();
    {
        const std::scoped_lock lock(state.mutex);
        auto& inbox = state.inbox;
        inbox.through = events.back().position;
        inbox.bytes += bytes;
        if (inbox.events.size() + wanted.size() > state.options.inbox_events_max ||
            inbox.bytes > state.options.inbox_bytes_max) {
            inbox.events.clear();  // they are read from the log
            inbox.bytes = 0;
            inbox.from = inbox.through + 1;
        } else {
            std::ranges::move(wanted, std::back_inserter(inbox.events));
        }
        wake = wake || state.checkpoints_lag();
    }
    if (wake) state.changed.notify_all();
}

void PolicyRuntime::run_until(Instant until, std::move_only_function<void(bool)> done) {
    auto& state = *state_;
    {
        const std::scoped_lock lock(state.mutex);
        if (state.started && !state.stopping) {
            state.waiting.push_back({until, std::move(done)});
            state.changed.notify_all();
            return;
        }
    }
    done(false);
}

PolicyStatus PolicyRuntime::status() const {
    const auto& state = *state_;
    const std::scoped_lock lock(state.mutex);
    auto status = state.now;
    const bool idle = state.inbox.events.empty() && !state.more && !state.missed();
    if (idle) status.reached = std::max(status.reached, state.inbox.through);
    status.lag = state.inbox.through - std::min(state.inbox.through, status.reached);
    return status;
}

void PolicyRuntime::State::run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        if (wants_turn()) {
            turn(lock);
        } else {
            wait(lock);
        }
    }
}

bool PolicyRuntime::State::wants_turn() const {
    if (Steady::now() < not_before) return false;
    if (more || missed() || !inbox.events.empty() || !waiting.empty()) return true;
    if (now.next_due && *now.next_due <= clock.now()) return true;
    return checkpoints_lag();
}

// Events that were not reacted to and are not in the inbox any more.
bool PolicyRuntime::State::missed() const {
    return policies > 0 && now.reached + 1 < inbox.from;
}

bool PolicyRuntime::State::checkpoints_lag() const {
    return policies > 0 && inbox.through > written_through &&
           inbox.through - written_through >= options.checkpoint_positions_max;
}

void PolicyRuntime::State::wait(std::unique_lock<std::mutex>& lock) {
    const auto real = Steady::now();
    if (real < not_before) {
        changed.wait_until(lock, not_before);
    } else if (now.next_due) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            std::chrono::microseconds(kernel::micros(*now.next_due) - kernel::micros(clock.now())));
        const auto longest = std::chrono::milliseconds(clock_looked_at);
        changed.wait_for(lock, std::clamp(left, std::chrono::milliseconds{1}, longest));
    } else {
        changed.wait(lock);
    }
}

// One job of the writer, waited for.
void PolicyRuntime::State::turn(std::unique_lock<std::mutex>& lock) {
    TurnOrder order;
    order.inbox = std::exchange(inbox, PolicyInbox{inbox.through + 1, inbox.through, {}, 0});
    order.until = clock.now();
    order.at_their_time = options.at_their_time;
    order.write_checkpoints = checkpoints_lag();
    for (const auto& each : waiting) order.until = std::max(order.until, each.until);
    const auto asked = waiting.size();
    turned.reset();
    lock.unlock();
    const bool submitted = submit(std::move(order));
    lock.lock();
    while (submitted && !turned) changed.wait(lock);
    const auto outcome = submitted ? std::move(*turned) : Turned{};
    note(outcome);
    std::vector<Waiting> told;
    const bool ran = !more;
    if (ran || cannot_write) {
        const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(asked);
        told.assign(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
        waiting.erase(waiting.begin(), end);
    }
    ++turns;
    changed.notify_all();
    lock.unlock();
    if (outcome.outcome == Outcome::durable) tell(outcome.report);
    for (auto& each : told) each.done(ran);
    lock.lock();
}

bool PolicyRuntime::State::submit(TurnOrder order) {
    auto result = std::make_shared<Turned>();
    auto submitted = executor.submit_work(
        [this, result, order = std::move(order)](Stage& stage, const Executor::Decide& decide) {
            work.run(stage, decide, order, result->report);
        },
        [this, result](Outcome outcome) {
            result->outcome = outcome;
            const std::scoped_lock lock(mutex);
            turned = result;
            changed.notify_all();
        });
    if (submitted) return true;
    const std::scoped_lock lock(mutex);
    now.failure = submitted.error().code;
    cannot_write = now.failure == "read_only";
    return false;
}

void PolicyRuntime::State::note(const Turned& turn) {
    const auto& report = turn.report;
    const bool through = turn.outcome == Outcome::durable && !report.failed;
    more = !through || report.more;
    cannot_write = cannot_write || turn.outcome == Outcome::unknown;
    if (turn.outcome == Outcome::durable) {
        if (report.reached > 0) now.reached = report.reached;
        written_through = report.written_through;
        now.timers_pending = report.timers_pending;
        now.next_due = report.next_due;
        now.effects += report.effects;
        now.timers_fired += report.timers_fired;
        now.rejected += report.rejected.size();
        now.set_aside_total = report.set_aside_total;
    }
    if (through) {
        failed_in_a_row = 0;
        now.failure.clear();
        return;
    }
    if (report.failed) now.failure = report.failure;
    const auto doubled = options.retry_first * (1 << std::min(failed_in_a_row++, 10));
    not_before = Steady::now() + std::min(doubled, options.retry_max);
}

void PolicyRuntime::State::tell(const TurnReport& report) const {
    if (hooks.rejected) std::ranges::for_each(report.rejected, hooks.rejected);
    if (hooks.set_aside) std::ranges::for_each(report.set_aside, hooks.set_aside);
}

}  // namespace almanac::eventstore
