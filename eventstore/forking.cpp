#include "eventstore/forking.hpp"

#include <fmt/format.h>

#include <future>

#include "eventstore/decision_inputs.hpp"
#include "eventstore/merkle.hpp"

namespace almanac::eventstore {
namespace {
using kernel::to_string;

constexpr std::string_view forked_type = "log_forked";

Result<MerkleRoot> tree_of(const Log& log, const TenantId& tenant) {
    MerkleRoot tree;
    for (std::uint64_t sequence = 0;;) {
        const auto positions = log.tenant_positions(tenant, sequence, 1'000);
        if (!positions) return std::unexpected(positions.error());
        if (positions->empty()) return tree;
        for (const auto position : *positions) {
            const auto bytes = log.record_bytes(position);
            if (!bytes) return std::unexpected(bytes.error());
            const auto record = RecordView::parse(*bytes);
            if (!record) return std::unexpected(record.error());
            tree.add(record->leaf());
        }
        sequence += positions->size();
    }
}

std::string hex(const Hash& hash) {
    std::string out;
    for (const auto byte : hash) fmt::format_to(std::back_inserter(out), "{:02x}", byte);
    return out;
}

EventDraft forked_event(const TenantId& tenant, const Fork& fork, const MerkleRoot& tree,
                        Clock& clock) {
    RandomIds ids;
    EventDraft draft;
    draft.id = EventId{ids.fresh(clock.now())};
    draft.type = forked_type;
    draft.tags = {"log:" + to_string(fork.to_log_id)};
    draft.data = fmt::format(
        R"({{"from_log_id":"{}","to_log_id":"{}","position":{},"sequence":{},"old_origin":"almanac/{}/{}","size":{},"root":"{}"}})",
        to_string(fork.from_log_id), to_string(fork.to_log_id), fork.position, tree.size(),
        to_string(tenant), to_string(fork.from_log_id), tree.size(), hex(tree.root()));
    return draft;
}

Result<Appended> append_now(Writer& writer, const TenantId& tenant, EventDraft draft) {
    std::promise<Result<Appended>> done;
    auto future = done.get_future();
    std::vector<EventDraft> events;
    events.push_back(std::move(draft));
    const CommandMeta meta{{"system", "almanacd"}, "fork", ""};
    auto queued =
        writer.append(tenant, meta, std::move(events), std::nullopt,
                      [&done](Result<Appended> appended) { done.set_value(std::move(appended)); });
    if (!queued) return std::unexpected(std::move(queued.error()));
    return future.get();
}

Result<void> forget_fork(Writer& writer) {
    std::promise<Outcome> done;
    auto future = done.get_future();
    Job job;
    job.decide = [](Stage& stage) { stage.erase(Space::meta, meta_fork); };
    job.done = [&done](Outcome outcome) { done.set_value(outcome); };
    if (auto queued = writer.submit(std::move(job)); !queued)
        return std::unexpected(std::move(queued.error()));
    if (future.get() == Outcome::durable) return {};
    return kernel::unavailable("io_error", "The end of a fork could not be written.");
}
}  // namespace

Result<void> finish_fork(const Log& log, Writer& writer, const Fork& fork, Clock& clock) {
    const auto tenants = tenants_to_tell(log, fork);
    if (!tenants) return std::unexpected(tenants.error());
    for (const auto& tenant : *tenants) {
        const auto tree = tree_of(log, tenant);
        if (!tree) return std::unexpected(tree.error());
        auto told = append_now(writer, tenant, forked_event(tenant, fork, *tree, clock));
        if (!told) return std::unexpected(std::move(told.error()));
    }
    return forget_fork(writer);
}

}  // namespace almanac::eventstore
