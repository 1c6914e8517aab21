#include "replay/inspect.hpp"

#include <fmt/format.h>

#include "eventstore/typed_event.hpp"
#include "replay/event_text.hpp"
#include "replay/failure.hpp"
#include "replay/json_changes.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

constexpr std::uint64_t command_events_looked_at = 16;

std::unexpected<kernel::Rejection> no_such_fold(const std::string& tag) {
    return kernel::reject(std::string(code_arguments),
                          fmt::format("No fold has the tag {}; a tag reads kind:key, such as "
                                      "appointment:<id> or resource_month:<id>/2026-12.",
                                      tag));
}

std::unexpected<kernel::Rejection> nothing_carries(const std::string& tag) {
    return kernel::not_found(fmt::format("No event carries the tag {}.", tag));
}

// The part of an event that a step shows.
json::Object shown(const json::Object& event) {
    json::Object out;
    for (const auto* name :
         {"id", "type", "version", "position", "sequence", "time", "actor", "data"}) {
        if (const auto* value = event.if_contains(name)) out[name] = *value;
    }
    return out;
}

// Applies events of one tag, one after another.
class Folding {
  public:
    Folding(const kernel::Catalogue& catalogue, const kernel::FoldType& type, std::string tag)
        : catalogue_(catalogue), type_(type), tag_(std::move(tag)) {
        held_.state = type.make();
    }
    Result<FoldStep> apply(const eventstore::Record& record, std::uint64_t position,
                           const json::Object& event) {
        const auto typed = eventstore::read_event(catalogue_, record);
        if (!typed) return std::unexpected(typed.error());
        eventstore::apply_event(held_, type_, *typed, record, position, tag_);
        FoldStep step{held_.revision, shown(event), std::nullopt};
        step.state = json::parse_own(type_.to_json(held_.state.get(), false));
        return step;
    }

  private:
    const kernel::Catalogue& catalogue_;
    const kernel::FoldType& type_;
    std::string tag_;
    kernel::Held held_;
};

Result<void> inspect_directory(const std::string& data, const kernel::Catalogue& catalogue,
                               const std::string& tenant_text, const kernel::FoldType& type,
                               const std::string& tag, const StepFn& fn) {
    const auto directory = StoppedDirectory::open(data);
    if (!directory) return std::unexpected(directory.error());
    const auto tenant = directory->find_tenant(catalogue, tenant_text);
    if (!tenant) return std::unexpected(tenant.error());
    const auto& log = directory->log_of(*tenant);
    const auto partition = directory->partition_of(*tenant);
    Folding folding(catalogue, type, tag);
    std::optional<kernel::Rejection> failed;
    bool any = false;
    const auto visited = log.tagged(*tenant, tag, 0, [&](std::uint64_t position) {
        const auto bytes = log.record_bytes(position);
        const auto record = bytes ? eventstore::decode(*bytes)
                                  : Result<eventstore::Record>(std::unexpected(bytes.error()));
        if (!record) {
            failed = record.error();
            return false;
        }
        const auto view = *eventstore::RecordView::parse(*bytes);
        const auto event = json::parse_own(event_text(partition, position, view));
        auto step = folding.apply(*record, position, event.get_object());
        if (!step) {
            failed = step.error();
            return false;
        }
        fn(*step);
        any = true;
        return true;
    });
    if (failed) return std::unexpected(std::move(*failed));
    if (!visited) return std::unexpected(visited.error());
    if (!any) return nothing_carries(tag);
    return {};
}

// Calls fn for the object of every event of a paged answer.
template <class Fn>
Result<void> for_each_row(HttpClient& client, const std::string& path, HttpParameters parameters,
                          Fn&& fn) {
    const auto first = parameters;
    while (true) {
        const auto page = client.get(path, parameters);
        if (!page) return std::unexpected(page.error());
        for (const auto& row : page->at("data").as_array()) {
            if (auto done = fn(row); !done) return done;
        }
        const auto& next = page->at("next_cursor");
        if (!next.is_string()) return {};
        parameters = first;
        parameters.emplace_back("cursor", std::string(next.get_string()));
    }
}

// A row without what it says of its own history: each step says that.
json::Value fold_of_row(const json::Value& row) {
    auto fold = without_nulls(row);
    for (const auto* name : {"revision", "created_at", "updated_at"}) {
        fold.get_object().erase(name);
    }
    return fold;
}

