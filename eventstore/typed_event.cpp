#include "eventstore/typed_event.hpp"

#include "domain/kernel/json_arena.hpp"

namespace almanac::eventstore {

using kernel::corrupt;

Result<TypedEvent> read_event(const kernel::Catalogue& catalogue, const Record& record) {
    TypedEvent event;
    event.type = catalogue.event(record.type);
    if (event.type == nullptr) return event;
    if (record.type_version > event.type->version) {
        return corrupt(fmt::format("{} has version {}; this program knows {}.", record.type,
                                   record.type_version, event.type->version));
    }
    kernel::json::Arena arena;
    auto json = arena.parse(record.data);
    if (!json) return corrupt(fmt::format("{}: {}", record.type, json.error().detail));
    const auto upcast = catalogue.upcast(record.type, record.type_version, std::move(*json));
    auto data = event.type->from_json(upcast);
    if (!data) {
        const auto& errors = data.error().errors;
        return corrupt(fmt::format("{} does not fit its type at {}: {}", record.type,
                                   errors.empty() ? "" : errors[0].pointer,
                                   errors.empty() ? data.error().detail : errors[0].detail));
    }
    event.data = std::move(*data);
    return event;
}

void apply_event(kernel::Held& held, const kernel::FoldType& fold, const TypedEvent& event,
                 const Record& record, std::uint64_t position, std::string_view tag) {
    if (held.revision == 0) held.created_at = record.time;
    ++held.revision;
    held.updated_at = record.time;
    held.last_position = position;
    if (event.type == nullptr) return;
    if (const auto* reaction = event.type->reaction(fold)) {
        reaction->evolve(held.state.get(), event.data.get(),
                         kernel::EventMeta{record.time, record.id, record.actor, tag});
    }
}

std::string write_held(const kernel::FoldType& type, const kernel::Held& held) {
    return fmt::format(
        R"({{"revision":{},"position":{},"created_at":{},"updated_at":{},"state":{}}})",
        held.revision, held.last_position, kernel::micros(held.created_at),
        kernel::micros(held.updated_at), type.to_json(held.state.get(), false));
}

Result<kernel::Held> read_held(const kernel::FoldType& type, std::string_view text) {
    const auto json = kernel::json::parse(text);
    if (!json || !json->is_object()) return corrupt("a snapshot is not JSON");
    const auto number = [&](std::string_view name) {
        const auto* value = json->get_object().if_contains(name);
        return value ? kernel::integer(*value, false).value_or(0) : 0;
    };
    const auto* state = json->get_object().if_contains("state");
    if (!state) return corrupt("a snapshot has no state");
    kernel::Held held;
    held.state = type.from_json(*state);
    held.revision = static_cast<std::uint64_t>(number("revision"));
    held.last_position = static_cast<std::uint64_t>(number("position"));
    held.created_at = kernel::instant_from_micros(number("created_at"));
    held.updated_at = kernel::instant_from_micros(number("updated_at"));
    return held;
}

}  // namespace almanac::eventstore
