#include "projections/runtime.hpp"

#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "eventstore/named_thread.hpp"
#include "projections/applier.hpp"
#include "projections/event_feed.hpp"
#include "projections/waiters.hpp"

namespace almanac::projections {
namespace {
using Clock = std::chrono::steady_clock;
constexpr auto retry_after = std::chrono::seconds{1};
// How busy the log is, and for how long the views have waited for it, is looked at this often.
constexpr auto look_every = std::chrono::milliseconds{20};
}  // namespace

struct Runtime::State {
    State(const kernel::Catalogue& catalogue, const eventstore::Log& log, ViewStore& views,
          const std::vector<Projection*>& projections, RuntimeHooks given, RuntimeOptions chosen)
        : store(views),
          hooks(std::move(given)),
          options(chosen),
          feed(log, chosen.ring_events_max, chosen.ring_bytes_max),
          applier(catalogue, log, views, projections, chosen),
          waiters(chosen.waiters_max) {}

    void run();
    bool step();
    bool build_in_bulk();
    bool goes_on();
    bool load();
    void failed(std::string why);
    void publish(std::uint64_t events, bool from_log);
    void pass_wishes();
    void tell_resumed(const std::vector<Applier::Resumed>& resumed);
    void tell_parked();
    void tell_waiters();
    void wait();
    bool has_work() const { return feed.target() > applied || applier.is_resuming(); }

    ViewStore& store;
    RuntimeHooks hooks;
    const RuntimeOptions options;
    EventFeed feed;
    Applier applier;                            // the thread's
    std::optional<Clock::time_point> retry_at;  // the thread's
    bool loaded = false;                        // the thread's
    std::atomic<std::uint64_t> applied = 0;
    std::atomic<bool> gives_way = false;  // and looks by itself what has come
    bool must_give_way();
    void give_way();
    // The thread's: what it saw when it last looked, and since when it has given way
    Clock::time_point looked_at;
    std::uint64_t target_seen = 0;
    bool busy = false;
    bool catching_up = false;
    std::optional<Clock::time_point> waiting_since;
    std::thread thread;

