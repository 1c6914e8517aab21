#include "gateway/queries.hpp"

#include <algorithm>

#include "domain/scheduling/queries.hpp"
#include "gateway/edge.hpp"
#include "gateway/event_feed.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;
using Parameters = std::map<std::string, std::string, std::less<>>;

Result<std::size_t> limit_of(const Parameters& asked) {
    const auto at = asked.find("limit");
    if (at == asked.end()) return 50;
    const auto limit = whole_number(at->second);
    if (!limit || *limit < 1 || *limit > 200) {
        return invalid_field("/limit", "range", "Expected 1 to 200.");
    }
    return *limit;
}

std::string text_of(const Parameters& asked, std::string_view name) {
    const auto at = asked.find(name);
    return at == asked.end() ? std::string() : at->second;
}

Result<std::optional<Instant>> instant_of(const Parameters& asked, const std::string& name) {
    const auto at = asked.find(name);
    if (at == asked.end()) return std::optional<Instant>{};
    const auto instant = parse_instant(at->second);
    if (!instant) return invalid_field("/" + name, "format", "Expected a time (RFC 3339).");
    return instant;
}

Result<projections::ListQuery> list_query_of(const Collection& collection,
                                             const Parameters& asked) {
    projections::ListQuery query;
    for (const auto& filter : collection.filters) {
        const auto at = asked.find(filter.parameter);
        if (at != asked.end()) query.filters.emplace_back(at->first, at->second);
    }
    const auto limit = limit_of(asked);
    const auto from = instant_of(asked, "from");
    const auto to = instant_of(asked, "to");
    if (!limit) return std::unexpected(limit.error());
    if (!from) return std::unexpected(from.error());
    if (!to) return std::unexpected(to.error());
    const auto deleted = text_of(asked, "deleted");
    if (!deleted.empty() && deleted != "true" && deleted != "false") {
        return invalid_field("/deleted", "type", "Expected true or false.");
    }
    query.limit = *limit;
    query.from = *from;
    query.to = *to;
    query.sort = text_of(asked, "sort");
    query.cursor = text_of(asked, "cursor");
    query.include_deleted = deleted == "true";
    return query;
}

std::vector<std::string> texts_of(std::vector<projections::Row> rows) {
    std::vector<std::string> texts;
    texts.reserve(rows.size());
    for (auto& row : rows) texts.push_back(std::move(row.json));
    return texts;
}

json::Value page_body(std::vector<json::Value> rows, const std::optional<std::string>& next) {
    json::Array data;
    data.reserve(rows.size());
    for (auto& row : rows) data.push_back(std::move(row));
    json::Value cursor = nullptr;
    if (next) cursor = *next;
    return json::Object{{"data", std::move(data)}, {"next_cursor", std::move(cursor)}};
}

Result<Uuid> id_of(const Call& call) {
    if (call.route->collection->name == "tenants") return Uuid{call.tenant.id};
    const auto id = parse_uuid(call.id());
    if (!id) return not_found();
    return *id;
}
}  // namespace

std::vector<std::string> list_parameters(const Collection& collection) {
    std::vector<std::string> names{"limit", "cursor"};
    if (collection.name == "tenants") return names;
    names.insert(names.end(), {"sort", "deleted"});
    for (const auto& filter : collection.filters) names.push_back(filter.parameter);
    if (!collection.range_path.empty()) names.insert(names.end(), {"from", "to"});
    if (collection.searchable) names.insert(names.end(), {"q", "email", "phone"});
    return names;
}

void Queries::list(CallPtr call) {
    if (call->route->collection->name == "tenants")
        return views_.when_logged(call, [this, call] { list_tenants(call); });
    auto asked = parameters_of(call->request, list_parameters(*call->route->collection));
    if (!asked) {
        for (auto& error : asked.error().errors) {
            const auto name = error.pointer.substr(1);
            const auto& personal = call->route->collection->personal;
            const auto sealed = [&](const PersonalField& field) { return field.path == name; };
            if (std::ranges::any_of(personal, sealed)) error.code = "not_filterable";
        }
        return call->refuse(asked.error());
    }
    views_.when_fresh(call, Reads::bookings, [this, call, asked = std::move(*asked)] {
        const auto& collection = *call->route->collection;
        auto query = list_query_of(collection, asked);
        if (!query) return call->refuse(query.error());
        auto page = search(call, collection, asked);
        if (!page) return call->refuse(page.error());
        answer_page(call, std::move(*page));
    });
}

Result<projections::Page> Queries::search(const CallPtr& call, const Collection& collection,
                                          const Parameters& asked) {
    auto query = list_query_of(collection, asked);
    if (!query) return std::unexpected(std::move(query.error()));
    auto& views = views_.of(*call);
    projections::ClientQuery by_person;
    if (collection.searchable) {
        by_person.q = text_of(asked, "q");
        by_person.email = text_of(asked, "email");
        by_person.phone = text_of(asked, "phone");
        by_person.sort = query->sort;
    }
    if (!by_person.is_asked()) return views.records->list(call->tenant.id, collection.name, *query);
    if (!call->principal.may(collection.personal_permission)) {
        return reject(RejectionKind::denied, "denied",
                      "Searching people needs " + collection.personal_permission + ".");
    }
    by_person.filters = query->filters;
    by_person.limit = query->limit;
    by_person.cursor = query->cursor;
    by_person.deadline = std::chrono::steady_clock::now() + std::chrono::seconds{2};
    return views.search->list(call->tenant.id, by_person);
}