// The row as it was when the thing had this revision. `as_of` a position inside a command answers
// the state before it, so the positions behind are asked until the command's end is reached.
Result<std::optional<json::Value>> row_at(HttpClient& client, const std::string& path,
                                          const std::string& position, std::int64_t revision) {
    const auto dash = position.find('-');
    const auto number = std::strtoull(position.c_str() + dash + 1, nullptr, 10);
    for (std::uint64_t ahead = 0; ahead < command_events_looked_at; ++ahead) {
        const auto moment = fmt::format("{}{}", position.substr(0, dash + 1), number + ahead);
        auto row = client.get(path, {{"as_of", moment}});
        if (!row && row.error().kind != kernel::RejectionKind::not_found) {
            return std::unexpected(std::move(row.error()));
        }
        if (!row || !row->is_object()) continue;
        const auto* has = row->get_object().if_contains("revision");
        const auto found = has && has->is_number() ? has->to_number<std::int64_t>() : 0;
        if (found == revision) return std::optional(fold_of_row(*row));
        if (found > revision) break;
    }
    return std::optional<json::Value>{};
}

Result<void> inspect_history(HttpClient& client, const std::string& path, const StepFn& fn) {
    std::uint64_t revision = 0;
    return for_each_row(
        client, path + "/history", {{"limit", "200"}}, [&](const json::Value& row) -> Result<void> {
            const auto& event = row.as_object();
            FoldStep step{++revision, shown(event), std::nullopt};
            const auto position = std::string(event.at("position").as_string());
            auto state = row_at(client, path, position, static_cast<std::int64_t>(revision));
            if (!state) return std::unexpected(std::move(state.error()));
            step.state = std::move(*state);
            fn(step);
            return {};
        });
}

Result<void> inspect_tag(HttpClient& client, const std::string& tenant_path,
                         const kernel::Catalogue& catalogue, const kernel::FoldType& type,
                         const std::string& tag, const StepFn& fn) {
    Folding folding(catalogue, type, tag);
    bool any = false;
    auto done = for_each_row(client, tenant_path + "/events", {{"tags", tag}, {"limit", "1000"}},
                             [&](const json::Value& row) -> Result<void> {
                                 const auto received = read_event_text(row);
                                 if (!received) return std::unexpected(received.error());
                                 auto step = folding.apply(received->record, received->position,
                                                           row.as_object());
                                 if (!step) return std::unexpected(std::move(step.error()));
                                 fn(*step);
                                 any = true;
                                 return {};
                             });
    if (done && !any) return nothing_carries(tag);
    return done;
}

std::string text_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value) return "";
    return value->is_string() ? std::string(value->get_string()) : json::dump(*value);
}
}  // namespace

Result<void> inspect(const Source& source, const kernel::Catalogue& catalogue,
                     const std::string& tenant, const std::string& tag, const StepFn& step) {
    const auto* type = catalogue.fold_of_tag(tag);
    if (type == nullptr) return no_such_fold(tag);
    if (source.is_directory()) {
        return inspect_directory(source.data, catalogue, tenant, *type, tag, step);
    }
    HttpClient client(source.server);
    const auto tenant_path = "/v1/tenants/" + percent_encode(tenant);
    const auto* collection = catalogue.collection_of(*type);
    const auto id = tag.substr(std::min(tag.size(), type->kind.size() + 1));
    if (collection && collection->name != "tenants" && kernel::parse_uuid(id)) {
        return inspect_history(client, fmt::format("{}/{}/{}", tenant_path, collection->name, id),
                               step);
    }
    return inspect_tag(client, tenant_path, catalogue, *type, tag, step);
}

std::string step_line(const FoldStep& step, const json::Value& before) {
    json::Array changed;
    if (step.state) {
        for (const auto& pointer : changed_members(before, *step.state)) {
            changed.emplace_back(pointer);
        }
    }
    json::Value state = nullptr;
    if (step.state) state = *step.state;
    return json::dump(json::Object{{"revision", step.revision},
                                   {"event", step.event},
                                   {"changed", std::move(changed)},
                                   {"state", std::move(state)}});
}

std::string step_text(const FoldStep& step, const json::Value& before, bool color) {
    const auto* actor = step.event.if_contains("actor");
    const auto by = actor && actor->is_object() ? text_at(actor->get_object(), "kind") + ' ' +
                                                      text_at(actor->get_object(), "id")
                                                : std::string();
    auto text = fmt::format("{}{}. {}{}  {}  position {}, sequence {}, by {}\n",
                            color ? "\x1b[1m" : "", step.revision, text_at(step.event, "type"),
                            color ? "\x1b[0m" : "", text_at(step.event, "time"),
                            text_at(step.event, "position"), text_at(step.event, "sequence"), by);
    if (!step.state) return text + "  (inside a command: its state is that of the next step)\n";
    return text + marked_text(before, *step.state, color);
}

}  // namespace almanac::replay