    struct Wish {
        std::string projection;
        TenantId tenant;
        std::move_only_function<void(Result<void>)> done;
    };
    mutable std::mutex mutex;  // all below
    std::condition_variable woken;
    bool stopping = false;
    bool awake = false;
    Waiters waiters;
    std::vector<Wish> wishes;  // not yet seen by the thread
    std::vector<Wish> under_way;
    std::vector<ParkedPair> parked;  // as of the last batch
    RuntimeStatus status;
};

bool Runtime::State::load() {
    applier.load();
    loaded = true;
    publish(0, false);
    return true;
}

// Commands go first: while many come and nobody waits for the views, these wait, up to a number of
// events and a time; then they catch up before they give way again.
bool Runtime::State::must_give_way() {
    const auto target = feed.target();
    const auto now = Clock::now();
    const auto lag = target - std::min(target, applier.position());
    if (now - looked_at >= look_every) {
        const std::chrono::duration<double> past = now - looked_at;
        busy = static_cast<double>(target - target_seen) >= options.busy_events * past.count();
        looked_at = now;
        target_seen = target;
    }
    const bool behind = lag >= options.give_way_events_max ||
                        now - waiting_since.value_or(now) >= options.give_way_max;
    catching_up = behind || (catching_up && lag > options.batch_events_max);
    if (!busy || catching_up || lag == 0) {
        waiting_since.reset();
        return false;
    }
    if (!waiting_since) waiting_since = now;
    return true;
}

void Runtime::State::give_way() {
    while (must_give_way()) {
        gives_way = true;
        std::unique_lock lock(mutex);
        const auto ready = [&] { return stopping || waiters.size() > 0 || !wishes.empty(); };
        if (woken.wait_for(lock, look_every, ready)) break;
    }
    gives_way = false;
}

// False: it is to stop. What was to be built at once is not begun event by event then, else the
// next start would have to go on so.
bool Runtime::State::build_in_bulk() {
    const auto built = applier.build_in_bulk(feed.target(), [this] { return goes_on(); });
    if (built > 0) publish(0, false);
    const std::scoped_lock lock(mutex);
    status.bulk_builds += built;
    return !stopping;
}

// While something is built at once. Who waits is told at his deadline, as ever.
bool Runtime::State::goes_on() {
    tell_waiters();
    const std::scoped_lock lock(mutex);
    return !stopping;
}

// One batch, then the callbacks it set free. False: nothing was left to do.
bool Runtime::State::step() {
    pass_wishes();
    if (!build_in_bulk()) return false;
    give_way();
    if (applier.position() < feed.target()) {
        const auto piece = feed.take(applier.position() + 1, options.batch_events_max);
        if (!piece) throw ViewFailure(piece.error());
        applier.apply(piece->events);
        publish(piece->events.size(), piece->from_log);
        tell_parked();
        tell_waiters();
    }
    if (applier.is_resuming()) {
        const auto resumed = applier.catch_up();
        publish(0, false);
        tell_parked();
        tell_resumed(resumed);
    }
    return has_work();
}

void Runtime::State::publish(std::uint64_t events, bool from_log) {
    const auto position = applier.position();
    const std::scoped_lock lock(mutex);
    parked = applier.parked();
    status.projections = applier.status();
    status.events += events;
    status.batches += events > 0 ? 1 : 0;
    if (from_log) status.events_from_log += events;
    status.failure.clear();
    applied = position;
}

void Runtime::State::pass_wishes() {
    std::vector<Wish> refused;
    {
        const std::scoped_lock lock(mutex);
        for (auto& wish : std::exchange(wishes, {})) {
            auto& to = applier.resume(wish.projection, wish.tenant) ? under_way : refused;
            to.push_back(std::move(wish));
        }
    }
    for (auto& wish : refused) {
        if (wish.done) wish.done(kernel::not_found("This pair is not parked."));
    }
}

void Runtime::State::tell_resumed(const std::vector<Applier::Resumed>& resumed) {
    for (const auto& each : resumed) {
        std::vector<Wish> heard;
        {
            const std::scoped_lock lock(mutex);
            const auto others = std::ranges::stable_partition(under_way, [&](const Wish& wish) {
                return wish.projection != each.projection || wish.tenant != each.tenant;
            });
            std::ranges::move(others, std::back_inserter(heard));
            under_way.erase(others.begin(), others.end());
        }
        for (auto& wish : heard) {
            if (wish.done) wish.done(each.outcome);
        }
    }
}

void Runtime::State::tell_parked() {
    const auto pairs = applier.take_newly_parked();
    if (pairs.empty()) return;
    {
        const std::scoped_lock lock(mutex);
        status.parked_total += pairs.size();
    }
    for (const auto& pair : pairs) {
        if (hooks.parked) hooks.parked(pair);
    }
}

void Runtime::State::tell_waiters() {
    std::vector<Waiters::Told> told;
    {
        const std::scoped_lock lock(mutex);
        if (waiters.size() > 0) told = waiters.take(loaded ? applied.load() : 0, Clock::now());
    }
    for (auto& each : told) each.done(each.applied);
}

void Runtime::State::failed(std::string why) {
    loaded = false;  // what is staged is gone: begin again from what is written
    retry_at = Clock::now() + retry_after;
    const std::scoped_lock lock(mutex);
    std::ranges::move(under_way, std::back_inserter(wishes));
    under_way.clear();
    status.failure = std::move(why);
}

// Until there is something to do, a deadline passes, or it is time to try again after a failure.
void Runtime::State::wait() {
    std::unique_lock lock(mutex);
    auto until = waiters.next_deadline();
    if (retry_at && (!until || *retry_at < *until)) until = retry_at;
    const auto ready = [&] {
        return stopping || awake || (!retry_at && (!wishes.empty() || has_work()));
    };
    if (until)
        woken.wait_until(lock, *until, ready);
    else
        woken.wait(lock, ready);
    awake = false;
}

void Runtime::State::run() {
    while (true) {
        {
            const std::scoped_lock lock(mutex);
            if (stopping) return;
        }
        tell_waiters();
        if (retry_at && Clock::now() < *retry_at) {
            wait();
            continue;
        }
        bool more = false;
        try {
            if (retry_at) store.recover();
            retry_at.reset();
            if (!loaded) load();
            more = step();
        } catch (const std::exception& problem) {
            failed(problem.what());
        }
        if (!more) wait();
    }
}

Runtime::Runtime(const kernel::Catalogue& catalogue, const eventstore::Log& log, ViewStore& store,
                 const std::vector<Projection*>& projections, RuntimeHooks hooks,
                 RuntimeOptions options)
    : state_(
          std::make_unique<State>(catalogue, log, store, projections, std::move(hooks), options)) {}

Runtime::~Runtime() {
    stop();
}

void Runtime::start() {
    if (state_->thread.joinable()) return;
    const auto& options = state_->options;
    state_->thread = eventstore::named_thread(options.thread_name, [state = state_.get()] {
        // Of this thread alone, as Linux has it, and below the process, which may be nice itself.
        if (const auto nice = state->options.nice; nice > 0)
            (void)::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + nice);
        state->run();
    });
}

