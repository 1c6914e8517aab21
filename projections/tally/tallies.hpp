// Rows that are described structs as JSON, changed in place while events are applied. What is
// changed stays decoded in a bounded cache; a row that is as if nothing ever happened is erased.
// Belongs to one projection on the runtime's thread; `forget` where a change may have been undone.
#pragma once
#include "domain/tenancy/tenant.hpp"
#include "projections/bounded_cache.hpp"
#include "projections/projection.hpp"
#include "projections/tally/counts.hpp"

namespace almanac::projections::tally {

// Throws DamagedRow where the bytes are no such row.
template <class T>
T decode(std::string_view json) {
    if (const auto value = kernel::json::parse(json)) {
        auto row = kernel::from_json<T>(*value, kernel::Form::sealed, false);
        if (row) return std::move(*row);
    }
    throw DamagedRow("A row of a report is damaged.");
}

template <class T>
std::optional<T> read_row(const ViewRows& rows, std::string_view key) {
    std::string value;
    if (!rows.get(key, value)) return std::nullopt;
    return decode<T>(value);
}

template <class T>
class Tallies {
  public:
    explicit Tallies(std::size_t cache_bytes) : cache_(cache_bytes) {}

    template <class Change>
    void change(TenantViews& views, std::string_view key, Change&& apply) {
        full_.assign(views.tenant().view()).append(key);
        auto* row = cache_.find(full_);
        if (row == nullptr) {
            const bool known = views.get(key, value_);
            row = &cache_.put(full_, known ? decode<T>(value_) : T{}, 0);
        }
        apply(*row);
        if (*row == T{})
            views.erase(key);
        else
            views.put(key, kernel::to_json(*row));
        cache_.measure(full_, sizeof(T) + kernel::heap_bytes(*row));
    }
    void forget() { cache_.clear(); }

  private:
    BoundedCache<T> cache_;
    std::string full_;   // reused
    std::string value_;  // reused
};

// The version of a projection whose rows hold folds of the domain, or parts of them: built again
// where one of these changes its shape, too.
template <kernel::FoldState... Folds>
constexpr std::uint32_t version_with(std::uint32_t own) {
    ((own = own * 1'000 + Folds::version), ...);
    return own;
}

// The tenant as it is now, kept as a row of the projection: its zone and its currency. Folds what
// the event says of it; false where that is nothing.
bool keep_tenant(TenantViews& views, const AppliedEvent& event);
// Where there is none it throws DamagedRow; a query ViewFailure, `not_found`: `$system` is none.
tenancy::Tenant tenant_of(const TenantViews& views);
tenancy::Tenant tenant_of(const ViewRows& rows);
kernel::Zone zone_of(const tenancy::Tenant& tenant);

}  // namespace almanac::projections::tally
