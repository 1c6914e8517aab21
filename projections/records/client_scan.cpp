#include "projections/records/client_scan.hpp"

#include <algorithm>

namespace almanac::projections {
namespace search = eventstore::search;

std::unexpected<kernel::Rejection> search_timeout() {
    return kernel::unavailable("search_timeout", "The search took too long; try again.");
}

ClientScan::ClientScan(const RecordQueries& queries, const ClientOpener& opener,
                       const TenantId& tenant, std::string_view collection,
                       const ClientQuery& query)
    : queries_(queries),
      opener_(opener),
      tenant_(tenant),
      collection_(collection),
      query_(query),
      descending_(query.sort == "-last_name"),
      exact_(search::row_of({{}, "", "", query.email, query.phone})),
      words_(search::parse_query(query.q)) {}

bool ClientScan::fits(const Place& place) const {
    if (from_ && !is_before(*from_, place)) return false;
    if (!query_.email.empty()) {
        const auto email = search::email_of(exact_.text);
        return !email.empty() && search::email_of(place.text) == email;
    }
    if (!query_.phone.empty()) {
        const auto phone = search::phone_of(exact_.text);
        return !phone.empty() && search::phone_of(place.text) == phone;
    }
    return words_.matches(place.text);
}

Result<void> ClientScan::find_start(const kernel::Uuid& after) {
    const auto row = queries_.get(tenant_, collection_, after);
    if (!row) return std::unexpected(row.error());
    if (!*row) {
        return kernel::invalid_field("/cursor", "cursor", "This cursor is not of this query.");
    }
    const auto entry = opener_.open(tenant_, after, (*row)->json);
    if (!entry) return std::unexpected(entry.error());
    from_ = search::row_of(*entry);
    return {};
}

Result<void> ClientScan::look_at(const kernel::Uuid& id, std::string_view json) {
    if (std::chrono::steady_clock::now() > query_.deadline) return search_timeout();
    const auto entry = opener_.open(tenant_, id, json);
    if (!entry) return std::unexpected(entry.error());
    auto place = search::row_of(*entry);
    const bool full = best_.size() > query_.limit;
    if (!fits(place) || (full && !is_before(place, best_.front()))) return {};
    const auto picked = queries_.pick(tenant_, collection_, std::span(&id, 1), query_.filters);
    if (!picked) return std::unexpected(picked.error());
    if (picked->rows.empty()) return {};
    const auto before = [this](const Place& a, const Place& b) { return is_before(a, b); };
    best_.push_back(std::move(place));
    std::ranges::push_heap(best_, before);
    if (full) {
        std::ranges::pop_heap(best_, before);
        best_.pop_back();
    }
    return {};
}

Result<ClientScan::Scanned> ClientScan::page(std::optional<kernel::Uuid> after) {
    if (after) {
        if (auto found = find_start(*after); !found) return std::unexpected(found.error());
    }
    Result<void> looked;
    const auto position = queries_.each(tenant_, collection_, [&](const auto& id, auto json) {
        looked = look_at(id, json);
        return looked.has_value();
    });
    if (!looked) return std::unexpected(looked.error());
    if (!position) return std::unexpected(position.error());
    std::ranges::sort_heap(best_,
                           [this](const Place& a, const Place& b) { return is_before(a, b); });
    const bool more = best_.size() > query_.limit;
    if (more) best_.pop_back();
    std::vector<kernel::Uuid> ids;
    ids.reserve(best_.size());
    for (const auto& place : best_) ids.push_back(place.id);
    auto page = queries_.pick(tenant_, collection_, ids, query_.filters);
    if (!page) return std::unexpected(page.error());
    page->position = std::min(page->position, *position);
    Scanned scanned{std::move(*page), std::nullopt};
    if (more) scanned.last = ids.back();
    return scanned;
}

}  // namespace almanac::projections