void Runtime::stop() {
    std::vector<Waiters::Told> told;
    std::vector<State::Wish> wishes;
    {
        const std::scoped_lock lock(state_->mutex);
        state_->stopping = true;
    }
    state_->woken.notify_all();
    if (state_->thread.joinable()) state_->thread.join();
    {
        const std::scoped_lock lock(state_->mutex);
        told = state_->waiters.take_all();
        wishes = std::exchange(state_->wishes, {});
        std::ranges::move(state_->under_way, std::back_inserter(wishes));
        state_->under_way.clear();
    }
    for (auto& each : told) each.done(false);
    for (auto& wish : wishes) {
        if (wish.done) wish.done(kernel::unavailable("stopping", "The views are being closed."));
    }
}

void Runtime::committed(std::span<const eventstore::CommittedEvent> events) {
    state_->feed.push(events);
    if (state_->gives_way) return;
    {
        const std::scoped_lock lock(state_->mutex);
        state_->awake = true;
    }
    state_->woken.notify_one();
}

std::uint64_t Runtime::applied_position() const {
    return state_->applied;
}

void Runtime::when_applied(std::uint64_t position, Deadline deadline, Applied done) {
    if (state_->applied < position) {
        const std::scoped_lock lock(state_->mutex);
        if (state_->applied < position && !state_->stopping && !state_->waiters.is_full()) {
            state_->waiters.add(position, deadline, std::move(done));
            state_->awake = true;
            state_->woken.notify_one();
            return;
        }
    }
    done(state_->applied >= position);
}

std::vector<ParkedPair> Runtime::parked() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->parked;
}

Result<void> Runtime::resume(std::string_view projection, const TenantId& tenant,
                             std::move_only_function<void(Result<void>)> done) {
    {
        const std::scoped_lock lock(state_->mutex);
        const auto is_it = [&](const ParkedPair& pair) {
            return pair.projection == projection && pair.tenant == tenant;
        };
        if (std::ranges::none_of(state_->parked, is_it)) {
            return kernel::not_found("This pair is not parked.");
        }
        if (state_->stopping) return kernel::unavailable("stopping", "The views are being closed.");
        state_->wishes.push_back({std::string(projection), tenant, std::move(done)});
        state_->awake = true;
    }
    state_->woken.notify_one();
    return {};
}

RuntimeStatus Runtime::status() const {
    const auto target = state_->feed.target();
    const std::scoped_lock lock(state_->mutex);
    auto status = state_->status;
    status.applied_position = state_->applied;
    status.log_position = target;
    status.waiters = state_->waiters.size();
    return status;
}

}  // namespace almanac::projections
