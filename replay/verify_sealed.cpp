#include "replay/verify_sealed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/kernel/sealed_field_ids.hpp"
#include "eventstore/decision_inputs.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using eventstore::Record;
using eventstore::SubjectState;

// A value may be a copy of another event's (the customer of an appointment), so that any field may
// stand anywhere; which one it is its ciphertext knows.
std::vector<std::string> all_field_ids(const kernel::Catalogue& catalogue) {
    std::set<std::string> ids(eventstore::metadata_field_ids.begin(),
                              eventstore::metadata_field_ids.end());
    for (const auto& [name, type] : catalogue.events()) {
        const auto schema = type->schema();
        const auto* list = schema.if_contains(kernel::sealed_field_ids);
        if (list == nullptr) continue;
        for (const auto& id : list->get_array()) ids.emplace(id.get_string());
    }
    return {ids.begin(), ids.end()};
}

bool is_object(const json::Object& schema) {
    const auto* type = schema.if_contains("type");
    if (type == nullptr) return !schema.contains("enum");  // anything at all
    const json::Value object("object");
    if (!type->is_array()) return *type == object;
    return std::ranges::find(type->get_array(), object) != type->get_array().end();
}

// Where a caller may have written what he likes, also what looks like a sealed value.
void add_free_places(const json::Object& schema, const std::string& place,
                     std::unordered_set<std::string>& places) {
    if (const auto* items = schema.if_contains("items"))
        return add_free_places(items->as_object(), place, places);
    if (const auto* properties = schema.if_contains("properties")) {
        for (const auto& [name, each] : properties->as_object())
            add_free_places(each.as_object(), json::pointer(place, name), places);
    } else if (is_object(schema)) {
        places.insert(place);
    }
}
std::unordered_set<std::string> all_free_places(const kernel::Catalogue& catalogue) {
    std::unordered_set<std::string> places;
    for (const auto& [name, type] : catalogue.events())
        add_free_places(type->schema(), std::string(name), places);
    return places;
}
}  // namespace

SealedCheck::SealedCheck(const kernel::Catalogue& catalogue, eventstore::Keyring& keyring,
                         Find find)
    : keyring_(keyring),
      find_(std::move(find)),
      field_ids_(all_field_ids(catalogue)),
      free_places_(all_free_places(catalogue)) {}

void SealedCheck::look_at(const Record& record) {
    look_at_text(record, record.data, record.type);
    look_at_text(record, record.metadata, "metadata");
}

void SealedCheck::look_at_text(const Record& record, std::string_view text,
                               const std::string& place) {
    const auto value = json::parse(text);
    if (value) return look_at(record, *value, place);
    find_(fmt::format("its {} cannot be read: {}", place, value.error().detail));
}

void SealedCheck::look_at(const Record& record, const json::Value& value,
                          const std::string& place) {
    if (value.is_array()) {
        for (const auto& each : value.get_array()) look_at(record, each, place);
        return;
    }
    if (!value.is_object() || free_places_.contains(place)) return;
    const auto& object = value.get_object();
    const auto* of = object.if_contains("of");
    const auto* sealed = object.if_contains("sealed");
    if (of && sealed && of->is_string() && sealed->is_string()) {
        ++count_;
        return open(record, sealed->get_string(), of->get_string(), place);
    }
    for (const auto& [name, each] : object)
        if (each.is_structured()) look_at(record, each, json::pointer(place, name));
}

bool SealedCheck::opens_as(const Record& record, std::string_view sealed, std::string_view subject,
                           const std::string& field_id) {
    const auto text = keyring_.open(record.tenant, sealed, subject, field_id);
    if (!text) why_ = text.error().detail;
    return text.has_value();  // nothing in it: the subject is erased
}

void SealedCheck::open(const Record& record, std::string_view sealed, std::string_view subject,
                       const std::string& place) {
    auto& known = known_[place];
    if (!known.empty() && opens_as(record, sealed, subject, known)) return;
    const auto state = keyring_.subject_state(record.tenant, subject);
    if (!state) return find_(state.error().detail);
    if (*state == SubjectState::absent) {
        return find_(fmt::format(
            "a value is sealed for {}, of whom the keyring knows nothing ({}).", subject, place));
    }
    for (const auto& id : field_ids_) {
        if (!opens_as(record, sealed, subject, id)) continue;
        if (*state == SubjectState::active) known = id;
        return;
    }
    find_(fmt::format("a value sealed for {} does not open ({}): {}", subject, place, why_));
}

}  // namespace almanac::replay
