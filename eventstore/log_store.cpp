#include <algorithm>
#include <future>
#include <set>

#include "eventstore/event_store.hpp"
#include "eventstore/writer.hpp"

namespace almanac::eventstore {
namespace {

// Positions of one item that may match; the record decides about types. Ascending, at most `limit`
// of those that do match are needed, which only the caller's `fn` can count.
Result<void> visit_candidates(const Log& log, const TenantId& tenant, const QueryItem& item,
                              std::uint64_t after, const Log::PositionFn& fn) {
    if (!item.tags.empty()) return log.tagged_all(tenant, item.tags, after, fn);
    constexpr std::size_t page = 256;
    auto next = log.sequence_after(tenant, after);
    if (!next) return std::unexpected(std::move(next.error()));
    for (;; *next += page) {
        const auto positions = log.tenant_positions(tenant, *next, page);
        if (!positions) return std::unexpected(positions.error());
        if (!std::ranges::all_of(*positions, fn) || positions->size() < page) return {};
    }
}

class LogStore final : public EventStore {
  public:
    LogStore(const Log& log, Writer& writer) : log_(log), writer_(writer) {}

    Result<std::vector<PositionedEvent>> read(const TenantId& tenant, const Query& query,
                                              std::uint64_t after, std::size_t limit) override {
        return read_log(log_, tenant, query, after, limit);
    }

    Result<Appended> append(const TenantId& tenant, const CommandMeta& meta,
                            std::vector<EventDraft> events,
                            const std::optional<AppendCondition>& condition) override {
        std::promise<Result<Appended>> promise;
        auto future = promise.get_future();
        const auto submitted =
            writer_.append(tenant, meta, std::move(events), condition,
                           [&](Result<Appended> done) { promise.set_value(std::move(done)); });
        if (!submitted) return std::unexpected(submitted.error());
        return future.get();
    }

  private:
    const Log& log_;
    Writer& writer_;
};
}  // namespace

Result<std::vector<PositionedEvent>> read_log(const Log& log, const TenantId& tenant,
                                              const Query& query, std::uint64_t after,
                                              std::size_t limit) {
    static const std::vector<QueryItem> everything(1);
    const auto& items = query.items.empty() ? everything : query.items;
    const auto last = log.last_position();
    std::vector<PositionedEvent> found;
    std::set<std::uint64_t> seen;
    Result<void> failure;
    for (const auto& item : items) {
        std::size_t matched = 0;
        const auto look = [&](std::uint64_t position) {
            if (matched == limit || position > last) return false;
            auto record = log.record(position);
            if (!record) {
                failure = std::unexpected(std::move(record.error()));
                return false;
            }
            if (!matches(item, *record)) return true;
            ++matched;
            if (seen.insert(position).second) found.push_back({position, std::move(*record)});
            return true;
        };
        if (auto visited = visit_candidates(log, tenant, item, after, look); !visited)
            return std::unexpected(std::move(visited.error()));
        if (!failure) return std::unexpected(std::move(failure.error()));
    }
    std::ranges::sort(found, {}, &PositionedEvent::position);
    if (found.size() > limit) found.resize(limit);
    return found;
}

std::unique_ptr<EventStore> make_log_store(const Log& log, Writer& writer) {
    return std::make_unique<LogStore>(log, writer);
}

}  // namespace almanac::eventstore
