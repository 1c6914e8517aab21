#include "gateway/rows.hpp"

#include <set>

namespace almanac::gateway {
namespace {
using namespace kernel;

constexpr std::size_t subjects_per_event = 250;  // of 256 tags

struct Reading {
    std::set<std::string> subjects;  // about:client:<id>
    std::set<std::string> fields;
};

// The events that name every subject of a read, at most 250 each.
std::vector<eventstore::EventDraft> drafts_of(const Call& call, const Collection& collection,
                                              const Reading& reading) {
    std::vector<eventstore::EventDraft> drafts;
    json::Array fields;
    for (const auto& field : reading.fields) fields.emplace_back(field);
    const json::Value data = json::Object{{"collection", collection.name}, {"fields", fields}};
    for (const auto& subject : reading.subjects) {
        if (drafts.empty() || drafts.back().tags.size() > subjects_per_event) {
            eventstore::EventDraft draft;
            draft.type = "personal_data_read";
            draft.data = json::dump(data);
            drafts.push_back(std::move(draft));
        }
        drafts.back().tags.push_back(subject);
    }
    for (auto& draft : drafts) {
        draft.tags.push_back("by:" + call.principal.actor.kind + '/' + call.principal.actor.id);
    }
    return drafts;
}
}  // namespace

Result<std::optional<json::Value>> row_as_of(const Call& call, Views& views,
                                             const Collection& collection, const Uuid& id,
                                             std::uint64_t position) {
    auto row = views.of(call).records->as_of(call.tenant.id, collection.name, id, position);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return std::optional<json::Value>{};
    const Edge edge(collection, call.tenant.id, call.principal, call.partition->keyring(), false);
    auto opened = edge.open((*row)->json);
    if (!opened) return std::unexpected(std::move(opened.error()));
    return std::optional(std::move(opened->row));
}

void open_rows(const CallPtr& call, const Collection& collection, std::vector<std::string> rows,
               std::move_only_function<void(std::vector<json::Value>)> then) {
    const Edge edge(collection, call->tenant.id, call->principal, call->partition->keyring(), true);
    std::vector<json::Value> opened;
    Reading reading;
    for (const auto& text : rows) {
        auto row = edge.open(text);
        if (!row) return call->refuse(row.error());
        if (!row->sensitive_fields.empty()) {
            const auto id = row->row.at("id").as_string();
            reading.subjects.insert(
                fmt::format("about:{}:{}", collection.fold->kind, std::string_view(id)));
            reading.fields.insert(row->sensitive_fields.begin(), row->sensitive_fields.end());
        }
        opened.push_back(std::move(row->row));
    }
    if (reading.subjects.empty()) return then(std::move(opened));
    const eventstore::CommandMeta meta{call->principal.actor, call->request.request_id, ""};
    call->partition->executor().note(call->tenant.id, meta, drafts_of(*call, collection, reading),
                                     [call, opened = std::move(opened),
                                      then = std::move(then)](Result<std::uint64_t> noted) mutable {
                                         if (!noted) return call->refuse(noted.error());
                                         then(std::move(opened));
                                     });
}

}  // namespace almanac::gateway
