#include "projections/bulk_build.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "eventstore/named_thread.hpp"

namespace almanac::projections {
namespace {
constexpr unsigned threads_max = 4;
constexpr auto look_every = std::chrono::milliseconds{20};

// Sequences that were seen, which have to be gapless in every tenant: 0, 1, 2 …
using Sequences = std::unordered_map<TenantId, std::uint64_t>;  // of each the next one

std::string_view identity_of(const eventstore::RecordView& record) {
    std::string_view identity;
    record.for_each_tag([&](std::string_view tag) {
        if (identity.empty()) identity = tag;
    });
    return identity;
}

class Build {
  public:
    Build(const kernel::Catalogue& catalogue, const eventstore::Log& log, ViewStore& store,
          const Projection& projection, std::uint64_t last, const BulkOptions& options)
        : catalogue_(catalogue),
          log_(log),
          store_(store),
          projection_(projection),
          last_(last),
          options_(options) {
        const auto cores = std::max(1U, std::thread::hardware_concurrency());
        shares_ = options.threads > 0 ? options.threads : std::min(cores, threads_max);
    }

    BulkOutcome run(const std::function<bool()>& go_on);

  private:
    std::vector<std::thread> start_threads();
    void work(unsigned share);
    void take_share(unsigned share);
    bool is_of(unsigned share, const eventstore::RecordView& record) const;
    bool follows(const eventstore::RecordView& record);
    bool apply(Projection& twin, TenantViews& views, std::uint64_t position,
               std::string_view bytes) const;
    void wait_for_all(const std::function<bool()>& go_on);
    void finish();

    const kernel::Catalogue& catalogue_;
    const eventstore::Log& log_;
    ViewStore& store_;
    const Projection& projection_;
    const std::uint64_t last_;
    const BulkOptions options_;
    unsigned shares_ = 1;       // before they have begun only those asked for
    Sequences next_sequences_;  // the first thread's, until all have ended
    std::atomic<bool> ending_ = false;
    std::atomic<bool> refused_ = false;
    std::atomic<bool> stopped_ = false;
    std::mutex mutex_;  // all below
    std::condition_variable begun_;
    std::condition_variable ended_;
    bool has_begun_ = false;
    unsigned left_ = 0;
    std::exception_ptr failure_;
};

bool Build::is_of(unsigned share, const eventstore::RecordView& record) const {
    if (shares_ == 1) return true;
    const auto thing = std::hash<std::string_view>{}(identity_of(record));
    return (thing ^ std::hash<TenantId>{}(record.tenant())) % shares_ == share;
}

bool Build::follows(const eventstore::RecordView& record) {
    auto& next = next_sequences_[record.tenant()];
    if (record.sequence() != next) return false;
    ++next;
    return true;
}

bool Build::apply(Projection& twin, TenantViews& views, std::uint64_t position,
                  std::string_view bytes) const {
    auto record = eventstore::decode(bytes);
    if (!record) return false;
    AppliedEvent event;
    event.position = position;
    event.record = std::make_shared<const eventstore::Record>(std::move(*record));
    auto typed = eventstore::read_event(catalogue_, *event.record);
    if (!typed) return false;
    event.event = std::move(*typed);
    views.turn_to(event.record->tenant);
    return twin.apply(event, views).has_value();
}

void Build::take_share(unsigned share) {
    const auto twin = projection_.twin();
    ViewBatch batch(store_, ViewBatch::Way::tables);
    TenantViews views(batch, projection_.view());
    bool refused = false;
    const auto scanned = log_.scan(1, last_, [&](std::uint64_t position, std::string_view bytes) {
        if (ending_) return false;
        const auto record = eventstore::RecordView::parse(bytes);
        refused = !record || (share == 0 && !follows(*record)) ||
                  (is_of(share, *record) && !apply(*twin, views, position, bytes));
        if (refused) return false;
        if (batch.bytes() >= options_.bytes_per_thread) {
            batch.write();
            store_.bound_runs(ending_);
        }
        return true;
    });
    if (refused || !scanned) {
        refused_ = true;
        ending_ = true;
    }
    if (!ending_) batch.write();
}

// How the things are shared out depends on how many threads there are: none begins before that is
// known.
std::vector<std::thread> Build::start_threads() {
    std::vector<std::thread> threads;
    threads.reserve(shares_);
    try {
        for (unsigned share = 0; share < shares_; ++share)
            threads.push_back(options_.start_thread([this, share] { work(share); }));
    } catch (const std::exception&) {  // as many as there are will do
    }
    const std::scoped_lock lock(mutex_);
    shares_ = left_ = static_cast<unsigned>(threads.size());
    has_begun_ = true;
    begun_.notify_all();
    return threads;
}

void Build::work(unsigned share) {
    {
        std::unique_lock lock(mutex_);
        begun_.wait(lock, [this] { return has_begun_; });
    }
    // Of this thread alone, as Linux has it, and below the process, which may be nice itself.
    if (options_.nice > 0)
        (void)::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + options_.nice);
    std::exception_ptr failure;
    try {
        take_share(share);
    } catch (const ViewFailure&) {
        failure = std::current_exception();
        ending_ = true;
    } catch (const std::exception&) {  // a projection's, about an event
        refused_ = true;
        ending_ = true;
    }
    const std::scoped_lock lock(mutex_);
    if (failure && !failure_) failure_ = failure;
    --left_;
    ended_.notify_all();
}

void Build::wait_for_all(const std::function<bool()>& go_on) {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, look_every, [&] { return left_ == 0; })) {
        lock.unlock();
        if (!ending_ && !go_on()) {
            stopped_ = true;
            ending_ = true;
        }
        lock.lock();
    }
}

// From here on everybody reads them: checkpoint and sequences appear, the mark goes, at once.
void Build::finish() {
    ViewBatch batch(store_);
    const auto view = projection_.view();
    for (const auto& [tenant, next] : next_sequences_)
        batch.put_sequence(view.name, tenant, next - 1);
    batch.put_checkpoint(view.name, {view.version, last_});
    batch.erase_building(view.name);
    batch.write();
    store_.flush();
}

BulkOutcome Build::run(const std::function<bool()>& go_on) {
    const auto view = projection_.view();
    store_.begin_building(view);
    auto threads = start_threads();
    if (threads.empty()) refused_ = true;
    wait_for_all(go_on);
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
    if (refused_ || stopped_) {
        store_.clear(view.name);
        store_.end_building();
        return refused_ ? BulkOutcome::refused : BulkOutcome::stopped;
    }
    finish();
    store_.end_building();
    return BulkOutcome::built;
}
}  // namespace

std::thread start_bulk_thread(std::function<void()> work) {
    return eventstore::named_thread("views-bulk", std::move(work));
}

BulkOutcome build_in_bulk(const kernel::Catalogue& catalogue, const eventstore::Log& log,
                          ViewStore& store, const Projection& projection, std::uint64_t last,
                          const BulkOptions& options, const std::function<bool()>& go_on) {
    return Build(catalogue, log, store, projection, last, options).run(go_on);
}

}  // namespace almanac::projections
