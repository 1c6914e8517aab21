#include "eventstore/stage.hpp"

#include <algorithm>

#include "eventstore/pipeline.hpp"

namespace almanac::eventstore {
namespace {
void drop_repeats(std::vector<std::string>& tags) {
    for (std::size_t i = 1; i < tags.size();) {
        const auto here = tags.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(tags.begin(), here, tags[i]) == here) {
            ++i;
        } else {
            tags.erase(here);
        }
    }
}
}  // namespace

Record make_record(const TenantId& tenant, const CommandMeta& meta, EventDraft draft) {
    drop_repeats(draft.tags);
    Record record;
    record.id = draft.id;
    record.type = std::move(draft.type);
    record.type_version = draft.type_version;
    record.tenant = tenant;
    record.actor = meta.actor;
    record.correlation_id = meta.correlation_id;
    record.causation_id = meta.causation_id;
    record.tags = std::move(draft.tags);
    record.data = std::move(draft.data);
    if (!draft.metadata.empty()) record.metadata = std::move(draft.metadata);
    return record;
}

std::size_t index_bytes(const Record& record) {
    std::size_t bytes = 64;
    for (const auto& tag : record.tags) bytes += tag.size() + 32;
    return bytes;
}

const Log& Stage::log() const {
    return pipeline_.log();
}
Instant Stage::now(const TenantId& tenant) {
    return pipeline_.now(tenant);
}
void Stage::set_clock(Instant time) {
    pipeline_.set_job_clock(time);
}
std::uint64_t Stage::next_position() const {
    return pipeline_.next_position();
}
std::uint64_t Stage::next_sequence(const TenantId& tenant) {
    return pipeline_.next_sequence(tenant);
}

Result<void> Stage::visit_tag(const TenantId& tenant, std::string_view tag, std::uint64_t after,
                              const Visit& visit) {
    const auto done =
        pipeline_.visit_tag(tenant, tag, after, [&](std::uint64_t position, const Record& record) {
            visit(position, record);
            return true;
        });
    if (!done) return std::unexpected(done.error());
    return {};
}

Result<bool> Stage::tag_exists(const TenantId& tenant, std::string_view tag) {
    const auto last = pipeline_.last_tagged(tenant, tag);
    if (!last) return std::unexpected(last.error());
    return last->has_value();
}
Result<std::optional<std::uint64_t>> Stage::last_tagged(const TenantId& tenant,
                                                        std::string_view tag) {
    return pipeline_.last_tagged(tenant, tag);
}
Result<std::uint64_t> Stage::visit_after(std::uint64_t after, std::uint64_t positions_max,
                                         const Wanted& wanted, const EventFn& fn) {
    return pipeline_.visit_after(after, positions_max, wanted, fn);
}
Result<bool> Stage::any_match(const TenantId& tenant, const Query& query, std::uint64_t after) {
    return pipeline_.any_match(tenant, query, after);
}

Result<Appended> Stage::append(const TenantId& tenant, const CommandMeta& meta,
                               std::vector<EventDraft> events) {
    return pipeline_.append(tenant, meta, std::move(events));
}

Result<Appended> Stage::append(const TenantId& tenant, const CommandMeta& meta,
                               std::vector<EventDraft> events, const AppendCondition& condition) {
    const auto found = any_match(tenant, condition.fail_if_events_match, condition.after);
    if (!found) return std::unexpected(found.error());
    if (*found)
        return kernel::conflict("append_condition_failed",
                                "An event that the condition excludes was appended before.");
    return append(tenant, meta, std::move(events));
}

std::span<const CommittedEvent> Stage::appended() const {
    return pipeline_.appended();
}

void Stage::put(Space space, std::string_view key, std::string_view value) {
    pipeline_.put(space, key, value);
}
void Stage::erase(Space space, std::string_view key) {
    pipeline_.put(space, key, std::nullopt);
}
void Stage::need_sync() {
    pipeline_.open().log_batch.need_sync();
}
std::optional<std::string> Stage::get(Space space, std::string_view key) {
    return pipeline_.get(space, key);
}
Result<void> Stage::entries(Space space, std::string_view prefix, std::string_view from,
                            const Log::EntryFn& fn) {
    return pipeline_.entries(space, prefix, from, fn);
}
void Stage::put_result(const TenantId& tenant, std::uint32_t day, const Key32& key,
                       std::string_view value) {
    put(Space::results, result_key(tenant, day, key), value);
}
std::optional<std::string> Stage::result(const TenantId& tenant, std::uint32_t day,
                                         const Key32& key) {
    return get(Space::results, result_key(tenant, day, key));
}
void Stage::put_snapshot(const TenantId& tenant, std::string_view key, std::string_view value) {
    put(Space::snapshots, snapshot_key(tenant, key), value);
}
std::optional<std::string> Stage::snapshot(const TenantId& tenant, std::string_view key) {
    return get(Space::snapshots, snapshot_key(tenant, key));
}

}  // namespace almanac::eventstore