void Queries::answer_page(const CallPtr& call, projections::Page page) {
    const auto position = page.position;
    const auto& collection = *call->route->collection;
    auto texts = texts_of(std::move(page.rows));
    const auto shown = views_.of(*call).records->present(call->tenant.id, collection.name, texts,
                                                         position, store_.clock().now());
    if (!shown) return call->refuse(shown.error());
    open_rows(call, collection, std::move(texts),
              [call, next = page.next_cursor, position](std::vector<json::Value> rows) {
                  call->answer_json(200, page_body(std::move(rows), next), position);
              });
}

// Tenants lie in their own partitions; the directory in memory says which there are.
void Queries::list_tenants(const CallPtr& call) {
    auto asked = parameters_of(call->request, {"limit", "cursor"});
    if (!asked) return call->refuse(asked.error());
    const auto limit = limit_of(*asked);
    if (!limit) return call->refuse(limit.error());
    const projections::CursorCoder cursors(call->partition->log_id(), "tenants");
    Uuid after;
    if (const auto cursor = text_of(*asked, "cursor"); !cursor.empty()) {
        const auto place = cursors.decode(cursor);
        if (!place) return call->refuse(place.error());
        after = uuid_from_bytes(place->at);
    }
    auto entries = store_.tenants().page(TenantId{after}, *limit + 1);
    if (!call->principal.is_administrator()) {
        const auto own = store_.tenants().find(call->principal.tenant);
        entries.clear();
        if (own && own->id > TenantId{after}) entries.push_back(*own);
    }
    std::optional<std::string> next;
    if (entries.size() > *limit) {
        entries.pop_back();
        next = cursors.encode({std::string(entries.back().id.view())});
    }
    std::vector<std::string> rows;
    for (const auto& entry : entries) {
        auto& partition = store_.partition_for(entry.id);
        auto row =
            views_.of(partition.number())
                .records->as_of(entry.id, "tenants", entry.id, partition.log().last_position());
        if (!row) return call->refuse(row.error());
        if (*row) rows.push_back(std::move((*row)->json));
    }
    open_rows(call, *call->route->collection, std::move(rows),
              [call, next](std::vector<json::Value> opened) {
                  call->answer_json(200, page_body(std::move(opened), next),
                                    call->partition->log().last_position());
              });
}

void Queries::get(CallPtr call) {
    auto asked = parameters_of(call->request, {"as_of"});
    if (!asked) return call->refuse(asked.error());
    const auto id = id_of(*call);
    if (!id) return call->refuse(id.error());
    const auto& collection = *call->route->collection;
    const auto as_of = text_of(*asked, "as_of");
    if (as_of.empty()) {
        return views_.when_fresh(call, Reads::bookings, [this, call, id = *id, &collection] {
            auto row = views_.of(*call).records->get(call->tenant.id, collection.name, id);
            const auto position = row && *row ? (*row)->position : 0;
            if (row && *row && (*row)->deleted) row = std::optional<projections::Row>{};
            answer_row(call, std::move(row), position, position, store_.clock().now());
        });
    }
    projections::RecordQueries::Moment moment;
    if (const auto instant = parse_instant(as_of)) {
        moment = *instant;
    } else if (const auto at = parse_position(as_of);
               at && at->first == call->partition->number()) {
        moment = at->second;
    } else {
        return call->refuse(
            invalid_field("/as_of", "format", "Expected a time (RFC 3339) or a position.").error());
    }
    views_.when_logged(call, [this, call, id = *id, moment] { get_as_of(call, id, moment); });
}

// Behind a barrier: every batch decided before is durable once it is through.
void Queries::get_as_of(const CallPtr& call, const Uuid& id,
                        const projections::RecordQueries::Moment& moment) {
    const auto answer = [this, call, id, moment] {
        const auto& records = *views_.of(*call).records;
        auto row = records.as_of(call->tenant.id, call->route->collection->name, id, moment);
        // What was deleted then was not there, as GET says of what is deleted now.
        if (row && *row && (*row)->deleted) row = std::optional<projections::Row>{};
        answer_row(call, std::move(row), call->partition->log().last_position(), moment, {});
    };
    eventstore::Job barrier;
    barrier.done = [answer](eventstore::Outcome) { answer(); };
    if (auto queued = call->partition->writer().submit(std::move(barrier)); !queued) answer();
}

