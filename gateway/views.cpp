#include "gateway/views.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>

namespace almanac::gateway {
namespace {
using namespace kernel;
// Reports give way to everything that comes in, not only to much, unless somebody reads one.
constexpr int reports_nice = 5;
constexpr double reports_busy_events = 20;

std::unexpected<Rejection> view_behind(const char* detail) {
    return unavailable("view_behind", detail);
}

// `Almanac-Min-Position`; 0, which is always there, where the call names none.
Result<std::uint64_t> min_position_of(const Call& call) {
    const auto* header = call.request.find_header("almanac-min-position");
    if (!header) return 0;
    const auto asked = parse_position(*header);
    if (!asked || asked->first != call.partition->number()) {
        return reject(RejectionKind::invalid, "malformed_request",
                      "Almanac-Min-Position takes a position of this tenant's partition, as "
                      "Almanac-Position gave it.");
    }
    return asked->second;
}

std::vector<std::string> names_of(const std::vector<projections::Projection*>& projections) {
    std::vector<std::string> names;
    for (const auto* each : projections) names.emplace_back(each->name());
    return names;
}

// Two threads, so that nobody who books waits until reports are counted.
void start_keeping(PartitionViews& p, const Catalogue& catalogue,
                   eventstore::PartitionStore& partition,
                   const projections::RuntimeOptions& options) {
    std::vector<projections::Projection*> bookings{p.records_projection.get()};
    std::vector<projections::Projection*> reports;
    for (auto* each : p.models->projections())
        (each->name() == "availability" ? bookings : reports).push_back(each);
    auto seldom = options;
    seldom.busy_events = std::min(seldom.busy_events, reports_busy_events);
    seldom.nice = reports_nice;
    const auto make = [&](auto& kept, auto& others, const char* name, const auto& given) {
        projections::RuntimeHooks hooks;
        hooks.parked = [](const projections::ParkedPair& pair) {
            spdlog::error("projection parked: projection={} tenant={} position={} error={}",
                          pair.projection, to_string(pair.tenant), pair.position, pair.error);
        };
        auto chosen = given;
        chosen.kept_by_others = names_of(others);
        chosen.thread_name = name;
        return std::make_unique<projections::Runtime>(catalogue, partition.log(), *p.store, kept,
                                                      std::move(hooks), chosen);
    };
    p.bookings = make(bookings, reports, "views", options);
    p.reports = make(reports, bookings, "reports", seldom);
    partition.on_committed([bookings = p.bookings.get(), reports = p.reports.get()](auto events) {
        bookings->committed(events);
        reports->committed(events);
    });
}
}  // namespace

std::uint64_t PartitionViews::applied_position(Reads reads) const {
    const auto position = bookings->applied_position();
    return reads == Reads::bookings ? position : std::min(position, reports->applied_position());
}

projections::RuntimeStatus PartitionViews::status() const {
    auto both = bookings->status();
    auto others = reports->status();
    both.applied_position = std::min(both.applied_position, others.applied_position);
    both.log_position = std::max(both.log_position, others.log_position);
    both.events += others.events;
    both.batches += others.batches;
    both.events_from_log += others.events_from_log;
    both.bulk_builds += others.bulk_builds;
    both.parked_total += others.parked_total;
    both.waiters += others.waiters;
    if (both.failure.empty()) both.failure = std::move(others.failure);
    std::ranges::move(others.projections, std::back_inserter(both.projections));
    return both;
}

void PartitionViews::when_applied(Reads reads, std::uint64_t position,
                                  projections::Runtime::Deadline deadline,
                                  projections::Runtime::Applied done) {
    if (reads == Reads::bookings)
        return bookings->when_applied(position, deadline, std::move(done));
    // Both at once: who is waited for gives way no longer.
    struct Both {
        std::atomic<int> left = 2;
        std::atomic<bool> refused = false;
        projections::Runtime::Applied done;
    };
    auto both = std::make_shared<Both>();
    both->done = std::move(done);
    for (auto* each : {reports.get(), bookings.get()}) {
        each->when_applied(position, deadline, [both](bool applied) {
            if (applied ? --both->left == 0 : !both->refused.exchange(true)) both->done(applied);
        });
    }
}

Reads PartitionViews::read_by(std::string_view query) const {
    const bool special = models->answers(query) && models->view_of(query) != "availability";
    return special ? Reads::reports : Reads::bookings;
}

Result<std::unique_ptr<Views>> Views::open(eventstore::Store& store,
                                           const projections::RuntimeOptions& options) {
    auto views = std::make_unique<Views>();
    for (unsigned number = 0; number < store.partitions(); ++number) {
        auto& partition = store.partition(number);
        PartitionViews p;
        auto opened = projections::ViewStore::open(partition.views_path(), partition.log_id(),
                                                   partition.log().last_position());
        if (!opened) return std::unexpected(std::move(opened.error()));
        p.store = std::move(*opened);
        const auto& catalogue = store.catalogue();
        p.records_projection = std::make_unique<projections::RecordsProjection>(catalogue);
        p.models = std::make_unique<projections::ReadModels>(catalogue, *p.store);
        p.records =
            std::make_unique<projections::RecordQueries>(catalogue, *p.store, partition.log());
        p.search = std::make_unique<projections::ClientSearch>(catalogue, *p.store, *p.records,
                                                               partition.keyring());
        p.records_projection->listen(
            [search = p.search.get()](auto changes, std::uint64_t position) {
                search->changed(changes, position);
            });
        start_keeping(p, catalogue, partition, options);
        views->partitions_.push_back(std::move(p));
    }
    return views;
}

void Views::start() {
    for (auto& p : partitions_) {
        p.bookings->start();
        p.reports->start();
    }
}
void Views::stop() {
    for (auto& p : partitions_) {
        p.reports->stop();
        p.bookings->stop();
    }
    workers_.stop();
    report_workers_.stop();
}

std::optional<std::uint64_t> Views::position_for(const CallPtr& call) const {
    const auto named = min_position_of(*call);
    if (!named) {
        call->refuse(named.error());
        return std::nullopt;
    }
    const auto consistency = call->request.header("almanac-consistency");
    if (equals_ignoring_case(consistency, "eventual")) return *named;
    return std::max(call->partition->writer().durable_position(), *named);
}

void Views::when_fresh(const CallPtr& call, Reads reads, std::move_only_function<void()> then) {
    if (const auto position = position_for(call))
        when_applied(call, reads, *position, std::move(then));
}

void Views::when_fresh_on_worker(const CallPtr& call, Reads reads,
                                 std::move_only_function<void()> then) {
    const auto position = position_for(call);
    if (!position) return;
    if (of(*call).applied_position(reads) >= *position)
        hand_over(call, reads, std::move(then));
    else
        when_applied(call, reads, *position, std::move(then));
}

void Views::when_logged(const CallPtr& call, std::move_only_function<void()> then) {
    const auto named = min_position_of(*call);
    if (!named) return call->refuse(named.error());
    if (call->partition->writer().durable_position() >= *named) return then();
    when_applied(call, Reads::bookings, *named, std::move(then));
}

void Views::when_applied(const CallPtr& call, Reads reads, std::uint64_t position,
                         std::move_only_function<void()> then) {
    auto& views = of(*call);
    if (views.applied_position(reads) >= position) return then();
    const auto wait = std::chrono::seconds{preferences_of(call->request).wait_seconds};
    views.when_applied(
        reads, position, std::chrono::steady_clock::now() + wait,
        [this, call, reads, then = std::move(then)](bool applied) mutable {
            if (!applied)
                return call->refuse(view_behind("The view has not caught up yet.").error());
            hand_over(call, reads, std::move(then));
        });
}

void Views::hand_over(const CallPtr& call, Reads reads, std::move_only_function<void()> then) {
    auto& workers = reads == Reads::bookings ? workers_ : report_workers_;
    if (!workers.submit(std::move(then)))
        call->refuse(view_behind("Too many queries wait for the view.").error());
}

void Views::when_all_applied(eventstore::Store& store,
                             std::chrono::steady_clock::time_point deadline,
                             std::move_only_function<void(bool)> then) {
    struct Barrier {
        std::atomic<std::size_t> left;
        std::atomic<bool> all{true};
        std::move_only_function<void(bool)> then;
    };
    auto barrier = std::make_shared<Barrier>();
    barrier->left = partitions_.size();
    barrier->then = std::move(then);
    for (unsigned number = 0; number < partitions_.size(); ++number) {
        const auto target = store.partition(number).writer().durable_position();
        of(number).when_applied(Reads::reports, target, deadline, [this, barrier](bool applied) {
            if (!applied) barrier->all = false;
            if (--barrier->left > 0) return;
            if (!workers_.submit([barrier] { barrier->then(barrier->all.load()); }))
                barrier->then(false);
        });
    }
}

}  // namespace almanac::gateway
