#include "gateway/views.hpp"

#include <spdlog/spdlog.h>

#include <atomic>

namespace almanac::gateway {
namespace {
using namespace kernel;

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
}  // namespace

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
        projections::RuntimeHooks hooks;
        hooks.parked = [](const projections::ParkedPair& pair) {
            spdlog::error("projection parked: projection={} tenant={} position={} error={}",
                          pair.projection, to_string(pair.tenant), pair.position, pair.error);
        };
        auto projections = p.models->projections();
        projections.insert(projections.begin(), p.records_projection.get());
        p.runtime = std::make_unique<projections::Runtime>(catalogue, partition.log(), *p.store,
                                                           projections, std::move(hooks), options);
        partition.on_committed(
            [runtime = p.runtime.get()](auto events) { runtime->committed(events); });
        views->partitions_.push_back(std::move(p));
    }
    return views;
}

void Views::start() {
    for (auto& p : partitions_) p.runtime->start();
}
void Views::stop() {
    for (auto& p : partitions_) p.runtime->stop();
    workers_.stop();
}

void Views::when_fresh(const CallPtr& call, std::move_only_function<void()> then) {
    const auto named = min_position_of(*call);
    if (!named) return call->refuse(named.error());
    const auto consistency = call->request.header("almanac-consistency");
    const auto acknowledged = equals_ignoring_case(consistency, "eventual")
                                  ? 0
                                  : call->partition->writer().durable_position();
    when_applied(call, std::max(acknowledged, *named), std::move(then));
}

void Views::when_logged(const CallPtr& call, std::move_only_function<void()> then) {
    const auto named = min_position_of(*call);
    if (!named) return call->refuse(named.error());
    if (call->partition->writer().durable_position() >= *named) return then();
    when_applied(call, *named, std::move(then));
}

void Views::when_applied(const CallPtr& call, std::uint64_t position,
                         std::move_only_function<void()> then) {
    auto& runtime = *of(*call).runtime;
    if (runtime.applied_position() >= position) return then();
    const auto wait = std::chrono::seconds{preferences_of(call->request).wait_seconds};
    runtime.when_applied(
        position, std::chrono::steady_clock::now() + wait,
        [this, call, then = std::move(then)](bool applied) mutable {
            if (!applied)
                return call->refuse(view_behind("The view has not caught up yet.").error());
            if (!workers_.submit(std::move(then)))
                call->refuse(view_behind("Too many queries wait for the view.").error());
        });
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
        of(number).runtime->when_applied(target, deadline, [this, barrier](bool applied) {
            if (!applied) barrier->all = false;
            if (--barrier->left > 0) return;
            if (!workers_.submit([barrier] { barrier->then(barrier->all.load()); }))
                barrier->then(false);
        });
    }
}

}  // namespace almanac::gateway