void Queries::answer_row(const CallPtr& call, Result<std::optional<projections::Row>> row,
                         std::uint64_t position, const Moment& moment,
                         std::optional<Instant> now) {
    if (!row) return call->refuse(row.error());
    if (!*row) return call->refuse(not_found().error());
    const auto revision = (*row)->revision;
    const auto& collection = *call->route->collection;
    std::vector<std::string> texts;
    texts.push_back(std::move((*row)->json));
    const auto shown = views_.of(*call).records->present(call->tenant.id, collection.name, texts,
                                                         moment, now);
    if (!shown) return call->refuse(shown.error());
    open_rows(call, collection, std::move(texts),
              [call, revision, position](std::vector<json::Value> rows) {
                  Response response;
                  response.body = json::dump(rows.front());
                  response.set("ETag", fmt::format("\"{}\"", revision));
                  response.set("Almanac-Position", call->position_text(position));
                  call->answer(std::move(response));
              });
}

void Queries::history(CallPtr call) {
    auto asked = parameters_of(call->request, {"limit", "cursor"});
    if (!asked) return call->refuse(asked.error());
    const auto limit = limit_of(*asked);
    const auto id = id_of(*call);
    if (!limit) return call->refuse(limit.error());
    if (!id) return call->refuse(id.error());
    std::uint64_t after = 0;
    if (const auto cursor = text_of(*asked, "cursor"); !cursor.empty()) {
        const auto at = number_cursor_of(*call, cursor);
        if (!at) return call->refuse(at.error());
        after = *at;
    }
    views_.when_logged(call, [this, call, id = *id, after, limit = *limit] {
        answer_history(call, id, after, limit);
    });
}

void Queries::answer_history(const CallPtr& call, const Uuid& id, std::uint64_t after,
                             std::size_t limit) {
    auto page = views_.of(*call).records->history(call->tenant.id, call->route->collection->name,
                                                  id, after, limit);
    if (!page) return call->refuse(page.error());
    std::string body = R"({"data":[)";
    for (auto& entry : page->entries) {
        const auto bytes = eventstore::encode(entry.record);
        const auto view = bytes ? eventstore::RecordView::parse(*bytes)
                                : Result<eventstore::RecordView>(std::unexpected(bytes.error()));
        if (!view) return call->refuse(view.error());
        if (body.back() != '[') body += ',';
        auto event = event_json(call->partition->number(), entry.position, *view);
        event.insert(1, fmt::format(R"("revision":{},)", entry.revision));
        body += event;
    }
    body += page->next_after
                ? fmt::format(R"(],"next_cursor":"{}"}})", number_cursor(*call, *page->next_after))
                : R"(],"next_cursor":null})";
    Response response;
    response.body = std::move(body);
    response.set("Almanac-Position", call->position_text(call->partition->log().last_position()));
    call->answer(std::move(response));
}

void Queries::list_schedules(const CallPtr& call, const scheduling::ListSchedules& asked) {
    auto& records = *views_.of(*call).records;
    const auto resource = records.get(call->tenant.id, "resources", asked.id);
    if (!resource) return call->refuse(resource.error());
    if (!*resource || (*resource)->deleted) return call->refuse(not_found().error());
    projections::ListQuery list;
    list.filters = {{"resource_id", to_string(asked.id)}};
    list.limit = static_cast<std::size_t>(asked.limit);
    list.cursor = asked.cursor.value_or("");
    auto page = records.list(call->tenant.id, "schedules", list);
    if (!page) return call->refuse(page.error());
    const auto& collection = *store_.catalogue().collection("schedules");
    open_rows(
        call, collection, texts_of(std::move(page->rows)),
        [call, next = page->next_cursor, position = page->position](std::vector<json::Value> rows) {
            call->answer_json(200, page_body(std::move(rows), next), position);
        });
}

void Queries::special(CallPtr call) {
    json::Object given;
    for (const auto& [name, value] : call->request.query) {
        if (!given.emplace(name, value).second) {
            return call->refuse(
                invalid_field(json::pointer("", name), "repeated", "This parameter stands twice.")
                    .error());
        }
    }
    kernel::PathParameters path;
    if (!call->id().empty()) path.values.emplace_back("id", call->id());
    auto query = call->route->query->parse(given, path);
    if (!query) return call->refuse(query.error());
    const auto reads = views_.of(*call).read_by(call->route->name);
    views_.when_fresh_on_worker(call, reads, [this, call, query = std::move(*query)] {
        const auto& models = *views_.of(*call).models;
        if (!models.answers(call->route->name))
            return list_schedules(call,
                                  *static_cast<const scheduling::ListSchedules*>(query.get()));
        auto answer =
            models.answer(call->route->name, call->tenant.id, store_.clock().now(), query.get());
        if (!answer) return call->refuse(answer.error());
        if (!call->route->query->personal.empty()) {
            const Edge edge(*call->route->query, call->tenant.id, call->principal,
                            call->partition->keyring());
            auto opened = edge.open(answer->body);
            if (!opened) return call->refuse(opened.error());
            answer->body = json::dump(opened->row);
        }
        Response response;
        response.body = std::move(answer->body);
        response.set("Almanac-Position", call->position_text(answer->position));
        call->answer(std::move(response));
    });
}

}  // namespace almanac::gateway
