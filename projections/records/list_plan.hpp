// A list query against a collection's layout: which index entries, in which order, between which
// bounds. Pure.
#pragma once
#include "projections/records/cursor.hpp"
#include "projections/records/layout.hpp"
#include "projections/records/records.hpp"

namespace almanac::projections {

struct ListPlan {
    std::size_t order = 0;
    bool descending = false;
    std::vector<std::string> prefixes;  // of index entries; what stands in all of them is listed
    std::string low;                    // places >= low
    std::string high;                   // and < high; empty: no end
    // Where the range is not that of the order: the row's value of `range_order` lies in it.
    struct Range {
        std::size_t order = 0;
        std::string low;
        std::string high;
    };
    std::optional<Range> range;
    std::string identity;  // of the query, for its cursors
};

// Field errors: /<parameter>, /from, /to, /sort, /limit; all at once.
Result<ListPlan> plan_list(const CollectionLayout& layout, const TenantId& tenant,
                           const ListQuery& query);

// The filters alone, as values: (1 = the first filter, value).
Result<std::vector<std::pair<std::size_t, std::string>>> plan_filters(
    const CollectionLayout& layout,
    const std::vector<std::pair<std::string, std::string>>& filters);

}  // namespace almanac::projections
