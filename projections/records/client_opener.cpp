#include "projections/records/client_opener.hpp"

#include <simdjson.h>

#include <algorithm>
#include <stdexcept>

namespace almanac::projections {
namespace {
namespace dom = simdjson::dom;
}  // namespace

ClientOpener::ClientOpener(const kernel::Collection& collection, eventstore::Keyring& keyring)
    : keyring_(keyring) {
    using Entry = eventstore::SearchEntry;
    const auto add = [&](const char* path, std::string Entry::* member) {
        const auto at = std::ranges::find(collection.personal, path, &kernel::PersonalField::path);
        if (at == collection.personal.end()) {
            throw std::logic_error(collection.name + " has no sealed " + path);
        }
        fields_.push_back({at->path, at->field_id, member});
    };
    add("first_name", &Entry::first_name);
    add("last_name", &Entry::last_name);
    add("email", &Entry::email);
    add("phone", &Entry::phone);
}

kernel::Result<eventstore::SearchEntry> ClientOpener::open(const kernel::TenantId& tenant,
                                                           const kernel::Uuid& id,
                                                           std::string_view json) const {
    thread_local dom::parser parser;
    eventstore::SearchEntry entry;
    entry.id = id;
    dom::element row;
    if (parser.parse(json.data(), json.size(), true).get(row) != simdjson::SUCCESS) {
        return kernel::corrupt("A row of a view is damaged.");
    }
    for (const auto& field : fields_) {
        std::string_view sealed;
        std::string_view of;
        const auto value = row.at_key(field.path);
        if (value.at_key("sealed").get_string().get(sealed) != simdjson::SUCCESS) continue;
        if (value.at_key("of").get_string().get(of) != simdjson::SUCCESS) continue;
        const auto opened = keyring_.open(tenant, sealed, of, field.field_id);
        if (!opened) return std::unexpected(opened.error());
        if (!*opened) continue;
        const auto text = kernel::json::parse(**opened);
        if (text && text->is_string()) entry.*field.member = text->get_string();
    }
    return entry;
}

}  // namespace almanac::projections
