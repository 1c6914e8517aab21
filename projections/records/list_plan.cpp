#include "projections/records/list_plan.hpp"

#include <algorithm>

namespace almanac::projections {
namespace {
using kernel::FieldError;

template <class Named>
std::string names(const std::vector<Named>& fields) {
    std::string text;
    for (const auto& field : fields) text.append(text.empty() ? "" : ", ").append(field.name);
    return text.empty() ? "none" : text;
}

FieldError unknown_filter(const CollectionLayout& layout, const std::string& name) {
    const auto& personal = layout.collection->personal;
    const auto known = [&](const auto& field) {
        return field.path == name || field.path.starts_with(name + '.');
    };
    if (std::ranges::any_of(personal, known)) {
        return {"/" + name, "not_filterable",
                "This field is personal data; it cannot be filtered."};
    }
    return {"/" + name, "unknown_filter",
            fmt::format("There is no such filter; there are: {}.", names(layout.filters))};
}

using Filters = std::vector<std::pair<std::size_t, std::string>>;

Filters filters_of(const CollectionLayout& layout,
                   const std::vector<std::pair<std::string, std::string>>& given,
                   std::vector<FieldError>& errors) {
    Filters filters;
    for (const auto& [name, text] : given) {
        const auto at = layout.filter(name);
        if (!at) {
            errors.push_back(unknown_filter(layout, name));
            continue;
        }
        std::string value;
        if (auto wrong = encoding::append_parameter(value, layout.filters[*at], text)) {
            errors.push_back({"/" + name, std::move(wrong->code), std::move(wrong->detail)});
        } else {
            filters.emplace_back(*at + 1, std::move(value));
        }
    }
    std::ranges::sort(filters);
    const auto repeated = std::ranges::unique(filters);
    filters.erase(repeated.begin(), repeated.end());
    return filters;
}

// An order value; without an instant the first one there can be.
std::string order_value(std::optional<kernel::Instant> instant) {
    std::string value(1, '\1');
    if (instant) encoding::append_integer(value, kernel::micros(*instant));
    return value;
}

void plan_order(const CollectionLayout& layout, const ListQuery& query, ListPlan& plan,
                std::vector<FieldError>& errors) {
    std::string_view sort = query.sort;
    plan.descending = sort.starts_with('-');
    if (plan.descending) sort.remove_prefix(1);
    const bool ranged = query.from || query.to;
    if (query.sort.empty()) {
        plan.order = ranged ? layout.range_order.value_or(0) : 0;
    } else if (const auto order = layout.order(sort)) {
        plan.order = *order;
    } else {
        errors.push_back(
            {"/sort", "unknown_sort",
             fmt::format("There is no such sort; there are: {}, each also with - before it.",
                         names(layout.orders))});
    }
    if (!ranged) return;
    if (!layout.range_order) {
        for (const auto* name : {"from", "to"}) {
            const bool given = *name == 'f' ? query.from.has_value() : query.to.has_value();
            if (given) {
                errors.push_back({std::string("/") + name, "unknown_filter",
                                  "This list has no range of times."});
            }
        }
        return;
    }
    auto low = order_value(query.from);
    auto high = query.to ? order_value(query.to) : std::string("\2");
    if (plan.order == *layout.range_order) {
        plan.low = std::move(low);
        plan.high = std::move(high);
    } else {
        plan.range = ListPlan::Range{*layout.range_order, std::move(low), std::move(high)};
    }
}

std::string identity_of(const CollectionLayout& layout, const TenantId& tenant,
                        const ListQuery& query, const ListPlan& plan, const Filters& filters) {
    const auto instant = [](const std::optional<kernel::Instant>& t) {
        return t ? std::to_string(kernel::micros(*t)) : std::string("-");
    };
    auto text = fmt::format("{} {} {} {} {} {} {}", layout.collection->name,
                            kernel::to_string(tenant), plan.order, plan.descending,
                            instant(query.from), instant(query.to), query.include_deleted);
    for (const auto& [filter, value] : filters) {
        text += fmt::format(" {} {} {}", filter, value.size(), value);
    }
    return text;
}
}  // namespace

Result<ListPlan> plan_list(const CollectionLayout& layout, const TenantId& tenant,
                           const ListQuery& query) {
    std::vector<FieldError> errors;
    ListPlan plan;
    const auto filters = filters_of(layout, query.filters, errors);
    plan_order(layout, query, plan, errors);
    if (query.limit < 1 || query.limit > page_rows_max) {
        errors.push_back({"/limit", "range", fmt::format("Expected 1 to {}.", page_rows_max)});
    }
    if (!errors.empty()) return kernel::invalid(std::move(errors));
    for (const auto& [filter, value] : filters) {
        plan.prefixes.push_back(layout.index_prefix(plan.order, filter, value));
    }
    if (plan.prefixes.empty()) plan.prefixes.push_back(layout.index_prefix(plan.order, 0, {}));
    plan.identity = identity_of(layout, tenant, query, plan, filters);
    return plan;
}

Result<Filters> plan_filters(const CollectionLayout& layout,
                             const std::vector<std::pair<std::string, std::string>>& given) {
    std::vector<FieldError> errors;
    auto filters = filters_of(layout, given, errors);
    if (!errors.empty()) return kernel::invalid(std::move(errors));
    return filters;
}

}  // namespace almanac::projections
