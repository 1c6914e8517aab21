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

// `done` hears the opened rows once the event that says so is durable, or why there are none.
void open_recorded(const CallPtr& call, const Collection& collection,
                   const std::vector<std::string>& rows,
                   std::move_only_function<void(Result<std::vector<json::Value>>)> done) {
    const Edge edge(collection, call->tenant.id, call->principal, call->partition->keyring(), true);
    std::vector<json::Value> opened;
    Reading reading;
    for (const auto& text : rows) {
        auto row = edge.open(text);
        if (!row) return done(std::unexpected(std::move(row.error())));
        if (!row->sensitive_fields.empty()) {
            const auto id = row->row.at("id").as_string();
            reading.subjects.insert(
                fmt::format("about:{}:{}", collection.fold->kind, std::string_view(id)));
            reading.fields.insert(row->sensitive_fields.begin(), row->sensitive_fields.end());
        }
        opened.push_back(std::move(row->row));
    }
    if (reading.subjects.empty()) return done(std::move(opened));
    const eventstore::CommandMeta meta{call->principal.actor, call->request.request_id, ""};
    call->partition->executor().note(
        call->tenant.id, meta, drafts_of(*call, collection, reading),
        [opened = std::move(opened), done = std::move(done)](Result<std::uint64_t> noted) mutable {
            if (!noted) return done(std::unexpected(std::move(noted.error())));
            done(std::move(opened));
        });
}
}  // namespace

void open_row_as_of(const CallPtr& call, Views& views, const Collection& collection, const Uuid& id,
                    std::uint64_t position,
                    std::move_only_function<void(std::optional<json::Value>)> then) {
    if (!call->principal.may(collection.read_permission)) return then(std::nullopt);
    auto row = views.of(*call).records->as_of(call->tenant.id, collection.name, id, position);
    if (!row) return call->refuse(row.error());
    if (!*row) return then(std::nullopt);
    std::vector<std::string> texts{std::move((*row)->json)};
    const auto shown =
        views.of(*call).records->present(call->tenant.id, collection.name, texts, position);
    if (!shown) return call->refuse(shown.error());
    open_recorded(call, collection, texts,
                  [call, &collection, text = texts.front(),
                   then = std::move(then)](Result<std::vector<json::Value>> opened) mutable {
                      if (opened) return then(std::move(opened->front()));
                      const Edge edge(collection, call->tenant.id, call->principal,
                                      call->partition->keyring(), false);
                      auto masked = edge.open(text);
                      if (!masked) return call->refuse(masked.error());
                      then(std::move(masked->row));
                  });
}

void open_rows(const CallPtr& call, const Collection& collection, std::vector<std::string> rows,
               std::move_only_function<void(std::vector<json::Value>)> then) {
    open_recorded(call, collection, rows,
                  [call, then = std::move(then)](Result<std::vector<json::Value>> opened) mutable {
                      if (!opened) return call->refuse(opened.error());
                      then(std::move(*opened));
                  });
}

}  // namespace almanac::gateway
