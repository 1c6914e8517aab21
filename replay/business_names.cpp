#include "replay/business_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/kernel/id.hpp"
#include "replay/csv_mapping.hpp"
#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::FieldError;

std::string text_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::unexpected<FieldError> fault(std::string at, std::string code, std::string detail) {
    return std::unexpected(FieldError{std::move(at), std::move(code), std::move(detail)});
}
}  // namespace

Named instant_of(std::string_view text, const kernel::Zone& zone) {
    if (const auto instant = kernel::parse_instant(text)) return kernel::to_string(*instant);
    const auto gap = text.find_first_of(" T");
    const auto date = kernel::parse_local_date(text.substr(0, gap));
    auto clock = gap == text.npos ? std::string() : trimmed(text.substr(gap + 1));
    if (clock.size() == 8 && clock.ends_with(":00")) clock.resize(5);
    if (clock.size() == 4 && clock[1] == ':') clock.insert(0, "0");
    const auto time = kernel::parse_local_time(clock);
    if (!date || !time) {
        return fault("/start", "format",
                     "A local time (2026-12-05 10:30) or RFC 3339 (2026-12-05T09:30:00Z).");
    }
    const auto instant = zone.to_instant(*date, *time);
    const auto wanted = kernel::LocalInstant{*date} + std::chrono::minutes{time->minutes};
    if (zone.to_local(instant) != wanted) {
        return fault(
            "/start", "local_time",
            fmt::format("This time does not exist in {}: clocks go forward.", zone.name()));
    }
    // Clocks go back by an hour as a rule, by half of one or by two somewhere.
    for (int shift = 15; shift <= 180; shift += 15) {
        if (zone.to_local(instant + std::chrono::minutes{shift}) != wanted) continue;
        return fault("/start", "local_time",
                     fmt::format("This time comes twice in {}: give it as RFC 3339.", zone.name()));
    }
    return kernel::to_string(instant);
}

BusinessNames::BusinessNames(HttpClient& client, std::string tenant)
    : client_(client), base_("/v1/tenants/" + percent_encode(tenant)) {}

Result<json::Array> BusinessNames::rows(const std::string& path, HttpParameters parameters) {
    json::Array all;
    while (true) {
        const auto page = client_.get(base_ + path, parameters);
        if (!page) return std::unexpected(page.error());
        for (const auto& row : page->at("data").as_array()) all.push_back(row);
        const auto& next = page->at("next_cursor");
        if (!next.is_string()) return all;
        std::erase_if(parameters, [](const auto& each) { return each.first == "cursor"; });
        parameters.emplace_back("cursor", std::string(next.get_string()));
    }
}

Result<BusinessNames::Index> BusinessNames::index_of(const std::string& collection) {
    const auto all = rows('/' + collection, {{"limit", "200"}});
    if (!all) return std::unexpected(all.error());
    Index index;
    for (const auto& row : *all) {
        const auto& object = row.as_object();
        const auto id = text_at(object, "id");
        for (const auto* name : {"id", "slug", "name"}) {
            const auto key = folded(text_at(object, name));
            auto& ids = index[key];
            if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
        }
    }
    index.erase("");
    return index;
}

Result<void> BusinessNames::load(const std::string& time_zone) {
    const auto tenant = client_.get(base_);
    if (!tenant) return std::unexpected(tenant.error());
    const auto name = time_zone.empty() ? text_at(tenant->as_object(), "time_zone") : time_zone;
    const auto zone = kernel::Zone::find(name);
    if (!zone)
        return kernel::reject(std::string(code_arguments),
                              fmt::format("\"{}\" is no IANA time zone.", name));
    zone_ = *zone;
    auto services = index_of("services");
    if (!services) return std::unexpected(std::move(services.error()));
    services_ = std::move(*services);
    auto resources = index_of("resources");
    if (!resources) return std::unexpected(std::move(resources.error()));
    resources_ = std::move(*resources);
    return {};
}

Named BusinessNames::find(const Index& index, const std::string& text, const char* at) {
    const auto found = index.find(folded(text));
    if (found == index.end()) return fault(at, "unknown", fmt::format("There is no \"{}\".", text));
    if (found->second.size() == 1) return found->second.front();
    return fault(
        at, "ambiguous",
        fmt::format("{} are called \"{}\": give a slug or id.", found->second.size(), text));
}

Result<Named> BusinessNames::client(const std::string& text) {
    if (const auto known = clients_.find(text); known != clients_.end()) return known->second;
    Named named = fault("/client", "unknown", fmt::format("There is no client \"{}\".", text));
    const auto keep = [&] { return clients_.emplace(text, named).first->second; };
    if (const auto id = kernel::parse_uuid(text)) {
        const auto row = client_.get(base_ + "/clients/" + kernel::to_string(*id));
        if (row)
            named = kernel::to_string(*id);
        else if (row.error().kind != kernel::RejectionKind::not_found)
            return std::unexpected(row.error());
        return keep();
    }
    auto value = text;
    const bool email = text.find('@') != text.npos;
    if (!email) std::erase_if(value, [](char c) { return c == ' ' || c == '-' || c == '.'; });
    const auto found = rows("/clients", {{email ? "email" : "phone", value}, {"limit", "2"}});
    if (!found) {
        const auto& why = found.error();
        if (why.kind != kernel::RejectionKind::invalid) return std::unexpected(why);
        const auto* detail = why.errors.empty() ? &why.detail : &why.errors.front().detail;
        named = fault("/client", "format", *detail);
    } else if (found->size() == 1) {
        named = text_at(found->front().as_object(), "id");
    } else if (found->size() > 1) {
        named = fault("/client", "ambiguous", fmt::format("Two clients are \"{}\".", text));
    }
    return keep();
}

Named BusinessNames::instant(std::string_view text) const {
    return instant_of(trimmed(text), zone_);
}

}  // namespace almanac::replay
