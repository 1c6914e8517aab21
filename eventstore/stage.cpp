#include "eventstore/stage.hpp"

#include "eventstore/pipeline.hpp"

namespace almanac::eventstore {

const Log& Stage::log() const {
    return pipeline_.log();
}
Instant Stage::now(const TenantId& tenant) {
    return pipeline_.now(tenant);
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

void Stage::put(Space space, std::string_view key, std::string_view value) {
    pipeline_.put(space, key, value);
}
void Stage::erase(Space space, std::string_view key) {
    pipeline_.put(space, key, std::nullopt);
}
std::optional<std::string> Stage::get(Space space, std::string_view key) {
    return pipeline_.get(space, key);
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
